//! Delivers what changes left in the outbox: mail by SMTP, text and voice through the gateway.
//!
//! A message is claimed in one transaction and settled in another; the network is in between, with none open. A crash
//! between the two means that a notice may arrive twice, never that it is lost.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use postern_core::id::TenantId;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::app::App;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::outbox::{self, Message};
use crate::tenants::Tenant;

/// After so many attempts, over some 16 hours, a message is given up.
const MOST_ATTEMPTS: i64 = 16;

/// Which messages one loop delivers: those of one way out, so that none waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Mail, by SMTP.
    Mail,
    /// Text and voice, by the gateway.
    Phone,
}

/// A way out.
struct Sender {
    channels: Channels,
    smtp: Option<AsyncSmtpTransport<Tokio1Executor>>,
    http: Option<reqwest::Client>,
}

impl Sender {
    /// From the settings.
    fn new(app: &App, channels: Channels) -> Self {
        let smtp = app.config.smtp.as_ref().filter(|_| channels == Channels::Mail).and_then(|smtp| {
            let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp.url.as_str());
            transport
                .map(|builder| builder.timeout(Some(Duration::from_secs(20))).build())
                .inspect_err(|error| tracing::error!(%error, "smtp_url can't be used; mail waits"))
                .ok()
        });
        let http = (channels == Channels::Phone).then_some(()).and_then(|()| {
            reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .inspect_err(|error| tracing::error!(%error, "the gateway can't be used; texts wait"))
                .ok()
        });
        Self { channels, smtp, http }
    }

    /// Whether there is a way out for what this organisation has to say.
    fn is_open_for(&self, tenant: &Tenant) -> bool {
        self.smtp.is_some() || (self.http.is_some() && tenant.settings.gateway.is_some())
    }
}

/// Organisations that one loop delivers for at once.
const AT_ONCE: usize = 32;
/// When the program stops, what is on its way has so long to arrive.
const LAST_MESSAGES: Duration = Duration::from_secs(10);

/// What is on its way: one task for each organisation, so that a gateway that hangs keeps nobody else waiting.
pub struct Deliveries {
    sender: Arc<Sender>,
    busy: HashSet<TenantId>,
    tasks: JoinSet<TenantId>,
}

impl Deliveries {
    /// Nothing is on its way yet.
    pub fn new(app: &App, channels: Channels) -> Self {
        Self { sender: Arc::new(Sender::new(app, channels)), busy: HashSet::new(), tasks: JoinSet::new() }
    }

    /// Sends off what is due, and does not wait for it. Without a way out for its channel a message waits, but in
    /// development; nothing is dropped.
    pub async fn send_due(&mut self, app: &Arc<App>) -> Result<(), StoreError> {
        while let Some(done) = self.tasks.try_join_next() {
            if let Ok(tenant) = done {
                self.busy.remove(&tenant);
            }
        }
        let is_mail = self.sender.channels == Channels::Mail;
        // What has no way out, or is being served, stays out of the list: it must not fill it and keep others waiting.
        let mut tenants = app.tenants.list();
        tenants.retain(|tenant| {
            let may_go = self.sender.is_open_for(tenant) || app.is_development();
            may_go && !self.busy.contains(&tenant.id)
        });
        let ids: Vec<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
        let mut due: BTreeMap<TenantId, Vec<Message>> = BTreeMap::new();
        for message in outbox::list_due(&app.db, &ids, is_mail, app.clock.now()).await? {
            due.entry(TenantId::new(message.tenant_id.as_str())).or_default().push(message);
        }
        let room = AT_ONCE.saturating_sub(self.tasks.len());
        for (id, messages) in due.into_iter().take(room) {
            self.busy.insert(id.clone());
            self.tasks.spawn(send_all(Arc::clone(app), Arc::clone(&self.sender), id, messages));
        }
        Ok(())
    }

    /// Waits for what is on its way, though not for long.
    pub async fn finish(mut self) {
        let rest = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_MESSAGES, rest).await.is_err() {
            tracing::warn!("some messages were on their way; they go out again after the next start");
        }
    }
}

