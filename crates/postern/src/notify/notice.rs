//! What a person is told: one table.

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $spoken:ident, $subject:literal, $text:literal;)+) => {
        /// What a person is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice {
            $($(#[$doc])* $name,)+
        }

        impl Notice {
            /// The word used in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The head of a mail.
            pub(super) fn subject(self) -> &'static str {
                match self { $(Self::$name => $subject,)+ }
            }

            /// What happened.
            pub(super) fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
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
    CaseOpened => "case_opened", spoken, "Somebody asked to recover your account",
        "Somebody told the help desk that they are you and can't sign in. Nothing has changed yet.";
    /// Somebody came by the reference of a request, and holds its page.
    CaseJoined => "case_joined", written, "Somebody goes on with your recovery request",
        "Somebody opened the page of the request to recover your account, by its reference. What was checked for another page counts \
         nothing for this one. Nothing has changed yet.";
    /// The desk holds the evidence to be enough; the reset can follow.
    CaseVerified => "case_verified", spoken, "Your account is about to be reset",
        "The help desk has verified who asked. After the waiting period of your account, if it has one, it may remove all \
         of your sign-in methods.";
    /// The same, where the remedy is new backup codes.
    CodesVerified => "codes_verified", spoken, "New backup codes are about to be made for your account",
        "The help desk has verified who asked. After the waiting period of your account, if it has one, it may make new backup \
         codes for you. Your sign-in methods stay as they are.";
    /// A staff member said no.
    CaseRefused => "case_refused", written, "A request to recover your account was refused",
        "The help desk refused a request to recover your account. Nothing on your account was changed.";
    /// Whoever asked took the request back.
    CaseWithdrawn => "case_withdrawn", written, "A request to recover your account was taken back",
        "Whoever asked to recover your account has taken the request back. Nothing on your account was changed.";
    /// All factors, sessions and codes are gone.
    FactorsReset => "factors_reset", spoken, "Your sign-in methods were removed",
        "The help desk removed all sign-in methods and backup codes of your account and ended every session.";
    /// Codes from before are dead, and new ones wait on the claimant page.
    BackupCodesReissued => "backup_codes_reissued", spoken, "The help desk made new backup codes for your account",
        "The help desk made new backup codes for your account. They are shown on the page of the request, and those from before \
         open nothing any more. Your sign-in methods stay as they are.";
    /// A factor was enrolled.
    FactorEnrolled => "factor_enrolled", spoken, "A new sign-in method was added to your account",
        "A new sign-in method was added to your account.";
    /// Somebody at the desk noted that a contact is theirs no more.
    ContactReportedLost => "contact_reported_lost", spoken, "A number or address of yours was reported lost",
        "Somebody told the help desk that a number or address on file for you is not yours any more. The help desk calls it \
         no more. Messages still go there.";
    /// An admin changed name, manager, tier or role.
    PersonChanged => "person_changed", written, "What the help desk has on file about you was changed",
        "An admin changed your name, your manager, your security tier or your role at the help desk.";
    /// An admin made a new set-up code for somebody who never enrolled.
    SetUpCodeIssued => "set_up_code_issued", spoken, "A new set-up code was made for your account",
        "An admin made a new set-up code for your account. With it a password can be set.";
    /// A number or address came to those on file.
    ContactAdded => "contact_added", spoken, "A number or address was added to your account",
        "An admin added a number or an address to those on file for you. The help desk may call it one day, and messages go \
         there too.";
    /// An imported one counts from now on.
    ContactAttested => "contact_attested", spoken, "A number or address of yours was confirmed",
        "An admin said that a number or an address that was imported for you is yours. The help desk may call it one day.";
    /// One is off the file.
    ContactRemoved => "contact_removed", spoken, "A number or address of yours was removed",
        "An admin took a number or an address of yours off the file. The help desk calls it no more. For 30 days messages still \
         go there.";
    /// A factor was removed, by its owner or by staff before it worked.
    FactorRemoved => "factor_removed", spoken, "A sign-in method was removed from your account",
        "A sign-in method was removed from your account.";
    /// A passkey of staff was enrolled, and waits.
    PasskeyWaits => "passkey_waits", spoken, "A new sign-in method was added, and waits",
        "A new passkey was added to your account. It works in 24 hours, or earlier when a senior or an admin says yes.";
    /// A second staff member let it work before its time.
    PasskeyApproved => "passkey_approved", spoken, "Your new passkey works now",
        "A senior or an admin said yes: the new passkey of your account works now.";
    /// New backup codes took the place of those from before.
    BackupCodesRenewed => "backup_codes_renewed", spoken, "New backup codes were made for your account",
        "New backup codes were made for your account. Those from before open nothing any more.";
    /// A backup code was used.
    BackupCodeUsed => "backup_code_used", spoken, "A backup code was used to sign in to your account",
        "Somebody signed in to your account with one of your backup codes.";
    /// A factor stopped working after too many wrong guesses.
    FactorDisabled => "factor_disabled", spoken, "A sign-in method of yours was switched off",
        "After 100 wrong attempts in a row one of your sign-in methods was switched off. Ask the help desk.";
    /// Somebody set a password with a set-up code.
    PasswordSet => "password_set", spoken, "A password was set for your account",
        "A password was set for your account, with the set-up code that your organisation gave out for it.";
    /// The account is closed to everybody, because somebody said "this was not me".
    AccountSuspended => "account_suspended", spoken, "Your account is suspended",
        "Somebody answered one of our messages to you with \"this was not me\". So nobody can sign in to your account now, and every \
         session has ended. Call the help desk.";
    /// Nobody came back within a day of the reset.
    CaseLapsed => "case_lapsed", spoken, "The recovery of your account was not finished in time",
        "Your sign-in methods were removed a day ago, and nobody has signed in since. The request is closed and its pass no \
         longer works. If you still can't sign in, start a new request.";
    /// Nobody signed in with one of the new codes within a day.
    CodesLapsed => "codes_lapsed", spoken, "The recovery of your account was not finished in time",
        "New backup codes were made for you a day ago, and nobody has signed in with one of them. The request is closed and \
         they open nothing any more, nor do those from before. Your sign-in methods are as they were.";
    /// They are back in: the case is closed.
    CaseClosed => "case_closed", spoken, "You are back in, and your recovery is closed",
        "A full sign-in with the new method has closed the recovery case.";
}
