//! `/desk/people/import`: an admin adds people by a file. The server keeps nothing of it between the look and the act: the page
//! carries the text, and the hash of the plan that it shows.

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::people_file::{
    MAX_BYTES, MAX_ROWS, Newcomer, PeopleColumn, PeopleFileError, PeopleImport, RowProblem, decode,
};
use postern_core::policy::ManagePeople;
use postern_core::tier::Tier;
use serde_json::{Value, json};

use crate::actions::import_people::{ImportOutcome, import_people, preview_import};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

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
    page(&scope, &caller, StatusCode::OK, json!({ "csv": "" }))
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
            let values = json!({ "csv": "", "error": PeopleFileError::TooLarge.to_string() });
            return page(&scope, &caller, StatusCode::PAYLOAD_TOO_LARGE, values);
        }
        Err(_) => return Err(Problem::bad_request("The file did not arrive whole. Send it again.")),
    };
    if sent.plan.is_empty() {
        return match preview_import(&scope, &caller, &sent.csv).await {
            Ok(plan) => planned(&scope, &caller, StatusCode::OK, (&sent, &plan, json!({}))),
            Err(error) => refused(&scope, &caller, &sent, error).await,
        };
    }
    match import_people(&scope, &caller, &sent.csv, &sent.plan).await {
        Ok(ImportOutcome::Done(_)) => Ok(Toast::PeopleImported.redirect("/desk/people")),
        Ok(ImportOutcome::Differs(plan)) => {
            let error = "The directory is not what it was when this file was looked at. Nothing was changed. This is what it \
                         would do now.";
            planned(&scope, &caller, StatusCode::CONFLICT, (&sent, &plan, json!({ "error": error })))
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
    let said = json!({ "error": message, "field": field });
    if wants_touch {
        let plan = preview_import(scope, caller, &sent.csv).await?;
        return planned(scope, caller, status, (sent, &plan, said));
    }
    let csv = decode(&sent.csv).unwrap_or_default();
    page(scope, caller, status, merged(said, json!({ "csv": csv })))
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

fn planned(
    scope: &Scope,
    caller: &Caller,
    status: StatusCode,
    (sent, plan, said): (&SentImport, &PeopleImport, Value),
) -> Result<Response, Problem> {
    let status = if status == StatusCode::OK && !plan.problems.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        status
    };
    let values = json!({
        "csv": decode(&sent.csv).unwrap_or_default(),
        "plan": {
            "hash": plan.plan_hash(),
            "newcomers": plan.newcomers.iter().map(newcomer).collect::<Vec<_>>(),
            "known": plan.known,
            "problems": plan.problems.iter().map(problem).collect::<Vec<_>>(),
        },
    });
    page(scope, caller, status, merged(said, values))
}

fn newcomer(newcomer: &Newcomer) -> Value {
    let contacts = [Some(&newcomer.email), newcomer.mobile.as_ref(), newcomer.office_phone.as_ref()];
    let contacts: Vec<&String> = contacts.into_iter().flatten().collect();
    json!({
        "line": newcomer.line, "login": newcomer.login, "name": newcomer.name, "contacts": contacts,
        "manager": newcomer.manager, "tier": newcomer.tier,
    })
}

fn problem(problem: &RowProblem) -> Value {
    json!({
        "line": problem.line, "column": problem.column.map(PeopleColumn::as_str), "message": problem.message,
    })
}

fn merged(mut into: Value, more: Value) -> Value {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
    into
}

fn page(scope: &Scope, caller: &Caller, status: StatusCode, values: Value) -> Result<Response, Problem> {
    let always = json!({
        "error": null, "field": null, "plan": null,
        "columns": PeopleColumn::ALL.map(PeopleColumn::as_str),
        "tiers": scope.tenant.settings.tiers.iter().map(Tier::as_str).collect::<Vec<_>>(),
        "rows": MAX_ROWS, "mib": MAX_BYTES >> 20,
    });
    render_with(scope, Some(caller), status, "desk/import_people.html", merged(always, values))
}
