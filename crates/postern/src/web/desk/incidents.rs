//! `/desk/incidents`: what sign-in records show, worst first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::json;

use crate::actions::permit_on_tenant;
use crate::app::App;
use crate::store::findings::{self, Filter};
use crate::web::extract::{Query, Signed};
use crate::web::finding_view::views;
use crate::web::problem::Problem;
use crate::web::router::render;

/// Worst first.
pub const GRADES: [&str; 4] = ["likely_breach", "incident", "warning", "notice"];

/// Which findings.
#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    grade: String,
}

/// `GET /desk/incidents`
pub async fn show(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    let grade = GRADES.into_iter().find(|grade| *grade == which.grade).unwrap_or_default();
    let filter = Filter { closed: which.closed, grade: grade.to_owned() };
    let rows = findings::list(&app.db, &app.tenant, &filter).await?;
    let values = json!({
        "findings": views(&app, rows).await?, "closed": which.closed, "grade": grade, "grades": GRADES,
        "look_back_days": app.config.signals.look_back.as_hours() / 24,
    });
    render(&app, Some(&caller), "desk/incidents.html", values)
}
