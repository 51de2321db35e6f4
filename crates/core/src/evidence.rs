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

/// One verification performed in a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// What was checked.
    pub kind: Kind,
    /// The person whose word it is: the agent who called, the manager who vouched.
    pub attested_by: PersonId,
    /// The filed number that was called, for a call.
    pub contact: Option<ContactId>,
    /// Ticket, recording or document type, as whoever attests it gave it.
    pub reference: String,
    /// When it was recorded.
    pub at: Timestamp,
}

impl Evidence {
    /// Proof goes stale: what was shown a day ago says little about who is at the page now. Unit: hours.
    pub const FRESH_HOURS: i64 = 24;

    /// Whether it counts now.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.kind.class() == EvidenceClass::Accepted
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
        let call = Evidence {
            kind: Kind::CallPlaced,
            attested_by: PersonId::new("ben"),
            contact: None,
            reference: "HD-1".into(),
            at,
        };
        let day = jiff::SignedDuration::from_hours(24);
        assert!(call.counts_at(at + day));
        assert!(!call.counts_at(at + day + jiff::SignedDuration::from_secs(1)));
    }
}
