//! Every audit event there is, and what a record carries.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{CaseId, PersonId};
use crate::reason::Reason;

macro_rules! events {
    ($($variant:ident => $name:literal [$($carries:ident)*] : $doc:literal),+ $(,)?) => {
        /// The name of an event, dotted and stable. Integrators match on these words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)+
        }

        impl EventKind {
            /// Every event, in the order of the book.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The dotted name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it says, for the audit page and the book.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }

            /// What a record of it must carry.
            fn carries(self) -> &'static [Carried] {
                match self { $(Self::$variant => &[$(events!(@ $carries)),*],)+ }
            }
        }
    };
    (@ reason) => { Carried::Reason };
    (@ reason_of_people) => { Carried::ReasonOfPeople };
    (@ before) => { Carried::StateBefore };
}

/// What a record must carry, beside who and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// Why.
    Reason,
    /// Why, where a person did it.
    ReasonOfPeople,
    /// How it was before.
    StateBefore,
}

events! {
    SignInSucceeded => "signin.succeeded" [] : "Somebody signed in, all steps passed.",
    SignInFailed => "signin.failed" [] : "A sign-in attempt failed; the cause says why.",
    MfaFactorEnrolled => "mfa.factor_enrolled" [] : "A person enrolled a factor.",
    MfaFactorRemoved => "mfa.factor_removed" [before] : "A factor was removed: by its owner, or before it worked by staff or a contest.",
    MfaFactorNamed => "mfa.factor_named" [before] : "A person gave a factor of theirs a name.",
    MfaFactorApproved => "mfa.factor_approved" [reason before] : "A second staff member let a waiting passkey work before its time.",
    MfaFactorDisabled => "mfa.factor_disabled" [] : "A factor reached the lifetime cap of failures and stopped working.",
    MfaFactorAdminReset => "mfa.factor_admin_reset" [reason before] : "The desk, or the operator, removed all of a person's factors.",
    MfaBackupCodesGenerated => "mfa.backup_codes_generated" [] : "A new set of backup codes was shown to a person; it counts once they confirm that it is kept.",
    MfaBackupCodesConfirmed => "mfa.backup_codes_confirmed" [] : "A person said that the new backup codes are kept: they are good now, and those from before are not.",
    MfaBackupCodesAdminGenerated => "mfa.backup_codes_admin_generated" [reason before] : "The desk let a person have new backup codes; those from before are dead.",
    MfaBackupCodeUsed => "mfa.backup_code_used" [] : "A backup code was used to sign in.",
    UserAdded => "user.added" [] : "A person was added to the directory.",
    UserPasswordChanged => "user.password_changed" [] : "A person set a password.",
    UserSuspended => "user.suspended" [before] : "An account was suspended.",
    UserEnabled => "user.enabled" [reason before] : "An account was enabled again.",
    SessionRevoked => "session.revoked" [] : "Sessions ended before their time.",
    SessionSteppedUp => "session.stepped_up" [] : "A passkey was touched in a session, for what is sensitive.",
    SessionEnded => "session.ended" [] : "A person signed out.",
    PassIssued => "pass.issued" [] : "A one-use pass was shown to the person it is for.",
    PassUsed => "pass.used" [] : "A pass was used and led to enrolment.",
    PassRejected => "pass.rejected" [] : "A wrong, used, expired or foreign pass was tried.",
    CaseOpened => "case.opened" [] : "Somebody asked to be let back in.",
    CaseOpeningsAnnounced => "case.openings_announced" [] : "The owner was told of requests that had been gathered.",
    CaseTaken => "case.taken" [] : "A staff member took a case up; it is no stranger's any more.",
    CaseHandedBack => "case.handed_back" [] : "Who had taken a case gave it back to the queue.",
    CaseClaimantPageBound => "case.claimant_page_bound" [] : "The claimant page was bound to a verified channel by its phrase.",
    CasePhraseRejected => "case.phrase_rejected" [] : "A phrase was typed that is not the page's.",
    CaseEvidenceAdded => "case.evidence_added" [reason] : "A verification was recorded.",
    CaseEvidenceRejected => "case.evidence_rejected" [reason] : "Proof of a kind that is never accepted was offered; the risk went up.",
    CaseRemedyProposed => "case.remedy_proposed" [before] : "Something else is to be done for the person; the proof is looked at anew.",
    CaseVerified => "case.verified" [] : "The evidence suffices for the person's tier.",
    CaseApproved => "case.approved" [reason] : "A second staff member said yes.",
    CaseNoticeOverdue => "case.notice_overdue" [] : "No message about the verification went out for a day; seniors were told.",
    CaseHoldWanted => "case.hold_wanted" [reason] : "A senior wants the waiting period to begin although the owner was not reached; a second one must too.",
    ContactReportedLost => "contact.reported_lost" [reason before] : "Somebody at the desk noted that a contact on file is not the person's any more; the person was told.",
    CaseHoldStarted => "case.hold_started" [] : "The waiting period began; the owner can object.",
    CaseRefused => "case.refused" [reason] : "A staff member refused the case.",
    CaseEscalated => "case.escalated" [reason] : "The case was handed to a senior.",
    CaseContested => "case.contested" [] : "The owner said: this was not me.",
    CaseClosed => "case.closed" [] : "The case ended.",
    SignInsImported => "signins.imported" [] : "Sign-in records of another provider were taken in.",
    IncidentOpened => "incident.opened" [] : "Sign-in records show an attack; or one that was closed goes on.",
    IncidentClosed => "incident.closed" [reason before] : "A finding about sign-ins was closed, with a reason.",
    AccessDenied => "access.denied" [] : "The policy refused something a signed-in caller tried.",
    StepRefused => "step.refused" [] : "Something that does not fit was tried: a step out of order, or no reason given.",
    PowerRequested => "power.requested" [] : "An admin wants somebody to have a desk role, or made a service token: it waits.",
    PowerGranted => "power.granted" [reason_of_people before] : "A desk role or a service token works from now on: a second admin said yes, or the time has passed.",
    PowerStopped => "power.stopped" [before] : "A desk role or a service token was stopped before it worked.",
    ServiceTokenCreated => "service_token.created" [] : "An API token was made.",
    ServiceTokenRevoked => "service_token.revoked" [] : "An API token was revoked.",
    JobRunAgain => "job.run_again" [before] : "A job that had been given up was let run again.",
    AuditExported => "audit.exported" [] : "The audit log was read out.",
    TenantAdded => "tenant.added" [] : "The operator added the organisation.",
    TenantRenamed => "tenant.renamed" [before] : "The operator gave the organisation another name.",
    TenantSettingsChanged => "tenant.settings_changed" [reason before] : "The operator changed what the organisation decides for itself.",
    TenantMoved => "tenant.moved" [reason before] : "The operator moved the organisation to another address.",
    TenantSuspended => "tenant.suspended" [reason before] : "The operator suspended the organisation: it is not served.",
    TenantEnabled => "tenant.enabled" [reason before] : "The operator let the organisation be served again.",
    AuditRestoreAccepted => "audit.restore_accepted" [reason before] : "The operator accepted that the log has less than it had: a backup was restored, or records were lost.",
}

