//! `/desk/people`: the directory.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::factors::waiting;
use crate::store::persons::PersonCursor;
use crate::store::{persons, power_grants};
use crate::web::extract::{Query, Signed};
use crate::web::problem::Problem;
use crate::web::router::render;

const PAGE_SIZE: i64 = 50;

/// What to look for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PeopleSearch {
    q: String,
    /// Where the page before ended.
    after: String,
}

/// `GET /desk/people`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(search): Query<PeopleSearch>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let after = (!search.after.is_empty()).then(|| PersonCursor::parse(&search.after));
    let from = (after.as_ref(), PAGE_SIZE);
    let page = persons::list(&scope.app.db, &scope.tenant.id, &search.q, from).await?;
    let people: Vec<Value> = page
        .people
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
    let values = json!({
        "people": people, "q": search.q, "is_first": search.after.is_empty(),
        "next": page.next.map(|next| query(&search, &next.to_string())), "first": query(&search, ""),
        "waiting_passkeys": waiting, "waiting_powers": powers,
    });
    render(&scope, Some(&caller), "desk/people.html", values)
}

fn query(search: &PeopleSearch, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", search.q.trim()), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish()
}
