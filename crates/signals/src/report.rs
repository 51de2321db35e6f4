//! What a diagnosis says, for people and for programs.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cause::{Cause, ResetHelps},
    finding::{Finding, Severity},
    read::RecordDefect,
    record::{AttemptResult, Lifecycle, Method, Position, Provider},
    tenant::Bucket,
};

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// The files read, in the order that positions count them.
    pub files: Vec<String>,
    /// The time of the first and of the last record.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Attacked people first, then locked-out ones, then the rest; by name within each.
    pub people: Vec<PersonReport>,
    /// What the rules and detectors found: first what concerns the whole organisation, then the worst.
    pub findings: Vec<Finding>,
    /// Failures by cause.
    pub causes: BTreeMap<&'static str, u64>,
    /// Attempts and failures over time, for the chart.
    pub chart: Vec<Bucket>,
    /// Failures by hour of the week, UTC, Monday first: 168 of them.
    pub week: Vec<u64>,
    /// The whole log in numbers.
    pub totals: Totals,
    /// The first damaged lines.
    pub malformed: Vec<MalformedLine>,
    /// Damaged lines beyond those listed.
    pub malformed_more: u64,
    /// Records that are no sign-ins, by kind.
    pub unrecognised: BTreeMap<String, u64>,
    /// True: the reading was stopped before the end of the input.
    pub stopped: bool,
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
    pub unrecognised: u64,
    /// Lines that could not be read.
    pub malformed: u64,
    /// Records left out because they are later than the time that the report is for.
    pub later: u64,
    /// People.
    pub people: u64,
    /// People who are locked out.
    pub locked_out: u64,
    /// People under attack: with a finding of severity incident or worse.
    pub attacked: u64,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MalformedLine {
    /// Where.
    pub position: Position,
    /// Why.
    pub defect: RecordDefect,
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
    pub person: Arc<str>,
    /// Name to show.
    pub display: Arc<str>,
    /// Whose log.
    pub provider: Provider,
    /// Locked out or not.
    #[serde(flatten)]
    pub state: PersonState,
    /// Why, in Postern's words; none when nothing is wrong.
    pub cause: Option<Cause>,
    /// Why, in plain words.
    pub why: Cow<'static, str>,
    /// What to do.
    pub remediation: Cow<'static, str>,
    /// Would an MFA reset help?
    pub reset_helps: ResetHelps,
    /// First rung of the ladder that applies; 0 when nothing is wrong.
    pub rung: u8,
    /// The worst severity among the findings about this person.
    pub severity: Option<Severity>,
    /// Which of [`Report::findings`] are about this person, the worst first.
    pub findings: Vec<usize>,
    /// Which of [`Report::findings`] explains it for the whole organisation: it is not the person.
    pub organisation_wide: Option<usize>,
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
    /// The newest moments, oldest first; only of people who need attention.
    pub timeline: Vec<Moment>,
}

/// Something that was done to an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// When, where known.
    pub at: Option<Timestamp>,
    /// What.
    pub what: Lifecycle,
    /// By whom, if not by the person.
    pub actor: Option<Arc<str>>,
    /// How, where the log says.
    pub detail: Option<Arc<str>>,
    /// Where it was read.
    pub position: Position,
}

/// One event on a person's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub result: AttemptResult,
    /// What was shown as proof.
    pub method: Method,
    /// Where it was read.
    pub position: Position,
}

/// Heads of [`Report::table_rows`].
pub const TABLE_HEADS: [&str; 7] =
    ["Person", "Locked out", "Since", "Why", "What to do", "MFA reset helps", "Findings"];

impl Report {
    /// Rows for a table, in the order of the report. Safe to print on a terminal: log text holds whatever a stranger
    /// typed as a user name.
    pub fn table_rows(&self) -> impl Iterator<Item = [String; 7]> + '_ {
        self.people.iter().map(|person| self.table_row(person))
    }

    /// One row under [`TABLE_HEADS`].
    pub fn table_row(&self, person: &PersonReport) -> [String; 7] {
        let (locked, since) = match person.state {
            PersonState::LockedOut { since } => ("YES", to_the_second(since)),
            PersonState::NotLockedOut => ("no", String::new()),
            PersonState::Unfinished { since } => ("no, unfinished", to_the_second(since)),
            PersonState::Unknown => ("unknown", String::new()),
        };
        let worst = person.findings.first().and_then(|index| self.findings.get(*index));
        let has_cause_or_finding = person.cause.is_some() || worst.is_some();
        [
            printable(&person.person),
            locked.to_owned(),
            since,
            printable(&person.why),
            person.remediation.to_string(),
            if has_cause_or_finding { person.reset_helps.description() } else { "" }.to_owned(),
            worst.map_or_else(String::new, |finding| {
                let more = if person.findings.len() > 1 {
                    format!(" (+{})", person.findings.len() - 1)
                } else {
                    String::new()
                };
                format!("{}: {}{more}", finding.severity.label(), printable(&finding.title))
            }),
        ]
    }

    /// "12 records: 3 sign-ins, …", for the foot of the table and for errors.
    pub fn in_numbers(&self) -> String {
        let totals = &self.totals;
        let records = counted(totals.records, "record", "records");
        let mut line = format!("{records}: {} about sign-ins", totals.attempts);
        for (count, what) in [
            (totals.repeated, "repeated"),
            (totals.unrecognised, "of other kinds"),
            (totals.malformed, "malformed"),
            (totals.later, "later than asked for"),
            (totals.unnamed, "without a name"),
            (totals.undated, "without a time"),
        ] {
            if count > 0 {
                line.extend([", ", &count.to_string(), " ", what]);
            }
        }
        line
    }

    /// `okta.jsonl:17`: where a record was read. Safe to print.
    pub fn place(&self, position: Position) -> String {
        let file = usize::try_from(position.file).ok().and_then(|index| self.files.get(index));
        let file = file.map_or_else(|| position.file.to_string(), |file| printable(file));
        format!("{file}:{}", position.line)
    }

    /// Did anything in the input bear on a sign-in?
    pub fn found_nothing(&self) -> bool {
        self.totals.attempts == 0
    }
}

impl PersonReport {
    /// Does this person need anybody's attention?
    pub fn needs_care(&self) -> bool {
        self.severity.is_some() || !matches!(self.state, PersonState::NotLockedOut)
    }

    /// Is the person locked out?
    pub fn is_locked_out(&self) -> bool {
        matches!(self.state, PersonState::LockedOut { .. })
    }
}

fn to_the_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// "1 record", "2 records".
pub fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
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
