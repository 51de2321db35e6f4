//! `/desk/search`: people, cases, incidents and pages, from the search at the head of every page.

use axum::response::Response;
use postern_core::policy::ViewDesk;

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::api::search_view::{SearchQuery, SearchResults};
use crate::web::extract::{Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

impl PageView for SearchResults {
    const TEMPLATE: &'static str = "desk/search.html";
}

/// `GET /desk/search`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(asked): Query<SearchQuery>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let found = SearchResults::load(&scope, &caller, &asked.q).await?;
    render(&scope, Some(&caller), found)
}
