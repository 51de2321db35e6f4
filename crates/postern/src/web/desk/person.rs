//! `/desk/people/{id}`: why a person cannot sign in, and what concerns them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde_json::json;

use super::{case_words, stage_words};
use crate::actions::permit_on_tenant;
use crate::app::App;
use crate::store::{cases, micros, persons};
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/people/{id}`
pub async fn show(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    let person = persons::load(&app.db, &app.tenant, &PersonId::new(id)).await?;
    let manager = match &person.manager {
        Some(manager) => persons::find(&app.db, &app.tenant, manager).await?.map(|m| m.name),
        None => None,
    };
    let open = cases::list_of_person(&app.db, &app.tenant, &person.id).await?;
    let now = app.clock.now();
    let mut open_cases = Vec::new();
    for row in open.iter().filter(|row| row.closed_at.is_none()) {
        let stage = row.case(now)?.map_or_else(|| stage_words(&row.stage), |case| case_words(&case, now));
        open_cases.push(json!({ "id": row.id, "reference": row.reference, "stage_words": stage }));
    }
    let values = json!({
        "name": person.name, "login": person.login, "tier": person.tier.as_str(), "role": person.role.as_str(),
        "manager": manager,
        "suspended_at": person.suspended_at.map(micros), "suspended_why": person.suspended_why,
        "cases": open_cases,
        "diagnosis": DiagnosisView::load(&app, &person).await?,
    });
    render(&app, Some(&caller), "desk/person.html", values)
}
