//! Every audit event there is, and what a record carries.
//!
//! `event/table.rs` is the one table: what an event is called and means, what its record must carry, whom it is announced
//! to, and what it is in other formats. `event/payload/` says what stands in its `detail`.

mod announcement;
mod formats;
pub mod payload;
mod table;
#[cfg(test)]
mod tests;

pub use announcement::{AnnouncedWhen, Announcement, Audience};
pub use formats::{OcsfActivity, SecurityEventType};
pub use table::EventKind;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{CaseId, PersonId};
use crate::reason::Reason;

/// What an event says beside who, whom and why. Each event has one such type, and only the table gives it.
pub trait EventPayload: Serialize + sealed::InTable {
    /// Its event.
    const KIND: EventKind;
}

mod sealed {
    /// Stands in the table of events.
    pub trait InTable {}
}

/// Who must say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonWanted {
    /// Whoever does it.
    Always,
    /// A person or a program; what Postern does by itself has its reason in the detail.
    OfPeople,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A person in the directory, signed in.
    Person {
        /// Who.
        id: PersonId,
    },
    /// A service token, acting for the staff member who owns it.
    Token {
        /// The owner.
        id: PersonId,
        /// The token.
        token: String,
    },
    /// Somebody who has not proven who they are.
    Anonymous,
    /// Postern itself: a timer, a policy, the command line.
    System,
}

impl Actor {
    /// The person answerable, where there is one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person { id } | Self::Token { id, .. } => Some(id),
            Self::Anonymous | Self::System => None,
        }
    }
}

/// Records are numbered without a gap, in streams that do not wait for each other: strangers who guess write as many
/// records as they like, and nobody else's change queues behind theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordStream {
    /// Changes by people who have proven who they are, and by Postern itself.
    Main,
    /// Changes by people who have not.
    Anonymous,
}

impl RecordStream {
    /// Every stream.
    pub const ALL: [Self; 2] = [Self::Main, Self::Anonymous];

    /// The word in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Anonymous => "anonymous",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.as_str() == word)
    }

    /// The stream of the records of one change.
    pub fn of(events: &[Event]) -> Self {
        if events.iter().all(|event| event.actor == Actor::Anonymous) { Self::Anonymous } else { Self::Main }
    }
}

/// One audit record before it is written. The store adds the id, the time and the request.
#[derive(Clone, Debug)]
pub struct Event {
    kind: EventKind,
    /// Who did it.
    pub actor: Actor,
    /// Whom it concerns.
    pub person: Option<PersonId>,
    /// In which case.
    pub case: Option<CaseId>,
    /// Why, for staff actions.
    pub reason: Option<Reason>,
    /// The state before, for changes to security settings.
    pub before: Option<Value>,
    /// What the payload says; `None` where it could not be written.
    detail: Option<Value>,
    /// The policies that decided.
    pub policies: Vec<String>,
}

impl Event {
    /// What happened, done by `actor`. Never a secret: whoever may read the log reads all of it.
    pub fn new<P: EventPayload>(actor: Actor, payload: P) -> Self {
        Self {
            kind: P::KIND,
            actor,
            person: None,
            case: None,
            reason: None,
            before: None,
            detail: serde_json::to_value(payload).ok(),
            policies: Vec::new(),
        }
    }

    /// What happened.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// What the payload says, as it stands in the record.
    pub fn detail(&self) -> &Value {
        self.detail.as_ref().unwrap_or(&Value::Null)
    }

    /// What it must carry and does not: nothing is committed with such a record.
    pub fn missing(&self) -> Option<&'static str> {
        if self.detail.is_none() {
            return Some("a detail that can be written");
        }
        let wants_reason = match self.kind.reason_wanted() {
            Some(ReasonWanted::Always) => true,
            Some(ReasonWanted::OfPeople) => self.actor.person().is_some(),
            None => false,
        };
        if wants_reason && self.reason.is_none() {
            return Some("a reason");
        }
        (self.kind.is_with_state_before() && self.before.is_none()).then_some("the state before")
    }

    /// Concerns `person`.
    #[must_use]
    pub fn person(mut self, person: &PersonId) -> Self {
        self.person = Some(person.clone());
        self
    }

    /// Belongs to `case`.
    #[must_use]
    pub fn case(mut self, case: &CaseId) -> Self {
        self.case = Some(case.clone());
        self
    }

    /// Was done because.
    #[must_use]
    pub fn reason(mut self, reason: &Reason) -> Self {
        self.reason = Some(reason.clone());
        self
    }

    /// The state before.
    #[must_use]
    pub fn before(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// Was allowed by these policies.
    #[must_use]
    pub fn policies(mut self, policies: &[String]) -> Self {
        self.policies = policies.to_vec();
        self
    }
}
