//! The report as one file that opens without a network: no font, no picture and no script from elsewhere. Its own script, which
//! searches it, is named by its hash: nothing else runs, whatever a log holds.

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use postern_signals::{
    AttemptResult, Cause, Finding, PersonReport, PersonState, Report, RuleSource, Severity, Subject,
    report::{Moment, counted, printable},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::chart::{Heat, HourChart, chart, heat, width_of};
use crate::runbook::{RUNBOOK, Runbook};

const SCRIPT: &str = include_str!("report.js");
/// Findings and people shown; a page of thousands helps nobody.
const FINDINGS_SHOWN: usize = 300;
const PEOPLE_SHOWN: usize = 300;
const POSITIONS_SHOWN: usize = 8;
const PEOPLE_NAMED: usize = 12;
/// Where a timeline begins and ends in its picture.
const LEFT: f64 = 14.0;
const WIDTH: f64 = 932.0;

/// The page.
pub(super) fn render(report: &Report) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("clock", clock);
    environment.add_template("report.html", include_str!("report.html"))?;
    environment.get_template("report.html")?.render(Serde(ReportPage::of(report)))
}

/// `2026-03-02T08:14:11.204Z` → `2026-03-02 08:14`.
fn clock(text: &str) -> String {
    text.get(..16).unwrap_or(text).replace('T', " ")
}

#[derive(Serialize)]
struct ReportPage {
    css: &'static str,
    script: &'static str,
    /// What a browser compares the script with, as CSP writes it.
    script_hash: String,
    runbook: &'static Runbook,
    version: &'static str,
    numbers: String,
    span: Option<(Timestamp, Timestamp)>,
    stopped: bool,
    tiles: Vec<Tile>,
    chart: HourChart,
    findings: Vec<FindingBlock>,
    findings_more: usize,
    people: Vec<PersonView>,
    people_more: usize,
    well: String,
    heat: Vec<Heat>,
    heat_most: u64,
    causes: Vec<CauseView>,
    malformed: Vec<String>,
    malformed_more: u64,
    unrecognised: Vec<KindRow>,
}

#[derive(Serialize)]
struct Tile {
    count: u64,
    label: &'static str,
    class: &'static str,
}

#[derive(Serialize)]
struct KindRow {
    name: String,
    count: u64,
}

#[derive(Serialize)]
struct CauseView {
    word: &'static str,
    count: u64,
    meaning: &'static str,
}

#[derive(Serialize)]
struct FindingBlock {
    number: usize,
    class: &'static str,
    severity: &'static str,
    title: String,
    subject: String,
    description: String,
    remediation: String,
    runbook: String,
    since: Timestamp,
    until: Timestamp,
    count: u64,
    evidence: String,
    people: String,
    rule: String,
    source: &'static str,
    threshold: String,
    confidence: &'static str,
}

#[derive(Serialize)]
struct PersonView {
    name: String,
    provider: &'static str,
    class: &'static str,
    state: &'static str,
    since: Option<Timestamp>,
    rung: u8,
    cause: Option<&'static str>,
    why: String,
    remediation: String,
    reset_helps: &'static str,
    findings: Vec<Link>,
    dots: Vec<Dot>,
    first: String,
    last: String,
    changes: Vec<ChangeView>,
    attempts: String,
    failures: u64,
    last_success: Option<Timestamp>,
}

#[derive(Serialize)]
struct Link {
    number: usize,
    title: String,
}

#[derive(Serialize)]
struct Dot {
    x: f64,
    class: &'static str,
    title: String,
}

#[derive(Serialize)]
struct ChangeView {
    at: Option<Timestamp>,
    what: String,
    actor: Option<String>,
    detail: Option<String>,
}

/// Findings as they stand on the page: the worst first, though the report begins with what concerns everybody.
struct ReportNumbers<'r> {
    findings: Vec<(usize, &'r Finding)>,
}

impl<'r> ReportNumbers<'r> {
    fn of(report: &'r Report) -> Self {
        let mut findings: Vec<_> = report.findings.iter().enumerate().collect();
        findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
        findings.truncate(FINDINGS_SHOWN);
        Self { findings }
    }

