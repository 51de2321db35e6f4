//! Power is asked for: a desk role, or a service token. It waits for a second admin's yes, or for 72 hours in which every
//! admin and auditor has been told and a senior or an admin can stop it. So one admin, phished or bribed, makes
//! nobody who attests and no approver in a minute.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::PowerRequested;
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::reason::Reason;

use super::{ActionError, Caller};
use crate::config::Config;
use crate::notify;
use crate::scope::Scope;
use crate::store::power_grants::{self, NewGrant};
use crate::store::{Change, micros, time};

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) enum Power<'a> {
    /// A desk role.
    Role(Role),
    /// A service token: its id, and what it is called.
    Token { id: &'a str, label: &'a str },
}

/// Asks for it in the change that makes the person or the token. The answer: when it takes effect if nobody stops it.
pub(super) async fn request_power(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    (person, name, power): (&PersonId, &str, Power<'_>),
    reason: Option<&Reason>,
) -> Result<Timestamp, ActionError> {
    let takes_effect_at = time(micros(change.at() + Config::POWER_WAIT));
    let (role, token) = match power {
        Power::Role(role) => (Some(role), None),
        Power::Token { id, .. } => (None, Some(id)),
    };
    let (subject, what) = match power {
        Power::Role(role) => {
            let what = match role {
                Role::Person => format!("no desk role any more for {name}"),
                role => format!("the desk role {} for {name}", role.as_str()),
            };
            ("Somebody is to get a desk role", what)
        }
        Power::Token { label, .. } => ("A service token was made", format!("the service token {label}")),
    };
    let new = NewGrant {
        person,
        role: role.map(Role::as_str),
        token,
        requested_by: &caller.person.id,
        takes_effect_at,
    };
    let id = power_grants::insert(change, &new).await?;
    let requested = PowerRequested { grant: &id, role, token, takes_effect_at };
    let mut event = Event::new(caller.actor(), requested).person(person);
    if let Some(reason) = reason {
        event = event.reason(reason);
    }
    change.record(event);
    let text = format!(
        "{} asked for {what}. It takes effect on {} UTC, or when another admin says yes.",
        caller.person.name,
        takes_effect_at.strftime("%-d %b %Y, %H:%M")
    );
    let page = format!("/desk/power-grants/{id}");
    notify::notify_overseers(scope, change, (subject, &text, &page)).await?;
    Ok(takes_effect_at)
}
