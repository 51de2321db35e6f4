//! `/desk/views` and `/desk/views/remove`: what a member of staff keeps of the list of cases under a name.

use axum::response::Response;
use serde::Deserialize;

use super::queue::{self, ViewForm};
use crate::actions::remove_view::remove_view;
use crate::actions::save_view::save_view;
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// A view to keep: its name, and the query of the list that it was kept from.
#[derive(Deserialize)]
pub struct SaveForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
}

/// A view to remove.
#[derive(Deserialize)]
pub struct RemoveForm {
    #[serde(default)]
    name: String,
}

/// `POST /desk/views`
pub async fn save(
    scope: Scope,
    Signed(caller): Signed,
    Form(form): Form<SaveForm>,
) -> Result<Response, Problem> {
    let query = CaseQuery::read(&form.query).as_view();
    match save_view(&scope, &caller, &form.name, &query).await {
        Ok(()) => Ok(Toast::ViewSaved.redirect(&queue::address(&query))),
        Err(error) => queue::page(&scope, &caller, query, Some(ViewForm { error, name: form.name })).await,
    }
}

/// `POST /desk/views/remove`
pub async fn remove(
    scope: Scope,
    Signed(caller): Signed,
    Form(form): Form<RemoveForm>,
) -> Result<Response, Problem> {
    let failed = match remove_view(&scope, &caller, &form.name).await {
        Ok(()) => return Ok(Toast::ViewRemoved.redirect("/desk")),
        Err(error) => ViewForm { error, name: String::new() },
    };
    queue::page(&scope, &caller, CaseQuery::default(), Some(failed)).await
}
