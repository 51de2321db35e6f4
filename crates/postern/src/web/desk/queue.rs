//! `/desk`: who is waiting.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_core::case::Case;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{stage_words, waits_for_desk};
use crate::actions::permit_on_tenant;
use crate::app::App;
use crate::store::cases::{self, CaseRow};
use crate::store::persons;
use crate::web::extract::{Query, Signed};
use crate::web::problem::Problem;
use crate::web::router::render;

/// Which cases.
#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    closed: bool,
}

/// `GET /desk`
pub async fn show(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    if caller.person.role.is_staff() && !caller.phishing_resistant {
        return render(&app, Some(&caller), "desk/passkey_wanted.html", json!({}));
    }
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    let mut listed = Vec::new();
    for row in cases::list(&app.db, &app.tenant, !which.closed).await? {
        listed.push(line(&app, &row).await?);
    }
    render(&app, Some(&caller), "desk/queue.html", json!({ "cases": listed, "closed": which.closed }))
}

async fn line(app: &App, row: &CaseRow) -> Result<Value, Problem> {
    let case = row.case(app.clock.now())?;
    let person = match &row.person_id {
        Some(id) => persons::find(&app.db, &app.tenant, &PersonId::new(id)).await?,
        None => None,
    };
    let stage = case.as_ref().map_or(row.stage.as_str(), |case| case.stage().as_str());
    Ok(json!({
        "id": row.id,
        "reference": row.reference,
        "name": person.as_ref().map_or_else(|| row.claimed_login.clone(), |p| p.name.clone()),
        "stranger": person.is_none(),
        "tier": person.as_ref().map(|p| p.tier.as_str()),
        "stage": stage,
        "stage_words": stage_words(stage),
        "waits_for_desk": case.as_ref().is_none_or(waits_for_desk),
        "escalated": case.as_ref().is_some_and(Case::is_escalated),
        "risk": case.as_ref().map_or(0, Case::risk),
        "opened_at": row.opened_at,
        "ip": row.ip,
    }))
}
