//! `/desk/people/new`: an admin adds somebody, and gets the set-up code to hand over.

use axum::http::StatusCode;
use axum::response::Response;
use postern_core::person::Role;
use postern_core::policy::ManagePeople;
use postern_core::tier::Tier;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::add_person::{Details, add_person};
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::micros;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

/// The form.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PersonForm {
    login: String,
    name: String,
    tier: String,
    role: String,
    manager: String,
    email: String,
    office_phone: String,
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
            let values = json!({
                "name": form.name, "login": form.login, "code": added.set_up_code, "link": scope.tenant.link("/set-up"),
                "role": form.role, "is_new": true, "role_waits_until": added.role_waits_until.map(micros),
            });
            render(&scope, Some(&caller), "desk/person_added.html", values)
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
    let values = json!({
        "form": form, "field": field, "error": message,
        "tiers": scope.tenant.settings.tiers.iter().map(Tier::as_str).collect::<Vec<_>>(), "roles": Role::ALL.map(Role::as_str),
    });
    render_with(scope, Some(caller), status, "desk/add_person.html", values)
}
