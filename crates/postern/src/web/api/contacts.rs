//! A person's own numbers and addresses: where they are told of what happens, and called by the desk.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::contact::masked;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::add_own_contact::{self, OwnContact};
use crate::actions::factor_proof::FactorProof;
use crate::actions::remove_own_contact::remove_own_contact;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::contacts::{self, Contact};
use crate::store::time;
use crate::web::cookies;
use crate::web::problem::Problem;

/// A contact in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OwnContactPath {
    /// The contact's `id`, as `GET /api/v1/account/contacts` gives it.
    id: String,
}

/// Numbers and addresses.
#[derive(Serialize, ToSchema)]
pub struct OwnContacts {
    /// Those on file, oldest first.
    contacts: Vec<OwnContactView>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub struct OwnContactView {
    pub id: String,
    /// `email`, `mobile` or `office_phone`.
    pub kind: String,
    /// The number or address; where no factor was shown in this session within the last five minutes, enough of it to know it.
    pub value: String,
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: Timestamp,
    /// Whether the person added it.
    pub own: bool,
    /// Whether somebody said that it is theirs no more.
    pub lost: bool,
}

/// A number or address to add.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewOwnContact {
    /// `email`, `mobile` or `office_phone`.
    #[schema(required, example = "mobile")]
    kind: String,
    /// The address; or the number with + and the country.
    #[schema(required, example = "+44 7700 900120")]
    value: String,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it. Not needed where a factor was shown
    /// in this session within the last five minutes.
    #[schema(value_type = Option<Object>, example = json!({ "code": "123456" }))]
    proof: Option<FactorProof>,
}

/// The code that was sent there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmOwnContact {
    /// Six digits.
    #[schema(example = "123456")]
    code: String,
}

/// Proof by a factor that the person has.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemoveOwnContact {
    /// As for a new one.
    #[schema(value_type = Option<Object>, example = json!({ "code": "123456" }))]
    proof: Option<FactorProof>,
}

/// `GET /api/v1/account/contacts`
#[utoipa::path(get, path = "/api/v1/account/contacts", tag = "account", operation_id = "list_own_contacts",
    summary = "List one's own contacts", description = "What the account page shows.", security(("session" = [])),
    responses((status = 200, description = "The contacts.", body = OwnContacts), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<OwnContacts>, Problem> {
    Ok(Json(OwnContacts { contacts: OwnContactView::list(&scope, &caller).await? }))
}

/// `POST /api/v1/account/contacts/start`
#[utoipa::path(post, path = "/api/v1/account/contacts/start", tag = "account", operation_id = "start_change_contacts",
    summary = "Ask a passkey before contacts change",
    description = "Not needed where a code proves it, or a factor was shown within the last five minutes. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = add_own_contact::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/contacts`
#[utoipa::path(post, path = "/api/v1/account/contacts", tag = "account", operation_id = "add_own_contact",
    summary = "Send a code to a new contact",
    description = "It is on file once the code was typed (`confirm`), within 15 minutes. Sets a cookie that names what waits.",
    request_body = NewOwnContact, security(("session" = [])),
    responses((status = 204, description = "The code is on its way."), StepErrors))]
pub async fn add(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<NewOwnContact>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let typed = OwnContact { kind: &sent.kind, value: &sent.value, proof: sent.proof.as_ref() };
    let waits = add_own_contact::send_code(&scope, &caller, &token, typed).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::CEREMONY.set(response.headers_mut(), &waits);
    Ok(response)
}

/// `POST /api/v1/account/contacts/confirm`
#[utoipa::path(post, path = "/api/v1/account/contacts/confirm", tag = "account", operation_id = "confirm_own_contact",
    summary = "Type the code that went to a new contact",
    description = "It is on file from now on; all contacts from before are told. The desk calls a number once it is as old as any other has to be.",
    request_body = ConfirmOwnContact, security(("session" = [])),
    responses((status = 204, description = "It is on file."), StepErrors))]
pub async fn confirm(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<ConfirmOwnContact>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    add_own_contact::confirm(&scope, &caller, &token, &sent.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/contacts/{id}/remove`
#[utoipa::path(post, path = "/api/v1/account/contacts/{id}/remove", tag = "account", operation_id = "remove_own_contact",
    summary = "Take a contact off the file",
    description = "All contacts are told, and messages go to this one for 30 days more. The only mail address stays.",
    params(OwnContactPath), request_body = RemoveOwnContact, security(("session" = [])),
    responses((status = 204, description = "It is off the file."), StepErrors))]
pub async fn remove(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<OwnContactPath>,
    headers: HeaderMap,
    Body(sent): Body<RemoveOwnContact>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    remove_own_contact(&scope, &caller, &path.id, (&token, sent.proof.as_ref())).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl OwnContactView {
    /// Those on file.
    pub async fn list(scope: &Scope, caller: &Caller) -> Result<Vec<Self>, ActionError> {
        let on_file = contacts::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
        let in_full = caller.has_just_shown_factor(scope.now);
        Ok(on_file.into_iter().map(|contact| Self::of(contact, caller, in_full)).collect())
    }

    /// One of them.
    pub async fn find(scope: &Scope, caller: &Caller, id: &str) -> Result<Option<Self>, ActionError> {
        Ok(Self::list(scope, caller).await?.into_iter().find(|contact| contact.id == id))
    }

    fn of(contact: Contact, caller: &Caller, in_full: bool) -> Self {
        let value = if in_full { contact.value } else { masked(&contact.kind, &contact.value) };
        Self {
            own: contact.filed_by.as_deref() == Some(caller.person.id.as_str()),
            lost: contact.lost_at.is_some(),
            filed_at: time(contact.filed_at),
            id: contact.id,
            kind: contact.kind,
            value,
        }
    }
}
