//! `/desk/people`: the directory.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::factors::waiting;
use crate::store::{persons, power_grants};
use crate::web::extract::{Query, Signed};
use crate::web::problem::Problem;
use crate::web::router::render;

/// What to look for.
#[derive(Deserialize)]
pub struct PeopleSearch {
    #[serde(default)]
    q: String,
}

/// `GET /desk/people`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(search): Query<PeopleSearch>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let people: Vec<Value> = persons::list(&scope.app.db, &scope.tenant.id, &search.q)
        .await?
        .iter()
        .map(|p| {
            json!({
                "id": p.id.as_str(), "name": p.name, "login": p.login, "tier": p.tier.as_str(),
                "tier_floor": scope.tenant.settings.tiers.of(&p.tier).floor().as_str(), "role": p.role.as_str(),
                "suspended": p.suspended_at.is_some(),
            })
        })
        .collect();
    let waiting = waiting::list_waiting(&scope.app.db, &scope.tenant.id, scope.now).await?.len();
    let powers = power_grants::list_waiting(&scope.app.db, &scope.tenant.id).await?.len();
    let values =
        json!({ "people": people, "q": search.q, "waiting_passkeys": waiting, "waiting_powers": powers });
    render(&scope, Some(&caller), "desk/people.html", values)
}
