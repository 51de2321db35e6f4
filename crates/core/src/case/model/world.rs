//! What can be held, what can be done, and what there is.

use super::super::Case;
use crate::evidence::Kind;
use crate::remedy::Remedy;
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
    /// A program with a senior's token.
    Program,
    /// The owner says and does what the adversary tells her: she answers the call, shows her face and reads the words of the
    /// adversary's page, to the desk and to her manager.
    CoachedOwner,
}

impl Holding {
    pub(super) const ALL: [Self; 11] = [
        Self::Password,
        Self::Mailbox,
        Self::PhoneLine,
        Self::Likeness,
        Self::Agent,
        Self::Senior,
        Self::Manager,
        Self::ClaimantPage,
        Self::Admin,
        Self::Program,
        Self::CoachedOwner,
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
    /// The adversary joins the owner's case by its reference, which was overheard.
    Join,
    /// Somebody at the desk is talked into another remedy.
    Propose {
        by: &'static str,
        remedy: Remedy,
    },
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
    Apply {
        by: &'static str,
    },
    /// After the remedy the manager says that it is not them: an honest one who learnt of it, or one who wants to keep the owner out.
    ManagerDenies,
    /// After the remedy somebody at the desk refuses it.
    Refuse {
        by: &'static str,
    },
    /// After the remedy somebody at the desk hands it to a senior.
    Escalate {
        by: &'static str,
    },
    /// An admin raises the owner's tier to the highest.
    RaiseTier,
    /// The holder of the page looks at what it shows: a pass, or backup codes.
    LookAtPage,
    EnterPassword,
    EnterPass,
    Enrol,
    FinishSignIn,
    UseBackupCode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Resumed {
    Never,
    BySenior,
    ByOwnWord,
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
    /// Which remedies somebody has said yes to.
    pub(super) approved: Vec<Remedy>,
    /// A remedy was applied to which nobody had said yes, where the policy demands it.
    pub(super) unapproved: bool,
    /// A program moved the case.
    pub(super) moved_by_program: bool,
    /// Somebody let a case that was stopped go on: nobody but a senior can, and none who gave their word in it.
    pub(super) resumed: Resumed,
    /// The adversary has seen the pass on the bound page.
    pub(super) has_pass: bool,
    /// Or the backup codes.
    pub(super) has_codes: bool,
    pub(super) pass_used: bool,
    pub(super) flow: Option<Flow>,
    pub(super) owner_has_factor: bool,
    pub(super) adversary_factor: bool,
    pub(super) session: bool,
}
