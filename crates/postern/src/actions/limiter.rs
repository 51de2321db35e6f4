//! One limiter for every secret: pay first, compare afterwards.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::PersonId;
use postern_core::login;
use serde_json::json;

use super::ActionError;
use super::retry::retry;
use crate::app::App;
use crate::notify::{self, Notice};
use crate::request::current_request;
use crate::rng::token_hash;
use crate::store::throttles::{self, Cap, Guess};
use crate::store::{Change, StoreError, factors, known_devices};

/// Whose guesses are counted together.
#[derive(Clone, Debug)]
pub struct Lane {
    subject: String,
    lane: String,
}

impl Lane {
    /// A person's secret of a kind, from a device. A known device of the owner has its own lane.
    pub async fn of_person(
        app: &App,
        person: &PersonId,
        kind: &str,
        device: Option<&str>,
    ) -> Result<Self, StoreError> {
        let subject = format!("person:{person}:{kind}");
        let request = current_request();
        let device = device.or(request.device.as_deref());
        if let Some(hash) = device.map(token_hash)
            && known_devices::is_known(&app.db, &app.tenant, person, &hash).await?
        {
            return Ok(Self { subject, lane: format!("device:{hash}") });
        }
        Ok(Self { subject, lane: "open".to_owned() })
    }

    /// A name that nobody has: counted like a person's, so that both answer alike.
    pub fn of_stranger(typed: &str, kind: &str) -> Self {
        let name = token_hash(&login::normalise(typed));
        Self { subject: format!("stranger:{name}:{kind}"), lane: "open".to_owned() }
    }

    /// The address of this request, as one sender: an IPv6 network of /64 is one.
    pub fn of_sender(what: &str) -> Self {
        let ip = current_request().ip;
        let sender = match ip.parse::<std::net::Ipv6Addr>() {
            Ok(v6) => format!("{:x}", v6.to_bits() >> 64),
            Err(_) => ip,
        };
        Self::of_thing(&format!("{what}:{sender}"))
    }

    /// Something that is neither: a case's phrase, an address that asks for too much.
    pub fn of_thing(thing: &str) -> Self {
        Self { subject: thing.to_owned(), lane: "open".to_owned() }
    }

    fn cap(&self) -> Cap {
        if self.subject.ends_with(":password") { Cap::EachLane } else { Cap::Together }
    }

    /// Pays for one guess.
    pub async fn spend(&self, app: &App) -> Result<(), ActionError> {
        retry(|| self.pay(app)).await
    }

    async fn pay(&self, app: &App) -> Result<(), ActionError> {
        let mut change = app.change().await?;
        let guess = throttles::spend(&mut change, &self.subject, &self.lane, self.cap()).await?;
        change
            .commit_unrecorded("a guess was paid for; what it was is recorded when it was compared")
            .await?;
        match guess {
            Guess::Granted => Ok(()),
            Guess::Wait(wait) => Err(ActionError::Throttled(wait)),
            Guess::Exhausted => Err(ActionError::Throttled(jiff::SignedDuration::from_hours(1))),
        }
    }

    /// The guess was right.
    pub async fn clear(&self, change: &mut Change<'_>) -> Result<(), StoreError> {
        throttles::clear(change, &self.subject, &self.lane).await
    }

    /// After a wrong guess: at the lifetime cap the person's factors of this kind stop, and the owner is told (D9).
    pub async fn stop_at_cap(&self, app: &App, person: &PersonId, kind: &str) -> Result<(), ActionError> {
        let mut change = app.change_of(person).await?;
        if !throttles::reached_cap(&mut change, &self.subject, &self.lane, self.cap()).await? {
            return Ok(());
        }
        factors::disable_kind(&mut change, person, kind).await?;
        notify::announce(app, &mut change, person, None, Notice::FactorDisabled).await?;
        let event = Event::new(EventKind::MfaFactorDisabled, Actor::System)
            .person(person)
            .detail(json!({ "kind": kind, "why": "lifetime cap of consecutive failures" }));
        change.commit(&event).await?;
        Ok(())
    }
}
