//! `/recover/case`: the claimant's page. It survives a reload, follows the case by itself, and shows the pass.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::FlowStep;
use serde::{Deserialize, Serialize};

use super::expected_call::ExpectedCall;
use super::messages::{CaseProgress, case_progress, steps};
use crate::actions::confirm_backup_codes::{self, KeptBy};
use crate::actions::like_time::{CASE_PAGE_FLOOR, in_like_time};
use crate::actions::{ActionError, case_now, open_case, show_backup_codes, show_pass, withdraw_case};
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::persons;
use crate::texts::{ErrorText, MessageId};
use crate::web::account::backup_codes::KeptForm;
use crate::web::cookies;
use crate::web::extract::{ClaimantPageCase, CurrentFlow, Device, Form, Query};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};
use crate::web::toast::Toast;

/// What the page shows.
#[derive(Serialize)]
pub struct ClaimantCasePage {
    pub reference: String,
    pub login: String,
    /// The three words.
    pub phrase: String,
    pub version: i64,
    /// Microseconds.
    pub opened_at: i64,
    /// Of a case that waits for the desk's call.
    pub call: Option<ExpectedCall>,
    pub progress: CaseProgress,
    pub steps: [MessageId; 4],
    /// A pass that was shown, and still works.
    pub pass: Option<PassOnPage>,
    pub error: Option<ErrorText>,
}

impl PageView for ClaimantCasePage {
    const TEMPLATE: &'static str = "portal/case.html";
}

/// An enrolment pass, for its owner's eyes.
#[derive(Serialize)]
pub struct PassOnPage {
    pub code: String,
    /// How many more can be shown.
    pub left: i64,
    /// Microseconds.
    pub expires_at: i64,
    pub seconds_left: i64,
}

/// The codes, this once.
#[derive(Serialize)]
pub struct ClaimantBackupCodesPage {
    pub codes: Vec<String>,
    pub reference: String,
}

impl PageView for ClaimantBackupCodesPage {
    const TEMPLATE: &'static str = "portal/backup_codes.html";
}

/// Who asks. With a sign-in under way the login is known, and what is typed is not looked at.
#[derive(Deserialize)]
pub struct OpenForm {
    #[serde(default)]
    login: String,
}

/// What the page has shown last.
#[derive(Deserialize)]
pub struct SeenVersion {
    seen: Option<i64>,
}

/// `GET /recover/case`
pub async fn show(
    scope: Scope,
    page: Result<ClaimantPageCase, Problem>,
    headers: HeaderMap,
    Query(seen): Query<SeenVersion>,
) -> Result<Response, Problem> {
    let row = match page {
        Ok(ClaimantPageCase(row)) => row,
        Err(problem) if problem.is_not_found() => return Ok(not_here(&headers)),
        // Our fault: the browser keeps its page.
        Err(problem) => return Err(problem),
    };
    if seen.seen == Some(row.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    render(&scope, None, page_of(&scope, &row, None).await?)
}

/// This browser holds no page, or one that somebody else went on with.
fn not_here(headers: &HeaderMap) -> Response {
    if cookies::CASE.read(headers).is_none() {
        return Toast::NoRequestHere.redirect("/recover");
    }
    let mut response = Toast::RequestGone.redirect("/recover");
    if headers.contains_key("hx-request") {
        // A page that asks by itself goes there as a whole.
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert("hx-redirect", HeaderValue::from_static("/recover"));
    }
    cookies::CASE.clear(response.headers_mut());
    response
}

/// `POST /recover/case`
pub async fn open(
    scope: Scope,
    flow: Result<CurrentFlow, Problem>,
    Device(device): Device,
    Form(form): Form<OpenForm>,
) -> Result<Response, Problem> {
    let opened = match flow {
        // With a second step under way the password was right.
        Ok(CurrentFlow(row)) if matches!(row.flow.step(), FlowStep::Second | FlowStep::Pass) => {
            let login = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?.login;
            open_case::open_case_after_password(&scope, &login, device.as_deref()).await?
        }
        _ => open_case::open_case(&scope, &form.login, device.as_deref()).await?,
    };
    let mut response = Redirect::to("/recover/case").into_response();
    cookies::CASE.set(response.headers_mut(), &opened.claimant_page_token);
    Ok(response)
}

/// Which pass.
#[derive(Deserialize)]
pub struct ShowPassForm {
    /// A new one, though the one that was shown still works.
    again: Option<String>,
}

/// `POST /recover/case/pass`
pub async fn show_pass(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
    Form(form): Form<ShowPassForm>,
) -> Result<Response, Problem> {
    let mut response = Redirect::to("/recover/case").into_response();
    let wants_another = form.again.is_some();
    if !wants_another && know_browser(&scope, &row, &mut response).await? {
        return Ok(response);
    }
    match show_pass::show_pass(&scope, &row).await {
        Ok(pass) => {
            cookies::DEVICE.set(response.headers_mut(), &pass.device);
            Ok(response)
        }
        // Pressed twice: the other press has made one.
        Err(_) if !wants_another && know_browser(&scope, &row, &mut response).await? => Ok(response),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, page_of(&scope, &row, Some(message)).await?)
        }
    }
}

