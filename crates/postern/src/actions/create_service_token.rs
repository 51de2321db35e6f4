//! A token for an integrator: it acts for the admin who made it, with the scopes it was given.

use jiff::{SignedDuration, Timestamp};
use postern_core::event::Event;
use postern_core::event::payload::ServiceTokenCreated;
use postern_core::policy::ManageTokens;

use super::request_power::{Power, request_power};
use super::{ActionError, Caller, permit_on_tenant, refuse_hidden};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::service_tokens::{self, NewToken};

/// What a token can be allowed to do.
pub const SCOPES: [&str; 7] = [
    "cases:read",
    "cases:act",
    "people:read",
    "audit:read",
    "signins:import",
    "findings:read",
    "findings:close",
];

/// A token that was made.
pub struct CreatedServiceToken {
    /// It is shown once.
    pub secret: String,
    /// When it works if no second admin says yes before.
    pub waits_until: Timestamp,
}

/// Makes a token. It works when a second admin has said yes, or 72 hours later.
pub async fn create_service_token(
    scope: &Scope,
    caller: &Caller,
    label: &str,
    scopes: &[String],
    days: i64,
) -> Result<CreatedServiceToken, ActionError> {
    let permit = permit_on_tenant::<ManageTokens>(scope, caller).await?;
    if caller.scopes.is_some() {
        return Err(ActionError::refused("A token can't make tokens."));
    }
    caller.expect_step_up(scope.now)?;
    let label = label.trim();
    if label.is_empty() || label.chars().count() > 100 {
        return Err(ActionError::invalid(
            "label",
            "Name the program that will use it, in up to 100 characters.",
        ));
    }
    refuse_hidden("label", label)?;
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(ActionError::invalid("scopes", format!("Choose at least one of {}.", SCOPES.join(", "))));
    }
    if !(1..=365).contains(&days) {
        return Err(ActionError::invalid("days", "A token lives 1 to 365 days."));
    }
    let secret = format!("pst_{}", scope.app.rng.token()?.as_str());
    let mut change = caller.change(scope).await?;
    let new = NewToken {
        label,
        owner: &caller.person.id,
        scopes: &scopes.join(" "),
        token_hash: &token_hash(&secret),
        expires_at: change.at() + SignedDuration::from_hours(24 * days),
    };
    let id = service_tokens::insert(&mut change, &new).await?;
    let event = Event::new(caller.actor(), ServiceTokenCreated { token: &id, label, scopes, days })
        .policies(permit.policies());
    let asked = (&caller.person.id, caller.person.name.as_str(), Power::Token { id: &id, label });
    let waits_until = request_power(scope, &mut change, caller, asked, None).await?;
    change.commit(&event).await?;
    Ok(CreatedServiceToken { secret, waits_until })
}
