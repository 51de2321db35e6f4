//! `/desk/people/{id}/set-up-code`: a new one for somebody who never enrolled, shown once.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;

use super::verb::Question;
use crate::actions::issue_set_up_code::issue_set_up_code;
use crate::actions::{Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::desk::ReasonForm;
use crate::web::desk::add_person::PersonAddedPage;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/people/{id}/set-up-code`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    question(&scope, &caller, &id).await?.page(&scope, &caller, None)
}

/// `POST /desk/people/{id}/set-up-code`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let person_id = PersonId::new(&id);
    match issue_set_up_code(&scope, &caller, &person_id, &form.reason).await {
        Ok(code) => {
            let person = persons::load(&scope.app.db, &scope.tenant.id, &person_id).await?;
            let shown = PersonAddedPage {
                role: person.role.as_str().to_owned(),
                name: person.name,
                login: person.login,
                code,
                link: scope.tenant.link("/set-up"),
                is_new: false,
                role_waits_until: None,
            };
            render(&scope, Some(&caller), shown)
        }
        Err(error) => question(&scope, &caller, &id).await?.page(&scope, &caller, Some((error, form.reason))),
    }
}

async fn question(scope: &Scope, caller: &Caller, id: &str) -> Result<Question, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    Ok(Question {
        action: format!("/desk/people/{id}/set-up-code"),
        back: format!("/desk/people/{id}"),
        back_label: person.name,
        section: "People",
        section_href: "/desk/people",
        title: "New set-up code",
        description: "For somebody who never enrolled: their first code was lost, or has run out, or they broke off after they chose a \
                      password, which they choose anew then. It is shown once, for you to hand over. The one before is dead."
            .to_owned(),
        button: "Make a new code",
        ..Question::default()
    })
}
