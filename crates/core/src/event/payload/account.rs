//! Sign-ins, sessions, passes and accounts.

use jiff::Timestamp;
use serde::Serialize;

use crate::event::payload::{AlwaysTrue, ProvingFactor};
use crate::factor::FactorKind;
use crate::person::Role;
use crate::trusted_contact::TrustEnd;

/// `signin.succeeded`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignInSucceeded<'a> {
    /// The last step that was shown: `totp`, `webauthn`, `push`, `sms`, `voice`, `email`, `backup_code`.
    pub method: &'a str,
    /// NIST authenticator assurance level.
    pub aal: i64,
    /// Methods used, RFC 8176 words where they exist.
    pub amr: &'a [String],
}

/// `signin.failed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignInFailed<'a> {
    /// The step at which it failed: as in a success, or `password`, `pass`.
    pub method: &'a str,
    /// A word of the diagnosis, such as `bad_password`.
    pub cause: &'a str,
    /// More about the cause, such as by how much a clock is off.
    pub detail: Option<&'a str>,
}

/// `signin.code_sent`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignInCodeSent<'a> {
    /// `sms`, `voice`, `email`.
    pub kind: FactorKind,
    /// Which factor.
    pub factor: &'a str,
    /// The contact that it went to.
    pub contact: &'a str,
}

/// `signin.federated`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignInFederated<'a> {
    /// The provider, by its name in the settings.
    pub provider: &'a str,
    /// The linked account.
    pub factor: &'a str,
    /// How the person signed in there, as the provider says: words of RFC 8176.
    pub amr: &'a [String],
    /// The class of that sign-in, as the provider says.
    pub acr: Option<&'a str>,
    /// When that was, where it was asked for.
    pub auth_time: Option<Timestamp>,
}

/// `session.revoked`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SessionRevoked<'a> {
    /// How many ended.
    pub sessions: u64,
    /// What ended them, where no event beside it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'a str>,
}

/// `session.stepped_up`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SessionSteppedUp<'a> {
    /// The passkey.
    pub factor: &'a str,
}

/// `session.ended`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SessionEnded<'a> {
    /// Which one.
    pub session: &'a str,
}

/// `pass.issued`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum PassIssued<'a> {
    /// A set-up code for the first admin.
    FirstAdmin,
    /// A pass for enrolment, to the person of a case.
    ToPerson {
        /// When it is worth nothing any more.
        expires_at: Timestamp,
        /// Where they read it.
        shown_on: &'a str,
    },
}

/// `pass.used`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PassUsed;

/// `pass.rejected`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum PassRejected<'a> {
    /// A set-up code. Why is not looked for: it may be nobody's.
    SetUpCode,
    /// A pass for enrolment.
    EnrolmentPass {
        /// A word of the diagnosis.
        cause: &'a str,
    },
}

/// `user.added`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum UserAdded<'a> {
    /// The first admin, by the link that the server printed.
    FirstAdmin,
    /// Somebody else.
    InDirectory {
        /// What they sign in with.
        login: &'a str,
        /// Their role, or the one that waits for them.
        role: Role,
        /// Their tier.
        tier: &'a str,
        /// What added them, where nobody signed in did.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
}

/// `user.imported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserImported<'a> {
    /// How many people were added.
    pub people: usize,
    /// How many rows were about somebody who was there already, and left alone.
    pub left_alone: usize,
    /// The SHA-256 of the file's text, without a byte order mark and with line feeds as line ends, in hexadecimal.
    pub file_sha256: &'a str,
}

/// `user.exported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserExported {
    /// How many people were there when it began.
    pub people: i64,
}

/// `user.changed`: what is new; what it was stands before it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct UserChanged<'a> {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Who the manager is; empty for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<&'a str>,
    /// The tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<&'a str>,
    /// Whether less proof suffices for the new tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowers_tier: Option<AlwaysTrue>,
    /// The desk role, where one was taken away or lowered. A higher one is asked for by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// `user.set_up_code_issued`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserSetUpCodeIssued;

