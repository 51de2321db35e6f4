//! The directory.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, Params, PersonOnly, PersonPath, limit};
use super::person_view::PersonDetail;
use crate::actions::add_person::Details;
use crate::actions::{self, permit_on_tenant};
use crate::scope::Scope;
use crate::store::factors::waiting;
use crate::store::persons::{self, ListedPerson, PersonCursor};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

/// Most people in one answer.
const MOST: i64 = 200;

/// Whom to look for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    /// Words, of which whoever is found has each at the beginning of a word of the name, of the login or of a mail address on file;
    /// empty for everybody.
    #[serde(default)]
    #[param(required = false, example = "ana")]
    q: String,
    /// The cursor: the `next` of the answer before.
    #[serde(default)]
    #[param(required = false)]
    after: String,
    /// People in one answer: 1 to 200, 100 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// People: everybody by name, or those who were looked for by the word that was found.
#[derive(Serialize, ToSchema)]
pub struct PeopleList {
    /// The people.
    pub people: Vec<PersonLine>,
    /// Send it as `after`, with the same `q`, for those that follow; null at the end. A search for several words that are each common
    /// may find fewer than asked for, or nobody, and go on all the same.
    pub next: Option<String>,
    /// Passkeys of staff that wait for a second yes.
    pub waiting_passkeys: i64,
    /// Desk roles and service tokens that wait for one.
    pub waiting_powers: i64,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonLine {
    pub id: String,
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    pub tier: String,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    pub tier_floor: &'static str,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    pub role: &'static str,
    /// Whether the account is suspended.
    pub suspended: bool,
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// What they sign in with.
    #[schema(example = "ines")]
    login: String,
    #[schema(example = "Ines Duarte")]
    name: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    #[schema(example = "standard")]
    tier: String,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    #[schema(value_type = String, example = "person")]
    role: Role,
    /// The manager's login; empty for none.
    #[serde(default)]
    #[schema(example = "marco")]
    manager: String,
    /// Where notices go.
    #[schema(example = "ines@example.com")]
    email: String,
    /// Empty for none.
    #[serde(default)]
    #[schema(example = "+44 20 7946 0123")]
    office_phone: String,
}

/// Somebody was added.
#[derive(Serialize, ToSchema)]
pub struct AddedPersonView {
    /// With it, once, the person sets a password and enrols. It is shown only here.
    set_up_code: String,
    /// Where they type it.
    set_up_url: String,
    /// When the desk role works if no second admin says yes before; null without one.
    #[schema(value_type = Option<String>, format = DateTime)]
    role_waits_until: Option<Timestamp>,
}

/// `GET /api/v1/people`
#[utoipa::path(get, path = "/api/v1/people", tag = "people", operation_id = "list_people",
    summary = "Find people", description = "By how a word of the name, the login or a mail address begins; a page at a time.",
    params(PeopleQuery), security(("service_token" = ["people:read"]), ("session" = [])),
    responses((status = 200, description = "The people.", body = PeopleList), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(search): Params<PeopleQuery>,
) -> Result<Json<PeopleList>, Problem> {
    let caller = caller.with_scope(&scope, "people:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let most = limit(search.limit, MOST)?;
    Ok(Json(PeopleList::load(&scope, &search.q, (&search.after, most)).await?))
}

/// `GET /api/v1/people/{id}`
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people", operation_id = "show_person",
    summary = "Look at a person", description = "What the desk's page of them shows. `timeline` wants the scope `audit:read` too.",
    params(PersonPath), security(("service_token" = ["people:read"]), ("session" = [])),
    responses((status = 200, description = "The person.", body = PersonDetail), ReadErrors))]
pub async fn show(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<PersonPath>,
) -> Result<Json<PersonDetail>, Problem> {
    let caller = caller.with_scope(&scope, "people:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(PersonDetail::load(&scope, &caller, &PersonId::new(path.id)).await?))
}

/// `POST /api/v1/people`
#[utoipa::path(post, path = "/api/v1/people", tag = "people", operation_id = "add_person",
    summary = "Add a person", description = "An admin's session only: no scope lets a token do it. A desk role wants a passkey touch of the last five minutes, and \
        waits for a second admin, or for 72 hours.",
    request_body = AddPerson, security(("session" = [])),
    responses((status = 201, description = "The set-up code to hand over.", body = AddedPersonView), StepErrors))]
pub async fn add_person(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Body(sent): Body<AddPerson>,
) -> Result<(StatusCode, Json<AddedPersonView>), Problem> {
    let details = Details {
        login: &sent.login,
        name: &sent.name,
        tier: &sent.tier,
        role: sent.role,
        manager: &sent.manager,
        email: &sent.email,
        office_phone: &sent.office_phone,
    };
    let added = actions::add_person::add_person(&scope, &caller, &details).await?;
    let answer = AddedPersonView {
        set_up_code: added.set_up_code,
        set_up_url: scope.tenant.link("/set-up"),
        role_waits_until: added.role_waits_until,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

impl PeopleList {
    /// Those who follow the cursor `after`, at most `most`, for the page and for the API.
    pub async fn load(scope: &Scope, q: &str, (after, most): (&str, i64)) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let after = (!after.is_empty()).then(|| PersonCursor::parse(after));
        let found = persons::list(db, tenant, q, (after.as_ref(), most)).await?;
        let waiting = waiting::count_waiting(db, tenant, scope.now).await?;
        Ok(Self {
            people: found.people.into_iter().map(|person| PersonLine::of(scope, person)).collect(),
            next: found.next.map(|next| next.to_string()),
            waiting_passkeys: waiting.passkeys,
            waiting_powers: waiting.powers,
        })
    }
}

impl PersonLine {
    fn of(scope: &Scope, person: ListedPerson) -> Self {
        Self {
            id: person.id.to_string(),
            tier_floor: scope.tenant.settings.tiers.of(&person.tier).floor().as_str(),
            name: person.name,
            login: person.login,
            tier: person.tier,
            role: person.role.as_str(),
            suspended: person.suspended_at.is_some(),
        }
    }
}
