//! `/desk/people/{id}/edit`: an admin changes name, manager, tier or desk role.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::ChangePerson;
use serde::{Deserialize, Serialize};

use crate::actions::change_person::{WantedPerson, as_shown, change_person};
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
pub struct EditForm {
    pub name: String,
    pub manager: String,
    pub tier: String,
    pub role: String,
    pub reason: String,
    pub seen: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct EditPersonPage {
    pub id: String,
    pub name: String,
    pub form: EditForm,
    pub field: Option<&'static str>,
    pub error: Option<String>,
    pub tiers: Vec<String>,
    pub roles: Vec<&'static str>,
}

impl PageView for EditPersonPage {
    const TEMPLATE: &'static str = "desk/edit_person.html";
}

/// `GET /desk/people/{id}/edit`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    permit_on_person::<ChangePerson>(&scope, &caller, &person).await?;
    let manager = match &person.manager {
        Some(manager) => {
            persons::find(&scope.app.db, &scope.tenant.id, manager).await?.map(|found| found.login)
        }
        None => None,
    };
    let form = EditForm {
        name: person.name.clone(),
        manager: manager.unwrap_or_default(),
        tier: person.tier.clone(),
        role: person.role.as_str().to_owned(),
        reason: String::new(),
        seen: as_shown(&person),
    };
    page(&scope, &caller, &person, &form, None)
}

/// `POST /desk/people/{id}/edit`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<EditForm>,
) -> Result<Response, Problem> {
    let id = PersonId::new(id);
    let Some(role) = Role::parse(&form.role) else {
        let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
        permit_on_person::<ChangePerson>(&scope, &caller, &person).await?;
        let error = ActionError::invalid("role", "Choose the role from the list.");
        return page(&scope, &caller, &person, &form, Some(error));
    };
    let wanted = WantedPerson {
        name: &form.name,
        manager: &form.manager,
        tier: &form.tier,
        role,
        seen: Some(&form.seen),
        reason: &form.reason,
    };
    match change_person(&scope, &caller, &id, wanted).await {
        Ok(()) => Ok(Toast::PersonChanged.redirect(&format!("/desk/people/{id}"))),
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
    form: &EditForm,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = match error {
        Some(error) => form_error(error).map(|(status, field, message)| (status, field, Some(message)))?,
        None => (StatusCode::OK, None, None),
    };
    let shown = EditPersonPage {
        id: person.id.to_string(),
        name: person.name.clone(),
        form: form.clone(),
        field,
        error: message,
        tiers: scope.tenant.settings.tiers.iter().map(|tier| tier.as_str().to_owned()).collect(),
        roles: Role::ALL.map(Role::as_str).into(),
    };
    render_with(scope, Some(caller), status, shown)
}
