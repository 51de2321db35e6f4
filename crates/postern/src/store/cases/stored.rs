//! A case as it is stored, and what its row says by itself.

use jiff::{SignedDuration, Timestamp};
use postern_core::case::{Case, StopSource, Subject};
use postern_core::evidence::Evidence;
use postern_core::id::CaseId;

use crate::store::row::row;
use crate::store::{Result, StoreError, time};
use crate::texts::MessageId;

row! {
    /// A case as stored; `evidence` is its pieces, joined by commas. `person_id` and `document` are empty when nobody by that
    /// name exists: the claimant sees the same page, the desk sees that it is a stranger.
    pub struct CaseRow {
        pub id: String,
        pub reference: String,
        pub person_id: Option<String>,
        pub claimed_login: String,
        pub phrase: String,
        pub stage: String,
        pub document: Option<String>,
        pub version: i64,
        pub opened_with: String,
        pub after_password: i64,
        pub ip: String,
        pub user_agent: String,
        pub opened_at: i64,
        pub changed_at: i64,
        pub closed_at: Option<i64>,
        pub opened_by: Option<String>,
        pub announced_at: Option<i64>,
        pub taken_by: Option<String>,
        pub stranger_since: Option<i64>,
        pub evidence: Option<String>,
    }
}

/// A stranger's case that nobody takes up is open for so long.
pub const STRANGERS_LAPSE_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// What whoever holds the page of a case had to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedWith {
    /// A device on which the person has signed in fully before.
    KnownDevice,
    /// The person's password.
    Password,
    /// A name, which anybody can type.
    Nothing,
    /// Nobody holds the page yet: the desk opened it for a caller, who has the reference.
    Desk,
}

impl OpenedWith {
    /// The word used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KnownDevice => "known_device",
            Self::Password => "password",
            Self::Nothing => "nothing",
            Self::Desk => "desk",
        }
    }
}

impl CaseRow {
    /// Whether it was stopped, and no senior can let it go on.
    pub fn is_stopped_for_good(&self) -> bool {
        let may_go_on = |case: &Case| case.stop().is_some_and(|stop| stop.source == StopSource::Escalation);
        self.stage == "contested" && !self.kept().is_ok_and(|case| case.as_ref().is_some_and(may_go_on))
    }

    /// The state machine as it stands at `now`, for a person who is as they were at the opening. `None` for a stranger's
    /// case.
    pub fn case(&self, now: Timestamp) -> Result<Option<Case>> {
        Ok(self.kept()?.map(|case| self.as_it_stands(case, now)))
    }

    /// The state machine as it was kept, for a person who is `subject` now. `None` for a stranger's case.
    pub fn case_of(&self, subject: Subject) -> Result<Option<Case>> {
        Ok(self.kept()?.map(|case| case.with_subject_now(subject)))
    }

    /// The same as it stands at `now`, once the policies were asked what they demand for that person.
    pub fn as_it_stands(&self, case: Case, now: Timestamp) -> Case {
        self.unless_lapsed(case.as_of(now), now)
    }

    fn kept(&self) -> Result<Option<Case>> {
        let Some(text) = &self.document else {
            return Ok(None);
        };
        let case: Case = serde_json::from_str(text).map_err(|_| StoreError::Corrupt("case"))?;
        Ok(Some(case.with_evidence(self.evidence()?)))
    }

    /// What was verified in it, oldest first.
    pub(super) fn evidence(&self) -> Result<Vec<Evidence>> {
        let Some(documents) = &self.evidence else {
            return Ok(Vec::new());
        };
        serde_json::from_str(&format!("[{documents}]")).map_err(|_| StoreError::Corrupt("evidence"))
    }

    /// A stranger's case that nobody took up in time is over, whether or not a job has closed it yet.
    fn unless_lapsed(&self, case: Case, now: Timestamp) -> Case {
        match self.lapses_at() {
            Some(at) if now > at => case.lapse(at),
            _ => case,
        }
    }

    /// Whether its page was opened on a device on which the person has signed in fully before.
    pub fn is_from_known_device(&self) -> bool {
        self.opened_with == OpenedWith::KnownDevice.as_str()
    }

    /// Whether whoever holds its page had shown the password of the person whom it is about.
    pub fn is_after_password(&self) -> bool {
        self.after_password == 1
    }

    /// When it runs out, if nobody takes it up: strangers' cases alone do.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        self.stranger_since.map(|since| lapse_of_stranger(time(since)))
    }

    /// The stored stage of a case that has no document, as it stands at `now`: alike for names that exist and names that do
    /// not, whether or not a job has closed it yet.
    pub fn stage_at(&self, now: Timestamp) -> &str {
        let is_over = self.lapses_at().is_some_and(|at| now > at);
        let has_lapsed = self.closed_at.is_none() && self.stage == "verifying" && is_over;
        if has_lapsed { "lapsed" } else { &self.stage }
    }

    /// The device that asked, in a few words that are ours: what it calls itself is whatever a stranger likes.
    pub fn device(&self) -> MessageId {
        device_label(&self.user_agent)
    }

    /// Its id.
    pub fn case_id(&self) -> CaseId {
        CaseId::new(&self.id)
    }
}

pub(super) fn lapse_of_stranger(since: Timestamp) -> Timestamp {
    since.saturating_add(STRANGERS_LAPSE_AFTER).unwrap_or(Timestamp::MAX)
}

fn device_label(user_agent: &str) -> MessageId {
    const KNOWN: [(&str, MessageId); 6] = [
        ("iPhone", MessageId("device-iphone")),
        ("iPad", MessageId("device-ipad")),
        ("Android", MessageId("device-android")),
        ("Windows", MessageId("device-windows")),
        ("Macintosh", MessageId("device-mac")),
        ("Linux", MessageId("device-linux")),
    ];
    let known = KNOWN.into_iter().find(|(word, _)| user_agent.contains(word));
    known.map_or(MessageId("device-unknown"), |(_, label)| label)
}
