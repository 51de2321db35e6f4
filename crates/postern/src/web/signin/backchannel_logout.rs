//! `/sign-in/federated/{provider}/backchannel-logout`: an identity provider says that somebody has signed out there. It comes
//! from its server, with no cookie, and is answered as OpenID Connect Back-Channel Logout 1.0 §2.8 has it.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use crate::actions::{ActionError, hear_logout};
use crate::scope::Scope;
use crate::web::problem::Problem;

/// What a provider posts.
#[derive(Deserialize)]
pub struct LogoutForm {
    logout_token: String,
}

/// `POST /sign-in/federated/{provider}/backchannel-logout`
pub async fn receive(
    scope: Scope,
    Path(provider): Path<String>,
    form: Result<axum::Form<LogoutForm>, FormRejection>,
) -> Result<Response, Problem> {
    // A form that cannot be read holds no token, and is counted as any other that does not do.
    let token = form.map_or_else(|_| String::new(), |axum::Form(form)| form.logout_token);
    match hear_logout::hear_logout(&scope, &provider, &token).await {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        // Which of its rules a token breaks is for the operator's log.
        Err(ActionError::Wrong(_) | ActionError::Refused(_)) => {
            Ok((StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request" }))).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
