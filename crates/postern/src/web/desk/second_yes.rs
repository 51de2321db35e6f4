//! The page of something that waits for a second person: one form for the yes, one for the no, each with a reason.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::actions::ActionError;
use crate::web::desk::ReasonForm;
use crate::web::problem::Problem;
use crate::web::router::form_error;

/// What was answered, and why it did not go through.
pub struct FailedAnswer {
    /// `approve` or `stop`.
    form: &'static str,
    reason: String,
    pub status: StatusCode,
    field: Option<&'static str>,
    message: String,
}

impl FailedAnswer {
    /// What goes on the page again, with what was typed; or, what no form can put right.
    pub fn of(form: &'static str, typed: ReasonForm, error: ActionError) -> Result<Self, Problem> {
        let (status, field, message) = form_error(error)?;
        Ok(Self { form, reason: typed.reason, status, field, message })
    }

    /// As the template takes it.
    pub fn values(failed: Option<&Self>) -> Value {
        json!({
            "form": failed.map(|failed| failed.form),
            "reason": failed.map(|failed| &failed.reason),
            "field": failed.and_then(|failed| failed.field),
            "error": failed.map(|failed| &failed.message),
        })
    }
}
