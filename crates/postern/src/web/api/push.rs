//! Phones that approve sign-ins: their owner's half, in a session, and what the phone itself says, which it signs. The protocol
//! is in the guide: `push.md`.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::factor::push::PushAnswer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{OpenErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::add_push::{self, NewPushDevice};
use crate::actions::answer_push::{self, PushReply};
use crate::actions::factor_proof::FactorProof;
use crate::actions::subscribe_push::{self, NewSubscription, PushSubscription};
use crate::scope::Scope;
use crate::store::push_requests::PushRequest;
use crate::store::time;
use crate::texts::MessageId;
use crate::web::account::push::phone_link;
use crate::web::cookies;
use crate::web::problem::Problem;

/// Proof by a factor that the person has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishAddPush {
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// A link that adds a phone.
#[derive(Serialize, ToSchema)]
pub struct PushLink {
    /// For the phone: what follows `#enrol=` is its one-time secret, good for ten minutes.
    link: String,
}

/// A phone that follows a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolPushDevice {
    /// The secret of the link.
    secret: String,
    /// Its public key of P-256: the uncompressed point in base64url.
    public_key: String,
    /// What its owner calls it, up to 60 characters; empty for a plain name.
    #[serde(default)]
    #[schema(example = "Work phone")]
    label: String,
    /// Over the statement `enrol`: ECDSA with SHA-256, 64 bytes in base64url.
    signature: String,
}

/// What the phone keeps.
#[derive(Serialize, ToSchema)]
pub struct PushDeviceAnswer {
    /// Names the phone from now on: the SHA-256 of its public key, in base64url.
    device: String,
    /// The organisation's name.
    organisation: String,
    /// What its owner signs in with.
    login: String,
}

/// A phone asks whether anything is asked of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPushRequests {
    /// Its name.
    device: String,
    /// When it asks: milliseconds since 1970, two minutes off at most, and more than the last time.
    at: i64,
    /// Over the statement `list`.
    signature: String,
}

/// What is asked.
#[derive(Serialize, ToSchema)]
pub struct PushRequests {
    /// Newest first.
    requests: Vec<PushRequestView>,
}

/// One request.
#[derive(Serialize, ToSchema)]
pub struct PushRequestView {
    /// Its id.
    id: String,
    /// What the phone shows, and signs letter for letter: JSON with `organisation`, `login`, `asked_at`, `browser`, `address`
    /// and, where it is known, `place`.
    shown: String,
    /// Until when it can be answered.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// The answer of a phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerPushRequest {
    /// Its name.
    device: String,
    /// Which request.
    request: String,
    /// `approve`, `deny` or `not_me`.
    answer: String,
    /// The six digits that the sign-in page shows; empty unless it approves.
    #[serde(default)]
    #[schema(example = "482913")]
    number: String,
    /// Over the statement `answer`.
    signature: String,
}

/// Where a phone can be woken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscribePush {
    /// Its name.
    device: String,
    /// When it says so: as for `list`.
    at: i64,
    /// A subscription of Web Push: its address by https; empty to be woken no more.
    endpoint: String,
    /// Its key `p256dh`, in base64url.
    p256dh: String,
    /// Its secret `auth`, in base64url.
    auth: String,
    /// Over the statement `subscribe`.
    signature: String,
}

/// It was taken.
#[derive(Serialize, ToSchema)]
pub struct PushAnswered {
    /// The answer.
    answer: &'static str,
}

/// `POST /api/v1/account/push/start`
#[utoipa::path(post, path = "/api/v1/account/push/start", tag = "account", operation_id = "start_add_push",
    summary = "Ask a passkey before a phone is added",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "The options.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = add_push::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/push/finish`
#[utoipa::path(post, path = "/api/v1/account/push/finish", tag = "account", operation_id = "finish_add_push",
    summary = "Ask for a link that adds a phone", description = "With proof by a factor that the person has.",
    request_body = FinishAddPush, security(("session" = [])),
    responses((status = 200, description = "The link.", body = PushLink), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishAddPush>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let secret = add_push::offer(&scope, &caller, (&token, &sent.proof)).await?;
    let mut response = Json(PushLink { link: phone_link(&scope, &secret) }).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}