    /// Each with its number, from 1.
    fn shown(&self) -> impl Iterator<Item = (&'r Finding, usize)> {
        self.findings.iter().map(|(_, finding)| *finding).zip(1..)
    }

    /// To the finding with this place in the report, if it is shown.
    fn link(&self, index: usize) -> Option<Link> {
        let place = self.findings.iter().position(|(origin, _)| *origin == index)?;
        let (_, finding) = self.findings.get(place)?;
        Some(Link { number: place + 1, title: printable(&finding.title) })
    }
}

impl ReportPage {
    fn of(report: &Report) -> Self {
        let care: Vec<_> = report.people.iter().filter(|person| person.needs_care()).collect();
        let (heat, heat_most) = heat(&report.week);
        let numbers = ReportNumbers::of(report);
        Self {
            css: include_str!("report.css"),
            script: SCRIPT,
            script_hash: format!("sha256-{}", BASE64.encode(&Sha256::digest(SCRIPT))),
            runbook: &RUNBOOK,
            version: env!("CARGO_PKG_VERSION"),
            numbers: report.in_numbers(),
            span: report.span,
            stopped: report.stopped,
            tiles: tiles(report),
            chart: chart(report),
            findings: numbers.shown().map(|(found, number)| finding((found, number), report)).collect(),
            findings_more: report.findings.len().saturating_sub(FINDINGS_SHOWN),
            people: care.iter().take(PEOPLE_SHOWN).map(|person| view_of(person, &numbers)).collect(),
            people_more: care.len().saturating_sub(PEOPLE_SHOWN),
            well: match report.people.len() - care.len() {
                1 => "1 person needs nothing".to_owned(),
                well => format!("{well} people need nothing"),
            },
            heat,
            heat_most,
            causes: causes(report),
            malformed: report
                .malformed
                .iter()
                .map(|line| format!("{}: {}", report.place(line.position), line.why))
                .collect(),
            malformed_more: report.malformed_more,
            unrecognised: report
                .unrecognised
                .iter()
                .map(|(name, count)| KindRow { name: printable(name), count: *count })
                .collect(),
        }
    }
}

fn tiles(report: &Report) -> Vec<Tile> {
    let totals = &report.totals;
    let wide = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.subject, Subject::Tenant { .. } | Subject::Policy { .. }))
        .count() as u64;
    let class = |count: u64, class: &'static str| if count > 0 { class } else { "" };
    vec![
        Tile { count: totals.locked_out, label: "locked out", class: class(totals.locked_out, "warn") },
        Tile { count: totals.attacked, label: "under attack", class: class(totals.attacked, "bad") },
        Tile { count: wide, label: "organisation-wide", class: class(wide, "warn") },
        Tile { count: totals.people, label: "people", class: "" },
        Tile { count: totals.failures, label: "failures", class: "" },
    ]
}

fn finding((finding, number): (&Finding, usize), report: &Report) -> FindingBlock {
    let places: Vec<_> =
        finding.evidence.iter().take(POSITIONS_SHOWN).map(|position| report.place(*position)).collect();
    let more = if finding.evidence.len() > POSITIONS_SHOWN { " …" } else { "" };
    FindingBlock {
        number,
        class: class_of(finding.severity),
        severity: finding.severity.label(),
        title: printable(&finding.title),
        subject: subject(&finding.subject),
        description: printable(&finding.description),
        remediation: finding.remediation.to_string(),
        runbook: finding.runbook.to_string(),
        since: finding.since,
        until: finding.until,
        count: finding.count,
        evidence: places.join(", ") + more,
        people: people(finding),
        rule: printable(&finding.rule),
        source: match finding.source {
            RuleSource::Shipped => "shipped Sigma rule",
            RuleSource::Own => "your Sigma rule",
            RuleSource::Detector => "detector",
        },
        threshold: finding.threshold.to_string(),
        confidence: finding.confidence.as_str(),
    }
}

