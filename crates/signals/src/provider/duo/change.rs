//! What the actions of Duo's administrator and activity logs do to a person, or to everybody.

use super::reasons::same;
use crate::record::Lifecycle;

/// `status`: the person's new status, where the action sets one. `None`: nothing that bears on a sign-in.
pub(super) fn change_of(action: &str, status: Option<&str>) -> Option<Lifecycle> {
    Some(match action {
        "bypass_create" => Lifecycle::BypassCreated,
        "user_update" | "user_create" => return status.and_then(by_status),
        // A group's status is its members' policy.
        "group_update" if status.is_some() => Lifecycle::PolicyChanged,
        "user_lockout_cleared" => Lifecycle::Unlock,
        "user_adminapi_lockout" | "user_not_enrolled_lockout" | "admin_lockout" => Lifecycle::Lockout,
        "user_delete" | "user_pending_delete" | "admin_delete" => Lifecycle::Disabled,
        "user_restore" => Lifecycle::Enabled,
        "admin_reset_password" => Lifecycle::PasswordReset,
        "phone_associate"
        | "hardtoken_associate"
        | "u2ftoken_create"
        | "webauthncredential_create"
        | "o2fa_user_provisioned"
        | "o2fa_user_reenrolled" => Lifecycle::FactorEnrolled,
        "phone_disassociate"
        | "hardtoken_disassociate"
        | "u2ftoken_delete"
        | "webauthncredential_delete"
        | "o2fa_user_deprovisioned" => Lifecycle::FactorRemoved,
        "deregister_devices" => Lifecycle::FactorReset,
        "policy_create"
        | "policy_update"
        | "policy_delete"
        | "integration_policy_assign"
        | "integration_policy_unassign"
        | "integration_group_policy_add"
        | "integration_group_policy_remove"
        | "admin_factor_restrictions"
        | "admin_factor_restrictions_update"
        | "update_admin_factor_restrictions"
        | "admin_single_sign_on_update" => Lifecycle::PolicyChanged,
        _ => return None,
    })
}

fn by_status(status: &str) -> Option<Lifecycle> {
    [
        ("bypass", Lifecycle::BypassCreated),
        ("disabled", Lifecycle::Disabled),
        ("locked_out", Lifecycle::Lockout),
        ("active", Lifecycle::Enabled),
    ]
    .into_iter()
    .find(|(word, _)| same(status, word))
    .map(|(_, change)| change)
}

/// A change that is nobody's in particular needs no person.
pub(super) fn needs_person(change: Lifecycle) -> bool {
    change != Lifecycle::PolicyChanged
}

#[cfg(test)]
mod tests;