/// `user.notices_chosen`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserNoticesChosen<'a> {
    /// The kinds that are off now.
    pub off: &'a [&'a str],
}

/// `user.view_saved`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserViewSaved<'a> {
    /// What they call it.
    pub name: &'a str,
    /// Which cases it shows, as in the address of the list.
    pub query: &'a str,
}

/// `user.view_removed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserViewRemoved<'a> {
    /// What they called it.
    pub name: &'a str,
}

/// `user.note_added`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserNoteAdded;

/// `contact.added`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContactAdded<'a> {
    /// Which one.
    pub contact: &'a str,
    /// `email`, `mobile` or `office_phone`.
    pub kind: &'a str,
}

/// `contact.attested`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContactAttested<'a> {
    /// Which one.
    pub contact: &'a str,
}

/// `contact.removed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContactRemoved<'a> {
    /// Which one.
    pub contact: &'a str,
    /// `email`, `mobile` or `office_phone`.
    pub kind: &'a str,
}

/// `trusted_contact.asked`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrustedContactAsked<'a> {
    /// Which ask.
    pub trusted_contact: &'a str,
    /// Who was asked. Null where what was typed means nobody who can be.
    pub colleague: Option<&'a str>,
}

/// `trusted_contact.accepted`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrustedContactAccepted<'a> {
    /// Which ask.
    pub trusted_contact: &'a str,
}

/// `trusted_contact.ended`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrustedContactEnded<'a> {
    /// Which.
    pub trusted_contact: &'a str,
    /// `declined`, `lapsed`, `removed`, `resigned` or `access_ended`.
    pub how: TrustEnd,
}

/// `trusted_contact.reminded`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrustedContactsReminded<'a> {
    /// Which they are.
    pub trusted_contacts: &'a [String],
}

/// `user.password_changed`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum UserPasswordChanged<'a> {
    /// They set one.
    Set,
    /// They changed it on their account page.
    ByOwner {
        /// What proved it, beside the password from before.
        proven_by: ProvingFactor<'a>,
    },
    /// They had forgotten theirs, and set another one on their account page.
    Forgotten {
        /// The password from before was not asked for.
        forgotten: AlwaysTrue,
        /// The passkey that stood in for it.
        proven_by: ProvingFactor<'a>,
    },
    /// They had forgotten theirs; the one that they set by a link in a mail and a code waited, and nobody stopped it.
    AfterHold {
        /// Its waiting period is over.
        after_hold: AlwaysTrue,
        /// What proved it, beside the mailbox.
        proven_by: ProvingFactor<'a>,
    },
    /// The operator took it away; a set-up code lets them set another.
    Removed {
        /// It is gone.
        removed: AlwaysTrue,
    },
}

/// `user.password_forgotten`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserPasswordForgotten {
    /// How many mailboxes a link went to; 0 where this person gets none.
    pub links: usize,
}

/// `user.password_waits`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserPasswordWaits<'a> {
    /// The mailbox whose link was used.
    pub contact: &'a str,
    /// What proved it beside that.
    pub proven_by: ProvingFactor<'a>,
    /// When it counts, unless somebody stops it.
    pub takes_effect_at: Timestamp,
}

/// `user.password_stopped`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserPasswordStopped<'a> {
    /// Who or what stopped it.
    pub why: &'a str,
}

/// `user.activity_disowned`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserActivityDisowned<'a> {
    /// The record, or the sign-in, that it was said of.
    pub entry: &'a str,
    /// What that was: the name of its event.
    pub event: &'a str,
    /// How many sessions ended.
    pub sessions: u64,
    /// Whether the session in which it was said goes on: a factor was shown in it.
    pub stays: bool,
    /// The references of the requests that were stopped.
    pub requests: &'a [String],
}

/// `user.suspended`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserSuspended<'a> {
    /// `contested`: the owner said "this was not me". `the desk`: somebody there did, with a reason.
    pub why: &'a str,
}

/// `user.enabled`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserEnabled;

/// `user.lock_lifted`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UserLockLifted<'a> {
    /// Of which secrets: `password`, `totp`, `backup_code` and so on.
    pub kinds: &'a [&'a str],
}
