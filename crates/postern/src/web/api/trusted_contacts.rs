//! Trusted contacts: colleagues whom a person has chosen to confirm one day that it is them, and those for whom they may.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::trusted_contact::{MOST_CHOSEN, MOST_SERVED};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::answer_trusted_contact::{TrustAnswer, answer_trusted_contact};
use crate::actions::choose_trusted_contact::{self, TypedColleague};
use crate::actions::factor_proof::FactorProof;
use crate::actions::remove_trusted_contact::remove_trusted_contact;
use crate::actions::resign_trusted_contact::resign_trusted_contact;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::time;
use crate::store::trusted_contacts::{self, TrustedContact};
use crate::web::cookies;
use crate::web::problem::Problem;

/// One in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TrustedContactPath {
    /// Its `id`, as `GET /api/v1/account/trusted-contacts` gives it.
    id: String,
}

/// Whom a person has chosen, and for whom they were.
#[derive(Serialize, ToSchema)]
pub struct TrustedContactsView {
    /// Whom they have chosen, oldest first: those who accepted, and asks that wait.
    pub chosen: Vec<ChosenContactView>,
    /// Who has chosen them, oldest first.
    pub chosen_by: Vec<ChoosingPersonView>,
    /// Most that one person chooses.
    pub most: i64,
    /// Most whom one person serves.
    pub most_served: i64,
}

/// Somebody who was chosen.
#[derive(Serialize, ToSchema)]
pub struct ChosenContactView {
    pub id: String,
    /// What was typed. Until somebody accepts, it says of nobody that they are here.
    pub typed: String,
    /// Their name, once they have accepted.
    pub name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
    /// When the ask lapses, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lapses_at: Option<Timestamp>,
    /// Whether they have accepted, and their own account is not suspended.
    pub counts: bool,
}

/// Somebody who chose.
#[derive(Serialize, ToSchema)]
pub struct ChoosingPersonView {
    pub id: String,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
    /// When the ask lapses, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lapses_at: Option<Timestamp>,
}

/// Whom to ask.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewTrustedContactBody {
    /// What they sign in with, or a mail address of theirs that is on file.
    #[schema(required, example = "fay")]
    who: String,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it. Not needed where a factor was shown
    /// in this session within the last five minutes.
    #[schema(value_type = Option<Object>, example = json!({ "code": "123456" }))]
    proof: Option<FactorProof>,
}

/// Proof by a factor that the person has.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemoveTrustedContactBody {
    /// As for a new one.
    #[schema(value_type = Option<Object>, example = json!({ "code": "123456" }))]
    proof: Option<FactorProof>,
}

/// `GET /api/v1/account/trusted-contacts`
#[utoipa::path(get, path = "/api/v1/account/trusted-contacts", tag = "account", operation_id = "list_trusted_contacts",
    summary = "List one's own trusted contacts, and whose one is", description = "What the account page shows.", security(("session" = [])),
    responses((status = 200, description = "Both.", body = TrustedContactsView), ReadErrors))]
pub async fn list(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
) -> Result<Json<TrustedContactsView>, Problem> {
    Ok(Json(TrustedContactsView::load(&scope, &caller).await?))
}

/// `POST /api/v1/account/trusted-contacts/start`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts/start", tag = "account", operation_id = "start_change_trusted_contacts",
    summary = "Ask a passkey before trusted contacts change",
    description = "Not needed where a code proves it, or a factor was shown within the last five minutes. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = choose_trusted_contact::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/trusted-contacts`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts", tag = "account", operation_id = "choose_trusted_contact",
    summary = "Ask a colleague to be a trusted contact",
    description = "If it means somebody who can be asked, they are mailed, and have 14 days to answer. The answer is the same if it means nobody. All contacts are told. At most ten, asks that wait among them.",
    request_body = NewTrustedContactBody, security(("session" = [])),
    responses((status = 204, description = "It is on the list, as an ask."), StepErrors))]
