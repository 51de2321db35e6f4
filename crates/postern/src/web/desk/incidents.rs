//! `/desk/incidents`: what sign-in records show, worst first.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::findings::Filter;
use crate::web::api::incident_view::FindingList;
use crate::web::extract::{Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

const PAGE_SIZE: i64 = 100;

/// Worst first.
pub const SEVERITIES: [&str; 4] = ["likely_breach", "incident", "warning", "notice"];

/// Which findings.
#[derive(Deserialize)]
pub struct IncidentsQuery {
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    severity: String,
    /// The last finding of the page before.
    #[serde(default)]
    after: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct IncidentsPage {
    pub list: FindingList,
    /// The query of this page, and of the first one with the same filter.
    pub query: String,
    pub narrowed: String,
    pub is_first: bool,
    pub closed: bool,
    pub severity: &'static str,
    pub severities: [&'static str; 4],
}

impl PageView for IncidentsPage {
    const TEMPLATE: &'static str = "desk/incidents.html";
}

/// `GET /desk/incidents`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(which): Query<IncidentsQuery>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let severity = SEVERITIES.into_iter().find(|severity| *severity == which.severity).unwrap_or_default();
    let filter = Filter { closed: which.closed, severity: severity.to_owned() };
    let shown = IncidentsPage {
        list: FindingList::load(&scope, &filter, (&which.after, PAGE_SIZE)).await?,
        query: query(&filter, &which.after),
        narrowed: query(&filter, ""),
        is_first: which.after.is_empty(),
        closed: which.closed,
        severity,
        severities: SEVERITIES,
    };
    render(&scope, Some(&caller), shown)
}

/// Which findings, as a query string.
fn query(filter: &Filter, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if filter.closed {
        query.append_pair("closed", "true");
    }
    for (name, value) in [("severity", filter.severity.as_str()), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish()
}
