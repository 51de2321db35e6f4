//! The seam: what the diagnosis says about a log, in the words of the answers. When its interface changes, this is the
//! file to change.

use std::{collections::HashMap, net::IpAddr};

use jiff::Timestamp;
use postern_signals::{
    Cause, Diagnosis, Finding, Parsed, PersonReport, PersonState, Provider, ReadOptions, ResetHelps, Subject,
    read,
};

use crate::{
    answer::{About, State},
    log::{LogFile, Owner},
};

/// A finding, cut down to what is compared.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its rule.
    pub rule: String,
    /// Its subject.
    pub about: About,
    /// The people it names.
    pub people: Vec<String>,
    /// Its first record.
    pub since: i64,
    /// Its last.
    pub until: i64,
    /// What it says.
    pub description: String,
}

/// What is said about one person.
#[derive(Debug, Clone, Copy)]
pub struct Verdict {
    /// `None`: not known.
    pub state: Option<State>,
    /// Why.
    pub cause: Option<Cause>,
    /// Would an MFA reset help?
    pub reset_helps: &'static str,
    /// The rung of the ladder.
    pub rung: u8,
}

/// A line that no reader took for an attempt.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// Whose line.
    pub owner: Owner,
    /// What it was taken for.
    pub why: String,
}

/// Everything that the diagnosis says.
#[derive(Debug, Default)]
pub struct Analysed {
    /// What it found.
    pub found: Vec<Found>,
    /// What it says of each person, by login in lower case.
    pub people: HashMap<(Provider, String), Verdict>,
    /// What it could not read.
    pub unread: Vec<Unread>,
    /// Lines in all.
    pub lines: u64,
}

/// Reads all files into one diagnosis.
/// Err: the temporary folder has no room.
pub fn analyse(files: &[LogFile]) -> std::io::Result<Analysed> {
    let mut diagnosis = Diagnosis::default();
    let mut analysed = Analysed::default();
    for (number, file) in files.iter().enumerate() {
        let options =
            ReadOptions { file: u32::try_from(number).unwrap_or(u32::MAX), ..ReadOptions::default() };
        let summary = read(&*file.bytes, options, |position, parsed| {
            if let Some(why) = unread(&parsed) {
                let index = usize::try_from(position.line).unwrap_or(0).saturating_sub(1);
                let owner = file.owners.get(index).copied().flatten();
                analysed.unread.push(Unread { file: file.name(), line: position.line, owner, why });
            }
            diagnosis.take(position, parsed);
        })?;
        analysed.lines += summary.records;
    }
    let report = diagnosis.finish()?;
    analysed.people = report.people.iter().map(verdict).collect();
    analysed.found = report.findings.iter().filter_map(found).collect();
    Ok(analysed)
}

fn unread(parsed: &Parsed<'_>) -> Option<String> {
    match parsed {
        Parsed::Attempt(_) => None,
        Parsed::Several(records) => records.is_empty().then(|| "no record in it".to_owned()),
        Parsed::Unrecognised(kind) => Some(format!("taken for something else: {kind}")),
        Parsed::Malformed(defect) => Some(format!("malformed: {defect}")),
    }
}

fn found(finding: &Finding) -> Option<Found> {
    let people: Vec<_> = finding.people.iter().map(|login| login.to_lowercase()).collect();
    let about = match &finding.subject {
        Subject::Person { provider, person } => About::Person(*provider, person.to_lowercase()),
        Subject::Address { ip } => About::Address(ip.parse::<IpAddr>().ok()?.to_canonical()),
        Subject::Policy { provider, policy } => About::Policy(*provider, policy.to_string()),
        Subject::Tenant { provider } => About::Tenant(*provider),
        Subject::Group { .. } => About::Group(people.iter().cloned().collect()),
    };
    Some(Found {
        rule: finding.rule.to_string(),
        about,
        people,
        since: millis(finding.since),
        until: millis(finding.until),
        description: finding.description.clone(),
    })
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn verdict(person: &PersonReport) -> ((Provider, String), Verdict) {
    let state = match person.state {
        PersonState::LockedOut { .. } => Some(State::LockedOut),
        PersonState::NotLockedOut => Some(State::NotLockedOut),
        PersonState::Unfinished { .. } => Some(State::Unfinished),
        PersonState::Unknown => None,
    };
    let reset_helps = match person.reset_helps {
        ResetHelps::Yes => "yes",
        ResetHelps::No => "no",
        ResetHelps::OnlyIfFactorLost => "only_if_factor_lost",
    };
    let verdict = Verdict { state, cause: person.cause, reset_helps, rung: person.rung };
    ((person.provider, person.person.to_lowercase()), verdict)
}
