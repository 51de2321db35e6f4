//! Views of the list of cases that staff keep under a name.

use axum::Json;
use axum::http::StatusCode;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::{permit_on_tenant, remove_view, save_view};
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::store::saved_views;
use crate::web::problem::Problem;

/// A view.
#[derive(Serialize, ToSchema)]
pub struct SavedViewLine {
    /// What it is called.
    name: String,
    /// The query of `GET /api/v1/cases` that it stands for.
    query: String,
}

/// The caller's views.
#[derive(Serialize, ToSchema)]
pub struct SavedViewList {
    /// By name.
    views: Vec<SavedViewLine>,
}

/// A view to keep.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveView {
    /// At most 40 characters. It takes the place of one of the same name.
    #[schema(example = "Old and risky")]
    name: String,
    /// A query of `GET /api/v1/cases`. What that does not know is dropped, and so are `q` and `after`.
    #[schema(example = "risk=1&who=nobody")]
    query: String,
}

/// A view to remove.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveView {
    /// What it is called.
    name: String,
}

/// `GET /api/v1/saved-views`
#[utoipa::path(get, path = "/api/v1/saved-views", tag = "cases", operation_id = "list_saved_views",
    summary = "Your views of the list of cases", security(("session" = [])),
    responses((status = 200, description = "The views.", body = SavedViewList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<SavedViewList>, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let rows = saved_views::list_of(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let views = rows
        .into_iter()
        .map(|row| SavedViewLine { query: CaseQuery::read(&row.query).as_view().write(), name: row.name });
    Ok(Json(SavedViewList { views: views.collect() }))
}

/// `POST /api/v1/saved-views`
#[utoipa::path(post, path = "/api/v1/saved-views", tag = "cases", operation_id = "save_view",
    summary = "Keep a view of the list of cases", description = "Of your own, at most 20.",
    request_body = SaveView, security(("session" = [])),
    responses((status = 204, description = "It is kept."), StepErrors))]
pub async fn save_view(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Body(sent): Body<SaveView>,
) -> Result<StatusCode, Problem> {
    save_view::save_view(&scope, &caller, &sent.name, &CaseQuery::read(&sent.query)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/saved-views/remove`
#[utoipa::path(post, path = "/api/v1/saved-views/remove", tag = "cases", operation_id = "remove_view",
    summary = "Remove a view of the list of cases", description = "One of your own.",
    request_body = RemoveView, security(("session" = [])),
    responses((status = 204, description = "It is removed."), StepErrors))]
pub async fn remove_view(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Body(sent): Body<RemoveView>,
) -> Result<StatusCode, Problem> {
    remove_view::remove_view(&scope, &caller, &sent.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
