//! Factors and backup codes.

use jiff::Timestamp;
use serde::Serialize;

use crate::factor::FactorKind;
use crate::remedy::PlanHash;

/// The factor that proved that it was the person.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProvingFactor<'a> {
    /// Its kind.
    pub kind: FactorKind,
    /// Which one.
    pub factor: &'a str,
}

/// `mfa.factor_enrolled`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaFactorEnrolled<'a> {
    /// Its kind.
    pub kind: FactorKind,
    /// Which one.
    pub factor: &'a str,
    /// What proved it. The first factor after set-up or a reset has none: a code or a pass led there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven_by: Option<ProvingFactor<'a>>,
    /// What a passkey says beyond that.
    #[serde(flatten)]
    pub passkey: Option<EnrolledPasskey>,
}

/// What the enrolment of a passkey says beyond other factors.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EnrolledPasskey {
    /// Good after the password only.
    pub second_step_only: bool,
    /// When it starts to work, if not at once.
    pub waits_until: Option<Timestamp>,
}

/// `mfa.factor_removed`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum MfaFactorRemoved<'a> {
    /// By the person.
    ByOwner {
        /// `totp`, `hardware_token`, `webauthn`, `push`, `sms`, `voice`, `email`.
        kind: &'a str,
        /// Which one.
        factor: &'a str,
        /// What it was called.
        label: &'a str,
        /// What proved it.
        proven_by: ProvingFactor<'a>,
    },
    /// By staff or the operator.
    ByOthers {
        /// `totp`, `hardware_token`, `webauthn`, `push`.
        kind: &'a str,
        /// Which one.
        factor: &'a str,
        /// What for.
        why: &'a str,
    },
    /// With the contact that its codes went to.
    WithContact {
        /// `sms`, `voice`, `email`.
        kind: &'a str,
        /// Which one.
        factor: &'a str,
        /// What is off the file now.
        contact: &'a str,
    },
    /// All that waited, with the account's suspension.
    Waiting {
        /// `webauthn`.
        kind: FactorKind,
        /// `contested`: the owner said "this was not me".
        why: &'a str,
    },
}

/// `mfa.factor_named`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaFactorNamed<'a> {
    /// `totp`, `hardware_token`, `webauthn`, `push`, `sms`, `voice`, `email`.
    pub kind: &'a str,
    /// Which one.
    pub factor: &'a str,
    /// What it is called now.
    pub label: &'a str,
}

/// `mfa.factor_resynced`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaFactorResynced<'a> {
    /// Its kind.
    pub kind: FactorKind,
    /// Which one.
    pub factor: &'a str,
    /// How far its clock is off; negative = slow. Unit: time steps of the device, 30 s or 60 s; 0 where it counts presses.
    pub clock_steps: i64,
    /// The other factor that proved it.
    pub proven_by: ProvingFactor<'a>,
}

/// `mfa.hardware_tokens_imported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaHardwareTokensImported<'a> {
    /// How many.
    pub tokens: usize,
    /// The SHA-256 of the file, in hexadecimal.
    pub file_sha256: &'a str,
}

/// `mfa.hardware_token_retired`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaHardwareTokenRetired<'a> {
    /// Which one.
    pub token: &'a str,
    /// What stands on its back.
    pub serial: &'a str,
}

/// `mfa.factor_approved`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaFactorApproved<'a> {
    /// Its kind.
    pub kind: FactorKind,
    /// Which one.
    pub factor: &'a str,
}

/// `mfa.factor_disabled`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaFactorDisabled<'a> {
    /// The kind of secret that was guessed at, or asked too often: `totp`, `push`, `backup_code`, `password`.
    pub kind: &'a str,
    /// What for.
    pub why: &'a str,
}

/// `mfa.push_disowned`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaPushDisowned<'a> {
    /// The phone on which it was said.
    pub factor: &'a str,
    /// From where the sign-in was that asked.
    pub address: &'a str,
}

/// `mfa.factor_admin_reset`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum MfaFactorAdminReset<'a> {
    /// By the desk, in a case.
    InCase {
        /// The hash of what was done.
        plan: &'a PlanHash,
    },
    /// By the operator.
    ByOperator {
        /// How.
        by: &'a str,
        /// Whether the password was taken away too.
        new_password: bool,
    },
}

/// `mfa.backup_codes_generated`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaBackupCodesGenerated<'a> {
    /// How many.
    pub count: usize,
    /// What proved it. Those of the first factor, and those of a case, have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven_by: Option<ProvingFactor<'a>>,
    /// Where the person of a case reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_on: Option<&'a str>,
}

/// `mfa.backup_codes_admin_generated`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaBackupCodesAdminGenerated<'a> {
    /// The hash of what was done.
    pub plan: &'a PlanHash,
}

/// `mfa.backup_codes_confirmed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaBackupCodesConfirmed {
    /// How many.
    pub count: usize,
    /// Whether a notice of the step before told of them.
    pub announced: bool,
}

/// `mfa.backup_code_used`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MfaBackupCodeUsed {
    /// How many are left.
    pub left: i64,
}