impl EventKind {
    /// Whether its record says why: always, or where a person did it. `None`: it may.
    pub fn reason_wanted(self) -> Option<ReasonWanted> {
        self.carries().iter().find_map(|carried| match carried {
            Carried::Reason => Some(ReasonWanted::Always),
            Carried::ReasonOfPeople => Some(ReasonWanted::OfPeople),
            Carried::StateBefore => None,
        })
    }

    /// Whether its record says how it was before.
    pub fn is_with_state_before(self) -> bool {
        self.carries().contains(&Carried::StateBefore)
    }

    /// Reads a dotted name back; `None` for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
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
    /// What happened.
    pub kind: EventKind,
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
    /// Whatever else the event says. Never a secret.
    pub detail: Value,
    /// The policies that decided.
    pub policies: Vec<String>,
}

impl Event {
    /// An event of `kind`, done by `actor`.
    pub fn new(kind: EventKind, actor: Actor) -> Self {
        Self {
            kind,
            actor,
            person: None,
            case: None,
            reason: None,
            before: None,
            detail: Value::Null,
            policies: Vec::new(),
        }
    }

    /// What it must carry and does not: nothing is committed with such a record.
    pub fn missing(&self) -> Option<&'static str> {
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

    /// Says more.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Was allowed by these policies.
    #[must_use]
    pub fn policies(mut self, policies: &[String]) -> Self {
        self.policies = policies.to_vec();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_that_are_all_anonymous_are_numbered_apart() {
        let stranger = || Event::new(EventKind::SignInFailed, Actor::Anonymous);
        let system = Event::new(EventKind::SessionRevoked, Actor::System);
        assert_eq!(RecordStream::of(&[stranger(), stranger()]), RecordStream::Anonymous);
        assert_eq!(RecordStream::of(&[stranger(), system]), RecordStream::Main);
        for stream in RecordStream::ALL {
            assert_eq!(RecordStream::parse(stream.as_str()), Some(stream));
        }
    }

    #[test]
    fn a_record_without_its_reason_or_its_state_before_is_not_whole() {
        let person = Actor::Person { id: PersonId::new("ben") };
        let reset = Event::new(EventKind::MfaFactorAdminReset, person.clone());
        assert_eq!(reset.missing(), Some("a reason"));
        let reset = reset.reason(&Reason::parse("lost phone, HD-1").unwrap());
        assert_eq!(reset.missing(), Some("the state before"));
        assert_eq!(reset.before(Value::Bool(true)).missing(), None);
        let granted = |actor| Event::new(EventKind::PowerGranted, actor).before(Value::Bool(true)).missing();
        assert_eq!((granted(person), granted(Actor::System)), (Some("a reason"), None));
        assert_eq!(Event::new(EventKind::SignInFailed, Actor::Anonymous).missing(), None);
    }

    #[test]
    fn names_are_dotted_distinct_and_read_back() {
        let names: std::collections::HashSet<_> = EventKind::ALL.iter().map(|k| k.as_str()).collect();
        assert_eq!(names.len(), EventKind::ALL.len());
        for kind in EventKind::ALL {
            assert!(kind.as_str().contains('.'));
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        }
    }
}
