//! What a person is told: one table. The words are in `locales/en/notices.ftl`, by the id in the middle.

use crate::texts::MessageId;

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $id:literal, $spoken:ident;)+) => {
        /// What a person is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice {
            $($(#[$doc])* $name,)+
        }

        impl Notice {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word used in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The head of a mail.
            pub fn subject(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("notice-", $id, "-subject")),)+ }
            }

            /// What happened, where there is little room.
            pub fn short(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("notice-", $id, "-short")),)+ }
            }

            /// What happened.
            pub fn text(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("notice-", $id, "-text")),)+ }
            }

            /// Whether it is worth a call: what strangers can cause often is told in writing.
            pub(super) fn is_spoken(self) -> bool {
                match self { $(Self::$name => notices!(@ $spoken),)+ }
            }
        }
    };
    (@ spoken) => { true };
    (@ written) => { false };
}

notices! {
    /// Somebody asked to be let back in as them.
    CaseOpened => "case_opened", "case-opened", spoken;
    /// Somebody came by the reference of a request, and holds its page.
    CaseJoined => "case_joined", "case-joined", written;
    /// The desk holds the evidence to be enough; the reset can follow.
    CaseVerified => "case_verified", "case-verified", spoken;
    /// The same, where the remedy is new backup codes.
    CodesVerified => "codes_verified", "codes-verified", spoken;
    /// A staff member said no.
    CaseRefused => "case_refused", "case-refused", written;
    /// Whoever asked took the request back.
    CaseWithdrawn => "case_withdrawn", "case-withdrawn", written;
    /// All factors, sessions and codes are gone.
    FactorsReset => "factors_reset", "factors-reset", spoken;
    /// Codes from before are dead, and new ones wait on the claimant page.
    BackupCodesReissued => "backup_codes_reissued", "backup-codes-reissued", spoken;
    /// A factor was enrolled.
    FactorEnrolled => "factor_enrolled", "factor-enrolled", spoken;
    /// Somebody at the desk noted that a contact is theirs no more.
    ContactReportedLost => "contact_reported_lost", "contact-reported-lost", spoken;
    /// An admin changed name, manager, tier or role.
    PersonChanged => "person_changed", "person-changed", written;
    /// An admin made a new set-up code for somebody who never enrolled.
    SetUpCodeIssued => "set_up_code_issued", "set-up-code-issued", spoken;
    /// A number or address came to those on file.
    ContactAdded => "contact_added", "contact-added", spoken;
    /// An imported one counts from now on.
    ContactAttested => "contact_attested", "contact-attested", spoken;
    /// One is off the file.
    ContactRemoved => "contact_removed", "contact-removed", spoken;
    /// A colleague was asked to be a trusted contact of theirs.
    TrustedContactAsked => "trusted_contact_asked", "trusted-contact-asked", spoken;
    /// Who was asked has said yes.
    TrustedContactAccepted => "trusted_contact_accepted", "trusted-contact-accepted", spoken;
    /// Who was asked has said no.
    TrustedContactDeclined => "trusted_contact_declined", "trusted-contact-declined", written;
    /// Who was asked has not answered.
    TrustedContactLapsed => "trusted_contact_lapsed", "trusted-contact-lapsed", written;
    /// One was removed, or an ask was taken back.
    TrustedContactRemoved => "trusted_contact_removed", "trusted-contact-removed", spoken;
    /// One gave it up.
    TrustedContactResigned => "trusted_contact_resigned", "trusted-contact-resigned", written;
    /// A factor was removed, by its owner or by staff before it worked.
    FactorRemoved => "factor_removed", "factor-removed", spoken;
    /// A passkey of staff was enrolled, and waits.
    PasskeyWaits => "passkey_waits", "passkey-waits", spoken;
    /// A second staff member let it work before its time.
    PasskeyApproved => "passkey_approved", "passkey-approved", spoken;
    /// New backup codes took the place of those from before.
    BackupCodesRenewed => "backup_codes_renewed", "backup-codes-renewed", spoken;
    /// A backup code was used.
    BackupCodeUsed => "backup_code_used", "backup-code-used", spoken;
    /// A factor stopped working after too many wrong guesses.
    FactorDisabled => "factor_disabled", "factor-disabled", spoken;
    /// They said on their phone that somebody else was signing in.
    PushDisowned => "push_disowned", "push-disowned", spoken;
    /// Somebody set a password with a set-up code.
    PasswordSet => "password_set", "password-set", spoken;
    /// Its owner changed the password on the account page.
    PasswordChanged => "password_changed", "password-changed", spoken;
    /// Its owner had forgotten the password, and set another one by a passkey.
    PasswordReplaced => "password_replaced", "password-replaced", spoken;
    /// By a link in a mail and a code, another password was set, which waits.
    PasswordWaits => "password_waits", "password-waits", spoken;
    /// It was stopped.
    PasswordStopped => "password_stopped", "password-stopped", spoken;
    /// Nobody stopped it: it counts.
    PasswordWorks => "password_works", "password-works", spoken;
    /// The clock of a code app was set right, by two of its codes and another factor.
    ClockSet => "clock_set", "clock-set", spoken;
    /// A hardware token was set right, by two of its codes and another factor.
    HardwareTokenSet => "hardware_token_set", "hardware-token-set", spoken;
    /// Its owner ended every other session.
    OtherSessionsEnded => "other_sessions_ended", "other-sessions-ended", written;
    /// Its owner said on the account page of something there that it was not them.
    ActivityDisowned => "activity_disowned", "activity-disowned", spoken;
    /// Somebody showed the right password, and failed at the second step again and again.
    SecondStepFailed => "second_step_failed", "second-step-failed", written;
    /// The account is closed to everybody, because somebody said "this was not me".
    AccountSuspended => "account_suspended", "account-suspended", spoken;
    /// The desk shut the account.
    AccountSuspendedByDesk => "account_suspended_by_desk", "account-suspended-by-desk", spoken;
    /// A senior opened it again.
    SuspensionLifted => "suspension_lifted", "suspension-lifted", spoken;
    /// The desk let somebody try again before their time.
    LockLifted => "lock_lifted", "lock-lifted", written;
    /// After the remedy the manager or the desk said no, or handed it to a senior.
    RecoveryStopped => "recovery_stopped", "recovery-stopped", spoken;
    /// A senior looked at what had been stopped.
    RecoveryGoesOn => "recovery_goes_on", "recovery-goes-on", spoken;
    /// Nobody came back within a day of the reset.
    CaseLapsed => "case_lapsed", "case-lapsed", spoken;
    /// Nobody signed in with one of the new codes within a day.
    CodesLapsed => "codes_lapsed", "codes-lapsed", spoken;
    /// They are back in: the case is closed.
    CaseClosed => "case_closed", "case-closed", spoken;
}