/// Sends one organisation's messages, one after the other. It never panics, so that the organisation is not busy for ever.
async fn send_all(app: Arc<App>, sender: Arc<Sender>, id: TenantId, messages: Vec<Message>) -> TenantId {
    let span = tracing::info_span!("tenant", tenant = %id);
    let tenant = id.clone();
    let work = async move {
        for message in messages {
            let Some(tenant) = app.tenants.of_id(&tenant) else { return };
            let scope = Scope::of_job(&app, tenant);
            let sent = if sender.is_open_for(&scope.tenant) {
                deliver(&scope, &sender, &message).await
            } else {
                accept(&scope, sender.channels == Channels::Mail).await
            };
            if let Err(error) = sent {
                tracing::error!(message = %message.id, %error, "the outcome of a message was not kept; trying again");
            }
        }
    };
    if let Err(error) = tokio::spawn(work.instrument(span)).await {
        tracing::error!(tenant = %id, %error, "the delivery of messages broke; trying again");
    }
    id
}

/// In development `/dev/outbox` is the relay: what is shown there counts as accepted, and keeps its text.
async fn accept(scope: &Scope, is_mail: bool) -> Result<(), StoreError> {
    let mut change = scope.begin().await?;
    outbox::accept_due(&mut change, is_mail).await?;
    change.commit_unrecorded("messages that development shows instead of sending").await
}

async fn deliver(scope: &Scope, sender: &Sender, message: &Message) -> Result<(), StoreError> {
    let mut change = scope.begin().await?;
    let doublings = u32::try_from(message.attempts).unwrap_or(0).min(13);
    let wait = SignedDuration::from_secs((30_i64 << doublings).min(7200));
    let next_at = change.at() + wait;
    if !outbox::claim(&mut change, message, next_at).await? {
        return Ok(());
    }
    change.commit_unrecorded("one attempt at a message").await?;
    let error = send(scope, sender, message).await.err();
    let give_up = error.is_some() && message.attempts + 1 >= MOST_ATTEMPTS;
    if let Some(error) = &error {
        tracing::warn!(message = %message.id, attempt = message.attempts + 1, %error, "a notice did not go out");
    }
    let later = scope.later();
    let mut change = later.begin().await?;
    outbox::settle(&mut change, message, error.as_deref(), give_up).await?;
    change.commit_unrecorded("the outcome of one attempt at a message").await
}

async fn send(scope: &Scope, sender: &Sender, message: &Message) -> Result<(), String> {
    if message.channel == "email" {
        send_mail(scope, sender, message).await
    } else {
        send_text(scope, sender, message).await
    }
}

async fn send_mail(scope: &Scope, sender: &Sender, message: &Message) -> Result<(), String> {
    let (Some(smtp), Some(settings)) = (&sender.smtp, &scope.app.config.smtp) else {
        return Err("no smtp_url".to_owned());
    };
    let host = scope.tenant.origin.host_str().unwrap_or("localhost");
    let mail = Mail::builder()
        // The organisation's name, at the address that the relay lets this server use.
        .from(Mailbox::new(Some(scope.tenant.name.clone()), settings.from.email.clone()))
        .to(message.recipient.parse().map_err(|_| "the address on file is not one".to_owned())?)
        // The same id on every attempt: a mailbox that got it twice shows it once.
        .message_id(Some(format!("<{}@{host}>", message.id)))
        .subject(&message.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())
        .map_err(|e| e.to_string())?;
    smtp.send(mail).await.map(|_| ()).map_err(|e| e.to_string())
}

async fn send_text(scope: &Scope, sender: &Sender, message: &Message) -> Result<(), String> {
    let (Some(http), Some(gateway)) = (&sender.http, &scope.tenant.settings.gateway) else {
        return Err("no gateway_url".to_owned());
    };
    let body = serde_json::json!({
        "id": message.id, "channel": message.channel, "to": message.recipient, "text": message.body,
    });
    let answer =
        http.post(gateway.clone()).json(&body).send().await.map_err(|e| e.without_url().to_string())?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(format!("the gateway answered {}", answer.status()))
    }
}
