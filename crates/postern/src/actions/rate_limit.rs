//! One limiter for every secret: pay first, compare afterwards.

use postern_core::event::payload::MfaFactorDisabled;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;

use super::ActionError;
use super::retry::retry;
use super::sender_limit::find_sender;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::throttles::{self, Cap, CountedTry, Guess, OPEN, RateLimitKey};
use crate::store::{Change, StoreError, factors, known_devices, outbox};

/// Whose guesses are counted together.
#[derive(Clone, Debug)]
pub struct RateLimit {
    key: RateLimitKey,
    bucket: String,
    cap: Cap,
}

impl RateLimit {
    /// A person's secret of a kind, from a device. A known device of the owner has its own bucket.
    pub async fn of_person(
        scope: &Scope,
        person: &PersonId,
        counted: impl Into<CountedTry>,
        device: Option<&str>,
    ) -> Result<Self, StoreError> {
        let counted = counted.into();
        let cap = cap_of(&counted);
        let key = RateLimitKey::of_person(person, counted);
        let request = &scope.request;
        let device = device.or(request.device.as_deref());
        if let Some(hash) = device.map(token_hash)
            && known_devices::is_known(&scope.app.db, &scope.tenant.id, person, &hash, scope.now).await?
        {
            return Ok(Self { key, bucket: format!("device:{hash}"), cap });
        }
        Ok(Self { key, bucket: OPEN.to_owned(), cap })
    }

    /// A name that nobody has: counted like a person's, so that both answer alike.
    pub fn of_unknown_login(typed: &str, counted: impl Into<CountedTry>) -> Self {
        let counted = counted.into();
        let cap = cap_of(&counted);
        Self { key: RateLimitKey::of_unknown_login(typed, counted), bucket: OPEN.to_owned(), cap }
    }

    /// Who sent this request: the owner of a known device, or an address (an IPv6 network of /64 is one).
    pub async fn of_sender(scope: &Scope, counted: impl Into<CountedTry>) -> Result<Self, StoreError> {
        let sender = find_sender(scope).await?;
        Ok(Self::keyed(RateLimitKey::of_resource("sender", sender.nearest(), counted)))
    }

    /// Something that is neither: a case's phrase, a program that sends what does not fit.
    pub fn of_resource(kind: &str, id: &str, counted: impl Into<CountedTry>) -> Self {
        Self::keyed(RateLimitKey::of_resource(kind, id, counted))
    }

    fn keyed(key: RateLimitKey) -> Self {
        Self { key, bucket: OPEN.to_owned(), cap: Cap::Together }
    }

    /// Pays for one guess.
    pub async fn acquire(&self, scope: &Scope) -> Result<(), ActionError> {
        retry(|| self.pay(scope)).await
    }

    async fn pay(&self, scope: &Scope) -> Result<(), ActionError> {
        let mut change = scope.begin().await?;
        self.acquire_within(&mut change).await?;
        Ok(change.commit_unrecorded(PAID).await?)
    }

    /// Pays in a change that goes on to compare: for what is compared at once. Nobody may learn how it ended before that change
    /// is committed. Whoever locks a person's row besides has done so before.
    pub(super) async fn acquire_within(&self, change: &mut Change<'_>) -> Result<(), ActionError> {
        match throttles::acquire(change, &self.key, &self.bucket, self.cap).await? {
            Guess::Granted => Ok(()),
            Guess::Wait(wait) => Err(ActionError::Throttled(wait)),
            Guess::Exhausted => Err(ActionError::Throttled(jiff::SignedDuration::from_hours(1))),
        }
    }

    /// The guess was right.
    pub async fn clear(&self, change: &mut Change<'_>) -> Result<(), StoreError> {
        throttles::clear(change, &self.key, &self.bucket).await
    }

    /// The same for a name that nobody has: there is nothing to stop and nobody to tell, but what would keep a person from
    /// being told answers here too.
    pub async fn rehearse_disabling(&self, scope: &Scope) -> Result<(), ActionError> {
        let mut change = scope.begin().await?;
        if throttles::reached_cap(&mut change, &self.key, &self.bucket, self.cap).await? {
            outbox::rehearse(&mut change).await?;
        }
        Ok(())
    }

    /// After a wrong guess: at the lifetime cap the person's factors of this kind stop, and the owner is told (D9).
    pub async fn disable_at_limit(
        &self,
        scope: &Scope,
        person: &PersonId,
        kind: FactorKind,
    ) -> Result<(), ActionError> {
        let mut change = scope.begin_for(person).await?;
        if !throttles::reached_cap(&mut change, &self.key, &self.bucket, self.cap).await? {
            return Ok(());
        }
        factors::disable_kind(&mut change, person, kind).await?;
        notify::announce(scope, &mut change, person, None, Notice::FactorDisabled).await?;
        let disabled = MfaFactorDisabled { kind: kind.as_str(), why: "lifetime cap of consecutive failures" };
        change.commit(&Event::new(Actor::System, disabled).person(person)).await?;
        Ok(())
    }
}

/// Why a payment leaves no record of its own.
pub(super) const PAID: &str = "a guess was paid for; what it was is recorded when it was compared";

fn cap_of(counted: &CountedTry) -> Cap {
    if counted.is(FactorKind::Password.as_str()) { Cap::EachBucket } else { Cap::Together }
}
