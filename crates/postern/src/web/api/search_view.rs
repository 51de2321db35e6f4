//! What a search from the head of a page finds: people, cases, incidents and pages.

use axum::Json;
use postern_core::login;
use postern_core::person::Role;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::ReadErrors;
use super::input::{Params, PersonOnly};
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::cases::queue::{CaseListing, DeskList};
use crate::store::findings::{self, Filter};
use crate::store::persons;
use crate::web::case_line::{CaseLine, load_page};
use crate::web::finding_view::{FindingView, views};
use crate::web::problem::Problem;

/// So many of each kind.
const MOST: i64 = 8;

/// Pages by what people call them: address, name, and who has them in the menu.
const PAGES: [(&str, &str, &[Role]); 13] = [
    ("/desk/home", "Home", &[]),
    ("/desk", "Cases", &[]),
    ("/desk/incidents", "Incidents", &[]),
    ("/desk/people", "People", &[]),
    ("/desk/imports", "Sign-in records", &[]),
    ("/desk/runbook", "Runbook", &[]),
    ("/api", "API", &[]),
    ("/account", "Your account", &[]),
    ("/desk/audit", "Audit", &[Role::Senior, Role::Admin, Role::Auditor]),
    ("/desk/power-grants", "Power that waits", &[]),
    ("/desk/passkeys", "Passkeys that wait", &[]),
    ("/desk/set-up", "Set-up and settings", &[Role::Admin]),
    ("/desk/jobs", "Jobs", &[Role::Admin]),
];

/// What is looked for.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct SearchQuery {
    /// A name, a login, a reference, or the name of a page.
    #[param(required = false, example = "ferreira")]
    pub q: String,
}

/// What was found, at most eight of each kind.
#[derive(Serialize, ToSchema)]
pub struct SearchResults {
    /// What was looked for.
    pub q: String,
    pub people: Vec<FoundPerson>,
    /// Open and closed ones, newest first.
    pub cases: Vec<CaseLine>,
    /// Open findings whose title, or whom they are about, holds the words.
    pub incidents: Vec<FindingView>,
    pub pages: Vec<FoundPage>,
}

/// Somebody in the directory.
#[derive(Serialize, ToSchema)]
pub struct FoundPerson {
    pub id: String,
    pub name: String,
    pub login: String,
}

/// A page of the desk.
#[derive(Serialize, ToSchema)]
pub struct FoundPage {
    /// Its address.
    #[schema(example = "/desk/incidents")]
    pub href: &'static str,
    /// What the menu calls it.
    pub name: &'static str,
}

impl SearchResults {
    /// Looks everywhere. Nothing is found by nothing.
    pub async fn load(scope: &Scope, caller: &Caller, typed: &str) -> Result<Self, Problem> {
        let q = typed.trim().to_owned();
        // Some characters that can't be seen count as letters.
        if !login::normalise(&q).chars().any(char::is_alphanumeric) {
            return Ok(Self {
                q,
                people: Vec::new(),
                cases: Vec::new(),
                incidents: Vec::new(),
                pages: Vec::new(),
            });
        }
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let found = persons::list(db, tenant, &q, (None, MOST)).await?.people;
        let listing = CaseListing::of(DeskList::Search(q.clone()), scope.now);
        let words = login::normalise(&q);
        let holds = |text: &str| login::normalise(text).contains(&words);
        let mut open = findings::list(db, tenant, &Filter::default()).await?;
        open.retain(|finding| holds(&finding.title) || holds(&finding.subject_label));
        open.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        let is_theirs = |roles: &[Role]| roles.is_empty() || roles.contains(&caller.person.role);
        let pages = PAGES.iter().filter(|(_, name, roles)| holds(name) && is_theirs(roles));
        Ok(Self {
            people: found
                .into_iter()
                .map(|person| FoundPerson {
                    id: person.id.to_string(),
                    name: person.name,
                    login: person.login,
                })
                .collect(),
            cases: load_page(scope, caller, &listing, (None, MOST)).await?.cases,
            incidents: views(scope, open).await?,
            pages: pages.map(|(href, name, _)| FoundPage { href, name }).collect(),
            q,
        })
    }
}

/// `GET /api/v1/search`
#[utoipa::path(get, path = "/api/v1/search", tag = "cases", operation_id = "search",
    summary = "Search everywhere", description = "People, cases, open findings and pages of the desk, at most eight of each. For a person: a token is for one kind of thing.",
    params(SearchQuery), security(("session" = [])),
    responses((status = 200, description = "What was found.", body = SearchResults), ReadErrors))]
pub async fn show(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Params(asked): Params<SearchQuery>,
) -> Result<Json<SearchResults>, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(SearchResults::load(&scope, &caller, &asked.q).await?))
}
