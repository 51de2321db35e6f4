//! A member of staff keeps a view of the list of cases under a name: what narrows it down, and its order.

use postern_core::event::Event;
use postern_core::event::payload::UserViewSaved;
use postern_core::policy::ViewDesk;

use super::retry::retry;
use super::{ActionError, Caller, permit_on_tenant, refuse_hidden};
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::store::saved_views;

/// It stands in a link on every list. Unit: bytes.
const LONGEST_QUERY: usize = 500;
/// Most characters a name may have.
pub const LONGEST_NAME: usize = 40;
/// Most views that somebody keeps.
pub const MOST: i64 = 20;

/// Keeps it, in place of one of the same name. Words that were searched for are no part of it.
pub async fn save_view(
    scope: &Scope,
    caller: &Caller,
    name: &str,
    query: &CaseQuery,
) -> Result<(), ActionError> {
    retry(|| save(scope, caller, name, query)).await
}

async fn save(scope: &Scope, caller: &Caller, name: &str, query: &CaseQuery) -> Result<(), ActionError> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let name = parse_name(name)?;
    let view = query.as_view();
    // Only what the list can show, so that none leads to an error later.
    let (tiers, me) = (&scope.tenant.settings.tiers, &caller.person.id);
    if let Err(error) = view.listing(tiers, me, scope.now) {
        return Err(ActionError::invalid("query", error.to_string()));
    }
    let query = view.write();
    if query.len() > LONGEST_QUERY {
        return Err(ActionError::invalid("query", "These filters are too long to be kept."));
    }
    let mut change = caller.change(scope).await?;
    if saved_views::count_others(&mut change, &caller.person.id, &name).await? >= MOST {
        let message = format!("You keep {MOST} views, which is the most. Remove one first.");
        return Err(ActionError::invalid("name", message));
    }
    saved_views::save(&mut change, &caller.person.id, &name, &query).await?;
    let saved = UserViewSaved { name: &name, query: &query };
    let event = Event::new(caller.actor(), saved).person(&caller.person.id);
    Ok(change.commit(&event).await?)
}

fn parse_name(typed: &str) -> Result<String, ActionError> {
    let name = typed.trim();
    refuse_hidden("name", name)?;
    match name.chars().count() {
        0 => Err(ActionError::invalid("name", "Give the view a name, such as \"Old and risky\".")),
        1..=LONGEST_NAME => Ok(name.to_owned()),
        _ => Err(ActionError::invalid("name", format!("Use {LONGEST_NAME} characters or fewer."))),
    }
}
