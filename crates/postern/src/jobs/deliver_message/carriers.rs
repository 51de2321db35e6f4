//! The ways out for messages, and how each of them has fared on this node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::App;
use crate::gateway::Gateway;
use crate::job::JobKind;
use crate::jobs::runner::JobError;
use crate::scope::Scope;
use crate::smtp::{Relay, Smtp};

/// How long a carrier may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// A carrier that did not answer is not tried for so long.
const STUCK_FOR: SignedDuration = SignedDuration::from_secs(30);
/// Messages without any way out are looked at again after so long.
pub(super) const NO_WAY_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Messages that go by one carrier at once: one that hangs leaves workers to the others.
const AT_ONCE: usize = 8;

/// The server's mail relay, organisations' own relays, and their gateways for text and voice.
pub struct Carriers {
    smtp: Option<Relay>,
    /// Organisations' own, by address.
    own_smtp: Mutex<HashMap<String, Relay>>,
    http: Option<reqwest::Client>,
    states: Mutex<HashMap<String, CarrierState>>,
}

/// How one of them has fared on this node.
struct CarrierState {
    slots: Arc<Semaphore>,
    stuck_until: Option<Timestamp>,
}

impl Default for CarrierState {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), stuck_until: None }
    }
}

/// What carries an organisation's messages of a kind.
pub(super) struct Carrier {
    /// Its address, so that organisations that share one know of each other's trouble with it.
    name: String,
    pub(super) kind: CarrierKind,
}

/// How it is spoken to.
pub(super) enum CarrierKind {
    Mail { relay: Relay, from: Mailbox },
    Text { http: reqwest::Client, gateway: Gateway },
}

impl Carriers {
    /// From the settings.
    pub fn new(app: &App) -> Self {
        let smtp = app.config.smtp.as_ref().and_then(relay);
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .inspect_err(|error| tracing::error!(%error, "no gateway can be used; texts wait"))
            .ok();
        Self { smtp, own_smtp: Mutex::default(), http, states: Mutex::default() }
    }

    /// The carrier of an organisation's messages of this kind, where there is one.
    pub(super) fn carrier(&self, scope: &Scope, kind: JobKind) -> Option<Carrier> {
        let settings = &scope.tenant.settings;
        if kind == JobKind::DeliverText {
            let (http, gateway) = (self.http.clone()?, settings.gateway.clone()?);
            return Some(Carrier { name: gateway.name(), kind: CarrierKind::Text { http, gateway } });
        }
        if let Some(own) = &settings.smtp {
            let kind = CarrierKind::Mail { relay: self.own_relay(own)?, from: own.from.clone() };
            return Some(Carrier { name: own.url.to_string(), kind });
        }
        let server = scope.app.config.smtp.as_ref()?;
        // The organisation's name, at the address that the relay lets this server use.
        let from = Mailbox::new(Some(scope.tenant.name.clone()), server.from.email.clone());
        Some(Carrier {
            name: server.url.to_string(),
            kind: CarrierKind::Mail { relay: self.smtp.clone()?, from },
        })
    }

    fn own_relay(&self, own: &Smtp) -> Option<Relay> {
        let mut known = self.own_smtp.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(own.url.as_str()) {
            return Some(known.clone());
        }
        let relay = relay(own)?;
        known.insert(own.url.to_string(), relay.clone());
        Some(relay)
    }

    /// Why no message of this kind can go out now, and until when. `None` for other work, and in development, where
    /// `/dev/outbox` is the way out.
    pub fn obstacle(&self, scope: &Scope, kind: JobKind) -> Option<(Timestamp, String)> {
        let lacks = match kind {
            JobKind::DeliverMail => "There is no mail server: smtp_url is not set.",
            JobKind::DeliverText => "There is no gateway: gateway_url is not set.",
            _ => return None,
        };
        match self.carrier(scope, kind) {
            Some(carrier) => self.trouble(&carrier, scope.now),
            None if scope.app.is_development() => None,
            None => Some((scope.now + NO_WAY_FOR, lacks.to_owned())),
        }
    }

    /// Why this one can carry nothing now, and until when.
    pub(super) fn trouble(&self, carrier: &Carrier, now: Timestamp) -> Option<(Timestamp, String)> {
        let stuck_until = self.states().get(&carrier.name).and_then(|state| state.stuck_until);
        let until = stuck_until.filter(|until| *until > now)?;
        Some((until, "The mail server or gateway does not answer.".to_owned()))
    }

    /// A slot of a carrier. Err: all are in use.
    pub(super) fn slot(&self, carrier: &Carrier, now: Timestamp) -> Result<OwnedSemaphorePermit, JobError> {
        let slots = Arc::clone(&self.states().entry(carrier.name.clone()).or_default().slots);
        slots.try_acquire_owned().map_err(|_| {
            let soon = now + SignedDuration::from_secs(5);
            JobError::PutOff(soon, "The mail server or gateway is busy.".to_owned())
        })
    }

    /// It answered, or it did not.
    pub(super) fn note(&self, carrier: &Carrier, now: Timestamp, is_stuck: bool) {
        let stuck_until = is_stuck.then(|| now + STUCK_FOR);
        self.states().entry(carrier.name.clone()).or_default().stuck_until = stuck_until;
    }

    fn states(&self) -> MutexGuard<'_, HashMap<String, CarrierState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn relay(smtp: &Smtp) -> Option<Relay> {
    let relay = smtp.relay(PATIENCE);
    relay.inspect_err(|error| tracing::error!(%error, "the mail relay can't be used; mail waits")).ok()
}
