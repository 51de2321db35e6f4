//! `/not-me`: the owner stops what a notice told of, and is asked about their other open requests. Looking at the page
//! stops nothing: mail scanners look too.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::contest::{Stopped, WhichOthers, contest, contest_others};
use crate::actions::remedies::texts;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::texts::{ErrorText, MessageId};
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

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

/// What the page shows.
#[derive(Serialize)]
pub struct NotMePage {
    pub error: Option<ErrorText>,
}

impl PageView for NotMePage {
    const TEMPLATE: &'static str = "portal/not_me.html";
}

/// What was stopped, and what else is open.
#[derive(Serialize)]
pub struct StoppedPage {
    /// Of the requests that are stopped now.
    pub references: Vec<String>,
    pub account_suspended: bool,
    /// A new password that waited.
    pub password_stopped: bool,
    pub others: Vec<OtherRequest>,
    /// Stops the others.
    pub code: Option<String>,
}

impl PageView for StoppedPage {
    const TEMPLATE: &'static str = "portal/stopped.html";
}

/// Another open request in the person's name.
#[derive(Serialize)]
pub struct OtherRequest {
    pub reference: String,
    /// Microseconds.
    pub opened_at: i64,
    pub device: String,
    pub ip: String,
    /// What it did already.
    pub done: Option<MessageId>,
}

/// `GET /not-me`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, NotMePage { error: None })
}

/// `POST /not-me`
pub async fn submit(scope: Scope, Form(form): Form<NotMeForm>) -> Result<Response, Problem> {
    match contest(&scope, &form.code).await {
        Ok(stopped) => outcome(&scope, &stopped),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, NotMePage { error: Some(message) })
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
            render_with(&scope, None, status, NotMePage { error: Some(message) })
        }
    }
}

fn outcome(scope: &Scope, stopped: &Stopped) -> Result<Response, Problem> {
    let other = |row: &CaseRow| -> Result<OtherRequest, Problem> {
        let case = row.case(scope.now)?;
        let done = case.filter(|case| case.remedied_at().is_some()).map(|case| texts(case.remedy()).done);
        Ok(OtherRequest {
            reference: row.reference.clone(),
            opened_at: row.opened_at,
            device: row.device().in_language(scope.app.pages.language()),
            ip: row.ip.clone(),
            done,
        })
    };
    let shown = StoppedPage {
        references: stopped.references.clone(),
        account_suspended: stopped.account_suspended,
        password_stopped: stopped.password_stopped,
        others: stopped.others.iter().map(other).collect::<Result<Vec<_>, _>>()?,
        code: stopped.follow_up.as_ref().map(|code| code.to_string()),
    };
    render(scope, None, shown)
}
