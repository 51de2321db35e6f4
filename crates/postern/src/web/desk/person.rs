//! `/desk/people/{id}`: why a person cannot sign in, what is on file about them, and what happened.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;

use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::person_view::PersonDetail;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};

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
    let view = PersonDetail::load(scope, caller, id).await?;
    let (mut status, mut error, mut note) = (StatusCode::OK, None, String::new());
    if let Some((why, typed)) = failed {
        let (answer, _, message) = form_error(why)?;
        (status, error, note) = (answer, Some(message), typed);
    }
    let values = minijinja::context! {
        note_error => error, note => note,
        ..minijinja::Value::from(minijinja::value::Serde(view))
    };
    render_with(scope, Some(caller), status, "desk/person.html", values)
}
