//! `/not-me`: the owner stops what a notice told of, and is asked about their other open requests. Looking at the page
//! stops nothing: mail scanners look too.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::contest::{Stopped, WhichOthers, contest, contest_others};
use crate::actions::remedies::texts;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::web::extract::Form;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

const PAGE: &str = "portal/not_me.html";

/// The form.
#[derive(Deserialize)]
pub struct NotMeForm {
    code: String,
}

/// Which of the others.
#[derive(Deserialize)]
pub struct OthersForm {
    code: String,
    /// The reference of one; empty for all of them.
    #[serde(default)]
    reference: String,
}

/// `GET /not-me`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, PAGE, json!({ "error": null }))
}

/// `POST /not-me`
pub async fn submit(scope: Scope, Form(form): Form<NotMeForm>) -> Result<Response, Problem> {
    match contest(&scope, &form.code).await {
        Ok(stopped) => outcome(&scope, &stopped),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, PAGE, json!({ "error": message }))
        }
    }
}

/// `POST /not-me/others`
pub async fn submit_others(scope: Scope, Form(form): Form<OthersForm>) -> Result<Response, Problem> {
    let which = if form.reference.is_empty() { WhichOthers::All } else { WhichOthers::One(&form.reference) };
    match contest_others(&scope, &form.code, which).await {
        Ok(stopped) => outcome(&scope, &stopped),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, PAGE, json!({ "error": message }))
        }
    }
}

fn outcome(scope: &Scope, stopped: &Stopped) -> Result<Response, Problem> {
    let other = |row: &CaseRow| -> Result<Value, Problem> {
        let case = row.case(scope.now)?;
        let done = case.filter(|case| case.remedied_at().is_some()).map(|case| texts(case.remedy()).done);
        Ok(json!({
            "reference": row.reference, "opened_at": row.opened_at, "device": row.device().in_language(scope.app.pages.language()), "ip": row.ip, "done": done,
        }))
    };
    let values = json!({
        "references": stopped.references, "account_suspended": stopped.account_suspended,
        "others": stopped.others.iter().map(other).collect::<Result<Vec<_>, _>>()?,
        "code": stopped.follow_up.as_ref().map(|code| code.as_str()),
    });
    render(scope, None, "portal/stopped.html", values)
}
