//! Sends a message of the outbox: mail by SMTP, text and voice through the organisation's gateway.
//!
//! Nothing is open in the database meanwhile. A crash between the answer and its keeping means that a notice may arrive
//! twice, never that it is lost.

mod carriers;

pub use carriers::Carriers;

use carriers::{CarrierKind, NO_WAY_FOR, PATIENCE};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncTransport as _, Message as Mail};

use super::runner::{JobError, JobOutcome};
use crate::gateway::{Gateway, TwilioAccount, dialled};
use crate::scope::Scope;
use crate::smtp::Relay;
use crate::store::outbox::Message;
use crate::store::sent_codes;

/// Why a message did not go out.
enum SendError {
    /// It never will.
    Never(String),
    /// It may, later.
    Failed(String),
    /// The carrier did not answer at all: others would wait for it too.
    Stuck(String),
}

/// Sends a message, as it was read after its job was leased.
pub async fn deliver(
    scope: &Scope,
    carriers: &Carriers,
    message: Option<Message>,
) -> Result<JobOutcome, JobError> {
    let Some(message) = message else {
        return Err(JobError::GiveUp("There is no such message.".to_owned()));
    };
    if message.delivered_at.is_some() {
        // Whoever had the lease before has sent it after all, and its text is gone.
        return Ok(JobOutcome::Delivered { keep_text: false });
    }
    // Or a gateway that comes back sends them all, and the one that counts is one of many.
    if sent_codes::is_over(&scope.app.db, &scope.tenant.id, &message.id, scope.now).await? {
        return Ok(JobOutcome::Withdrawn);
    }
    let kind = message.kind();
    let Some(carrier) = carriers.carrier(scope, kind) else {
        if scope.app.is_development() {
            // What `/dev/outbox` shows counts as accepted.
            return Ok(JobOutcome::Delivered { keep_text: true });
        }
        return Err(JobError::PutOff(scope.now + NO_WAY_FOR, "There is no way out for it.".to_owned()));
    };
    if let Some((until, why)) = carriers.trouble(&carrier, scope.now) {
        return Err(JobError::PutOff(until, why));
    }
    let _slot = carriers.slot(&carrier, scope.now)?;
    let sent = match &carrier.kind {
        CarrierKind::Mail { relay, from } => send_mail(scope, (relay, from), &message).await,
        CarrierKind::Text { http, gateway } => send_text((http, gateway), &message).await,
    };
    // What can never be sent was never tried.
    if !matches!(sent, Err(SendError::Never(_))) {
        carriers.note(&carrier, scope.later().now, matches!(sent, Err(SendError::Stuck(_))));
    }
    sent.map(|()| JobOutcome::Delivered { keep_text: false }).map_err(|error| match error {
        SendError::Never(why) => JobError::GiveUp(why),
        SendError::Failed(why) | SendError::Stuck(why) => JobError::Retry(why),
    })
}

async fn send_mail(
    scope: &Scope,
    (relay, from): (&Relay, &Mailbox),
    message: &Message,
) -> Result<(), SendError> {
    let to = message.recipient.parse();
    let host = scope.tenant.origin.host_str().unwrap_or("localhost");
    let mail = Mail::builder()
        .from(from.clone())
        .to(to.map_err(|_| SendError::Never("The address on file is not one.".to_owned()))?)
        // The same id on every attempt: a mailbox that got it twice shows it once.
        .message_id(Some(format!("<{}@{host}>", message.id)))
        .subject(&message.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())
        .map_err(|error| SendError::Never(error.to_string()))?;
    // The library's own limit ends with the connection: a relay that then says nothing would be waited for without end.
    let Ok(sent) = tokio::time::timeout(PATIENCE, relay.send(mail)).await else {
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

async fn send_text(
    (http, gateway): (&reqwest::Client, &Gateway),
    message: &Message,
) -> Result<(), SendError> {
    let request = match gateway {
        Gateway::Plain(url) => http.post(url.clone()).json(&serde_json::json!({
            "id": message.id, "channel": message.channel, "to": message.recipient, "text": message.body,
        })),
        Gateway::Twilio(account) => as_twilio(http, account, message),
    };
    let sent = request.send().await;
    let answer = sent.map_err(|error| SendError::Stuck(error.without_url().to_string()))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(SendError::Failed(format!("The gateway answered {}.", answer.status())))
}

/// A text as a form; a call as a form too, with what is to be said in `TwiML`.
fn as_twilio(http: &reqwest::Client, account: &TwilioAccount, message: &Message) -> reqwest::RequestBuilder {
    let (resource, said) = if message.channel == "voice" {
        ("Calls.json", ("Twiml", spoken(&message.body)))
    } else {
        ("Messages.json", ("Body", message.body.clone()))
    };
    let form = [("To", dialled(&message.recipient)), ("From", account.from.clone()), said];
    http.post(account.resource(resource)).basic_auth(&account.account, Some(&account.token)).form(&form)
}

/// What a voice reads out.
fn spoken(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<Response><Say>{text}</Say></Response>")
}
