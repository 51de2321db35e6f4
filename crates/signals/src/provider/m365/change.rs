//! Changes that the directory writes into this log: passwords, factors, accounts, policies.

use std::borrow::Cow;

use super::{Record, value_of};
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle},
};

/// Whose account it is: the object, where that is a login, or the login among the targets.
pub(super) fn affected<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let is_login = |name: &Cow<'_, str>| name.contains('@');
    record
        .object
        .cow()
        .filter(is_login)
        .or_else(|| record.targets.0.iter().filter_map(|target| target.id.cow()).find(is_login))
}

/// `None`: it bears on no sign-in.
pub(super) fn result(operation: &str, record: &Record<'_>, by_self: bool) -> Option<AttemptResult> {
    let name = operation.to_ascii_lowercase();
    let change = match name.as_str() {
        "reset user password" | "set force change user password" | "reset password (by admin)" => {
            Lifecycle::PasswordReset
        }
        "change user password" if !by_self => Lifecycle::PasswordReset,
        "change user password" | "change password (self-service)" | "reset password (self-service)" => {
            Lifecycle::PasswordChanged
        }
        "unlock user account (self-service)" => Lifecycle::Unlock,
        // Every second step goes, not one of them.
        "disable strong authentication" => Lifecycle::FactorReset,
        "user registered security info"
        | "user registered all required security info"
        | "admin registered security info" => Lifecycle::FactorEnrolled,
        "user deleted security info" | "admin deleted security info" => Lifecycle::FactorRemoved,
        "admin registered temporary access pass method for user" => Lifecycle::BypassCreated,
        "disable account" | "delete user" => Lifecycle::Disabled,
        "enable account" | "restore user" => Lifecycle::Enabled,
        "update user" => return updated(record).map(AttemptResult::Lifecycle),
        "add policy" | "update policy" | "delete policy" => Lifecycle::PolicyChanged,
        // Every session ends here: the person has to sign in again.
        "update stsrefreshtokenvalidfrom timestamp" => {
            return Some(AttemptResult::Interrupt(Some(Cause::SessionExpired)));
        }
        _ if name.ends_with("conditional access policy") => Lifecycle::PolicyChanged,
        _ => return None,
    };
    Some(AttemptResult::Lifecycle(change))
}

/// The directory may write no more than which property has which value now, as JSON text: `[false]`.
fn updated(record: &Record<'_>) -> Option<Lifecycle> {
    let now = |name| value_of(&record.modified, name).text();
    let is = |value: Option<&str>, wanted: &str| {
        value.is_some_and(|value| value.bytes().filter(|byte| !byte.is_ascii_whitespace()).eq(wanted.bytes()))
    };
    let enabled = now("AccountEnabled");
    if is(enabled, "[false]") {
        Some(Lifecycle::Disabled)
    } else if is(enabled, "[true]") {
        Some(Lifecycle::Enabled)
    } else if is(now("StrongAuthenticationMethod"), "[]") {
        Some(Lifecycle::FactorReset)
    } else {
        None
    }
}

/// Its name: the targets also hold its ids and its kind.
pub(super) fn policy<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let by_name = record.extended("targetName").cow();
    by_name.or_else(|| {
        let named = record.targets.0.iter().find(|target| target.kind.int() == Some(1))?;
        named.id.cow()
    })
}
