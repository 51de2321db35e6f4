//! Changes that the directory writes into this log: passwords, factors, accounts, policies.

use std::borrow::Cow;

use super::M365Record;
use crate::{
    cause::Cause,
    provider::entra::audit::change::of,
    record::{AttemptResult, Lifecycle},
};

/// Whose account it is: the object, where that is a login, or the login among the targets.
pub(super) fn affected<'a>(record: &M365Record<'a>) -> Option<Cow<'a, str>> {
    let is_login = |name: &Cow<'_, str>| name.contains('@');
    record
        .object
        .cow()
        .filter(is_login)
        .or_else(|| record.targets.0.iter().filter_map(|target| target.id.cow()).find(is_login))
}

/// `None`: it bears on no sign-in.
pub(super) fn result(operation: &str, record: &M365Record<'_>, by_self: bool) -> Option<AttemptResult> {
    let is = |name: &str| operation.eq_ignore_ascii_case(name);
    // Every session ends here: the person has to sign in again.
    if is("Update StsRefreshTokenValidFrom Timestamp") {
        return Some(AttemptResult::Interrupt(Some(Cause::SessionExpired)));
    }
    let change = match of(operation, "", &record.modified.0) {
        Some(Lifecycle::PasswordChanged) if is("Change user password") && !by_self => {
            Some(Lifecycle::PasswordReset)
        }
        None if is("Update user") => switched(record),
        change => change,
    };
    change.map(AttemptResult::Lifecycle)
}

/// On or off, as JSON text: `[false]`.
fn switched(record: &M365Record<'_>) -> Option<Lifecycle> {
    let named = |name: &str| name.eq_ignore_ascii_case("AccountEnabled");
    let property = record.modified.0.iter().find(|property| property.name.text().is_some_and(named))?;
    let now: String = property.new.text()?.split_ascii_whitespace().collect();
    match now.as_str() {
        "[false]" => Some(Lifecycle::Disabled),
        "[true]" => Some(Lifecycle::Enabled),
        _ => None,
    }
}

/// Its name: the targets also hold its ids and its kind.
pub(super) fn policy<'a>(record: &M365Record<'a>) -> Option<Cow<'a, str>> {
    let by_name = record.extended("targetName").cow();
    by_name.or_else(|| {
        let named = record.targets.0.iter().find(|target| target.kind.int() == Some(1))?;
        named.id.cow()
    })
}
