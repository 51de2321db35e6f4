//! Changes to what people sign in with. A password of the console is called a "login profile".

use super::{
    CloudTrailRecord,
    identity::{Who, requested},
};
use crate::record::Lifecycle;
use Lifecycle::{
    Disabled, Enabled, FactorEnrolled, FactorRemoved, PasswordChanged, PasswordReset, PolicyChanged,
};

/// Whose account changes. `None`: the event is no such change.
pub(super) fn affected<'a>(service: &str, event: &str, record: &CloudTrailRecord<'a>) -> Option<Who<'a>> {
    match changes(service, event, false) {
        [] => None,
        [PolicyChanged] => Some(Who::default()),
        _ => Some(requested(record)),
    }
}

/// What the event did.
pub(super) fn changes(service: &str, event: &str, by_self: bool) -> &'static [Lifecycle] {
    match (service, event) {
        ("iam", "CreateLoginProfile") => &[Enabled, PasswordReset],
        ("iam", "UpdateLoginProfile") | ("sso-directory" | "identitystore", "UpdatePassword") => {
            if by_self {
                &[PasswordChanged]
            } else {
                &[PasswordReset]
            }
        }
        ("iam", "ChangePassword") | ("signin", "PasswordUpdated" | "PasswordRecoveryCompleted") => {
            &[PasswordChanged]
        }
        ("iam", "DeleteLoginProfile" | "DeleteUser")
        | ("sso-directory" | "identitystore", "DisableUser" | "DeleteUser") => &[Disabled],
        ("sso-directory" | "identitystore", "EnableUser") => &[Enabled],
        ("iam", "EnableMFADevice" | "CreateVirtualMFADevice")
        | (
            "sso-directory" | "identitystore",
            "CompleteVirtualMfaDeviceRegistration" | "CompleteWebAuthnDeviceRegistration",
        ) => &[FactorEnrolled],
        ("iam", "DeactivateMFADevice") | ("sso-directory" | "identitystore", "DeleteMfaDeviceForUser") => {
            &[FactorRemoved]
        }
        ("iam", "UpdateAccountPasswordPolicy" | "DeleteAccountPasswordPolicy")
        | ("sso", "PutMfaDeviceManagementForDirectory") => &[PolicyChanged],
        _ => &[],
    }
}

/// What the word for the change does not say.
pub(super) fn detail(event: &str) -> Option<&'static str> {
    match event {
        // It is nobody's until `EnableMFADevice` names a user; until then it counts for the one who made it.
        "CreateVirtualMFADevice" => Some("device created, not yet in use"),
        "PasswordRecoveryCompleted" => Some("by recovery"),
        "DeleteLoginProfile" => Some("console password deleted"),
        _ => None,
    }
}
