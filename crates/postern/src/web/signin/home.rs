//! `/`: to where the caller has business.

use axum::response::Redirect;

use crate::web::extract::MaybeSigned;

/// `GET /`
pub async fn show(MaybeSigned(caller): MaybeSigned) -> Redirect {
    match caller {
        Some(caller) if caller.person.role.is_staff() => Redirect::to("/desk/home"),
        Some(_) => Redirect::to("/account"),
        None => Redirect::to("/sign-in"),
    }
}
