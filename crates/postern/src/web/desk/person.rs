//! `/desk/people/{id}`: why a person cannot sign in, and what concerns them.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde_json::json;

use super::{case_label, stage_label};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::{cases, micros, persons};
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/people/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    let manager = match &person.manager {
        Some(manager) => persons::find(&scope.app.db, &scope.tenant.id, manager).await?.map(|m| m.name),
        None => None,
    };
    let open = cases::list_of_person(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let now = scope.now;
    let mut open_cases = Vec::new();
    for row in open.iter().filter(|row| row.closed_at.is_none()) {
        let stage = row.case(now)?.map_or_else(|| stage_label(&row.stage), |case| case_label(&case, now));
        open_cases.push(json!({ "id": row.id, "reference": row.reference, "stage_label": stage }));
    }
    let values = json!({
        "name": person.name, "login": person.login, "tier": person.tier.as_str(),
        "tier_floor": scope.tenant.settings.tiers.of(&person.tier).floor().as_str(), "role": person.role.as_str(),
        "manager": manager,
        "suspended_at": person.suspended_at.map(micros), "suspended_why": person.suspended_why,
        "cases": open_cases,
        "diagnosis": DiagnosisView::load(&scope, &person).await?,
    });
    render(&scope, Some(&caller), "desk/person.html", values)
}
