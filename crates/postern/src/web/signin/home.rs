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
    // Back to the page whose session had ended, once.
    if let Some(page) = cookies::RETURN.read(&headers).filter(|page| is_own_page(page)) {
        let mut response = Redirect::to(&page).into_response();
        cookies::RETURN.clear(response.headers_mut());
        return response;
    }
    let home = if caller.person.role.is_staff() { "/desk/home" } else { "/account" };
    Redirect::to(home).into_response()
}
