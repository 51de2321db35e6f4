//! What can be held, what can be done, and what there is.

use super::super::Case;
use crate::evidence::Kind;
use crate::signin::Flow;

/// What one adversary can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holding {
    Password,
    Mailbox,
    /// The owner's filed number is answered by the adversary.
    PhoneLine,
    /// The owner's face and voice can be faked on video.
    Likeness,
    Agent,
    Senior,
    Manager,
    ClaimantPage,
    /// An admin, who makes staff of their own.
    Admin,
}

impl Holding {
    pub(super) const ALL: [Self; 9] = [
        Self::Password,
        Self::Mailbox,
        Self::PhoneLine,
        Self::Likeness,
        Self::Agent,
        Self::Senior,
        Self::Manager,
        Self::ClaimantPage,
        Self::Admin,
    ];
}

/// One step that the adversary takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ModelStep {
    BindClaimantPage {
        by: &'static str,
    },
    /// Have evidence recorded: by a bribed agent out of thin air, by an honest one who was deceived.
    Record {
        kind: Kind,
        by: &'static str,
    },
    Vouch,
    Verify,
    Approve {
        by: &'static str,
    },
    Wait,
    /// A relay accepts the notice of the verification. The adversary may hold it back for ever.
    Notice,
    WantHold {
        by: &'static str,
    },
    Reset {
        by: &'static str,
    },
    /// An admin raises the owner's tier to the highest.
    RaiseTier,
    ShowPass,
    EnterPassword,
    EnterPass,
    Enrol,
    FinishSignIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Opener {
    Owner,
    Adversary,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; the checker walks their combinations"
)]
pub(super) struct World {
    pub(super) opened_by: Opener,
    pub(super) case: Case,
    /// How often three days went by.
    pub(super) waited: u8,
    pub(super) noticed: bool,
    pub(super) wanted: [bool; 2],
    /// A hold was over, and its beginning was neither told to the owner nor the word of two seniors.
    pub(super) unseen_reset: bool,
    pub(super) raised: bool,
    /// A reset went through that the tier of that moment does not allow.
    pub(super) weak_reset: bool,
    /// The adversary has seen the pass on the bound page.
    pub(super) has_pass: bool,
    pub(super) pass_used: bool,
    pub(super) flow: Option<Flow>,
    pub(super) owner_has_factor: bool,
    pub(super) adversary_factor: bool,
    pub(super) session: bool,
}
