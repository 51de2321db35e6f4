//! `/`: where a person goes on. Whoever signs in comes through here.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::web::cookies;
use crate::web::extract::MaybeSigned;
use crate::web::problem::is_own_page;

/// `GET /`
pub async fn show(MaybeSigned(caller): MaybeSigned, headers: HeaderMap) -> Response {
    let Some(caller) = caller else {
        return Redirect::to("/sign-in").into_response();
    };
    let is_staff = caller.person.role.is_staff();
    let is_for_them = |page: &String| is_own_page(page) && (is_staff || !page.starts_with("/desk"));
    // Back to the page whose session had ended, once.
    if let Some(page) = cookies::RETURN.read(&headers).filter(is_for_them) {
        let mut response = Redirect::to(&page).into_response();
        cookies::RETURN.clear(response.headers_mut());
        return response;
    }
    let home = if is_staff { "/desk/home" } else { "/account" };
    Redirect::to(home).into_response()
}
