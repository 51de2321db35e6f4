//! Wakes a person's phones for a request, by Web Push (RFC 8030, 8291, 8292). What is sent is encrypted for the phone, and says
//! only that something is asked; the phone asks what. A phone that cannot be woken hears of it when its owner opens the app.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use postern_core::id::PersonId;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use web_push_native::Auth;
use web_push_native::p256::PublicKey;

use super::runner::{JobError, JobOutcome};
use crate::actions::ask_push;
use crate::actions::subscribe_push::{self, PushSubscription, WakeablePhone};
use crate::app::App;
use crate::public_resolver::PublicResolver;
use crate::scope::Scope;
use crate::store::{push_requests, time};
use crate::vapid::VapidKey;

/// How long a push service may take. It was named by a browser, and others wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// All that a phone is told.
const SAID: &[u8] = br#"{"push":"request"}"#;

/// The way to push services.
pub struct PushServices {
    http: Option<reqwest::Client>,
}

/// What became of one message.
enum Woken {
    /// It is on its way; or it never will be, and the log says why.
    Settled,
    /// The phone is not there any more.
    Gone(String),
    /// It may go well later.
    Failed(String),
}

impl PushServices {
    /// Which nobody in the network of the server can pose as, but in development.
    pub fn new(app: &App) -> Self {
        let mut builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if !app.is_development() {
            builder = builder.https_only(true).dns_resolver(PublicResolver);
        }
        let http = builder.build();
        Self { http: http.inspect_err(|error| tracing::error!(%error, "no phone can be woken")).ok() }
    }
}

/// Wakes whoever can answer a request; one whose time is over is closed, and that nobody answered is recorded.
pub async fn deliver_push(
    scope: &Scope,
    services: &PushServices,
    request: &str,
) -> Result<JobOutcome, JobError> {
    let found = push_requests::find_any(&scope.app.db, &scope.tenant.id, request).await?;
    let Some(found) = found else { return Ok(JobOutcome::Next(None)) };
    if !found.waits(scope.now) {
        ask_push::close_overdue(scope, &found).await?;
        return Ok(JobOutcome::Next(None));
    }
    // Looked at again when its time is over.
    let until = JobOutcome::Next(Some(time(found.expires_at)));
    let (Some(http), Some(key)) = (&services.http, VapidKey::of(&scope.tenant.keys)) else {
        return Ok(until);
    };
    let message = PushMessage { http: http.clone(), until: time(found.expires_at), topic: topic(request) };
    let mut sending = JoinSet::new();
    for phone in subscribe_push::list_wakeable(scope, &PersonId::new(&found.person_id)).await? {
        let Ok(endpoint) = subscribe_push::checked_endpoint(scope, &phone.subscription.endpoint) else {
            continue;
        };
        let authorization = key.authorization(&endpoint, &scope.tenant.link(""), scope.now);
        sending.spawn(message.clone().send(scope.now, phone, authorization));
    }
    let mut failed = None;
    for outcome in sending.join_all().await {
        match outcome {
            Woken::Settled => {}
            Woken::Gone(factor) => subscribe_push::forget(scope, &factor).await?,
            Woken::Failed(why) => failed = Some(why),
        }
    }
    failed.map_or(Ok(until), |why| Err(JobError::Retry(why)))
}

/// One request, as it is told to each phone.
#[derive(Clone)]
struct PushMessage {
    http: reqwest::Client,
    /// Nobody needs to hear of it later.
    until: Timestamp,
    /// What was told of the same request before, and has not arrived, is told no more.
    topic: String,
}

impl PushMessage {
    async fn send(self, now: Timestamp, phone: WakeablePhone, authorization: String) -> Woken {
        let Some(body) = encrypt(&phone.subscription) else {
            tracing::warn!(factor = phone.factor, "the key of a subscription does not read");
            return Woken::Settled;
        };
        let ttl = self.until.duration_since(now).as_secs().max(0);
        let sent = self
            .http
            .post(&phone.subscription.endpoint)
            .header("TTL", ttl)
            .header("Urgency", "high")
            .header("Topic", self.topic)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(AUTHORIZATION, authorization)
            .body(body);
        match sent.send().await {
            Ok(answer) if answer.status().is_success() => Woken::Settled,
            Ok(answer) if [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&answer.status()) => {
                Woken::Gone(phone.factor)
            }
            Ok(answer)
                if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS =>
            {
                Woken::Failed(format!("The push service answered {}.", answer.status()))
            }
            Ok(answer) => {
                tracing::warn!(status = %answer.status(), factor = phone.factor, "a push service refused");
                Woken::Settled
            }
            Err(error) => Woken::Failed(error.without_url().to_string()),
        }
    }
}

/// RFC 8291. `None`: the browser's key is none.
fn encrypt(subscription: &PushSubscription) -> Option<Vec<u8>> {
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let key = PublicKey::from_sec1_bytes(&bytes(&subscription.p256dh)?).ok()?;
    let secret: [u8; 16] = bytes(&subscription.auth)?.try_into().ok()?;
    web_push_native::encrypt(SAID.to_vec(), &key, &Auth::from(secret)).ok()
}

/// At most 32 letters of base64url, RFC 8030 §5.4.
fn topic(request: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(request.as_bytes())).chars().take(32).collect()
}
