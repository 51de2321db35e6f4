//! `/account/vouches/{id}`: a manager's word for a report.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::case::Stage;
use postern_core::evidence::{Evidence, EvidenceOutcome};
use postern_core::id::CaseId;
use postern_core::policy::Vouch;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::vouch::{ManagersWord, vouch};
use crate::actions::{Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::persons;
use crate::texts::ErrorText;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};
use crate::web::toast::Toast;

/// The form.
#[derive(Deserialize)]
pub struct VouchForm {
    /// The button that was pressed. What is left out is never taken for a yes.
    outcome: Option<EvidenceOutcome>,
    #[serde(default)]
    phrase: String,
    #[serde(default)]
    how: String,
    /// Of the page that was looked at.
    reference: Option<String>,
}

/// `GET /account/vouches/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    if !caller.phishing_resistant {
        // The link of the mail, in a session of before: the passkey is helped to, and the way leads back here.
        return render(&scope, Some(&caller), "account/vouch_wants_passkey.html", json!({}));
    }
    page(&scope, &caller, &CaseId::new(id), None).await
}

/// `POST /account/vouches/{id}`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<VouchForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = form.outcome.unwrap_or(EvidenceOutcome::Rejected);
    let reference = form.reference.as_deref();
    let word = ManagersWord { outcome, phrase: &form.phrase, how: &form.how, reference };
    match vouch(&scope, &caller, &id, word).await {
        Ok(()) => Ok(toast_of(outcome).redirect("/account")),
        Err(error) => {
            let error = form_message(error)?;
            page(&scope, &caller, &id, Some((error, &form))).await
        }
    }
}

fn toast_of(outcome: EvidenceOutcome) -> Toast {
    match outcome {
        EvidenceOutcome::WrongPerson => Toast::VouchDenied,
        EvidenceOutcome::Unsure => Toast::VouchUnsure,
        _ => Toast::Vouched,
    }
}

type VouchError<'a> = ((StatusCode, Option<&'static str>, ErrorText), &'a VouchForm);

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    error: Option<VouchError<'_>>,
) -> Result<Response, Problem> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    permit_on_case::<Vouch>(scope, caller, &case).await?;
    let said = case.last_word_of_manager();
    // A yes that is too old is wanted anew.
    let gave_word = row.closed_at.is_none() && said.is_some_and(|piece| case.counts(piece, now));
    let is_verifying = *case.stage() == Stage::Verifying;
    let can_say_no = is_verifying || case.stage().verified_at().is_some();
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let typed = error.as_ref().map(|(_, form)| *form);
    let (status, field, message) = match &error {
        Some(((status, field, message), _)) => (*status, *field, Some(message)),
        None => (StatusCode::OK, None, None),
    };
    let values = json!({
        "id": row.id, "reference": row.reference, "name": person.name, "login": person.login, "opened_at": row.opened_at,
        "user_agent": row.user_agent, "ip": row.ip, "known_device": row.opened_with == "known_device",
        "can_say_yes": is_verifying && !gave_word, "can_say_no": can_say_no, "gave_word": gave_word,
        "said": said.filter(|piece| !piece.is_confirmed()).map(said_value),
        "field": field, "error": message,
        "phrase": typed.map_or("", |form| &form.phrase), "how": typed.map_or("", |form| &form.how),
    });
    render_with(scope, Some(caller), status, "account/vouch.html", values)
}

fn said_value(said: &Evidence) -> Value {
    json!({ "outcome": said.outcome.as_str(), "at": said.at.as_microsecond() })
}
