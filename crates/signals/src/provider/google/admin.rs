//! The `admin` log: what administrators do to accounts, and to the rules for all of them.

use super::GoogleOutcome;
use crate::record::Lifecycle;

/// `None`: it bears on no sign-in.
pub(super) fn outcome<'a>(name: &str) -> Option<GoogleOutcome<'a>> {
    let change = match name {
        "CHANGE_PASSWORD" | "CHANGE_PASSWORD_ON_NEXT_LOGIN" => Lifecycle::PasswordReset,
        "TURN_OFF_2_STEP_VERIFICATION" | "UNENROLL_USER_FROM_STRONG_AUTH" => Lifecycle::FactorReset,
        "REVOKE_SECURITY_KEY" | "PASSKEY_REVOKED" => Lifecycle::FactorRemoved,
        "SECURITY_KEY_REGISTERED_FOR_USER"
        | "USER_ENROLLED_IN_TWO_STEP_VERIFICATION"
        | "ADD_RECOVERY_PHONE"
        | "ADD_RECOVERY_EMAIL"
        | "CHANGE_RECOVERY_PHONE"
        | "CHANGE_RECOVERY_EMAIL" => Lifecycle::FactorEnrolled,
        "GENERATE_2SV_SCRATCH_CODES" | "USER_PUT_IN_TWO_STEP_VERIFICATION_GRACE_PERIOD" => {
            Lifecycle::BypassCreated
        }
        "SUSPEND_USER" | "ARCHIVE_USER" | "DELETE_USER" => Lifecycle::Disabled,
        "UNSUSPEND_USER" | "UNARCHIVE_USER" | "UNDELETE_USER" => Lifecycle::Enabled,
        "UNBLOCK_USER_SESSION" => Lifecycle::Unlock,
        _ if is_policy(name) => Lifecycle::PolicyChanged,
        _ => return None,
    };
    Some(GoogleOutcome::change(change))
}

/// Whether 2-step verification, sign-on through another provider, or context-aware access is asked for.
fn is_policy(name: &str) -> bool {
    const NAME_PARTS: [&str; 5] =
        ["STRONG_AUTHENTICATION", "TWO_STEP_VERIFICATION", "_SSO_", "_CAA_", "SESSION_LENGTH"];
    NAME_PARTS.iter().any(|part| name.contains(part))
}
