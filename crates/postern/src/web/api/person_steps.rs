//! What is done with somebody in the directory: by a person, never by a token. Each calls the action that its page calls, and answers
//! with the person as they are then.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::ChangePerson;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case_steps::Why;
use super::errors::StepErrors;
use super::input::{Body, ContactPath, PersonOnly, PersonPath};
use super::person_view::PersonDetail;
use crate::actions::add_contact::TypedContact;
use crate::actions::change_person::{WantedPerson, as_shown};
use crate::actions::{self, Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::problem::Problem;

/// What is to be different. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChanges {
    /// The name.
    #[serde(default)]
    #[schema(example = "Ines Duarte")]
    name: Option<String>,
    /// The manager's login; empty for none. The new one counts as the admin for seven days.
    #[serde(default)]
    #[schema(example = "marco")]
    manager: Option<String>,
    /// One of the organisation's tiers. Of a lower one the one before counts for seven days more.
    #[serde(default)]
    #[schema(example = "standard")]
    tier: Option<String>,
    /// `person`, `auditor`, `agent`, `senior` or `admin`. It waits for a second admin, or for 72 hours; only an agent's is taken away at once.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "agent")]
    role: Option<Role>,
    /// Stands in the audit log.
    #[schema(example = "Moved to finance on 1 December, ticket HR-4711")]
    reason: String,
}

/// An address or number to file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContactOfPerson {
    /// `email`, `mobile` or `office_phone`.
    #[schema(example = "mobile")]
    kind: String,
    /// A mail address, or a number with + and the country.
    #[schema(example = "+44 7700 900138")]
    value: String,
    /// How it is known to be theirs. Stands in the audit log.
    #[schema(example = "From the signed HR form of 30 November")]
    reason: String,
}

/// Something to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// 3 to 500 characters. It stands in the audit log and can't be changed.
    #[schema(example = "Travels until Friday; reach her over Marco")]
    note: String,
}

/// A new set-up code.
#[derive(Serialize, ToSchema)]
pub struct SetUpCodeView {
    /// With it, once, the person sets a password and enrols. It is shown only here.
    set_up_code: String,
    /// Where they type it.
    set_up_url: String,
}

/// `PATCH /api/v1/people/{id}`
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", operation_id = "change_person",
    summary = "Change a person", description = "An admin's session with a passkey touch of the last five minutes. They are told. Nobody changes themselves.",
    params(PersonPath), request_body = PersonChanges, security(("session" = [])),
    responses((status = 200, description = "The person as they are now.", body = PersonDetail), StepErrors))]
pub async fn change_person(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PersonPath>,
    Body(sent): Body<PersonChanges>,
) -> Result<Json<PersonDetail>, Problem> {
    let id = PersonId::new(path.id);
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    permit_on_person::<ChangePerson>(&scope, &caller, &person).await?;
    let manager = match (&sent.manager, &person.manager) {
        (Some(login), _) => login.clone(),
        (None, Some(manager)) => persons::find(&scope.app.db, &scope.tenant.id, manager)
            .await?
            .map_or_else(String::new, |m| m.login),
        (None, None) => String::new(),
    };
    let wanted = WantedPerson {
        name: sent.name.as_deref().unwrap_or(&person.name),
        manager: &manager,
        tier: sent.tier.as_deref().unwrap_or(&person.tier),
        role: sent.role.unwrap_or(person.role),
        seen: Some(&as_shown(&person)),
        reason: &sent.reason,
    };
    actions::change_person::change_person(&scope, &caller, &id, wanted).await?;
    view(&scope, &caller, &id).await
}

/// `POST /api/v1/people/{id}/note`
#[utoipa::path(post, path = "/api/v1/people/{id}/note", tag = "people", operation_id = "add_note",
    summary = "Write a note", description = "For whoever looks next. It stands in the audit log and in the person's timeline.",
    params(PersonPath), request_body = NewNote, security(("session" = [])),
    responses((status = 200, description = "The person as they are now.", body = PersonDetail), StepErrors))]
