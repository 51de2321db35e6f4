//! `/desk/set-up`: what is still to be done before anybody can be recovered, and the settings.

use axum::response::Response;
use postern_core::policy::ManagePeople;

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::api::set_up::SetUpView;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

impl PageView for SetUpView {
    const TEMPLATE: &'static str = "desk/set_up.html";
}

/// `GET /desk/set-up`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    render(&scope, Some(&caller), SetUpView::load(&scope).await?)
}
