//! Tiers: how much is at stake if somebody's account is taken over. An organisation has the three shipped ones and its own,
//! and each of its own stands on one of the shipped, as which the limits treat it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a takeover would cost; decides how much proof a recovery wants at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierFloor {
    /// Most people.
    Standard,
    /// People with money, personal data or source code within reach.
    Sensitive,
    /// Administrators, and whoever could grant themselves the rest.
    Privileged,
}

impl TierFloor {
    /// Every floor, lowest first.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Sensitive, Self::Privileged];

    /// The word used in policies and settings, and the name of the tier that is nothing more.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Sensitive => "sensitive",
            Self::Privileged => "privileged",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|floor| floor.as_str() == word)
    }
}

/// One of an organisation's tiers. A later one is the stricter: by floor, then by the order in which the organisation lists
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "StoredTier")]
pub struct Tier {
    floor: TierFloor,
    /// 0: a shipped one.
    rank: u16,
    name: Cow<'static, str>,
}

/// As cases keep it. Those of the first weeks have the floor's word alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredTier {
    Shipped(TierFloor),
    Whole { floor: TierFloor, rank: u16, name: String },
}

impl From<StoredTier> for Tier {
    fn from(stored: StoredTier) -> Self {
        match stored {
            StoredTier::Shipped(floor) => floor.into(),
            StoredTier::Whole { floor, rank, name } => Self { floor, rank, name: Cow::Owned(name) },
        }
    }
}

impl Tier {
    /// What it stands on.
    pub fn floor(&self) -> TierFloor {
        self.floor
    }

    /// The name used in the database, the API and policies.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl From<TierFloor> for Tier {
    fn from(floor: TierFloor) -> Self {
        Self { floor, rank: 0, name: Cow::Borrowed(floor.as_str()) }
    }
}

/// Why a list of tiers does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TierError {
    /// It is not `NAME=FLOOR`.
    #[error(
        "{0:?} is no tier: say NAME=FLOOR, such as finance=sensitive; a floor is standard, sensitive or privileged"
    )]
    Malformed(String),
    /// A name that does not do.
    #[error("{0:?}: the name of a tier wants 1 to {LONGEST_NAME} of a to z, 0 to 9 and hyphens")]
    Name(String),
    /// A name that another tier has.
    #[error("{0:?} is the name of another tier")]
    Taken(String),
    /// More than anybody keeps apart.
    #[error("at most {MOST} tiers beside the shipped ones")]
    TooMany,
}

const LONGEST_NAME: usize = 40;
const MOST: usize = 20;

/// The tiers of an organisation.
#[derive(Clone, PartialEq, Eq)]
pub struct Tiers {
    /// The shipped ones first.
    all: Vec<Tier>,
}

impl Default for Tiers {
    fn default() -> Self {
        Self { all: TierFloor::ALL.map(Tier::from).to_vec() }
    }
}

impl fmt::Debug for Tiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(Tier::as_str)).finish()
    }
}

impl Tiers {
    /// The shipped ones, and those of a text such as `finance=sensitive board=privileged`.
    pub fn parse(text: &str) -> Result<Self, TierError> {
        let mut tiers = Self::default();
        for (rank, typed) in (1..).zip(text.split_whitespace()) {
            if usize::from(rank) > MOST {
                return Err(TierError::TooMany);
            }
            let parts = typed.split_once('=');
            let parsed = parts.and_then(|(name, floor)| Some((name, TierFloor::parse(floor)?)));
            let (name, floor) = parsed.ok_or_else(|| TierError::Malformed(typed.to_owned()))?;
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_plain) {
                return Err(TierError::Name(name.to_owned()));
            }
            if tiers.find(name).is_some() {
                return Err(TierError::Taken(name.to_owned()));
            }
            tiers.all.push(Tier { floor, rank, name: Cow::Owned(name.to_owned()) });
        }
        Ok(tiers)
    }

    /// Every one, the shipped first.
    pub fn iter(&self) -> impl Iterator<Item = &Tier> {
        self.all.iter()
    }

    /// Those that are the organisation's own.
    pub fn own(&self) -> impl Iterator<Item = &Tier> {
        self.all.iter().filter(|tier| tier.rank > 0)
    }

    /// By its name.
    pub fn find(&self, name: &str) -> Option<&Tier> {
        self.all.iter().find(|tier| tier.name == name)
    }

    /// The tier of somebody who is on the one of this name. One that is gone counts as the strictest there could be: nobody
    /// comes back more easily because a name was lost.
    pub fn of(&self, name: &str) -> Tier {
        self.find(name).cloned().unwrap_or_else(|| Tier {
            floor: TierFloor::Privileged,
            rank: u16::MAX,
            name: Cow::Owned(name.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for floor in TierFloor::ALL {
            assert_eq!(TierFloor::parse(floor.as_str()), Some(floor));
            assert_eq!(Tiers::default().find(floor.as_str()), Some(&Tier::from(floor)));
        }
        assert_eq!(TierFloor::parse("finance"), None);
    }

    #[test]
    fn an_organisations_own_tier_is_stricter_than_what_it_stands_on_and_than_those_before_it() {
        let tiers = Tiers::parse("finance=sensitive board=sensitive guests=standard").unwrap();
        let tier = |name: &str| tiers.find(name).unwrap();
        let order = ["standard", "guests", "sensitive", "finance", "board", "privileged"];
        assert!(order.windows(2).all(|pair| tier(pair[0]) < tier(pair[1])), "{tiers:?}");
        assert_eq!(tier("finance").floor(), TierFloor::Sensitive);
    }

    #[test]
    fn a_tier_that_is_gone_counts_as_the_strictest() {
        let gone = Tiers::default().of("finance");
        assert_eq!((gone.floor(), gone.as_str()), (TierFloor::Privileged, "finance"));
        assert!(gone > Tier::from(TierFloor::Privileged));
    }

    #[test]
    fn what_cases_keep_reads_back_and_so_does_the_word_of_the_first_weeks() {
        let own = Tiers::parse("finance=sensitive").unwrap().of("finance");
        let kept = r#"{"floor":"sensitive","rank":1,"name":"finance"}"#;
        assert_eq!(serde_json::to_string(&own).unwrap(), kept);
        assert_eq!(serde_json::from_str::<Tier>(kept).unwrap(), own);
        let word = serde_json::from_str::<Tier>(r#""privileged""#).unwrap();
        assert_eq!(word, TierFloor::Privileged.into());
    }

    #[test]
    fn what_is_no_tier_is_refused() {
        let refused = |text: &str| Tiers::parse(text).unwrap_err();
        assert_eq!(refused("finance"), TierError::Malformed("finance".into()));
        assert_eq!(refused("finance=high"), TierError::Malformed("finance=high".into()));
        assert_eq!(refused("Finance=sensitive"), TierError::Name("Finance".into()));
        assert_eq!(refused("=sensitive"), TierError::Name(String::new()));
        assert_eq!(refused("privileged=standard"), TierError::Taken("privileged".into()));
        assert_eq!(refused("a=standard a=sensitive"), TierError::Taken("a".into()));
        let many = (0..=MOST).map(|n| format!("t{n}=standard")).collect::<Vec<_>>().join(" ");
        assert_eq!(refused(&many), TierError::TooMany);
    }
}
