//! What a change leaves for later. Known to the store, which must not know how it is done: that is in `jobs/`.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

macro_rules! job_kinds {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $title:literal, $when:ident;)+) => {
        /// Which work. Each kind has workers of its own, so that none waits for another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum JobKind {
            $($(#[$doc])* $name,)+
        }

        impl JobKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word used in the database and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// From the database.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }

            /// What the desk calls it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// Whether it is done for a suspended organisation too. What lets something take effect is not: nobody could
            /// object.
            pub fn runs_while_suspended(self) -> bool {
                match self { $(Self::$name => job_kinds!(@ $when),)+ }
            }
        }
    };
    (@ always) => { true };
    (@ served) => { false };
}

job_kinds! {
    /// Sends a mail.
    DeliverMail => "deliver_mail", "Send a mail", always;
    /// Sends a text or a voice message.
    DeliverText => "deliver_text", "Send a text or a call", always;
    /// Wakes the phones of somebody who signs in, and notes that none of them answered.
    DeliverPush => "deliver_push", "Wake a phone", served;
    /// Gives the power that nobody stopped in time.
    GrantPowers => "grant_powers", "Give power whose time has come", served;
    /// Lets passwords count that nobody stopped in time.
    SetPasswords => "set_passwords", "Set passwords whose time has come", served;
    /// Begins holds whose notice was accepted.
    StartHolds => "start_holds", "Begin waiting periods", served;
    /// Closes cases whose time is over.
    LapseCases => "lapse_cases", "Close cases whose time is over", served;
    /// Sends digests of openings.
    AnnounceOpenings => "announce_openings", "Tell owners of openings", served;
    /// Looks for floods of openings.
    FindFloods => "find_floods", "Look for floods of openings", served;
    /// Lets asks lapse that no trusted contact answered, and reminds owners of those they have.
    ReviewTrustedContacts => "review_trusted_contacts", "Remind of trusted contacts, and let asks lapse", served;
    /// Mails seniors about incidents that they were not told of one by one.
    NotifySeniors => "notify_seniors", "Tell seniors of incidents", served;
    /// Sends the newest checkpoint of the audit log out of the house.
    PublishCheckpoint => "publish_checkpoint", "Publish a checkpoint", served;
    /// Deletes what has run out.
    Sweep => "sweep", "Delete what has run out", always;
}

impl JobKind {
    /// Whether it sends a message to somebody: it is given up after a while, and the desk is told when it waits for long.
    pub fn is_message(self) -> bool {
        matches!(self, Self::DeliverMail | Self::DeliverText)
    }
}

/// A piece of work, with its arguments. What has none is done again and again: an organisation has one row of it, which
/// waits for its time or for a change that wakes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Sends a mail of the outbox.
    DeliverMail {
        /// Its id.
        message: String,
    },
    /// Sends a text or a voice message of the outbox.
    DeliverText {
        /// Its id.
        message: String,
    },
    /// Wakes somebody's phones.
    DeliverPush {
        /// The request that they are to answer.
        request: String,
    },
    /// Recurring.
    GrantPowers,
    /// Recurring.
    SetPasswords,
    /// Recurring.
    StartHolds,
    /// Recurring.
    LapseCases,
    /// Recurring.
    AnnounceOpenings,
    /// Recurring.
    FindFloods,
    /// Recurring.
    ReviewTrustedContacts,
    /// Recurring.
    NotifySeniors,
    /// Recurring.
    PublishCheckpoint,
    /// Recurring.
    Sweep,
}

impl Job {
    /// A message that has waited for longer is stuck: the desk says so.
    pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(2);

    /// Which work.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::DeliverMail { .. } => JobKind::DeliverMail,
            Self::DeliverText { .. } => JobKind::DeliverText,
            Self::DeliverPush { .. } => JobKind::DeliverPush,
            Self::GrantPowers => JobKind::GrantPowers,
            Self::SetPasswords => JobKind::SetPasswords,
            Self::StartHolds => JobKind::StartHolds,
            Self::LapseCases => JobKind::LapseCases,
            Self::AnnounceOpenings => JobKind::AnnounceOpenings,
            Self::FindFloods => JobKind::FindFloods,
            Self::ReviewTrustedContacts => JobKind::ReviewTrustedContacts,
            Self::NotifySeniors => JobKind::NotifySeniors,
            Self::PublishCheckpoint => JobKind::PublishCheckpoint,
            Self::Sweep => JobKind::Sweep,
        }
    }

    /// What it is about: there is one job of a kind and key in an organisation, however often it is asked for.
    pub fn key(&self) -> &str {
        match self {
            Self::DeliverMail { message } | Self::DeliverText { message } => message,
            Self::DeliverPush { request } => request,
            _ => "",
        }
    }
}
