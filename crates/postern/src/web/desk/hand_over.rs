//! `/desk/cases/{id}/hand-over`: to a colleague who may work on it, with a note for them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{TakeCase, ViewCase};
use serde::{Deserialize, Serialize};

use crate::actions::hand_over_case::{HandOver, hand_over_case, is_open, list_colleagues, why_kept};
use crate::actions::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// To whom, and why.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct HandOverForm {
    pub to: String,
    /// Who had it when the page was shown; empty for nobody.
    pub from: String,
    pub reason: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct HandOverPage {
    pub id: String,
    pub reference: String,
    /// Whom the case is about: a name, or what was typed.
    pub about: String,
    /// Who has it: a name.
    pub holder: Option<String>,
    pub holder_id: Option<String>,
    pub colleagues: Vec<ColleagueChoice>,
    /// Why it can't be handed over.
    pub over: Option<String>,
    pub typed: HandOverForm,
    pub field: Option<&'static str>,
    pub error: Option<String>,
}

impl PageView for HandOverPage {
    const TEMPLATE: &'static str = "desk/hand_over.html";
}

/// Somebody who may have it.
#[derive(Serialize)]
pub struct ColleagueChoice {
    pub id: String,
    pub name: String,
    pub role: &'static str,
}

/// `GET /desk/cases/{id}/hand-over`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), None).await
}

/// `POST /desk/cases/{id}/hand-over`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<HandOverForm>,
) -> Result<Response, Problem> {
    let (id, to) = (CaseId::new(id), PersonId::new(&form.to));
    let asked = HandOver { to: &to, from: Some(&form.from), reason: &form.reason };
    match hand_over_case(&scope, &caller, &id, asked).await {
        Ok(()) if to == caller.person.id => Ok(Toast::CaseTaken.redirect(&format!("/desk/cases/{id}"))),
        Ok(()) => Ok(Toast::CaseHandedOver.redirect(&format!("/desk/cases/{id}"))),
        Err(error) => page(&scope, &caller, &id, Some((error, form))).await,
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    failed: Option<(ActionError, HandOverForm)>,
) -> Result<Response, Problem> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    // A senior may have it by now: whoever wrote a note gets it back all the same.
    let denied = match (permit_on_case::<TakeCase>(scope, caller, &case).await, &failed) {
        (Err(ActionError::Denied(denied)), Some(_)) => {
            permit_on_case::<ViewCase>(scope, caller, &case).await?;
            Some(denied.message())
        }
        (answer, _) => answer.map(|_| None)?,
    };
    let mut colleagues = list_colleagues(scope, &row, &case).await?;
    // What nobody has, they take.
    colleagues.retain(|person| row.taken_by.is_some() || person.id != caller.person.id);
    let colleagues = colleagues.into_iter().map(|person| ColleagueChoice {
        role: person.role.as_str(),
        id: person.id.to_string(),
        name: person.name,
    });
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let of_case = [row.taken_by.as_deref(), row.person_id.as_deref()].into_iter().flatten().collect();
    let names = persons::list_names(db, tenant, &of_case).await?;
    let name = |id: &Option<String>| id.as_ref().and_then(|id| names.get(id).cloned());
    let mut status = StatusCode::OK;
    let mut shown = HandOverPage {
        id: row.id.clone(),
        reference: row.reference.clone(),
        about: name(&row.person_id).unwrap_or_else(|| row.claimed_login.clone()),
        holder: name(&row.taken_by),
        colleagues: colleagues.collect(),
        over: denied.or_else(|| why_kept(caller, &row, is_open(scope, &row, &case)).map(str::to_owned)),
        holder_id: row.taken_by,
        typed: HandOverForm::default(),
        field: None,
        error: None,
    };
    if let Some((error, typed)) = failed {
        let (answer, field, message) = form_error(error)?;
        let has_moved = typed.from != shown.holder_id.as_deref().unwrap_or_default();
        let holder = shown.holder.as_deref().filter(|_| has_moved);
        let message = holder
            .map_or(message, |name| format!("{name} has the case by now. What you typed is still here."));
        (status, shown.field, shown.error, shown.typed) = (answer, field, Some(message), typed);
    }
    render_with(scope, Some(caller), status, shown)
}
