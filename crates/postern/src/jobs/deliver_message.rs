//! Sends a message of the outbox: mail by SMTP, text and voice through the organisation's gateway.
//!
//! Nothing is open in the database meanwhile. A crash between the answer and its keeping means that a notice may arrive
//! twice, never that it is lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncTransport as _, Message as Mail};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::runner::{JobError, JobOutcome};
use crate::app::App;
use crate::job::JobKind;
use crate::scope::Scope;
use crate::smtp::{Relay, Smtp};
use crate::store::outbox::{self, Message};

/// How long a carrier may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A carrier that did not answer is not tried for so long.
const STUCK_FOR: SignedDuration = SignedDuration::from_secs(30);
/// Messages without any way out are looked at again after so long.
const NO_WAY_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Organisations that use one carrier at once: one that hangs leaves slots to the others.
const AT_ONCE: usize = 8;

/// The ways out: the server's mail relay, organisations' own relays, and their gateways for text and voice.
pub struct Carriers {
    smtp: Option<Relay>,
    /// Organisations' own, by address.
    own_smtp: Mutex<HashMap<String, Relay>>,
    http: Option<reqwest::Client>,
    states: Mutex<HashMap<String, CarrierState>>,
}

/// How one way out has fared on this node.
struct CarrierState {
    slots: Arc<Semaphore>,
    stuck_until: Option<Timestamp>,
}

impl Default for CarrierState {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), stuck_until: None }
    }
}

/// Why a message did not go out.
enum SendError {
    /// It never will.
    Never(String),
    /// It may, later.
    Failed(String),
    /// The carrier did not answer at all: others would wait for it too.
    Stuck(String),
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

    /// The relay that an organisation's mail goes by, and who it comes from.
    fn relay_of(&self, scope: &Scope) -> Option<(Relay, Mailbox)> {
        if let Some(own) = &scope.tenant.settings.smtp {
            let mut known = self.own_smtp.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = known.get(own.url.as_str()) {
                return Some((known.clone(), own.from.clone()));
            }
            let relay = relay(own)?;
            known.insert(own.url.to_string(), relay.clone());
            return Some((relay, own.from.clone()));
        }
        let settings = scope.app.config.smtp.as_ref()?;
        // The organisation's name, at the address that the relay lets this server use.
        let from = Mailbox::new(Some(scope.tenant.name.clone()), settings.from.email.clone());
        Some((self.smtp.clone()?, from))
    }

    /// Why no message of this kind can go out now, and until when. `None` for other work.
    pub fn obstacle(&self, scope: &Scope, kind: JobKind) -> Option<(Timestamp, String)> {
        let (is_open, lacks) = match kind {
            JobKind::DeliverMail => {
                (self.relay_of(scope).is_some(), "There is no mail server: smtp_url is not set.")
            }
            JobKind::DeliverText => (
                self.http.is_some() && scope.tenant.settings.gateway.is_some(),
                "There is no gateway: gateway_url is not set.",
            ),
            _ => return None,
        };
        if !is_open {
            return (!scope.app.is_development()).then(|| (scope.now + NO_WAY_FOR, lacks.to_owned()));
        }
        let stuck_until = self.states().get(&name(scope, kind)).and_then(|state| state.stuck_until);
        let until = stuck_until.filter(|until| *until > scope.now)?;
        Some((until, "The mail server or gateway does not answer.".to_owned()))
    }

    /// A slot of a carrier. Err: all are in use.
    fn slot(&self, scope: &Scope, kind: JobKind) -> Result<OwnedSemaphorePermit, JobError> {
        let slots = Arc::clone(&self.states().entry(name(scope, kind)).or_default().slots);
        slots.try_acquire_owned().map_err(|_| {
            let soon = scope.now + SignedDuration::from_secs(5);
            JobError::PutOff(soon, "The mail server or gateway is busy.".to_owned())
        })
    }

    fn note(&self, scope: &Scope, kind: JobKind, is_stuck: bool) {
        let stuck_until = is_stuck.then(|| scope.now + STUCK_FOR);
        self.states().entry(name(scope, kind)).or_default().stuck_until = stuck_until;
    }

