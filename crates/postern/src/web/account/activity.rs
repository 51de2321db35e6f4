//! `/account/activity`: what happened on the account, in plain words.

use axum::response::Response;
use serde::Serialize;

use crate::scope::Scope;
use crate::web::api::activity::{ActivityEntry, ActivityQuery, ActivityView};
use crate::web::extract::{Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
pub struct ActivityPage {
    pub entries: Vec<ActivityEntry>,
    /// Where older ones begin.
    pub next: Option<String>,
}

impl PageView for ActivityPage {
    const TEMPLATE: &'static str = "account/activity.html";
}

/// `GET /account/activity`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(query): Query<ActivityQuery>,
) -> Result<Response, Problem> {
    let ActivityView { entries, next } = ActivityView::load_page(&scope, &caller, &query.before).await?;
    render(&scope, Some(&caller), ActivityPage { entries, next })
}