/// `POST /api/v1/push/enrol`
#[utoipa::path(post, path = "/api/v1/push/enrol", tag = "push", operation_id = "enrol_push_device",
    summary = "Add the phone", description = "Once for each link. All contacts of its owner are told.",
    request_body = EnrolPushDevice,
    responses((status = 200, description = "It was added.", body = PushDeviceAnswer), OpenErrors,
        (status = 409, description = "There are too many factors already.")))]
pub async fn enrol(
    scope: Scope,
    Body(sent): Body<EnrolPushDevice>,
) -> Result<Json<PushDeviceAnswer>, Problem> {
    let EnrolPushDevice { secret, public_key, label, signature } = &sent;
    let enrolled = add_push::enrol(&scope, NewPushDevice { secret, public_key, label, signature }).await?;
    let organisation = scope.tenant.name.clone();
    Ok(Json(PushDeviceAnswer { device: enrolled.device, organisation, login: enrolled.login }))
}

/// `POST /api/v1/push/requests`
#[utoipa::path(post, path = "/api/v1/push/requests", tag = "push", operation_id = "list_push_requests",
    summary = "What is asked of the phone", description = "Each signature counts once.",
    request_body = ListPushRequests,
    responses((status = 200, description = "What is asked.", body = PushRequests), OpenErrors))]
pub async fn list(scope: Scope, Body(sent): Body<ListPushRequests>) -> Result<Json<PushRequests>, Problem> {
    let open = answer_push::list(&scope, (&sent.device, sent.at), &sent.signature).await?;
    let view = |request: PushRequest| PushRequestView {
        id: request.id,
        shown: request.shown,
        expires_at: time(request.expires_at),
    };
    Ok(Json(PushRequests { requests: open.into_iter().map(view).collect() }))
}

/// `POST /api/v1/push/answer`
#[utoipa::path(post, path = "/api/v1/push/answer", tag = "push", operation_id = "answer_push_request",
    summary = "Answer a request", description = "Once for each request; an approval wants the number that the sign-in page shows, and after three wrong ones the request is dead.",
    request_body = AnswerPushRequest,
    responses((status = 200, description = "It counts.", body = PushAnswered), OpenErrors,
        (status = 409, description = "It is not asked any more.")))]
pub async fn answer(
    scope: Scope,
    Body(sent): Body<AnswerPushRequest>,
) -> Result<(StatusCode, Json<PushAnswered>), Problem> {
    let AnswerPushRequest { device, request, answer, number, signature } = &sent;
    let Some(answer) = PushAnswer::parse(answer) else {
        let words = PushAnswer::ALL.map(PushAnswer::as_str).join(", ");
        return Err(Problem::bad_request(
            MessageId("field-wants-one-of").with("field", "answer").with("known", words),
        ));
    };
    answer_push::answer_push(&scope, PushReply { device, request, answer, number, signature }).await?;
    Ok((StatusCode::OK, Json(PushAnswered { answer: answer.as_str() })))
}

/// `POST /api/v1/push/subscribe`
#[utoipa::path(post, path = "/api/v1/push/subscribe", tag = "push", operation_id = "subscribe_push_device",
    summary = "Say where the phone can be woken", description = "What is sent there is encrypted, and says only that something is asked.",
    request_body = SubscribePush,
    responses((status = 204, description = "It is kept."), OpenErrors))]
pub async fn subscribe(scope: Scope, Body(sent): Body<SubscribePush>) -> Result<StatusCode, Problem> {
    let SubscribePush { device, at, endpoint, p256dh, auth, signature } = sent;
    let subscription = &PushSubscription { endpoint, p256dh, auth };
    let new = NewSubscription { device: &device, at, subscription, signature: &signature };
    subscribe_push::subscribe_push(&scope, new).await?;
    Ok(StatusCode::NO_CONTENT)
}
