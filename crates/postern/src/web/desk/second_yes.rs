//! The page of something that waits for a second person: one form for the yes, one for the no, each with a reason.

use axum::http::StatusCode;
use serde::Serialize;

use crate::actions::ActionError;
use crate::web::desk::ReasonForm;
use crate::web::problem::Problem;
use crate::web::router::form_error;

/// What was answered, and why it did not go through; or nothing yet.
#[derive(Default, Serialize)]
pub struct FailedAnswer {
    /// `approve` or `stop`.
    pub form: Option<&'static str>,
    pub reason: String,
    #[serde(skip)]
    pub status: StatusCode,
    pub field: Option<&'static str>,
    pub error: Option<String>,
}

impl FailedAnswer {
    /// What goes on the page again, with what was typed; or, what no form can put right.
    pub fn of(form: &'static str, typed: ReasonForm, error: ActionError) -> Result<Self, Problem> {
        let (status, field, message) = form_error(error)?;
        Ok(Self { form: Some(form), reason: typed.reason, status, field, error: Some(message) })
    }
}
