//! `/desk/people/{id}`: why a person cannot sign in, what is on file about them, and what happened.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde::Serialize;

use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::person_view::PersonDetail;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};

/// What the page shows.
#[derive(Serialize)]
pub struct PersonDetailPage {
    #[serde(flatten)]
    pub person: PersonDetail,
    /// A note that could not be kept, and why.
    pub note: String,
    pub note_error: Option<String>,
}

impl PageView for PersonDetailPage {
    const TEMPLATE: &'static str = "desk/person.html";
}

/// `GET /desk/people/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &PersonId::new(id), None).await
}

/// The page; with the note that could not be kept, and why, if one came back.
pub(super) async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &PersonId,
    failed: Option<(ActionError, String)>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let person = PersonDetail::load(scope, caller, id).await?;
    let mut status = StatusCode::OK;
    let mut shown = PersonDetailPage { person, note: String::new(), note_error: None };
    if let Some((why, typed)) = failed {
        let (answer, _, message) = form_error(why)?;
        (status, shown.note_error, shown.note) = (answer, Some(message), typed);
    }
    render_with(scope, Some(caller), status, shown)
}
