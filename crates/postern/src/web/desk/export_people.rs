//! `/desk/people/export.csv`: an admin takes the directory away as a file.

use axum::response::Response;

use crate::actions::export_people::begin_export;
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::people_csv::download;
use crate::web::problem::Problem;

/// `GET /desk/people/export.csv`
pub async fn export(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    begin_export(&scope, &caller).await?;
    Ok(download(scope))
}