/// Whether a pass was shown that still works. This browser is its owner's too, then.
async fn know_browser(scope: &Scope, row: &CaseRow, response: &mut Response) -> Result<bool, Problem> {
    let Some(shown) = show_pass::find_shown(scope, row).await? else { return Ok(false) };
    let device = show_pass::know_browser(scope, row, &shown).await?;
    cookies::DEVICE.set(response.headers_mut(), &device);
    Ok(true)
}

/// `POST /recover/case/backup-codes`
pub async fn show_backup_codes(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
) -> Result<Response, Problem> {
    match show_backup_codes::show_backup_codes(&scope, &row).await {
        Ok(shown) => {
            let codes = ClaimantBackupCodesPage { codes: shown.codes, reference: row.reference };
            let mut response = render(&scope, None, codes)?;
            cookies::CEREMONY.set(response.headers_mut(), &shown.token);
            Ok(response)
        }
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, page_of(&scope, &row, Some(message)).await?)
        }
    }
}

/// `POST /recover/case/backup-codes/confirm`
pub async fn confirm_backup_codes(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
    headers: HeaderMap,
    Form(form): Form<KeptForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let confirmed = if form.kept.is_some() {
        let by = KeptBy::ClaimantPage(&row);
        let confirmed = confirm_backup_codes::confirm_backup_codes(&scope, by, &token);
        in_like_time(CASE_PAGE_FLOOR, confirmed).await
    } else {
        Err(ActionError::refused(MessageId("say-codes-are-kept")))
    };
    match confirmed {
        Ok(()) => {
            let mut response = Redirect::to("/sign-in").into_response();
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, page_of(&scope, &row, Some(message)).await?)
        }
    }
}

/// `POST /recover/case/withdraw`
pub async fn withdraw(scope: Scope, ClaimantPageCase(row): ClaimantPageCase) -> Result<Response, Problem> {
    withdraw_case::withdraw_case(&scope, &row).await?;
    Ok(Redirect::to("/recover/case").into_response())
}

async fn page_of(
    scope: &Scope,
    row: &CaseRow,
    error: Option<ErrorText>,
) -> Result<ClaimantCasePage, Problem> {
    let now = scope.now;
    let case = in_like_time(CASE_PAGE_FLOOR, case_now(scope, row, now)).await?.map(|(case, _)| case);
    let progress = case_progress(case.as_ref(), row.stage_at(now), now);
    let pass = show_pass::find_shown(scope, row).await?.map(|pass| PassOnPage {
        code: pass.code.to_string(),
        left: pass.left,
        expires_at: pass.expires_at.as_microsecond(),
        seconds_left: pass.expires_at.duration_since(now).as_secs(),
    });
    let call = if progress.awaits_call() {
        Some(ExpectedCall::of_case(scope, row, case.as_ref()).await?)
    } else {
        None
    };
    Ok(ClaimantCasePage {
        reference: row.reference.clone(),
        login: row.claimed_login.clone(),
        phrase: row.phrase.clone(),
        version: row.version,
        opened_at: row.opened_at,
        call,
        progress,
        steps: steps(case.as_ref()),
        pass,
        error,
    })
}
