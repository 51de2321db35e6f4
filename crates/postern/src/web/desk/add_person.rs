//! `/desk/people/new`: an admin adds somebody, and gets the set-up code to hand over.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use postern_core::person::Role;
use postern_core::policy::ManagePeople;
use serde::{Deserialize, Serialize};

use crate::actions::add_person::{Details, add_person};
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

/// The form.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PersonForm {
    pub login: String,
    pub name: String,
    pub tier: String,
    pub role: String,
    pub manager: String,
    pub email: String,
    pub office_phone: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddPersonPage {
    pub form: PersonForm,
    pub field: Option<&'static str>,
    pub error: Option<String>,
    pub tiers: Vec<String>,
    pub roles: Vec<&'static str>,
}

impl PageView for AddPersonPage {
    const TEMPLATE: &'static str = "desk/add_person.html";
}

/// A set-up code, this once.
#[derive(Serialize)]
pub struct PersonAddedPage {
    pub name: String,
    pub login: String,
    pub code: String,
    /// Where they type it.
    pub link: String,
    pub role: String,
    /// Whether they were added with it; else it is a new code for somebody who was here.
    pub is_new: bool,
    pub role_waits_until: Option<Timestamp>,
}

impl PageView for PersonAddedPage {
    const TEMPLATE: &'static str = "desk/person_added.html";
}

/// `GET /desk/people/new`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    form_page(&scope, &caller, &PersonForm::default(), None)
}

/// `POST /desk/people/new`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Form(form): Form<PersonForm>,
) -> Result<Response, Problem> {
    let Some(role) = Role::parse(&form.role) else {
        return Err(Problem::bad_request("the role must be chosen from the list"));
    };
    let details = Details {
        login: &form.login,
        name: &form.name,
        tier: &form.tier,
        role,
        manager: &form.manager,
        email: &form.email,
        office_phone: &form.office_phone,
    };
    match add_person(&scope, &caller, &details).await {
        Ok(added) => {
            let shown = PersonAddedPage {
                name: form.name,
                login: form.login,
                code: added.set_up_code,
                link: scope.tenant.link("/set-up"),
                role: form.role,
                is_new: true,
                role_waits_until: added.role_waits_until,
            };
            render(&scope, Some(&caller), shown)
        }
        Err(error) => form_page(&scope, &caller, &form, Some(form_error(error)?)),
    }
}

type AddPersonError = (StatusCode, Option<&'static str>, String);

fn form_page(
    scope: &Scope,
    caller: &Caller,
    form: &PersonForm,
    error: Option<AddPersonError>,
) -> Result<Response, Problem> {
    let (status, field, message) = match error {
        Some((status, field, message)) => (status, field, Some(message)),
        None => (StatusCode::OK, None, None),
    };
    let shown = AddPersonPage {
        form: form.clone(),
        field,
        error: message,
        tiers: scope.tenant.settings.tiers.iter().map(|tier| tier.as_str().to_owned()).collect(),
        roles: Role::ALL.map(Role::as_str).into(),
    };
    render_with(scope, Some(caller), status, shown)
}
