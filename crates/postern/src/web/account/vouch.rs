//! `/account/vouches/{id}`: a manager's word for a report.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::case::Stage;
use postern_core::evidence::{Evidence, EvidenceOutcome};
use postern_core::id::CaseId;
use postern_core::policy::Vouch;
use serde::{Deserialize, Serialize};

use crate::actions::vouch::{ManagersWord, vouch};
use crate::actions::{Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::persons;
use crate::texts::ErrorText;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
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

/// What the page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct VouchPage {
    pub id: String,
    pub reference: String,
    /// Whom it is about.
    pub name: String,
    pub login: String,
    /// Microseconds.
    pub opened_at: i64,
    pub user_agent: String,
    pub ip: String,
    pub known_device: bool,
    pub can_say_yes: bool,
    pub can_say_no: bool,
    /// Whether they said yes, and it counts.
    pub gave_word: bool,
    /// Whether what they say stops what the remedy gave.
    pub after_remedy: bool,
    /// What they said before, if it was no yes.
    pub said: Option<SaidBefore>,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
    pub phrase: String,
    pub how: String,
}

impl PageView for VouchPage {
    const TEMPLATE: &'static str = "account/vouch.html";
}

/// A manager's earlier word.
#[derive(Serialize)]
pub struct SaidBefore {
    pub outcome: &'static str,
    /// Microseconds.
    pub at: i64,
}

/// Whoever is signed in without a passkey is helped to one.
#[derive(Serialize)]
pub struct VouchWantsPasskeyPage {}

impl PageView for VouchWantsPasskeyPage {
    const TEMPLATE: &'static str = "account/vouch_wants_passkey.html";
}

/// `GET /account/vouches/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    if !caller.phishing_resistant {
        // The link of the mail, in a session of before: the passkey is helped to, and the way leads back here.
        return render(&scope, Some(&caller), VouchWantsPasskeyPage {});
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
    let after_remedy = case.can_be_stopped_after_remedy();
    let can_say_no = is_verifying || case.stage().verified_at().is_some() || after_remedy;
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let typed = error.as_ref().map(|(_, form)| *form);
    let (status, field, message) = match &error {
        Some(((status, field, message), _)) => (*status, *field, Some(message.clone())),
        None => (StatusCode::OK, None, None),
    };
    let shown = VouchPage {
        name: person.name,
        login: person.login,
        opened_at: row.opened_at,
        known_device: row.opened_with == "known_device",
        can_say_yes: is_verifying && !gave_word,
        can_say_no,
        gave_word,
        after_remedy,
        said: said.filter(|piece| !piece.is_confirmed()).map(SaidBefore::of),
        field,
        error: message,
        phrase: typed.map(|form| form.phrase.clone()).unwrap_or_default(),
        how: typed.map(|form| form.how.clone()).unwrap_or_default(),
        id: row.id,
        reference: row.reference,
        user_agent: row.user_agent,
        ip: row.ip,
    };
    render_with(scope, Some(caller), status, shown)
}

impl SaidBefore {
    fn of(said: &Evidence) -> Self {
        Self { outcome: said.outcome.as_str(), at: said.at.as_microsecond() }
    }
}
