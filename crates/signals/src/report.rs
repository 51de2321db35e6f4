//! What a diagnosis says, for people and for programs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cause::{Cause, ResetHelps},
    read::Damage,
    record::{Lifecycle, Position, Provider},
};

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Attacked people first, then locked-out ones, then the rest; by name within each.
    pub people: Vec<PersonReport>,
    /// The whole log in numbers.
    pub totals: Totals,
    /// The first damaged lines.
    pub damaged: Vec<DamagedLine>,
    /// Damaged lines beyond those listed.
    pub damaged_more: u64,
    /// Records that are no sign-ins, by kind.
    pub foreign: BTreeMap<String, u64>,
}

/// The whole log in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Records and damaged lines.
    pub records: u64,
    /// Sign-in records, and changes that bear on one, without repeats.
    pub attempts: u64,
    /// Of these, failures.
    pub failures: u64,
    /// Records that had been seen before.
    pub repeated: u64,
    /// Attempts whose person the log hides or omits.
    pub unnamed: u64,
    /// Attempts without a time: counted, but they decide nothing.
    pub undated: u64,
    /// Records that are no sign-ins.
    pub foreign: u64,
    /// Lines that could not be read.
    pub damaged: u64,
    /// People.
    pub people: u64,
    /// People who are locked out.
    pub locked_out: u64,
    /// People with signs of an attack.
    pub attacked: u64,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DamagedLine {
    /// Where.
    pub position: Position,
    /// Why.
    pub damage: Damage,
    /// Why, in plain words.
    pub why: String,
}

/// Can the person sign in?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PersonState {
    /// The newest attempts failed, and none succeeded since.
    LockedOut {
        /// The first of those attempts.
        since: Timestamp,
    },
    /// The newest attempt succeeded.
    NotLockedOut,
    /// More was asked for, and no result has come yet. Not a failure.
    Unfinished {
        /// When it was first asked.
        since: Timestamp,
    },
    /// The log has no dated attempt of this person.
    Unknown,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonReport {
    /// Login in lower case; the provider's id where the log has no login.
    pub person: String,
    /// Name to show.
    pub display: String,
    /// Whose log.
    pub provider: Provider,
    /// Locked out or not.
    #[serde(flatten)]
    pub state: PersonState,
    /// Why, in Postern's words; none when nothing is wrong.
    pub cause: Option<Cause>,
    /// Why, in plain words.
    pub why: String,
    /// What to do.
    pub mend: String,
    /// Would an MFA reset help?
    pub reset_helps: ResetHelps,
    /// First rung of the ladder that applies; 0 when nothing is wrong.
    pub rung: u8,
    /// Signs of an attack.
    pub attack: Option<Attack>,
    /// Records of this person.
    pub attempts: u64,
    /// Of these, failures.
    pub failures: u64,
    /// The newest success.
    pub last_success: Option<Timestamp>,
    /// The newest attempt of any result.
    pub last_attempt: Option<Timestamp>,
    /// The newest changes to the account, oldest first.
    pub changes: Vec<Change>,
}

/// Something that was done to an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// When, where known.
    pub at: Option<Timestamp>,
    /// What.
    pub what: Lifecycle,
    /// By whom or how, where the log says.
    pub detail: Option<Box<str>>,
    /// Where it was read.
    pub position: Position,
}

/// What kind of attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttackKind {
    /// The sign-in came from an address, or was rated by the provider, as dangerous.
    ProviderRisk,
    /// Many wrong tries until the account locked.
    LockoutByFailures,
    /// Many wrong passwords or codes.
    BruteForce,
    /// Prompts until the person gives in.
    MfaFatigue,
    /// The wrong number was chosen for a prompt: whoever answered did not see the sign-in.
    NumberChallenge,
    /// The person reported suspicious activity.
    SuspiciousReport,
    /// A prompt was reported as fraud.
    FraudReport,
    /// A phishing site was in the middle.
    Phishing,
}

/// How sure, and how bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Look at it.
    Warning,
    /// Treat it as an attack.
    Incident,
    /// The attack was followed by a success: treat the account as taken over.
    LikelyBreach,
}

impl Grade {
    /// For the table that people read.
    pub fn plain_words(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Incident => "INCIDENT",
            Self::LikelyBreach => "LIKELY BREACH",
        }
    }
}

/// Signs of an attack on one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// What kind.
    pub kind: AttackKind,
    /// How bad.
    pub grade: Grade,
    /// The first record that counts towards it.
    pub since: Timestamp,
    /// The last.
    pub until: Timestamp,
    /// Where those records are; the first 20.
    pub evidence: Vec<Position>,
    /// In plain words.
    pub words: String,
}

/// Heads of [`Report::table_rows`].
pub const TABLE_HEADS: [&str; 7] =
    ["Person", "Locked out", "Since", "Why", "What to do", "MFA reset helps", "Attack"];

impl Report {
    /// Rows for a table, in the order of the report. Safe to print on a terminal: log text holds whatever a stranger
    /// typed as a user name.
    pub fn table_rows(&self) -> impl Iterator<Item = [String; 7]> + '_ {
        self.people.iter().map(PersonReport::table_row)
    }

    /// "12 records: 3 sign-ins, …", for the foot of the table and for errors.
    pub fn in_numbers(&self) -> String {
        let totals = &self.totals;
        let mut words = format!("{} records: {} about sign-ins", totals.records, totals.attempts);
        for (count, what) in [
            (totals.repeated, "repeated"),
            (totals.foreign, "of other kinds"),
            (totals.damaged, "damaged"),
            (totals.unnamed, "without a name"),
            (totals.undated, "without a time"),
        ] {
            if count > 0 {
                words.extend([", ", &count.to_string(), " ", what]);
            }
        }
        words
    }

    /// Did anything in the input bear on a sign-in?
    pub fn found_nothing(&self) -> bool {
        self.totals.attempts == 0
    }
}

impl PersonReport {
    /// Does this person need anybody's attention?
    pub fn needs_care(&self) -> bool {
        self.attack.is_some() || !matches!(self.state, PersonState::NotLockedOut)
    }

    /// One row under [`TABLE_HEADS`].
    pub fn table_row(&self) -> [String; 7] {
        let (locked, since) = match self.state {
            PersonState::LockedOut { since } => ("YES", to_the_second(since)),
            PersonState::NotLockedOut => ("no", String::new()),
            PersonState::Unfinished { since } => ("no, unfinished", to_the_second(since)),
            PersonState::Unknown => ("unknown", String::new()),
        };
        let helps =
            if self.cause.is_some() || self.attack.is_some() { self.reset_helps.plain_words() } else { "" };
        let attack = self.attack.as_ref();
        [
            printable(&self.person),
            locked.to_owned(),
            since,
            printable(&self.why),
            self.mend.clone(),
            helps.to_owned(),
            attack.map_or_else(String::new, |attack| {
                format!("{}: {}", attack.grade.plain_words(), attack.words)
            }),
        ]
    }
}

fn to_the_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Control characters could move the cursor, and direction marks could reorder what is read.
pub fn printable(text: &str) -> String {
    let hides = |char: char| {
        char.is_control()
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|char| if hides(char) { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(printable("mia\u{1b}[2J\u{202e}"), "mia\u{fffd}[2J\u{fffd}");
        assert_eq!(printable("Zoë"), "Zoë");
    }
}
