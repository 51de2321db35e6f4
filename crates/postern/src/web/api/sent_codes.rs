//! Codes that are sent for the second step of a sign-in: where they may go, for their owner.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::contact::masked;
use postern_core::factor::FactorKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::factor_proof::FactorProof;
use crate::actions::sent_code_rules::{CodeRefusal, check_contact};
use crate::actions::{Caller, add_sent_code};
use crate::scope::Scope;
use crate::store::{contacts, sent_codes};
use crate::texts::MessageId;
use crate::web::cookies;
use crate::web::problem::Problem;

/// What is on file for the person.
#[derive(Serialize, ToSchema)]
pub struct CodeContacts {
    /// Oldest first.
    contacts: Vec<CodeContactView>,
}

/// A contact, and whether codes to sign in may go there.
#[derive(Serialize, ToSchema)]
pub struct CodeContactView {
    /// Of the contact.
    pub id: String,
    /// How a code would go there: `sms`, `voice` or `email`.
    pub kind: &'static str,
    /// Enough of it to know it.
    pub value: String,
    /// Whether codes go there already.
    pub is_on: bool,
    /// Why none can, as the id of a message; `null`: they can.
    #[schema(value_type = Option<String>)]
    pub refusal: Option<MessageId>,
    /// From when on they can, where it is a matter of time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub usable_at: Option<Timestamp>,
}

/// A contact that codes are to go to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishAddSentCode {
    /// The contact's `id`.
    contact: String,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// A new second step.
#[derive(Serialize, ToSchema)]
pub struct AddedSentCode {
    /// The factor's id: it is named and removed like any other.
    factor: String,
}

impl CodeContactView {
    /// All that is on file for the caller.
    pub async fn list(scope: &Scope, caller: &Caller) -> Result<Vec<Self>, Problem> {
        let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &caller.person);
        let on = sent_codes::list_contacts(db, tenant, &person.id).await?;
        let view = |contact: contacts::Contact| {
            let refusal = check_contact(scope, person, &contact).err();
            Self {
                kind: FactorKind::of_contact(&contact.kind).as_str(),
                value: masked(&contact.kind, &contact.value),
                is_on: on.iter().any(|known| known.contact_id == contact.id),
                refusal: refusal.map(CodeRefusal::message),
                usable_at: match refusal {
                    Some(CodeRefusal::TooNew(at)) => Some(at),
                    _ => None,
                },
                id: contact.id,
            }
        };
        Ok(contacts::list(db, tenant, &person.id).await?.into_iter().map(view).collect())
    }
}

/// `GET /api/v1/account/sent-codes`
#[utoipa::path(get, path = "/api/v1/account/sent-codes", tag = "account", operation_id = "list_code_contacts",
    summary = "Where codes to sign in may go", description = "What is on file for the person. Codes by text, call or mail are for organisations that switch them on.",
    security(("session" = [])),
    responses((status = 200, description = "The contacts.", body = CodeContacts), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<CodeContacts>, Problem> {
    Ok(Json(CodeContacts { contacts: CodeContactView::list(&scope, &caller).await? }))
}

/// `POST /api/v1/account/sent-codes/start`
#[utoipa::path(post, path = "/api/v1/account/sent-codes/start", tag = "account", operation_id = "start_add_sent_code",
    summary = "Ask a passkey before codes are sent somewhere",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "The options.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = add_sent_code::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/sent-codes/finish`
#[utoipa::path(post, path = "/api/v1/account/sent-codes/finish", tag = "account", operation_id = "finish_add_sent_code",
    summary = "Let codes to sign in go to a contact",
    description = "With proof by a code app or a passkey of the person's. All contacts are told. A contact that is taken off the file takes the factor with it.",
    request_body = FinishAddSentCode, security(("session" = [])),
    responses((status = 201, description = "Codes go there from now on.", body = AddedSentCode), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishAddSentCode>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let proof = (&*token, &sent.proof);
    let factor = add_sent_code::add_sent_code(&scope, &caller, &sent.contact, proof).await?;
    let mut response = (StatusCode::CREATED, Json(AddedSentCode { factor })).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