pub async fn choose(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<NewTrustedContactBody>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let typed = TypedColleague { who: &sent.who, proof: sent.proof.as_ref() };
    choose_trusted_contact::choose_trusted_contact(&scope, &caller, &token, typed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/trusted-contacts/{id}/remove`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts/{id}/remove", tag = "account", operation_id = "remove_trusted_contact",
    summary = "Remove a trusted contact, or take an ask back",
    description = "All contacts are told.",
    params(TrustedContactPath), request_body = RemoveTrustedContactBody, security(("session" = [])),
    responses((status = 204, description = "It is over."), StepErrors))]
pub async fn remove(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<TrustedContactPath>,
    headers: HeaderMap,
    Body(sent): Body<RemoveTrustedContactBody>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    remove_trusted_contact(&scope, &caller, &path.id, (&token, sent.proof.as_ref())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/trusted-contacts/{id}/accept`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts/{id}/accept", tag = "account", operation_id = "accept_trusted_contact",
    summary = "Accept to be somebody's trusted contact",
    description = "For who was asked. Their contacts are told. At most 25 at a time.",
    params(TrustedContactPath), security(("session" = [])),
    responses((status = 204, description = "It is so from now on."), StepErrors))]
pub async fn accept(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<TrustedContactPath>,
) -> Result<StatusCode, Problem> {
    answer_trusted_contact(&scope, &caller, &path.id, TrustAnswer::Accept).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/trusted-contacts/{id}/decline`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts/{id}/decline", tag = "account", operation_id = "decline_trusted_contact",
    summary = "Decline to be somebody's trusted contact",
    description = "For who was asked. Their contacts are told.",
    params(TrustedContactPath), security(("session" = [])),
    responses((status = 204, description = "It is over."), StepErrors))]
pub async fn decline(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<TrustedContactPath>,
) -> Result<StatusCode, Problem> {
    answer_trusted_contact(&scope, &caller, &path.id, TrustAnswer::Decline).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/trusted-contacts/{id}/resign`
#[utoipa::path(post, path = "/api/v1/account/trusted-contacts/{id}/resign", tag = "account", operation_id = "resign_trusted_contact",
    summary = "Be somebody's trusted contact no more",
    description = "For who had accepted. Their contacts are told.",
    params(TrustedContactPath), security(("session" = [])),
    responses((status = 204, description = "It is over."), StepErrors))]
pub async fn resign(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<TrustedContactPath>,
) -> Result<StatusCode, Problem> {
    resign_trusted_contact(&scope, &caller, &path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl TrustedContactsView {
    /// As they stand.
    pub async fn load(scope: &Scope, caller: &Caller) -> Result<Self, ActionError> {
        let (db, tenant, own) = (&scope.app.db, &scope.tenant.id, &caller.person.id);
        let around = trusted_contacts::list_around(db, tenant, own, scope.now).await?;
        let (chosen, chosen_by): (Vec<_>, Vec<_>) = around.into_iter().partition(|row| row.owner() == *own);
        Ok(Self {
            chosen: chosen.into_iter().map(ChosenContactView::from).collect(),
            chosen_by: chosen_by.into_iter().map(ChoosingPersonView::from).collect(),
            most: MOST_CHOSEN,
            most_served: MOST_SERVED,
        })
    }

    /// One that they have chosen.
    pub async fn find_chosen(
        scope: &Scope,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<ChosenContactView>, ActionError> {
        Ok(Self::load(scope, caller).await?.chosen.into_iter().find(|chosen| chosen.id == id))
    }
}

fn lapses_at(row: &TrustedContact) -> Option<Timestamp> {
    row.accepted_at.is_none().then(|| time(row.due_at))
}

impl From<TrustedContact> for ChosenContactView {
    fn from(row: TrustedContact) -> Self {
        Self {
            counts: row.counts(),
            lapses_at: lapses_at(&row),
            name: row.trusted_name.filter(|_| row.accepted_at.is_some()),
            asked_at: time(row.asked_at),
            accepted_at: row.accepted_at.map(time),
            id: row.id,
            typed: row.typed,
        }
    }
}

impl From<TrustedContact> for ChoosingPersonView {
    fn from(row: TrustedContact) -> Self {
        Self {
            lapses_at: lapses_at(&row),
            name: row.owner_name,
            asked_at: time(row.asked_at),
            accepted_at: row.accepted_at.map(time),
            id: row.id,
        }
    }
}
