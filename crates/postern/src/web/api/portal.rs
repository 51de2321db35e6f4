//! The claimant's steps: ask, follow the case, see the pass, take the request back; and the owner's "this was not me".

use axum::Json;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{ClaimantPageErrors, OpenErrors};
use super::input::Body;
use crate::actions;
use crate::actions::confirm_backup_codes::KeptBy;
use crate::actions::contest::{Stopped, WhichOthers};
use crate::actions::like_time::{CASE_PAGE_FLOOR, in_like_time};
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};
use crate::store::time;
use crate::texts::MessageId;
use crate::web::extract::ClaimantPageCase;
use crate::web::portal::expected_call::ExpectedCall;
use crate::web::portal::messages::{case_progress, steps};
use crate::web::problem::Problem;

/// Who can't sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCase {
    /// The name they sign in with.
    #[schema(example = "ana")]
    login: String,
}

/// Which request to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinCaseBody {
    /// The name they sign in with.
    #[schema(example = "ana")]
    login: String,
    /// The case's name in talk.
    #[schema(example = "C-7K3M9Q")]
    reference: String,
}

/// A case that was opened.
#[derive(Serialize, ToSchema)]
pub struct OpenedCase {
    /// Names the claimant's page: send it as `Authorization: Bearer`. It is shown only here.
    claimant_page_token: String,
    #[serde(flatten)]
    case: ClaimantCase,
}

/// What the claimant's page says. Alike whether or not anybody signs in with that name.
#[derive(Serialize, ToSchema)]
pub struct ClaimantCase {
    /// The case's name in talk: `C-7K3M9Q`.
    reference: String,
    /// The login that was given.
    login: String,
    /// What the claimant reads out when the help desk calls.
    phrase: String,
    /// When the case was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// Where it stands.
    now: String,
    /// What happens next.
    next: String,
    /// The call that is to come; null once it was made, and when it is over.
    call: Option<ExpectedCall>,
    /// The steps that every case takes.
    steps: Vec<String>,
    /// How many of them are done.
    steps_done: usize,
    /// End of the waiting period, while there is one.
    #[schema(value_type = Option<String>, format = DateTime)]
    hold_until: Option<Timestamp>,
    /// What the page can show now: `pass` or `backup_codes`.
    can_show: Option<&'static str>,
    /// Whether the request can be withdrawn.
    can_withdraw: bool,
    /// Whether it is over.
    over: bool,
}

/// A one-use enrolment pass.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentPassAnswer {
    /// Signs in together with the password, once, to enrolment and nowhere else. An earlier pass is dead.
    #[schema(example = "7K3M-9QXR-2WPD")]
    pass: String,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Backup codes that count once they are confirmed.
#[derive(Serialize, ToSchema)]
pub struct ShownBackupCodes {
    /// The codes. Each opens the account once, after the password.
    codes: Vec<String>,
    /// Send it to `backup-codes/confirm` once they are kept.
    confirm: String,
}

/// The word of the page's holder that the codes are kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmShownCodes {
    /// The `confirm` that came with the codes.
    confirm: String,
}

/// The owner's objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestBody {
    /// The code from the link in the notice: what follows `#`.
    code: String,
}

/// Which of the other requests were not the owner's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestOthers {
    /// The `follow_up` of the answer before.
    code: String,
    /// The reference of one of the `others`; left out: all of them.
    #[serde(default)]
    #[schema(example = "C-7K3M9Q")]
    reference: Option<String>,
}

/// What the objection stopped, and what is asked.
#[derive(Serialize, ToSchema)]
pub struct ContestedAnswer {
    /// The references of the requests that are stopped now. Empty: what the notice told of was over already, or the code
    /// asks which.
    stopped: Vec<String>,
    /// Whether the account is suspended too, because something had been changed already.
    account_suspended: bool,
    /// Whether a new password that waited is stopped: it never counts.
    password_stopped: bool,
    /// Other open requests in the same name: they go on unless they are stopped too.
    others: Vec<OpenRequest>,
    /// Stops the `others`, and nothing else. Null when there are none.
    follow_up: Option<String>,
}

/// A request to recover an account.
#[derive(Serialize, ToSchema)]
pub struct OpenRequest {
    /// Its name in talk: `C-7K3M9Q`.
    reference: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// The kind of device, as far as it tells: `an iPhone`.
    device: String,
    /// The address that it came from.
    ip: String,
}

