//! Why a person cannot sign in.

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use postern_signals::{AttemptResult, Cause, PersonState};
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ReadErrors;
use super::input::PersonPath;
use crate::actions::diagnose_person::{Account, AttemptLine, diagnose_person};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::persons::{self, Person};
use crate::web::extract::ApiCaller;
use crate::web::finding_view::{FindingView, views};
use crate::web::problem::Problem;

/// What is known of a person's sign-ins.
#[derive(Serialize, ToSchema)]
pub struct DiagnosisView {
    /// Whether an open incident is about the person: then no reset is the answer.
    pub attacked: bool,
    /// One for each provider and login, those that need care first.
    pub accounts: Vec<AccountView>,
    /// Open findings about the person, worst first.
    pub findings: Vec<FindingView>,
    /// Open findings about an address or a provider that name the person among others. They are no verdict on this
    /// account.
    pub also_named_in: Vec<FindingView>,
    /// The latest twenty attempts of all of them, newest first.
    pub attempts: Vec<AttemptView>,
    /// From when on records were looked at.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// One account of a person.
#[derive(Serialize, ToSchema)]
pub struct AccountView {
    /// Whose log: `postern` for our own.
    pub provider: &'static str,
    /// The login there.
    pub login: String,
    /// `locked_out`, `not_locked_out`, `unfinished` or `unknown`.
    pub state: &'static str,
    /// Since when, of one that is locked out or unfinished.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// One of the words that `postern diagnose` uses; null when nothing is wrong.
    pub cause: Option<&'static str>,
    /// Why, in plain words.
    pub why: String,
    /// What to do.
    pub remediation: String,
    /// Would an MFA reset help? `yes, once verified`, `only if the factor is lost` or `no`.
    pub reset_helps: &'static str,
    /// The first rung of the ladder that applies; 0 when nothing is wrong.
    pub rung: u8,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_attempt: Option<Timestamp>,
    /// The id of the open finding that explains it for the whole organisation.
    pub organisation_wide: Option<String>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub provider: &'static str,
    /// Who, as the log writes it; null where it does not say.
    pub login: Option<String>,
    pub method: &'static str,
    /// `success`, `failure`, `interrupt`, `push_sent`, or a change to the account such as `factor_reset`.
    pub result: &'static str,
    /// One word of the vocabulary of causes.
    pub cause: Option<&'static str>,
    /// The cause in plain words.
    pub cause_description: Option<&'static str>,
    /// What to do.
    pub remediation: Option<&'static str>,
    pub ip: Option<String>,
    pub app: Option<String>,
    pub detail: Option<String>,
}

/// `GET /api/v1/people/{id}/diagnosis`
#[utoipa::path(get, path = "/api/v1/people/{id}/diagnosis", tag = "sign-ins", operation_id = "diagnose_person",
    summary = "Why a person cannot sign in",
    description = "From our own sign-ins and from those taken in, of the last weeks: locked out or not, why, what to do, \
        whether an MFA reset would help, and whether it looks like an attack.",
    params(PersonPath), security(("service_token" = ["findings:read"]), ("session" = [])),
    responses((status = 200, description = "The diagnosis.", body = DiagnosisView), ReadErrors))]
pub async fn show(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<PersonPath>,
) -> Result<Json<DiagnosisView>, Problem> {
    let caller = caller.with_scope(&scope, "findings:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(path.id)).await?;
    Ok(Json(DiagnosisView::load(&scope, &person).await?))
}

impl DiagnosisView {
    /// For the page and for the API.
    pub async fn load(scope: &Scope, person: &Person) -> Result<Self, Problem> {
        let diagnosis = diagnose_person(scope, person).await?;
        Ok(Self {
            attacked: diagnosis.incident().is_some(),
            accounts: diagnosis.accounts.into_iter().map(AccountView::from).collect(),
            attempts: diagnosis.attempts.into_iter().map(AttemptView::from).collect(),
            since: diagnosis.since,
            findings: views(scope, diagnosis.findings).await?,
            also_named_in: views(scope, diagnosis.also_named_in).await?,
        })
    }
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let (state, since) = match account.state {
            PersonState::LockedOut { since } => ("locked_out", Some(since)),
            PersonState::NotLockedOut => ("not_locked_out", None),
            PersonState::Unfinished { since } => ("unfinished", Some(since)),
            PersonState::Unknown => ("unknown", None),
        };
        Self {
            provider: account.provider.as_str(),
            login: account.login,
            state,
            since,
            cause: account.cause.map(Cause::as_str),
            why: account.why,
            remediation: account.remediation,
            reset_helps: account.reset_helps.description(),
            rung: account.rung,
            last_success: account.last_success,
            last_attempt: account.last_attempt,
            organisation_wide: account.organisation_wide,
        }
    }
}

impl From<AttemptLine> for AttemptView {
    fn from(attempt: AttemptLine) -> Self {
        let (result, cause) = match attempt.result {
            AttemptResult::Success => ("success", None),
            AttemptResult::Failure(cause) => ("failure", Some(cause)),
            AttemptResult::Interrupt(cause) => ("interrupt", cause),
            AttemptResult::PushSent => ("push_sent", None),
            AttemptResult::Lifecycle(change) => (change.as_str(), None),
        };
        Self {
            at: attempt.at,
            provider: attempt.provider.as_str(),
            login: attempt.login,
            method: attempt.method.as_str(),
            result,
            cause: cause.map(Cause::as_str),
            cause_description: cause.map(|cause| cause.description_for(attempt.method)),
            remediation: cause.map(|cause| cause.remediation_for(attempt.method)),
            ip: attempt.ip,
            app: attempt.app,
            detail: attempt.detail,
        }
    }
}