fn people(finding: &Finding) -> String {
    let named: Vec<_> = finding.people.iter().take(PEOPLE_NAMED).map(|login| printable(login)).collect();
    let more = finding.people_count.saturating_sub(named.len() as u64);
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// In plain words.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Person { person, .. } => printable(person),
        Subject::Address { ip } => format!("address {}", printable(ip)),
        Subject::Policy { policy, .. } => format!("policy “{}”", printable(policy)),
        Subject::Tenant { provider } => format!("everybody at {}", provider.as_str()),
        Subject::Group { group } => printable(group),
    }
}

fn class_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "",
        Severity::Warning => "warn",
        Severity::Incident | Severity::LikelyBreach => "bad",
    }
}

fn view_of(person: &PersonReport, numbers: &ReportNumbers<'_>) -> PersonView {
    let (state, since) = match person.state {
        PersonState::LockedOut { since } => ("LOCKED OUT", Some(since)),
        PersonState::NotLockedOut => ("can sign in", None),
        PersonState::Unfinished { since } => ("unfinished", Some(since)),
        PersonState::Unknown => ("not known", None),
    };
    let class = match (person.severity, person.state) {
        (Some(severity), _) if severity >= Severity::Incident => "bad",
        (Some(Severity::Warning), _) | (_, PersonState::LockedOut { .. }) => "warn",
        _ => "",
    };
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(printable);
    PersonView {
        name: printable(&person.person),
        provider: person.provider.as_str(),
        class,
        state,
        since,
        rung: person.rung,
        cause: person.cause.map(Cause::as_str),
        why: printable(&person.why),
        remediation: printable(&person.remediation),
        reset_helps: person.reset_helps.description(),
        findings: person
            .findings
            .iter()
            .chain(&person.organisation_wide)
            .filter_map(|index| numbers.link(*index))
            .collect(),
        dots: dots(&person.timeline),
        first: person.timeline.first().map(|moment| clock(&moment.at.to_string())).unwrap_or_default(),
        last: person.timeline.last().map(|moment| clock(&moment.at.to_string())).unwrap_or_default(),
        changes: person
            .changes
            .iter()
            .map(|change| ChangeView {
                at: change.at,
                what: change.what.as_str().replace('_', " "),
                actor: text(&change.actor),
                detail: text(&change.detail),
            })
            .collect(),
        attempts: counted(person.attempts, "record", "records"),
        failures: person.failures,
        last_success: person.last_success,
    }
}

/// Spread by time; where many fall together, by order, so that none hides another.
fn dots(moments: &[Moment]) -> Vec<Dot> {
    let Some((first, last)) = moments.first().zip(moments.last()) else { return Vec::new() };
    let span = last.at.duration_since(first.at);
    let count = moments.len().max(2);
    let step = WIDTH / width_of(count - 1);
    let at = |index: usize, moment: &Moment| {
        let by_order = width_of(index) * step;
        let share = moment.at.duration_since(first.at).as_secs_f64() / span.as_secs_f64().max(1.0);
        let by_time = if span > SignedDuration::ZERO { share * WIDTH } else { by_order };
        ((LEFT + 0.5 * by_time + 0.5 * by_order) * 10.0).round() / 10.0
    };
    let dot = |(index, moment): (usize, &Moment)| {
        let (class, description) = match moment.result {
            AttemptResult::Success => ("good", "signed in".to_owned()),
            AttemptResult::Failure(cause) => ("fail", cause.description_for(moment.method).to_owned()),
            AttemptResult::Interrupt(_) => ("open", "more was asked for".to_owned()),
            AttemptResult::PushSent => ("open", "prompt sent".to_owned()),
            AttemptResult::Lifecycle(change) => ("change", change.as_str().replace('_', " ")),
        };
        let title = format!("{} {description}", clock(&moment.at.to_string()));
        Dot { x: at(index, moment), class, title }
    };
    moments.iter().enumerate().map(dot).collect()
}

fn causes(report: &Report) -> Vec<CauseView> {
    let mut causes: Vec<_> = report
        .causes
        .iter()
        .filter_map(|(word, count)| {
            let cause: Cause = word.parse().ok()?;
            Some(CauseView { word: cause.as_str(), count: *count, meaning: cause.description() })
        })
        .collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    causes
}
