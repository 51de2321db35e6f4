//! People: what they may do at the desk. How much is at stake if one is taken over is their [tier](crate::tier).

use serde::{Deserialize, Serialize};

/// What somebody may do at the desk. `Person` is everybody without a desk role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// No desk role.
    Person,
    /// Reads the log, changes nothing.
    Auditor,
    /// Works cases.
    Agent,
    /// Works escalated cases and approves.
    Senior,
    /// Sets up the tenant.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Person, Self::Auditor, Self::Agent, Self::Senior, Self::Admin];

    /// The word used in the database, the API and policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Auditor => "auditor",
            Self::Agent => "agent",
            Self::Senior => "senior",
            Self::Admin => "admin",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Nobody acts on a person of equal or higher rank. An auditor stands with the agents: neither resets the other.
    pub fn rank(self) -> i64 {
        match self {
            Self::Person => 0,
            Self::Auditor | Self::Agent => 1,
            Self::Senior => 2,
            Self::Admin => 3,
        }
    }

    /// Whether the desk is open to this role at all.
    pub fn is_staff(self) -> bool {
        self != Self::Person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
