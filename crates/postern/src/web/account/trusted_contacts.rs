//! `/account/trusted-contacts/{id}/…`: who was asked to be a trusted contact answers, and who is one gives it up.

use axum::extract::Path;
use axum::response::Response;

use crate::actions::answer_trusted_contact::{TrustAnswer, answer_trusted_contact};
use crate::actions::resign_trusted_contact::resign_trusted_contact;
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// `POST /account/trusted-contacts/{id}/accept`
pub async fn accept(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    answer_trusted_contact(&scope, &caller, &id, TrustAnswer::Accept).await?;
    Ok(Toast::TrustedContactAccepted.redirect("/account"))
}

/// `POST /account/trusted-contacts/{id}/decline`
pub async fn decline(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    answer_trusted_contact(&scope, &caller, &id, TrustAnswer::Decline).await?;
    Ok(Toast::TrustedContactDeclined.redirect("/account"))
}

/// `POST /account/trusted-contacts/{id}/resign`
pub async fn resign(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    resign_trusted_contact(&scope, &caller, &id).await?;
    Ok(Toast::TrustedContactResigned.redirect("/account"))
}
