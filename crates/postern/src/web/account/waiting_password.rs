//! `/account/waiting-password/stop`: a person stops a new password that waits for their account.

use axum::response::Response;

use crate::actions::end_waiting_password::stop_own;
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// `POST /account/waiting-password/stop`
pub async fn stop(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    stop_own(&scope, &caller).await?;
    Ok(Toast::WaitingPasswordStopped.redirect("/account"))
}
