//! Proof of identity: which kinds count, which only support, and which never count however good they sound.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ContactId, PersonId};

/// Every kind of proof that somebody may bring or offer. The list and its three parts are MISSION.md's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Live video, compared with the HR photo or an ID, the phrase read aloud.
    LiveVideo,
    /// A call placed by us to a number filed before the case.
    CallPlaced,
    /// The manager's word, given in Postern by the manager.
    ManagerVouch,
    /// An official document, checked live. Type and checker are recorded, never the number.
    OfficialDocument,
    /// The person stood at the desk.
    InPerson,
    /// Facts only the owner should know: supports, never suffices.
    OwnerFacts,
    /// "My email address is …".
    EmailMatch,
    /// Birthday, SSN digits, mother's maiden name.
    SecurityQuestion,
    /// A code mailed to a recovery address.
    RecoveryMailCode,
    /// A chat message from someone who claims to be them.
    ChatClaim,
    /// A number given during the request.
    NumberSupplied,
    /// "I board in ten minutes."
    Urgency,
}

/// How far a kind of proof counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceClass {
    /// Counts towards what the policy wants.
    Accepted,
    /// Is kept with the case, opens nothing.
    Supporting,
    /// Is refused, recorded, and raises the case's risk.
    Never,
}

impl EvidenceClass {
    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Supporting => "supporting",
            Self::Never => "never",
        }
    }
}

impl Kind {
    /// Every kind, in the order the desk shows them.
    pub const ALL: [Self; 12] = [
        Self::CallPlaced,
        Self::LiveVideo,
        Self::InPerson,
        Self::OfficialDocument,
        Self::ManagerVouch,
        Self::OwnerFacts,
        Self::EmailMatch,
        Self::SecurityQuestion,
        Self::RecoveryMailCode,
        Self::ChatClaim,
        Self::NumberSupplied,
        Self::Urgency,
    ];

    /// The word used in the database, the API and policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LiveVideo => "live_video",
            Self::CallPlaced => "call_placed",
            Self::ManagerVouch => "manager_vouch",
            Self::OfficialDocument => "official_document",
            Self::InPerson => "in_person",
            Self::OwnerFacts => "owner_facts",
            Self::EmailMatch => "email_match",
            Self::SecurityQuestion => "security_question",
            Self::RecoveryMailCode => "recovery_mail_code",
            Self::ChatClaim => "chat_claim",
            Self::NumberSupplied => "number_supplied",
            Self::Urgency => "urgency",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What the desk calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::LiveVideo => "Live video, compared with the HR photo, phrase read aloud",
            Self::CallPlaced => "Call placed by us to a number on file",
            Self::ManagerVouch => "Vouch by the person's manager",
            Self::OfficialDocument => "Official document, checked live",
            Self::InPerson => "In person, at the desk",
            Self::OwnerFacts => "Facts only the owner should know",
            Self::EmailMatch => "Their email address matches",
            Self::SecurityQuestion => "Birthday, ID digits or a security question",
            Self::RecoveryMailCode => "A code mailed to a recovery address",
            Self::ChatClaim => "A chat message from someone who says it is them",
            Self::NumberSupplied => "A number they gave during the request",
            Self::Urgency => "They are in a hurry",
        }
    }

    /// How far it counts.
    pub fn class(self) -> EvidenceClass {
        match self {
            Self::LiveVideo
            | Self::CallPlaced
            | Self::ManagerVouch
            | Self::OfficialDocument
            | Self::InPerson => EvidenceClass::Accepted,
            Self::OwnerFacts => EvidenceClass::Supporting,
            Self::EmailMatch
            | Self::SecurityQuestion
            | Self::RecoveryMailCode
            | Self::ChatClaim
            | Self::NumberSupplied
            | Self::Urgency => EvidenceClass::Never,
        }
    }

    /// Whether an agent records it. A vouch can only be given by the one who vouches.
    pub fn recorded_by_agent(self) -> bool {
        self != Self::ManagerVouch
    }

    /// How it can end: only somebody who can answer can be absent, or be told what to say.
    pub fn outcomes(self) -> &'static [EvidenceOutcome] {
        match self {
            Self::CallPlaced | Self::LiveVideo => &[
                EvidenceOutcome::Confirmed,
                EvidenceOutcome::NobodyAnswered,
                EvidenceOutcome::WrongPerson,
                EvidenceOutcome::Coached,
            ],
            Self::InPerson | Self::OfficialDocument | Self::OwnerFacts => {
                &[EvidenceOutcome::Confirmed, EvidenceOutcome::WrongPerson]
            }
            Self::ManagerVouch => {
                &[EvidenceOutcome::Confirmed, EvidenceOutcome::WrongPerson, EvidenceOutcome::Unsure]
            }
            _ => &[EvidenceOutcome::Rejected],
        }
    }

    /// Through what the proof came. Two proofs through one channel are one proof.
    pub fn channel(self) -> &'static str {
        match self {
            Self::CallPlaced => "phone",
            Self::LiveVideo => "video",
            Self::InPerson | Self::OfficialDocument => "presence",
            Self::ManagerVouch => "colleague",
            _ => "none",
        }
    }
}

/// How a verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceOutcome {
    /// It was the person.
    Confirmed,
    /// Nobody answered.
    NobodyAnswered,
    /// It was somebody else.
    WrongPerson,
    /// It may have been the person, and somebody had told them what to say: the coached owner of MISSION.md.
    Coached,
    /// Whoever was asked for their word could not tell.
    Unsure,
    /// It was offered, and is of a kind that an agent's word never makes proof.
    Rejected,
}

