//! Incidents, one and all.

use std::collections::BTreeSet;

use postern::web::api::incident_view::chart::{AttemptBar, AttemptChart};
use postern::web::api::incident_view::evidence::EvidenceLine;
use postern::web::api::incident_view::steps::IncidentStep;
use postern::web::api::incident_view::{EvidenceQuery, FindingList, IncidentDetail, IncidentSubject};
use postern::web::desk::incident::IncidentPage;
use postern::web::desk::incidents::{IncidentsPage, SEVERITIES};
use postern::web::finding_view::FindingView;

use super::findings::{attempt, attempts, closed, concerned, finding, findings, record};
use super::people::{case_of, end_sessions};
use super::{
    IPV6, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, id, minutes_ago, of, some,
};

pub fn all() -> Vec<PageSample> {
    [of::<IncidentPage>(), of::<IncidentsPage>()].into_iter().flatten().collect()
}

fn subject() -> IncidentSubject {
    IncidentSubject {
        id: id(21),
        name: "Fay Delgado".to_owned(),
        login: "fay".to_owned(),
        tier: "standard".to_owned(),
        tier_floor: "standard",
        suspended: false,
        sessions: 2,
        numbers: Some(vec!["+44 20 7946 0124".to_owned()]),
        cases: vec![case_of(1, "verifying", "Gathering proof")],
        other_findings: Vec::new(),
        verbs: vec![end_sessions()],
    }
}

fn page(finding: FindingView) -> IncidentPage {
    let incident = IncidentDetail {
        headline: finding.title.clone(),
        steps: IncidentStep::list(&finding, None, true),
        chart: None,
        let_in: BTreeSet::new(),
        finding,
        evidence: Vec::new(),
        addresses: BTreeSet::new(),
        outcomes: BTreeSet::new(),
        subject: None,
        may_not_close: None,
    };
    IncidentPage { incident, wanted: EvidenceQuery::default(), reason: String::new(), error: None }
}

fn full() -> IncidentPage {
    let piece = |piece, attempts| EvidenceLine { piece, attempts };
    let detail = IncidentDetail {
        evidence: vec![
            piece(record(Some(812), None), attempts()),
            piece(record(None, some("7Q4TMZ0K")), vec![attempt("success")]),
            piece(record(Some(9), None), Vec::new()),
        ],
        chart: Some(AttemptChart {
            starts_at: minutes_ago(40),
            ends_at: minutes_ago(2),
            bars: (0..24)
                .map(|bar| AttemptBar { failed: bar % 5, succeeded: u32::from(bar == 23) })
                .collect(),
            most: 4,
        }),
        let_in: ["fay".to_owned()].into(),
        steps: IncidentStep::list(&finding(101, "likely_breach"), Some(&subject()), true),
        addresses: [IPV6, "192.0.2.44"].map(str::to_owned).into(),
        outcomes: ["success", "push_sent"].into(),
        subject: Some(IncidentSubject {
            name: RIGHT_TO_LEFT.to_owned(),
            suspended: true,
            other_findings: findings(),
            ..subject()
        }),
        ..page(finding(101, "likely_breach")).incident
    };
    let finding = FindingView {
        title: LONG.to_owned(),
        people: vec![concerned("fay", some(RIGHT_TO_LEFT)), concerned(LONG_LOGIN, None)],
        people_count: 812,
        source: "detector".to_owned(),
        ..finding(101, "likely_breach")
    };
    IncidentPage {
        incident: IncidentDetail { headline: format!("{LONG}: Fay Delgado"), finding, ..detail },
        ..page(findings().remove(0))
    }
}

impl PageSamples for IncidentPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let wanted = || EvidenceQuery { address: IPV6.to_owned(), outcome: "push_sent".to_owned() };
        let own = FindingView {
            source: "own".to_owned(),
            threshold: String::new(),
            runbook: "https://wiki.example/our-own-runbook".to_owned(),
            people: Vec::new(),
            ..finding(104, "notice")
        };
        let no_more = FindingView { closed: Some(closed()), ..finding(102, "warning") };
        let mut warning = page(finding(102, "warning"));
        warning.incident.subject = Some(IncidentSubject { sessions: 0, ..subject() });
        let mut quiet = page(finding(101, "incident"));
        let nobody = IncidentSubject { sessions: 0, ..subject() };
        quiet.incident.steps = IncidentStep::list(&finding(101, "incident"), Some(&nobody), true);
        quiet.incident.subject = Some(nobody);
        let mut forbidden = page(finding(101, "incident"));
        forbidden.incident.may_not_close = some("Only a senior closes this.");
        forbidden.incident.subject =
            Some(IncidentSubject { verbs: Vec::new(), cases: Vec::new(), ..subject() });
        let mut nothing_matches = full();
        nothing_matches.incident.evidence.clear();
        vec![
            ("usual", page(finding(101, "incident"))),
            ("own-rule", page(own)),
            ("closed", page(no_more)),
            ("warning-about-somebody", warning),
            ("nobody-is-signed-in", quiet),
            ("may-not-close", forbidden),
            ("nothing-matches", IncidentPage { wanted: wanted(), ..nothing_matches }),
            (
                "full",
                IncidentPage { wanted: wanted(), reason: MARKUP.to_owned(), error: some(LONG), ..full() },
            ),
        ]
    }
}

impl PageSamples for IncidentsPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |findings: Vec<FindingView>, closed, severity: &'static str| Self {
            list: FindingList { findings, next: None, look_back_days: 30 },
            query: String::new(),
            narrowed: String::new(),
            is_first: true,
            closed,
            severity,
            severities: SEVERITIES,
        };
        let more = |narrowed: &str| {
            let list = FindingList { findings: findings(), next: Some(id(104)), look_back_days: 30 };
            Self {
                list,
                narrowed: narrowed.to_owned(),
                query: narrowed.to_owned(),
                ..page(Vec::new(), false, "")
            }
        };
        let over = FindingView { closed: Some(closed()), ..finding(105, "incident") };
        vec![
            ("empty", page(Vec::new(), false, "")),
            ("empty-severity", page(Vec::new(), false, "warning")),
            ("empty-closed", page(Vec::new(), true, "")),
            ("past-the-end", Self { is_first: false, ..page(Vec::new(), false, "") }),
            ("full", more("")),
            ("more-of-one-severity", Self { severity: "incident", ..more("severity=incident") }),
            ("closed", page(vec![over], true, "")),
        ]
    }
}
