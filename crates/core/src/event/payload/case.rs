//! Recovery cases.

use jiff::Timestamp;
use serde::Serialize;

use crate::event::payload::AlwaysTrue;
use crate::evidence::{EvidenceOutcome, Kind};
use crate::id::{ContactId, PersonId};
use crate::remedy::{PlanHash, Remedy};

/// `case.opened`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseOpened<'a> {
    /// The login that was typed.
    pub claimed: &'a str,
    /// What people call the case.
    pub reference: &'a str,
    /// Whether somebody has that login.
    pub known: bool,
    /// What whoever asked had to show.
    pub opened_with: &'a str,
    /// Whether the owner was told.
    pub told: OpeningNotice,
}

/// When the owner is told of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum OpeningNotice {
    /// With the opening.
    #[serde(rename = "at once")]
    AtOnce,
    /// In the digest, or before anybody works on it.
    #[serde(rename = "gathered")]
    Gathered,
}

/// `case.joined`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseJoined<'a> {
    /// What whoever joined had to show.
    pub with: &'a str,
    /// What people call the case from now on.
    pub reference: &'a str,
    /// What they called it before.
    pub was: &'a str,
    /// Whether the owner was told.
    pub told: OpeningNotice,
}

/// `case.openings_announced`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseOpeningsAnnounced<'a> {
    /// Of which cases.
    pub references: &'a [&'a str],
    /// What for.
    pub why: &'a str,
}

/// `case.taken`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseTaken<'a> {
    /// Whether it stood among the strangers'.
    pub from_strangers: bool,
    /// What whoever asked had to show.
    pub opened_with: &'a str,
}

/// `case.exported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseExported<'a> {
    /// How many cases were in the list when it began; none of a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cases: Option<i64>,
    /// Which list, and what narrowed it down, as an address says it; empty for the whole queue, `a search` for what was searched for.
    pub query: &'a str,
}

/// `case.handed_back`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseHandedBack<'a> {
    /// Who had it.
    pub taken_by: &'a str,
    /// Whether it stands among the strangers' again.
    pub to_strangers: bool,
}

/// `case.handed_over`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseHandedOver<'a> {
    /// Who has it now.
    pub to: &'a str,
    /// Whether it stood among the strangers'.
    pub from_strangers: bool,
}

/// `case.claimant_page_bound`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseClaimantPageBound<'a> {
    /// The number that was called.
    pub contact: &'a str,
    /// `mobile`, `office_phone`.
    pub contact_kind: &'a str,
    /// When it was put on file.
    pub filed_at: Timestamp,
}

/// `case.phrase_rejected`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CasePhraseRejected;

/// `case.evidence_added`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseEvidenceAdded {
    /// What kind.
    pub kind: Kind,
    /// The case's risk afterwards; a vouch leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<i64>,
}

/// `case.evidence_failed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseEvidenceFailed {
    /// What kind.
    pub kind: Kind,
    /// How it ended.
    pub outcome: EvidenceOutcome,
    /// The case's risk afterwards.
    pub risk: i64,
}

/// `case.evidence_rejected`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseEvidenceRejected {
    /// What kind.
    pub kind: Kind,
    /// The case's risk afterwards.
    pub risk: i64,
}

/// `case.remedy_proposed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseRemedyProposed {
    /// What is to be done for the person.
    pub remedy: Remedy,
    /// Its rung of the ladder, from 1.
    pub rung: u8,
}

/// `case.verified`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseVerified<'a> {
    /// The stage that it moved to.
    pub next: &'a str,
    /// What is to be done for the person.
    pub remedy: Remedy,
}

/// `case.approved`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseApproved<'a> {
    /// What is to be done for the person.
    pub remedy: Remedy,
    /// The hash of the plan that was looked at.
    pub plan: &'a PlanHash,
}

/// `case.notice_overdue`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseNoticeOverdue;

/// `case.hold_wanted`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseHoldWanted;

/// `case.hold_started`
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum CaseHoldStarted<'a> {
    /// A message to a contact that counts was accepted.
    AfterNotice {
        /// Which contact.
        contact: &'a ContactId,
        /// When.
        accepted_at: Timestamp,
        /// When the waiting period ends.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Two seniors said so.
    Doubled {
        /// It is twice as long.
        doubled: AlwaysTrue,
        /// The first and the second.
        wanted_by: [Option<PersonId>; 2],
        /// When the waiting period ends.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
}

/// `contact.reported_lost`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContactReportedLost<'a> {
    /// Which one.
    pub contact: &'a str,
}

/// `case.refused`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseRefused;

/// `case.escalated`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum CaseEscalated<'a> {
    /// Somebody at the desk handed it on.
    ByStaff,
    /// It began with a senior.
    FromTheStart {
        /// How an earlier one ended: `refused`, `contested`.
        because: &'a str,
        /// The id of that case.
        of: &'a str,
    },
}

/// `case.contested`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CaseContested<'a> {
    /// Whether the account was suspended.
    pub account_suspended: bool,
    /// Whether a request was stopped.
    pub stopped: bool,
    /// How the owner said so, or who else stopped it.
    pub by: &'a str,
}

/// `case.closed`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CaseClosed<'a> {
    /// The person is back in.
    Proven {
        /// By what.
        by: &'a str,
    },
    /// Another remedy made it needless.
    Superseded {
        /// The case of that remedy, or who else did it.
        by: &'a str,
    },
    /// Nobody went on with it in time.
    Lapsed {
        /// When its remedy was applied, if it had come so far.
        remedied_at: Option<Timestamp>,
    },
    /// The same, for a login that nobody has.
    #[serde(rename = "lapsed")]
    LapsedUnknown,
    /// Whoever asked took it back.
    Withdrawn,
}