impl EvidenceOutcome {
    /// Every outcome, in the order the desk shows them.
    pub const ALL: [Self; 6] = [
        Self::Confirmed,
        Self::NobodyAnswered,
        Self::WrongPerson,
        Self::Coached,
        Self::Unsure,
        Self::Rejected,
    ];

    /// The word used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NobodyAnswered => "nobody_answered",
            Self::WrongPerson => "wrong_person",
            Self::Coached => "coached",
            Self::Unsure => "unsure",
            Self::Rejected => "rejected",
        }
    }

    /// What the desk calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Confirmed => "It was them",
            Self::NobodyAnswered => "Nobody answered",
            Self::WrongPerson => "It was somebody else",
            Self::Coached => "Somebody had told them what to say",
            Self::Unsure => "They could not tell",
            Self::Rejected => "Never accepted",
        }
    }

    /// Whether it raises the case's risk: somebody tried something.
    pub fn raises_risk(self) -> bool {
        matches!(self, Self::WrongPerson | Self::Coached | Self::Rejected)
    }
}

/// What a piece of evidence says besides its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "detail", rename_all = "snake_case")]
pub enum EvidenceDetail {
    /// A call placed by us.
    Call {
        /// The filed number that was called.
        contact: ContactId,
        /// Ticket or recording.
        reference: String,
    },
    /// The manager's word, given by the manager.
    Vouch {
        /// How they know that it is the person.
        how: String,
    },
    /// Any other kind, and what an agent offers of kinds that are not theirs to give.
    Reference {
        /// What was checked.
        kind: Kind,
        /// Ticket, recording, or type of document and checker.
        reference: String,
    },
}

/// One verification in a case, and how it ended. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The person whose word it is: the agent who called, the manager who vouched.
    pub attested_by: PersonId,
    /// How it ended.
    pub outcome: EvidenceOutcome,
    /// What was checked, and how.
    #[serde(flatten)]
    pub detail: EvidenceDetail,
    /// When it was recorded.
    pub at: Timestamp,
}

impl Evidence {
    /// Proof goes stale: what was shown a day ago says little about who is at the page now. Unit: hours.
    pub const FRESH_HOURS: i64 = 24;

    /// What was checked.
    pub fn kind(&self) -> Kind {
        match self.detail {
            EvidenceDetail::Call { .. } => Kind::CallPlaced,
            EvidenceDetail::Vouch { .. } => Kind::ManagerVouch,
            EvidenceDetail::Reference { kind, .. } => kind,
        }
    }

    /// Ticket, recording or type of document, or how a manager knows, as whoever attests it gave it.
    pub fn reference(&self) -> &str {
        match &self.detail {
            EvidenceDetail::Call { reference, .. } | EvidenceDetail::Reference { reference, .. } => reference,
            EvidenceDetail::Vouch { how } => how,
        }
    }

    /// The filed contact on which somebody answered.
    pub fn answered_contact(&self) -> Option<&ContactId> {
        match &self.detail {
            EvidenceDetail::Call { contact, .. } if self.outcome != EvidenceOutcome::NobodyAnswered => {
                Some(contact)
            }
            _ => None,
        }
    }

    /// Whether whoever attests it says that it was the person.
    pub fn is_confirmed(&self) -> bool {
        self.outcome == EvidenceOutcome::Confirmed
    }

    /// Whether it counts now.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.is_confirmed()
            && self.kind().class() == EvidenceClass::Accepted
            && now.duration_since(self.at) <= jiff::SignedDuration::from_hours(Self::FRESH_HOURS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_titles_differ() {
        let titles: std::collections::HashSet<_> = Kind::ALL.iter().map(|k| k.title()).collect();
        assert_eq!(titles.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn outcomes_have_words_of_their_own() {
        for outcome in EvidenceOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
    }

    #[test]
    fn six_kinds_never_count() {
        let never: Vec<_> =
            Kind::ALL.into_iter().filter(|k| k.class() == EvidenceClass::Never).map(Kind::as_str).collect();
        assert_eq!(
            never,
            [
                "email_match",
                "security_question",
                "recovery_mail_code",
                "chat_claim",
                "number_supplied",
                "urgency"
            ]
        );
    }

    #[test]
    fn proof_is_stale_a_second_after_a_day() {
        let at: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        let call = call(EvidenceOutcome::Confirmed, at);
        let day = jiff::SignedDuration::from_hours(24);
        assert!(call.counts_at(at + day));
        assert!(!call.counts_at(at + day + jiff::SignedDuration::from_secs(1)));
    }

    #[test]
    fn only_what_was_confirmed_counts_and_an_unanswered_call_proves_no_contact() {
        let at = Timestamp::UNIX_EPOCH;
        for outcome in EvidenceOutcome::ALL {
            let call = call(outcome, at);
            assert_eq!(call.counts_at(at), outcome == EvidenceOutcome::Confirmed, "{outcome:?}");
            let answered = outcome != EvidenceOutcome::NobodyAnswered;
            assert_eq!(call.answered_contact().is_some(), answered, "{outcome:?}");
        }
    }

    #[test]
    fn a_piece_is_kept_with_its_detail() {
        let kept = serde_json::to_value(call(EvidenceOutcome::WrongPerson, Timestamp::UNIX_EPOCH)).unwrap();
        let said = serde_json::json!({
            "attested_by": "ben", "outcome": "wrong_person", "detail": "call", "contact": "c1",
            "reference": "HD-1", "at": "1970-01-01T00:00:00Z",
        });
        assert_eq!(kept, said);
    }

    fn call(outcome: EvidenceOutcome, at: Timestamp) -> Evidence {
        let detail = EvidenceDetail::Call { contact: ContactId::new("c1"), reference: "HD-1".into() };
        Evidence { attested_by: PersonId::new("ben"), outcome, detail, at }
    }
}