pub async fn add_note(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PersonPath>,
    Body(sent): Body<NewNote>,
) -> Result<Json<PersonDetail>, Problem> {
    let id = PersonId::new(path.id);
    actions::add_note::add_note(&scope, &caller, (&id, None), &sent.note).await?;
    view(&scope, &caller, &id).await
}

/// `POST /api/v1/people/{id}/set-up-code`
#[utoipa::path(post, path = "/api/v1/people/{id}/set-up-code", tag = "people", operation_id = "issue_set_up_code",
    summary = "Make a new set-up code", description = "For somebody who never enrolled. An admin's session with a passkey touch of the last \
        five minutes. An earlier code is dead.",
    params(PersonPath), request_body = Why, security(("session" = [])),
    responses((status = 201, description = "The code to hand over.", body = SetUpCodeView), StepErrors))]
pub async fn issue_set_up_code(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PersonPath>,
    Body(sent): Body<Why>,
) -> Result<(StatusCode, Json<SetUpCodeView>), Problem> {
    let id = PersonId::new(path.id);
    let set_up_code =
        actions::issue_set_up_code::issue_set_up_code(&scope, &caller, &id, &sent.reason).await?;
    let answer = SetUpCodeView { set_up_code, set_up_url: scope.tenant.link("/set-up") };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `POST /api/v1/people/{id}/contacts`
#[utoipa::path(post, path = "/api/v1/people/{id}/contacts", tag = "people", operation_id = "add_contact",
    summary = "File a contact", description = "An admin's session with a passkey touch of the last five minutes. Everybody on file before is told. \
        A number is called once it is old enough, and whoever filed it is no second person where it is used.",
    params(PersonPath), request_body = NewContactOfPerson, security(("session" = [])),
    responses((status = 201, description = "The person as they are now.", body = PersonDetail), StepErrors))]
pub async fn add_contact(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PersonPath>,
    Body(sent): Body<NewContactOfPerson>,
) -> Result<(StatusCode, Json<PersonDetail>), Problem> {
    let id = PersonId::new(path.id);
    let typed = TypedContact { kind: &sent.kind, value: &sent.value, reason: &sent.reason };
    actions::add_contact::add_contact(&scope, &caller, &id, typed).await?;
    Ok((StatusCode::CREATED, view(&scope, &caller, &id).await?))
}

/// `POST /api/v1/people/{id}/contacts/{contact}/attest`
#[utoipa::path(post, path = "/api/v1/people/{id}/contacts/{contact}/attest", tag = "people", operation_id = "attest_contact",
    summary = "Attest an imported contact", description = "An admin says that it is theirs. From then on its age counts.",
    params(ContactPath), request_body = Why, security(("session" = [])),
    responses((status = 200, description = "The person as they are now.", body = PersonDetail), StepErrors))]
pub async fn attest_contact(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<ContactPath>,
    Body(sent): Body<Why>,
) -> Result<Json<PersonDetail>, Problem> {
    let id = PersonId::new(path.id);
    actions::attest_contact::attest_contact(&scope, &caller, &id, (&path.contact, &sent.reason)).await?;
    view(&scope, &caller, &id).await
}

/// `POST /api/v1/people/{id}/contacts/{contact}/remove`
#[utoipa::path(post, path = "/api/v1/people/{id}/contacts/{contact}/remove", tag = "people", operation_id = "remove_contact",
    summary = "Remove a contact", description = "Nobody calls it any more. Messages go there for 30 days more.",
    params(ContactPath), request_body = Why, security(("session" = [])),
    responses((status = 200, description = "The person as they are now.", body = PersonDetail), StepErrors))]
pub async fn remove_contact(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<ContactPath>,
    Body(sent): Body<Why>,
) -> Result<Json<PersonDetail>, Problem> {
    let id = PersonId::new(path.id);
    actions::remove_contact::remove_contact(&scope, &caller, &id, (&path.contact, &sent.reason)).await?;
    view(&scope, &caller, &id).await
}

async fn view(scope: &Scope, caller: &Caller, id: &PersonId) -> Result<Json<PersonDetail>, Problem> {
    Ok(Json(PersonDetail::load(scope, caller, id).await?))
}
