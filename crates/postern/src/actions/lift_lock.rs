//! The desk lets somebody try again before their time, after wrong guesses: one try each, at once. Only the waiting is lifted, never the
//! counts: who guesses wrong again waits as long as before, and what was switched off after a hundred stays off until it is
//! bound anew.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::UserLockLifted;
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::policy::LiftLock;
use postern_core::reason::Reason;
use serde_json::json;

use super::answer_push::TYPED_NUMBER;
use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::throttles::{self, RateLimitKey, ShutBucket};
use crate::store::{StoreError, persons};

/// A secret of a person that is asked for no more for a while, or at all.
pub struct AccountLock {
    /// Which.
    pub kind: FactorKind,
    /// Until when; `None`: until it is bound anew.
    pub until: Option<Timestamp>,
}

/// What is shut now, and until when. Devices on which the owner is known are left out: they have not been guessed at by strangers.
pub async fn list_locks(scope: &Scope, person: &PersonId) -> Result<Vec<AccountLock>, StoreError> {
    let all: Vec<RateLimitKey> = FactorKind::ALL.iter().flat_map(|kind| keys(person, *kind)).collect();
    let shut = throttles::list_shut(&scope.app.db, &scope.tenant.id, &all, scope.now).await?;
    let mut locks = Vec::new();
    for kind in FactorKind::ALL {
        let keys = keys(person, *kind);
        let decides = |bucket: &&ShutBucket| *kind != FactorKind::Password || !bucket.is_over_all;
        let own = shut.iter().filter(|bucket| keys.iter().any(|key| bucket.is_of(key))).filter(decides);
        // What is exhausted outweighs what waits, and of what waits the longest counts.
        let longest = own.max_by_key(|bucket| bucket.until.unwrap_or(Timestamp::MAX));
        if let Some(ShutBucket { until, .. }) = longest {
            locks.push(AccountLock { kind: *kind, until: *until });
        }
    }
    Ok(locks)
}

/// What is counted of a kind: of a phone, how often it is asked, and the numbers that were typed there.
fn keys(person: &PersonId, kind: FactorKind) -> Vec<RateLimitKey> {
    let own = RateLimitKey::of_person(person, kind);
    let numbers = (kind == FactorKind::Push).then(|| RateLimitKey::of_person(person, TYPED_NUMBER));
    std::iter::once(own).chain(numbers).collect()
}

/// Lifts the waiting.
pub async fn lift_lock(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "lift_lock", case: None, person: Some(person) };
    attempt.run(scope, || lift(scope, caller, person, reason)).await
}

async fn lift(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<LiftLock>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let locks = list_locks(scope, id).await?;
    let waiting: Vec<&AccountLock> = locks.iter().filter(|lock| lock.until.is_some()).collect();
    if waiting.is_empty() {
        let why = "Nothing of theirs waits. What was switched off after too many wrong guesses has to be bound anew.";
        return Err(ActionError::refused(why));
    }
    let mut change = caller.change_on(scope, id).await?;
    for key in waiting.iter().flat_map(|lock| keys(id, lock.kind)) {
        throttles::end_wait(&mut change, &key).await?;
    }
    notify::announce(scope, &mut change, id, None, Notice::LockLifted).await?;
    let kinds: Vec<&str> = waiting.iter().map(|lock| lock.kind.as_str()).collect();
    let before: Vec<_> =
        waiting.iter().map(|lock| json!({ "kind": lock.kind.as_str(), "until": lock.until })).collect();
    let lifted = Event::new(caller.actor(), UserLockLifted { kinds: &kinds }).person(id).reason(&reason);
    Ok(change.commit(&lifted.policies(permit.policies()).before(json!({ "waits": before }))).await?)
}
