//! `/desk/cases/export.csv`: the list that somebody looks at, from its beginning, as a file.

use axum::extract::RawQuery;
use axum::response::Response;

use crate::actions::export_cases::begin_export;
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::web::case_line::csv::download;
use crate::web::case_line::read_query;
use crate::web::extract::Signed;
use crate::web::problem::Problem;

/// `GET /desk/cases/export.csv`
pub async fn export(
    scope: Scope,
    Signed(caller): Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = CaseQuery::read(query.as_deref().unwrap_or_default()).with("after", "");
    let (listing, _) = read_query(&scope, &caller, &query).await?;
    begin_export(&scope, &caller, (&listing, &query.write())).await?;
    Ok(download(scope, caller, listing))
}