/// `POST /api/v1/portal/cases`
#[utoipa::path(post, path = "/api/v1/portal/cases", tag = "portal", operation_id = "open_case",
    summary = "Ask to be let back in",
    description = "Opens a case and tells every contact on file. The answer is alike for a login that nobody has.",
    request_body = OpenCase,
    responses((status = 201, description = "The case, and the token of its page.", body = OpenedCase), OpenErrors))]
pub async fn open_case(
    scope: Scope,
    Body(sent): Body<OpenCase>,
) -> Result<(StatusCode, Json<OpenedCase>), Problem> {
    let opened = actions::open_case::open_case(&scope, &sent.login, None).await?;
    let row = cases::load(&scope.app.db, &scope.tenant.id, &opened.id).await?;
    let answer = OpenedCase {
        claimant_page_token: opened.claimant_page_token.to_string(),
        case: view(&scope, &row).await?,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `POST /api/v1/portal/cases/join`
#[utoipa::path(post, path = "/api/v1/portal/cases/join", tag = "portal", operation_id = "join_case",
    summary = "Go on with a request by its reference",
    description = "For whoever got the reference from the help desk, or lost the browser that the request was opened in. The page of before \
        ends; this one has a phrase of its own, and what was proven before counts nothing. Every contact on file is told.",
    request_body = JoinCaseBody,
    responses((status = 200, description = "The case, and the token of its page.", body = OpenedCase), OpenErrors))]
pub async fn join_case(scope: Scope, Body(sent): Body<JoinCaseBody>) -> Result<Json<OpenedCase>, Problem> {
    let joined = actions::join_case::join_case(&scope, &sent.login, &sent.reference, None).await?;
    let row = cases::load(&scope.app.db, &scope.tenant.id, &joined.id).await?;
    let claimant_page_token = joined.claimant_page_token.to_string();
    Ok(Json(OpenedCase { claimant_page_token, case: view(&scope, &row).await? }))
}

/// `GET /api/v1/portal/case`
#[utoipa::path(get, path = "/api/v1/portal/case", tag = "portal", operation_id = "show_case_page",
    summary = "Where the case stands", description = "What the claimant's page says now, and what happens next.",
    security(("claimant_page_token" = []), ("case_cookie" = [])),
    responses((status = 200, description = "The case.", body = ClaimantCase), ClaimantPageErrors))]
pub async fn show_case(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
) -> Result<Json<ClaimantCase>, Problem> {
    Ok(Json(view(&scope, &row).await?))
}

/// `POST /api/v1/portal/case/pass`
#[utoipa::path(post, path = "/api/v1/portal/case/pass", tag = "portal", operation_id = "show_pass",
    summary = "Show a pass",
    description = "Makes a one-use pass, after the reset and on a bound page only. Up to five for a case; each kills the \
        one before.",
    security(("claimant_page_token" = []), ("case_cookie" = [])),
    responses((status = 200, description = "The pass.", body = EnrolmentPassAnswer), ClaimantPageErrors))]
pub async fn show_pass(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
) -> Result<Json<EnrolmentPassAnswer>, Problem> {
    let shown = actions::show_pass::show_pass(&scope, &row).await?;
    Ok(Json(EnrolmentPassAnswer { pass: shown.code, expires_at: shown.expires_at }))
}

/// `POST /api/v1/portal/case/backup-codes`
#[utoipa::path(post, path = "/api/v1/portal/case/backup-codes", tag = "portal", operation_id = "show_backup_codes",
    summary = "Show backup codes",
    description = "Makes ten codes, once the remedy was applied and on a bound page only. They are good once they are confirmed. \
        Up to five times for a case; each kills what was shown before.",
    security(("claimant_page_token" = []), ("case_cookie" = [])),
    responses((status = 200, description = "The codes.", body = ShownBackupCodes), ClaimantPageErrors))]
pub async fn show_backup_codes(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
) -> Result<Json<ShownBackupCodes>, Problem> {
    let shown = actions::show_backup_codes::show_backup_codes(&scope, &row).await?;
    Ok(Json(ShownBackupCodes { codes: shown.codes, confirm: shown.token.to_string() }))
}

/// `POST /api/v1/portal/case/backup-codes/confirm`
#[utoipa::path(post, path = "/api/v1/portal/case/backup-codes/confirm", tag = "portal", operation_id = "confirm_shown_backup_codes",
    summary = "Say that the codes are kept", description = "From now on they are good.",
    request_body = ConfirmShownCodes, security(("claimant_page_token" = []), ("case_cookie" = [])),
    responses((status = 204, description = "They are good."), ClaimantPageErrors))]
