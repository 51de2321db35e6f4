//! `/account/notices`: what I am mailed about.

use std::collections::BTreeSet;

use axum::response::Response;

use crate::actions::choose_notices::choose_notices;
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// `POST /account/notices`: the kinds whose boxes are ticked, one field each.
pub async fn choose(
    scope: Scope,
    Signed(caller): Signed,
    Form(ticked): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let wanted: BTreeSet<String> =
        ticked.into_iter().filter(|(name, _)| name == "wanted").map(|(_, kind)| kind).collect();
    choose_notices(&scope, &caller, &wanted).await?;
    Ok(Toast::NoticesChosen.redirect("/account"))
}
