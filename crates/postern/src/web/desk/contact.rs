//! `/desk/people/{id}/contacts/{contact}/attest` and `/remove`: an admin's word about one contact.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;

use super::verb::Question;
use crate::actions::attest_contact::attest_contact;
use crate::actions::remove_contact::remove_contact;
use crate::actions::{Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::{contacts, persons};
use crate::web::desk::ReasonForm;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// Whose, and which.
type OneContact = Path<(String, String)>;

/// `GET /desk/people/{id}/contacts/{contact}/attest`
pub async fn show_attest(
    scope: Scope,
    Signed(caller): Signed,
    Path((id, contact)): OneContact,
) -> Result<Response, Problem> {
    attest_question(&scope, &caller, (&id, &contact)).await?.page(&scope, &caller, None)
}

/// `POST /desk/people/{id}/contacts/{contact}/attest`
pub async fn attest(
    scope: Scope,
    Signed(caller): Signed,
    Path((id, contact)): OneContact,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    match attest_contact(&scope, &caller, &PersonId::new(&id), (&contact, &form.reason)).await {
        Ok(()) => Ok(Toast::ContactAttested.redirect(&format!("/desk/people/{id}"))),
        Err(error) => {
            let question = attest_question(&scope, &caller, (&id, &contact)).await?;
            question.page(&scope, &caller, Some((error, form.reason)))
        }
    }
}

/// `GET /desk/people/{id}/contacts/{contact}/remove`
pub async fn show_remove(
    scope: Scope,
    Signed(caller): Signed,
    Path((id, contact)): OneContact,
) -> Result<Response, Problem> {
    remove_question(&scope, &caller, (&id, &contact)).await?.page(&scope, &caller, None)
}

/// `POST /desk/people/{id}/contacts/{contact}/remove`
pub async fn remove(
    scope: Scope,
    Signed(caller): Signed,
    Path((id, contact)): OneContact,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    match remove_contact(&scope, &caller, &PersonId::new(&id), (&contact, &form.reason)).await {
        Ok(()) => Ok(Toast::ContactRemoved.redirect(&format!("/desk/people/{id}"))),
        Err(error) => {
            let question = remove_question(&scope, &caller, (&id, &contact)).await?;
            question.page(&scope, &caller, Some((error, form.reason)))
        }
    }
}

async fn attest_question(scope: &Scope, caller: &Caller, of: (&str, &str)) -> Result<Question, Problem> {
    let question = question(scope, caller, of, "attest").await?;
    let description = format!(
        "You say that {} is theirs, because you know it from somewhere else than a message or a call that asked you to. It is \
         called once it is old enough, and where it is used as proof you are no second person.",
        question.description
    );
    Ok(Question { title: "Attest a contact", description, button: "It is theirs", ..question })
}

async fn remove_question(scope: &Scope, caller: &Caller, of: (&str, &str)) -> Result<Question, Problem> {
    let question = question(scope, caller, of, "remove").await?;
    let description = format!(
        "Nobody at the desk calls {} any more, and no waiting period begins by a message there. Messages still go there for 30 \
         days: everybody on file is told now, this one too.",
        question.description
    );
    Ok(Question { title: "Remove a contact", description, button: "Remove it", ..question })
}

/// What both ask about: the contact itself, for now, is the description.
async fn question(
    scope: &Scope,
    caller: &Caller,
    (id, contact): (&str, &str),
    path: &str,
) -> Result<Question, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let on_file = contacts::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let found = on_file.into_iter().find(|known| known.id == contact).ok_or_else(Problem::not_found)?;
    Ok(Question {
        action: format!("/desk/people/{id}/contacts/{contact}/{path}"),
        back: format!("/desk/people/{id}"),
        back_label: person.name,
        section: "People",
        section_href: "/desk/people",
        description: found.value,
        ..Question::default()
    })
}
