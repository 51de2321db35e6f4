//! `/desk/people/import`: an admin adds people by a file. The server keeps nothing of it between the look and the act: the page
//! carries the text, and the hash of the plan that it shows.

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::people_file::{
    KnownRow, MAX_BYTES, MAX_ROWS, Newcomer, PeopleColumn, PeopleFileError, PeopleImport, RowProblem, decode,
};
use postern_core::policy::ManagePeople;
use serde::Serialize;

use crate::actions::import_people::{ImportOutcome, import_people, preview_import};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What the page shows.
#[derive(Serialize)]
pub struct ImportPeoplePage {
    /// The file, as it came.
    pub csv: String,
    pub error: Option<String>,
    pub field: Option<&'static str>,
    pub plan: Option<PlannedImport>,
    /// The organisation's.
    pub tiers: Vec<String>,
    /// Most people of one file, and how large it may be.
    pub rows: usize,
    pub mib: usize,
}

impl PageView for ImportPeoplePage {
    const TEMPLATE: &'static str = "desk/import_people.html";
}

/// What the file would do.
#[derive(Serialize)]
pub struct PlannedImport {
    pub hash: String,
    pub newcomers: Vec<NewcomerLine>,
    pub known: Vec<KnownRow>,
    pub problems: Vec<RowProblemLine>,
}

/// Somebody who would be added.
#[derive(Serialize)]
pub struct NewcomerLine {
    pub line: u64,
    pub login: String,
    pub name: String,
    pub contacts: Vec<String>,
    pub manager: Option<String>,
    pub tier: String,
}

/// What is wrong with a row.
#[derive(Serialize)]
pub struct RowProblemLine {
    pub line: u64,
    pub column: Option<&'static str>,
    pub message: String,
}

impl ImportPeoplePage {
    /// Before anything was looked at.
    fn empty(scope: &Scope) -> Self {
        Self {
            csv: String::new(),
            error: None,
            field: None,
            plan: None,
            tiers: scope.tenant.settings.tiers.iter().map(|tier| tier.as_str().to_owned()).collect(),
            rows: MAX_ROWS,
            mib: MAX_BYTES >> 20,
        }
    }
}

/// What arrived of the form.
#[derive(Default)]
struct SentImport {
    /// The chosen file, or else what was pasted, or carried by the page.
    csv: Vec<u8>,
    /// The hash of the plan that was shown; empty for a first look.
    plan: String,
}

/// `GET /desk/people/import`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    render_with(&scope, Some(&caller), StatusCode::OK, ImportPeoplePage::empty(&scope))
}

/// `POST /desk/people/import`
pub async fn submit(scope: Scope, Signed(caller): Signed, request: Request) -> Result<Response, Problem> {
    // Before the file is read.
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Problem::bad_request("Send the form of this page, with a file."))?;
    let sent = match read(form).await {
        Ok(sent) => sent,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let error = Some(PeopleFileError::TooLarge.to_string());
            let shown = ImportPeoplePage { error, ..ImportPeoplePage::empty(&scope) };
            return render_with(&scope, Some(&caller), StatusCode::PAYLOAD_TOO_LARGE, shown);
        }
        Err(_) => return Err(Problem::bad_request("The file did not arrive whole. Send it again.")),
    };
    if sent.plan.is_empty() {
        return match preview_import(&scope, &caller, &sent.csv).await {
            Ok(plan) => planned(&scope, &caller, StatusCode::OK, (&sent, &plan, (None, None))),
            Err(error) => refused(&scope, &caller, &sent, error).await,
        };
    }
    match import_people(&scope, &caller, &sent.csv, &sent.plan).await {
        Ok(ImportOutcome::Done(_)) => Ok(Toast::PeopleImported.redirect("/desk/people")),
        Ok(ImportOutcome::Differs(plan)) => {
            let error = "The directory is not what it was when this file was looked at. Nothing was changed. This is what it \
                         would do now.";
            let said = (None, Some(error.to_owned()));
            planned(&scope, &caller, StatusCode::CONFLICT, (&sent, &plan, said))
        }
        Err(error) => refused(&scope, &caller, &sent, error).await,
    }
}

/// The page again. Where only a touch lacks, with the plan that it is for.
async fn refused(
    scope: &Scope,
    caller: &Caller,
    sent: &SentImport,
    error: ActionError,
) -> Result<Response, Problem> {
    let wants_touch = matches!(error, ActionError::StepUp);
    let (status, field, message) = form_error(error)?;
    if wants_touch {
        let plan = preview_import(scope, caller, &sent.csv).await?;
        return planned(scope, caller, status, (sent, &plan, (field, Some(message))));
    }
    let csv = decode(&sent.csv).unwrap_or_default();
    let shown = ImportPeoplePage { csv, error: Some(message), field, ..ImportPeoplePage::empty(scope) };
    render_with(scope, Some(caller), status, shown)
}

async fn read(mut form: Multipart) -> Result<SentImport, MultipartError> {
    let mut sent = SentImport::default();
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("plan") => sent.plan = field.text().await?,
            Some("file" | "csv") => {
                let bytes = field.bytes().await?;
                if !bytes.is_empty() && sent.csv.is_empty() {
                    sent.csv = bytes.to_vec();
                }
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// Which field it was about, and what was wrong.
type FailedImport = (Option<&'static str>, Option<String>);

fn planned(
    scope: &Scope,
    caller: &Caller,
    status: StatusCode,
    (sent, plan, (field, error)): (&SentImport, &PeopleImport, FailedImport),
) -> Result<Response, Problem> {
    let status = if status == StatusCode::OK && !plan.problems.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        status
    };
    let shown = ImportPeoplePage {
        csv: decode(&sent.csv).unwrap_or_default(),
        error,
        field,
        plan: Some(PlannedImport {
            hash: plan.plan_hash(),
            newcomers: plan.newcomers.iter().map(NewcomerLine::of).collect(),
            known: plan.known.clone(),
            problems: plan.problems.iter().map(RowProblemLine::of).collect(),
        }),
        ..ImportPeoplePage::empty(scope)
    };
    render_with(scope, Some(caller), status, shown)
}

impl NewcomerLine {
    fn of(newcomer: &Newcomer) -> Self {
        let contacts = [Some(&newcomer.email), newcomer.mobile.as_ref(), newcomer.office_phone.as_ref()];
        Self {
            line: newcomer.line,
            login: newcomer.login.clone(),
            name: newcomer.name.clone(),
            contacts: contacts.into_iter().flatten().cloned().collect(),
            manager: newcomer.manager.clone(),
            tier: newcomer.tier.clone(),
        }
    }
}

impl RowProblemLine {
    fn of(problem: &RowProblem) -> Self {
        Self {
            line: problem.line,
            column: problem.column.map(PeopleColumn::as_str),
            message: problem.message.clone(),
        }
    }
}
