//! `/desk/home`: what needs the desk now, and how it has been.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde_json::json;

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::api::home::HomeView;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/home`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    if caller.person.role.is_staff() && !caller.phishing_resistant {
        return render(&scope, Some(&caller), "desk/passkey_wanted.html", json!({}));
    }
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    render(&scope, Some(&caller), "desk/home.html", HomeView::load(&scope, &caller).await?)
}