pub async fn confirm_backup_codes(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
    Body(sent): Body<ConfirmShownCodes>,
) -> Result<StatusCode, Problem> {
    let by = KeptBy::ClaimantPage(&row);
    let confirmed = actions::confirm_backup_codes::confirm_backup_codes(&scope, by, &sent.confirm);
    in_like_time(CASE_PAGE_FLOOR, confirmed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/portal/case/withdraw`
#[utoipa::path(post, path = "/api/v1/portal/case/withdraw", tag = "portal", operation_id = "withdraw_case",
    summary = "Take the request back", description = "Closes the case. Possible until the reset.",
    security(("claimant_page_token" = []), ("case_cookie" = [])),
    responses((status = 200, description = "The closed case.", body = ClaimantCase), ClaimantPageErrors))]
pub async fn withdraw_case(
    scope: Scope,
    ClaimantPageCase(row): ClaimantPageCase,
) -> Result<Json<ClaimantCase>, Problem> {
    actions::withdraw_case::withdraw_case(&scope, &row).await?;
    let row = cases::load(&scope.app.db, &scope.tenant.id, &row.case_id()).await?;
    Ok(Json(view(&scope, &row).await?))
}

/// `POST /api/v1/portal/contest`
#[utoipa::path(post, path = "/api/v1/portal/contest", tag = "portal", operation_id = "contest",
    summary = "This was not me",
    description = "Stops what a notice told of: stops the case, and suspends the account if something was changed already. The \
        code is proof enough; nobody needs to be signed in to stop a recovery.",
    request_body = ContestBody,
    responses((status = 200, description = "It is stopped.", body = ContestedAnswer), OpenErrors))]
pub async fn contest(scope: Scope, Body(sent): Body<ContestBody>) -> Result<Json<ContestedAnswer>, Problem> {
    Ok(Json(ContestedAnswer::from(actions::contest::contest(&scope, &sent.code).await?)))
}

/// `POST /api/v1/portal/contest/others`
#[utoipa::path(post, path = "/api/v1/portal/contest/others", tag = "portal", operation_id = "contest_others",
    summary = "These were not me either",
    description = "Stops one of the other open requests that the answer to `contest` named, or all of them.",
    request_body = ContestOthers,
    responses((status = 200, description = "What is stopped now.", body = ContestedAnswer), OpenErrors))]
pub async fn contest_others(
    scope: Scope,
    Body(sent): Body<ContestOthers>,
) -> Result<Json<ContestedAnswer>, Problem> {
    let which = sent.reference.as_deref().map_or(WhichOthers::All, WhichOthers::One);
    Ok(Json(ContestedAnswer::from(actions::contest::contest_others(&scope, &sent.code, which).await?)))
}

impl From<Stopped> for ContestedAnswer {
    fn from(stopped: Stopped) -> Self {
        let other = |row: CaseRow| OpenRequest {
            device: row.device().english(),
            opened_at: time(row.opened_at),
            reference: row.reference,
            ip: row.ip,
        };
        Self {
            stopped: stopped.references,
            account_suspended: stopped.account_suspended,
            password_stopped: stopped.password_stopped,
            follow_up: stopped.follow_up.filter(|_| !stopped.others.is_empty()).map(|code| code.to_string()),
            others: stopped.others.into_iter().map(other).collect(),
        }
    }
}

async fn view(scope: &Scope, row: &CaseRow) -> Result<ClaimantCase, Problem> {
    let now = scope.now;
    let case = in_like_time(CASE_PAGE_FLOOR, actions::case_now(scope, row, now)).await?.map(|(case, _)| case);
    let progress = case_progress(case.as_ref(), row.stage_at(now), now);
    let call = if progress.awaits_call() {
        Some(ExpectedCall::of_case(scope, row, case.as_ref()).await?)
    } else {
        None
    };
    Ok(ClaimantCase {
        call,
        reference: row.reference.clone(),
        login: row.claimed_login.clone(),
        phrase: row.phrase.clone(),
        opened_at: time(row.opened_at),
        now: progress.now.english(),
        next: progress.next.english(),
        steps: steps(case.as_ref()).map(MessageId::english).to_vec(),
        steps_done: progress.done,
        hold_until: progress.until.map(time),
        can_show: progress.can_show,
        can_withdraw: progress.can_withdraw,
        over: progress.over,
    })
}
