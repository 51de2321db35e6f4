//! Means of proof, and the one-time objects around them. What a kind is stands in one table.

pub mod code;
pub mod hardware_token;
pub mod otp_codes;
pub mod phrase;
pub mod push;
pub mod server_clock;
pub mod totp;

use serde::{Deserialize, Serialize};

/// What a kind of factor is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorUse {
    /// Opens a sign-in, and nothing alone.
    FirstStep,
    /// Completes a sign-in, and proves a change of one's own account.
    SecondStep,
    /// The same; and a sign-in of its own, where it made sure who holds it.
    SecondStepOrAlone,
    /// Completes a sign-in from another device; proves no change, because what was approved there was that sign-in.
    Approval,
    /// Completes a sign-in by a code that went to a number; proves no change, because whoever takes the number over gets it.
    SentCode,
    /// The same by mail. A mailbox is no device of the person's: NIST counts it as no factor, so that it raises no assurance.
    MailedCode,
    /// Completes a sign-in where a factor is not at hand; proves no change.
    StandIn,
    /// Leads from the password to enrolment, and nowhere else.
    Enrolment,
}

macro_rules! factor_kinds {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $title:literal, [$($amr:literal),+], $use:ident, $resists:literal;)+) => {
        /// A kind of factor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FactorKind {
            $($(#[$doc])* $name,)+
        }

        impl FactorKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word used in the database and the API, and the key under which guesses at it are counted.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What a person calls it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// The words in `amr`: RFC 8176 where it has one.
            pub fn amr(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($amr),+],)+ }
            }

            /// What it is good for.
            pub fn factor_use(self) -> FactorUse {
                match self { $(Self::$name => FactorUse::$use,)+ }
            }

            /// Whether nobody can be talked out of it: it works at the genuine site alone.
            pub fn is_phishing_resistant(self) -> bool {
                match self { $(Self::$name => $resists,)+ }
            }
        }
    };
}

factor_kinds! {
    /// What a person knows.
    Password => "password", "Password", ["pwd"], FirstStep, false;
    /// An account at an identity provider, which says who came: it stands where the password stands. RFC 8176 has no word for it.
    Federated => "federated", "Linked account", ["fed"], FirstStep, false;
    /// A code app, RFC 6238.
    Totp => "totp", "Code app", ["otp"], SecondStep, false;
    /// A device that shows codes and was handed out, RFC 4226 or RFC 6238.
    HardwareToken => "hardware_token", "Hardware token", ["otp"], SecondStep, false;
    /// A passkey or security key.
    Webauthn => "webauthn", "Passkey", ["swk"], SecondStepOrAlone, true;
    /// A phone with a key of its own, on which a sign-in is approved: another channel than the browser's.
    Push => "push", "Phone app", ["swk", "mca"], Approval, false;
    /// A code in a text message to a number on file.
    Sms => "sms", "Code by text", ["sms"], SentCode, false;
    /// A code that a call to a number on file reads out.
    Voice => "voice", "Code by call", ["tel"], SentCode, false;
    /// A code by mail to an address on file. Its word is our own: RFC 8176 has none, and `otp` is an authenticator's.
    Email => "email", "Code by mail", ["email_code"], MailedCode, false;
    /// One of ten saved codes.
    BackupCode => "backup_code", "Backup code", ["backup_code"], StandIn, false;
    /// The one-use pass of a recovery.
    EnrolmentPass => "pass", "Enrolment pass", ["pass"], Enrolment, false;
}

impl FactorKind {
    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Whether it completes a sign-in that a first step began, or is one of its own: what an account needs one of.
    pub fn completes_sign_in(self) -> bool {
        matches!(
            self.factor_use(),
            FactorUse::SecondStep | FactorUse::SecondStepOrAlone | FactorUse::Approval
        )
    }

    /// Whether it proves a change of one's own account.
    pub fn proves_change(self) -> bool {
        matches!(self.factor_use(), FactorUse::SecondStep | FactorUse::SecondStepOrAlone)
    }

    /// The kind of the codes that go to a contact of this kind.
    pub fn of_contact(kind: &str) -> Self {
        match kind {
            "email" => Self::Email,
            "mobile" => Self::Sms,
            _ => Self::Voice,
        }
    }

    /// Whether it is a code that is sent during the sign-in.
    pub fn is_sent(self) -> bool {
        matches!(self.factor_use(), FactorUse::SentCode | FactorUse::MailedCode)
    }

    /// Whether it proves, beside a link in a mailbox, whose forgotten password is replaced. Codes of a device alone: what is sent comes to
    /// the mailbox or to a number that can be moved, a backup code is for a lost factor, a phone is asked by whoever asks, and a key
    /// that verifies its user replaces the password without the mailbox.
    pub fn proves_beside_mail(self) -> bool {
        matches!(self, Self::Totp | Self::HardwareToken)
    }

    /// Whether it counts towards the assurance of a session, SP 800-63B-4 §3.1.3.1: what is mailed does not.
    pub fn counts(self) -> bool {
        self.factor_use() != FactorUse::MailedCode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_differ() {
        for kind in FactorKind::ALL {
            assert_eq!(FactorKind::parse(kind.as_str()), Some(*kind));
        }
        let words: std::collections::HashSet<_> = FactorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words.len(), FactorKind::ALL.len());
    }
}
