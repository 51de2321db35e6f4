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
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::runner::{JobError, JobOutcome};
use crate::app::App;
use crate::job::JobKind;
use crate::scope::Scope;
use crate::store::outbox::{self, Message};

/// How long a carrier may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A carrier that did not answer is not tried for so long.
const STUCK_FOR: SignedDuration = SignedDuration::from_secs(30);
/// Messages without any way out are looked at again after so long.
const NO_WAY_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Organisations that use one carrier at once: one that hangs leaves slots to the others.
const AT_ONCE: usize = 8;

/// The ways out: the mail relay, and gateways for text and voice.
pub struct Carriers {
    smtp: Option<AsyncSmtpTransport<Tokio1Executor>>,
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
        let smtp = app.config.smtp.as_ref().and_then(|smtp| {
            let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp.url.as_str());
            transport
                .map(|builder| builder.timeout(Some(PATIENCE)).build())
                .inspect_err(|error| tracing::error!(%error, "smtp_url can't be used; mail waits"))
                .ok()
        });
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .inspect_err(|error| tracing::error!(%error, "no gateway can be used; texts wait"))
            .ok();
        Self { smtp, http, states: Mutex::default() }
    }

    /// Why no message of this kind can go out now, and until when. `None` for other work.
    pub fn obstacle(&self, scope: &Scope, kind: JobKind) -> Option<(Timestamp, String)> {
        let (is_open, lacks) = match kind {
            JobKind::DeliverMail => (self.smtp.is_some(), "There is no mail server: smtp_url is not set."),
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

/// Which carrier it is.
fn name(scope: &Scope, kind: JobKind) -> String {
    let gateway = scope.tenant.settings.gateway.as_ref().filter(|_| kind == JobKind::DeliverText);
    gateway.map_or_else(|| "smtp".to_owned(), ToString::to_string)
}

/// Sends a message.
pub async fn deliver(scope: &Scope, carriers: &Carriers, id: &str) -> Result<JobOutcome, JobError> {
    let found = outbox::find(&scope.app.db, &scope.tenant.id, id).await?;
    let Some(message) = found else { return Err(JobError::GiveUp("There is no such message.".to_owned())) };
    let kind = message.kind();
    let is_open = match kind {
        JobKind::DeliverMail => carriers.smtp.is_some(),
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
    let (Some(smtp), Some(settings)) = (&carriers.smtp, &scope.app.config.smtp) else {
        return Err(SendError::Failed("There is no mail server.".to_owned()));
    };
    let to = message.recipient.parse();
    let host = scope.tenant.origin.host_str().unwrap_or("localhost");
    let mail = Mail::builder()
        // The organisation's name, at the address that the relay lets this server use.
        .from(Mailbox::new(Some(scope.tenant.name.clone()), settings.from.email.clone()))
        .to(to.map_err(|_| SendError::Never("The address on file is not one.".to_owned()))?)
        // The same id on every attempt: a mailbox that got it twice shows it once.
        .message_id(Some(format!("<{}@{host}>", message.id)))
        .subject(&message.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())
        .map_err(|error| SendError::Never(error.to_string()))?;
    match smtp.send(mail).await {
        Ok(_) => Ok(()),
        // It answered: the trouble may be this message's own.
        Err(error) if error.is_permanent() || error.is_transient() || error.is_client() => {
            Err(SendError::Failed(error.to_string()))
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
