//! What staff and their programs do at the desk: power, tokens, sign-in records, findings, refusals.

use jiff::Timestamp;
use serde::Serialize;

use crate::person::Role;

/// `signins.imported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignInsImported<'a> {
    /// Which import.
    pub import: &'a str,
    /// What it was called, or the file's name.
    pub source: &'a str,
    /// The way it came.
    pub via: &'a str,
    /// Whether this is its end.
    pub finished: bool,
    /// Records read.
    pub records: i64,
    /// Of those, sign-in attempts.
    pub attempts: i64,
    /// Of those, kept.
    pub stored: i64,
    /// What an upload counts beyond that; a watched folder's file goes on growing.
    #[serde(flatten)]
    pub left_out: Option<ImportLeftOut>,
}

/// Records of an import that were not kept.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ImportLeftOut {
    /// Kept before.
    pub repeated: i64,
    /// Older than records are kept.
    pub out_of_time: i64,
    /// From further ahead than records are analysed at once.
    pub ahead: i64,
    /// Of a kind that is no sign-in.
    pub of_other_kinds: i64,
    /// Not to be read.
    pub malformed: i64,
}

/// `incident.opened`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IncidentOpened<'a> {
    /// Which finding.
    pub finding: &'a str,
    /// What found it.
    pub rule: &'a str,
    /// Its head.
    pub title: &'a str,
    /// `incident`, `likely_breach`.
    pub severity: &'a str,
    /// How sure it is.
    pub confidence: &'a str,
    /// The kind of what it is about.
    pub about: &'a str,
    /// At which provider.
    pub provider: Option<&'a str>,
    /// The address, where it is about one.
    pub address: Option<&'a str>,
    /// How many people it touches.
    pub people: i64,
    /// One that was closed goes on.
    pub again: bool,
}

/// `incident.closed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IncidentClosed<'a> {
    /// Which finding.
    pub finding: &'a str,
    /// What found it.
    pub rule: &'a str,
    /// Its head.
    pub title: &'a str,
    /// How bad it was.
    pub severity: &'a str,
}

/// `access.denied`
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AccessDenied<'a> {
    /// What was tried.
    pub action: &'a str,
    /// What the caller was told.
    pub message: &'a str,
    /// Policies that could not be evaluated, where policies were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<&'a [String]>,
    /// The case that was named and is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<&'a str>,
}

/// `step.refused`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StepRefused<'a> {
    /// Which step.
    pub step: &'a str,
    /// What does not fit.
    pub why: &'a str,
}

/// `power.requested`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PowerRequested<'a> {
    /// Names the request.
    pub grant: &'a str,
    /// The desk role, where it is one.
    pub role: Option<Role>,
    /// The service token, where it is one.
    pub token: Option<&'a str>,
    /// When it works if nobody stops it.
    pub takes_effect_at: Timestamp,
}

/// `power.granted`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PowerGranted<'a> {
    /// Names the request.
    pub grant: &'a str,
    /// `approved`, `elapsed`.
    pub outcome: &'a str,
}

/// `power.stopped`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PowerStopped<'a> {
    /// Names the request.
    pub grant: &'a str,
    /// `stopped`.
    pub outcome: &'a str,
}

/// `service_token.created`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ServiceTokenCreated<'a> {
    /// Which one.
    pub token: &'a str,
    /// What it is called.
    pub label: &'a str,
    /// What it may do.
    pub scopes: &'a [String],
    /// How long it lives.
    pub days: i64,
}

/// `service_token.revoked`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum ServiceTokenRevoked<'a> {
    /// One, by an admin.
    One {
        /// Which one.
        token: &'a str,
    },
    /// All of an owner.
    AllOfOwner {
        /// How many.
        tokens: u64,
        /// What for.
        why: &'a str,
    },
}

/// `job.run_again`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct JobRunAgain<'a> {
    /// Which one.
    pub job: &'a str,
    /// What it does.
    pub kind: &'a str,
    /// What it does it to.
    pub key: &'a str,
}
