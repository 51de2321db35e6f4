//! Calls of Auth0's Management API (`sapi`): what they did to a person, or to everybody's sign-in.

use std::borrow::Cow;

use super::Auth0Entry;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Lifecycle, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, Scalar},
};

/// What was done, and to whom: the person's id as it stands in the path. `None`: to nobody in particular.
struct Auth0Change<'p> {
    what: Lifecycle,
    person: Option<&'p str>,
}

pub(super) fn read<'a>(entry: &Auth0Entry<'a>, id: &Scalar<'a>, position: Position) -> Parsed<'a> {
    let Some(change) = change_of(entry) else {
        return Parsed::Unrecognised(Cow::Borrowed("auth0 sapi"));
    };
    let Ok(at) = time_in(&entry.date) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let mut sign_in = SignIn::new(Provider::Auth0, AttemptResult::Lifecycle(change.what));
    sign_in.at = at;
    sign_in.position = position;
    // The record's own user is the administrator.
    sign_in.person_id =
        change.person.map(|person| Cow::Owned(person.replace("%7C", "|").replace("%7c", "|")));
    sign_in.record_id = if entry.id.is_absent() { id.cow() } else { entry.id.cow() };
    sign_in.set_ip(entry.ip.text());
    sign_in.user_agent = entry.user_agent.cow();
    sign_in.code = entry.kind.cow();
    let user = &entry.details.request.auth.user;
    sign_in.actor = user.email.cow().or_else(|| user.name.cow()).or_else(|| entry.app.cow());
    sign_in.detail = entry.description.cow();
    Parsed::Attempt(sign_in)
}

fn change_of<'p>(entry: &'p Auth0Entry<'_>) -> Option<Auth0Change<'p>> {
    let request = &entry.details.request;
    // A call that was refused changed nothing.
    if entry.details.response.status.int().is_some_and(|status| status >= 400) {
        return None;
    }
    let path = request.path.text()?.strip_prefix("/api/v2/")?;
    let mut parts = path.trim_end_matches('/').split('/');
    let (resource, id, rest) = (parts.next()?, parts.next(), parts.next());
    let of = |what| Some(Auth0Change { what, person: id });
    match (request.method.text()?.to_ascii_lowercase().as_str(), resource, rest) {
        ("delete", "users", None) => of(Lifecycle::Disabled),
        ("delete", "users", Some("authenticators" | "authentication-methods")) if parts.next().is_none() => {
            of(Lifecycle::FactorReset)
        }
        ("delete", "users", Some("multifactor" | "authentication-methods")) => of(Lifecycle::FactorRemoved),
        ("post", "users", Some("authentication-methods")) => of(Lifecycle::FactorEnrolled),
        ("post", "users", Some("recovery-code-regeneration")) => of(Lifecycle::BypassCreated),
        ("delete", "user-blocks", _) => of(Lifecycle::Unlock),
        ("patch", "users", None) => of(edit_of(entry)?),
        ("put" | "patch" | "post" | "delete", _, _) if is_sign_in_policy(path) => {
            Some(Auth0Change { what: Lifecycle::PolicyChanged, person: None })
        }
        _ => None,
    }
}

fn edit_of(entry: &Auth0Entry<'_>) -> Option<Lifecycle> {
    let body = &entry.details.request.body;
    match body.blocked.truth() {
        Some(true) => Some(Lifecycle::Disabled),
        Some(false) => Some(Lifecycle::Enabled),
        None => body.password.text().map(|_| Lifecycle::PasswordReset),
    }
}

/// What every sign-in passes through: MFA policies and factors, the actions after sign-in, attack protection.
fn is_sign_in_policy(path: &str) -> bool {
    const POLICIES: [&str; 6] = [
        "guardian/policies",
        "guardian/factors",
        "actions/triggers/post-login/bindings",
        "attack-protection/",
        "rules",
        "risk-assessments/",
    ];
    POLICIES.iter().any(|policy| path.starts_with(policy))
}

#[cfg(test)]
mod tests;
