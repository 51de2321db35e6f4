//! `/desk/home`: what needs the desk now, and how it has been.

use axum::response::Response;
use postern_core::policy::ViewDesk;

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::api::home::HomeView;
use crate::web::desk::queue::PasskeyWantedPage;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

impl PageView for HomeView {
    const TEMPLATE: &'static str = "desk/home.html";
}

/// `GET /desk/home`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    if caller.person.role.is_staff() && !caller.phishing_resistant {
        return render(&scope, Some(&caller), PasskeyWantedPage {});
    }
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    render(&scope, Some(&caller), HomeView::load(&scope, &caller).await?)
}