    fn states(&self) -> MutexGuard<'_, HashMap<String, CarrierState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which carrier it is: by its address, so that organisations that share one know of each other's trouble with it.
fn name(scope: &Scope, kind: JobKind) -> String {
    let settings = &scope.tenant.settings;
    let own = match kind {
        JobKind::DeliverMail => settings.smtp.as_ref().map(|smtp| &smtp.url),
        _ => settings.gateway.as_ref(),
    };
    own.map_or_else(|| "the server's relay".to_owned(), ToString::to_string)
}

fn relay(smtp: &Smtp) -> Option<Relay> {
    let relay = smtp.relay(PATIENCE);
    relay.inspect_err(|error| tracing::error!(%error, "the mail relay can't be used; mail waits")).ok()
}

/// Sends a message.
pub async fn deliver(scope: &Scope, carriers: &Carriers, id: &str) -> Result<JobOutcome, JobError> {
    let found = outbox::find(&scope.app.db, &scope.tenant.id, id).await?;
    let Some(message) = found else { return Err(JobError::GiveUp("There is no such message.".to_owned())) };
    if message.delivered_at.is_some() {
        // Whoever had the lease before has sent it after all, and its text is gone.
        return Ok(JobOutcome::Delivered { keep_text: false });
    }
    let kind = message.kind();
    let is_open = match kind {
        JobKind::DeliverMail => carriers.relay_of(scope).is_some(),
        _ => scope.tenant.settings.gateway.is_some(),
    };
    if !is_open && scope.app.is_development() {
        // What `/dev/outbox` shows counts as accepted.
        return Ok(JobOutcome::Delivered { keep_text: true });
    }
    if let Some((until, why)) = carriers.obstacle(scope, kind) {
        return Err(JobError::PutOff(until, why));
    }
    let _slot = carriers.slot(scope, kind)?;
    let sent = match kind {
        JobKind::DeliverMail => send_mail(scope, carriers, &message).await,
        _ => send_text(scope, carriers, &message).await,
    };
    carriers.note(&scope.later(), kind, matches!(sent, Err(SendError::Stuck(_))));
    sent.map(|()| JobOutcome::Delivered { keep_text: false }).map_err(|error| match error {
        SendError::Never(why) => JobError::GiveUp(why),
        SendError::Failed(why) | SendError::Stuck(why) => JobError::Retry(why),
    })
}

async fn send_mail(scope: &Scope, carriers: &Carriers, message: &Message) -> Result<(), SendError> {
    let Some((smtp, from)) = carriers.relay_of(scope) else {
        return Err(SendError::Failed("There is no mail server.".to_owned()));
    };
    let to = message.recipient.parse();
    let host = scope.tenant.origin.host_str().unwrap_or("localhost");
    let mail = Mail::builder()
        .from(from)
        .to(to.map_err(|_| SendError::Never("The address on file is not one.".to_owned()))?)
        // The same id on every attempt: a mailbox that got it twice shows it once.
        .message_id(Some(format!("<{}@{host}>", message.id)))
        .subject(&message.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())
        .map_err(|error| SendError::Never(error.to_string()))?;
    // The library's own limit ends with the connection: a relay that then says nothing would be waited for without end.
    let Ok(sent) = tokio::time::timeout(PATIENCE, smtp.send(mail)).await else {
        return Err(SendError::Stuck("The mail server did not answer in time.".to_owned()));
    };
    match sent {
        Ok(_) => Ok(()),
        // It answered: the trouble may be this message's own. Its words may quote the message, links and all; the status
        // says enough.
        Err(error) if let Some(status) = error.status() => {
            Err(SendError::Failed(format!("The mail server answered {status}.")))
        }
        Err(error) if error.is_client() => Err(SendError::Failed(error.to_string())),
        Err(error) if error.is_response() => {
            Err(SendError::Stuck("The mail server's answer can't be read.".to_owned()))
        }
        Err(error) => Err(SendError::Stuck(error.to_string())),
    }
}

async fn send_text(scope: &Scope, carriers: &Carriers, message: &Message) -> Result<(), SendError> {
    let (Some(http), Some(gateway)) = (&carriers.http, &scope.tenant.settings.gateway) else {
        return Err(SendError::Failed("There is no gateway.".to_owned()));
    };
    let body = serde_json::json!({
        "id": message.id, "channel": message.channel, "to": message.recipient, "text": message.body,
    });
    let sent = http.post(gateway.clone()).json(&body).send().await;
    let answer = sent.map_err(|error| SendError::Stuck(error.without_url().to_string()))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(SendError::Failed(format!("The gateway answered {}.", answer.status())))
}
