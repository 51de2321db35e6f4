//! `/desk/people/{id}/contacts/new`: an admin files a number or an address.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;
use serde::{Deserialize, Serialize};

use crate::actions::add_contact::{TypedContact, add_contact};
use crate::actions::{ActionError, Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::persons::{self, Person};
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// The form.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ContactForm {
    pub kind: String,
    pub value: String,
    pub reason: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddContactPage {
    pub id: String,
    pub name: String,
    pub form: ContactForm,
    pub field: Option<&'static str>,
    pub error: Option<String>,
    pub min_age_days: i64,
}

impl PageView for AddContactPage {
    const TEMPLATE: &'static str = "desk/add_contact.html";
}

/// `GET /desk/people/{id}/contacts/new`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    permit_on_person::<ChangePerson>(&scope, &caller, &person).await?;
    page(&scope, &caller, &person, &ContactForm::default(), None)
}

/// `POST /desk/people/{id}/contacts/new`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ContactForm>,
) -> Result<Response, Problem> {
    let id = PersonId::new(id);
    let typed = TypedContact { kind: &form.kind, value: &form.value, reason: &form.reason };
    match add_contact(&scope, &caller, &id, typed).await {
        Ok(_) => Ok(Toast::ContactAdded.redirect(&format!("/desk/people/{id}"))),
        Err(error) => {
            let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
            page(&scope, &caller, &person, &form, Some(error))
        }
    }
}

fn page(
    scope: &Scope,
    caller: &Caller,
    person: &Person,
    form: &ContactForm,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = match error {
        Some(error) => form_error(error).map(|(status, field, message)| (status, field, Some(message)))?,
        None => (StatusCode::OK, None, None),
    };
    let shown = AddContactPage {
        id: person.id.to_string(),
        name: person.name.clone(),
        form: form.clone(),
        field,
        error: message,
        min_age_days: scope.tenant.settings.contact_min_age.as_hours() / 24,
    };
    render_with(scope, Some(caller), status, shown)
}
