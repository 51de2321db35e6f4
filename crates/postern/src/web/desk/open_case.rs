//! `/desk/people/{id}/open-case`: for somebody who asks in another way than on the recovery page.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::OpenCaseForCaller;

use super::verb::Question;
use crate::actions::open_case_at_desk::open_case_at_desk;
use crate::actions::{Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::desk::ReasonForm;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// `GET /desk/people/{id}/open-case`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    question(&scope, &caller, &id).await?.page(&scope, &caller, None)
}

/// `POST /desk/people/{id}/open-case`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    match open_case_at_desk(&scope, &caller, &PersonId::new(&id), &form.reason).await {
        Ok(case) => Ok(Toast::CaseOpened.redirect(&format!("/desk/cases/{case}"))),
        Err(error) => question(&scope, &caller, &id).await?.page(&scope, &caller, Some((error, form.reason))),
    }
}

async fn question(scope: &Scope, caller: &Caller, id: &str) -> Result<Question, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    permit_on_person::<OpenCaseForCaller>(scope, caller, &person).await?;
    Ok(Question {
        action: format!("/desk/people/{id}/open-case"),
        back: format!("/desk/people/{id}"),
        back_label: person.name,
        section: "People",
        section_href: "/desk/people",
        title: "Open a case",
        description: "For somebody who asks by telephone, by mail or at the desk. You get a reference to give them, and nothing else: \
                      they go on with it by themselves, at the recovery page. The owner is told at once that somebody asked."
            .to_owned(),
        button: "Open the case",
        ..Question::default()
    })
}
