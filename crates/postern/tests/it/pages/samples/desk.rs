//! The desk's other pages.

use postern::runbook::{RUNBOOK, Runbook, RunbookSection};
use postern::web::api::audit_view::{
    ActorOfEntry, AuditEntry, AuditPage, LogCheckView, NamedCase, OcsfEntry, SavedQuestion,
};
use postern::web::api::home::{DayTotals, HomeView, ServerClockView, WeekTotals};
use postern::web::api::reference::shapes::{DocumentedField, DocumentedShape, ShapeKind};
use postern::web::api::reference::{
    DocumentedAnswer, DocumentedGroup, Operation, Parameter, Reference, Scheme,
};
use postern::web::api::search_view::{FoundPage, FoundPerson, SearchResults};
use postern::web::api::set_up::{SetUpStep, SetUpView, SettingView};
use postern::web::desk::audit::{AuditForm, AuditLogPage};
use postern::web::desk::queue::PasskeyWantedPage;
use postern::web::desk::verb::Question;
use postern::web::finding_view::NamedPerson;
use serde_json::json;

use super::findings::findings;
use super::lists::{case_line, case_lines, closed_lines};
use super::{
    KNOWN_PLACE, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, days_ago, id,
    minutes_ago, now, of, some, texts,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<HomeView>(),
        of::<SearchResults>(),
        of::<SetUpView>(),
        of::<AuditLogPage>(),
        of::<Question>(),
        of::<Runbook>(),
        of::<PasskeyWantedPage>(),
        of::<Reference>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl PageSamples for HomeView {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let day = |day: u32, recovered, refused, other| DayTotals {
            day: format!("2026-02-{day:02}"),
            recovered,
            refused,
            other,
        };
        let empty = || Self {
            as_of: now(),
            waiting: 0,
            oldest_at: None,
            yours: 0,
            strangers: 0,
            this_week: WeekTotals::default(),
            week_before: WeekTotals::default(),
            needs_desk: Vec::new(),
            waits_for_others: Vec::new(),
            not_recovered: Vec::new(),
            findings: Vec::new(),
            outages: Vec::new(),
            server_clock: None,
            set_up_lacks: Vec::new(),
            days: (15..=28).map(|number| day(number, 0, 0, 0)).collect(),
        };
        let week = |recovered, median_minutes| WeekTotals {
            recovered,
            median_minutes,
            remedied: 4,
            refused: 2,
            self_served: 16,
            self_served_share: Some(64),
        };
        let full = Self {
            as_of: now(),
            waiting: 14,
            oldest_at: Some(days_ago(2)),
            yours: 3,
            strangers: 12,
            this_week: week(9, Some(41)),
            week_before: week(4, Some(66)),
            needs_desk: case_lines().into_iter().chain(case_lines()).collect(),
            waits_for_others: case_lines(),
            not_recovered: closed_lines().into_iter().chain(case_lines()).collect(),
            findings: findings(),
            outages: findings(),
            server_clock: Some(ServerClockView { off: "about 4 minutes fast".to_owned(), people: 5 }),
            set_up_lacks: vec!["mail", "a second admin", "a number that can be called"],
            days: (15..=28).map(|number| day(number, 9, 2, 1)).collect(),
        };
        let worse = Self {
            strangers: 1,
            yours: 1,
            this_week: week(3, Some(90)),
            week_before: week(4, None),
            needs_desk: vec![case_line(1, "verifying", "Gathering proof")],
            set_up_lacks: vec!["mail"],
            days: (15..=28).map(|number| day(number, 1, 0, 0)).collect(),
            ..empty()
        };
        vec![("empty", empty()), ("usual", worse), ("full", full)]
    }
}

impl PageSamples for SearchResults {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let person = |number, name: &str| FoundPerson {
            id: id(number),
            name: name.to_owned(),
            login: LONG_LOGIN.to_owned(),
        };
        let empty = |q: &str| Self {
            q: q.to_owned(),
            people: Vec::new(),
            cases: Vec::new(),
            incidents: Vec::new(),
            pages: Vec::new(),
        };
        let full = Self {
            people: vec![person(21, LONG), person(22, RIGHT_TO_LEFT)],
            cases: case_lines().into_iter().chain(closed_lines()).collect(),
            incidents: findings(),
            pages: vec![FoundPage { href: "/desk/incidents", name: "Incidents" }],
            ..empty(MARKUP)
        };
        vec![("empty", empty("")), ("nothing-found", empty(LONG_LOGIN)), ("full", full)]
    }
}

impl PageSamples for SetUpView {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let step = |title, done, href| SetUpStep {
            title,
            done,
            blocks_recovery: title == "Mail",
            detail: "How notices reach people.",
            href,
        };
        let setting = |value: &str| SettingView {
            name: "desk_phone",
            value: value.to_owned(),
            help: "Said to who asks.",
        };
        let page = |is_everybody, done| Self {
            steps: vec![
                step("Mail", done, None),
                step("A second admin", done, Some("/desk/people/new")),
                step("Numbers that can be called", done, Some("/desk/people")),
            ],
            people: 2_000,
            is_everybody,
            callable: 1_204,
            with_manager: 1_811,
            settings: vec![setting("+44 20 7946 0100"), setting(LONG)],
        };
        vec![("fresh", page(true, false)), ("done", page(false, true))]
    }
}

fn entry(actor: (&str, Option<&str>)) -> AuditEntry {
    AuditEntry {
        seq: Some(4_711),
        at: "2026-03-02T09:12:00Z".to_owned(),
        event: "case.opened".to_owned(),
        meaning: Some("A case was opened"),
        phrase: Some("asked that {person} be let back in"),
        about: None,
        actor: ActorOfEntry { kind: actor.0.to_owned(), id: None, name: actor.1.map(str::to_owned) },
        person: None,
        case: None,
        reason: None,
        announced_to: Vec::new(),
        announced_to_titles: Vec::new(),
        ocsf: None,
        security_event: None,
        security_event_title: None,
        entry: json!({ "event": "case.opened" }),
    }
}

fn entries() -> Vec<AuditEntry> {
    let ocsf = OcsfEntry {
        class_uid: 3001,
        class: "Account Change",
        activity_id: 11,
        activity: "MFA Factor Disable",
        type_uid: 300_111,
    };
    let found = Some("found an attack in the sign-in records");
    vec![
        AuditEntry {
            phrase: None,
            entry: json!({ "request": { "ip": KNOWN_PLACE } }),
            ..entry(("system", None))
        },
        AuditEntry {
            phrase: found,
            person: Some(NamedPerson { id: id(21), name: RIGHT_TO_LEFT.to_owned() }),
            ..entry(("system", None))
        },
        AuditEntry {
            about: some("Remove all factors"),
            person: Some(NamedPerson { id: id(21), name: RIGHT_TO_LEFT.to_owned() }),
            case: Some(NamedCase { id: id(1), reference: "C-7K3M9Q".to_owned() }),
            reason: some(MARKUP),
            announced_to: vec!["owner", "admins"],
            announced_to_titles: vec!["the owner", "admins"],
            ocsf: Some(ocsf),
            security_event_title: Some("CAEP credential-change"),
            entry: json!({ "reason": MARKUP, "detail": { "text": LONG, "login": LONG_LOGIN } }),
            ..entry(("person", Some(LONG)))
        },
        AuditEntry { seq: None, meaning: None, ..entry(("token", Some("Ada Lindqvist"))) },
        entry(("anonymous", None)),
        entry(("system", None)),
    ]
}

impl PageSamples for AuditLogPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let question = |title, event, person, from| SavedQuestion { title, event, person, from };
        let page = |entries, signed, check| Self {
            log: AuditPage {
                entries,
                next: None,
                signed,
                check,
                questions: vec![
                    question(
                        "Every reset this month",
                        Some("mfa.factor_admin_reset"),
                        None,
                        Some(days_ago(1)),
                    ),
                    question("What I did", None, some("ada"), None),
                ],
            },
            typed: AuditForm::default(),
            query: String::new(),
            events: vec!["case.opened", "case.refused", "mfa.factor_admin_reset"],
        };
        let check = |problems: &[&str]| {
            Some(LogCheckView { entries: 4_700, at: minutes_ago(50), problems: texts(problems) })
        };
        let mut older = page(entries(), Some(4_711), check(&[]));
        older.log.next = Some(id(99));
        let typed =
            AuditForm { event: "case.refused".to_owned(), actor: MARKUP.to_owned(), ..AuditForm::default() };
        let asked = AuditForm { person: "ada".to_owned(), ..AuditForm::default() };
        vec![
            ("empty", page(Vec::new(), None, None)),
            ("not-checked-yet", page(entries(), Some(4_711), None)),
            ("full", older),
            ("tampered", page(entries(), Some(4_700), check(&["Entry 17 was changed", LONG_LOGIN]))),
            (
                "filtered",
                Self { typed, query: "event=case.refused".to_owned(), ..page(entries(), None, check(&[])) },
            ),
            (
                "question",
                Self { typed: asked, query: "person=ada".to_owned(), ..page(entries(), None, check(&[])) },
            ),
        ]
    }
}

impl PageSamples for Question {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let question = |is_grave| Self {
            action: format!("/desk/cases/{}/refuse", id(1)),
            back: format!("/desk/cases/{}", id(1)),
            back_label: "C-7K3M9Q".to_owned(),
            section: "Cases",
            section_href: "/desk",
            title: "Refuse this case",
            description: "Nothing is changed on the account.".to_owned(),
            button: "Refuse the case",
            is_grave,
            ..Self::default()
        };
        let wrong = |field| Self {
            field: Some(field),
            error: some("Put this right."),
            reason: MARKUP.to_owned(),
            description: LONG.to_owned(),
            ..question(true)
        };
        vec![
            ("usual", question(false)),
            ("wrong-reason", wrong("reason")),
            ("wants-a-touch", wrong("step_up")),
            (
                "over",
                Self {
                    over: Some("The case is closed. There is nothing to decide in it any more."),
                    ..question(true)
                },
            ),
        ]
    }
}

impl PageSamples for Runbook {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let section = |section: &RunbookSection| RunbookSection {
            anchor: section.anchor.clone(),
            heading: section.heading.clone(),
        };
        let whole = Self {
            title: RUNBOOK.title.clone(),
            sections: RUNBOOK.sections.iter().map(section).collect(),
            html: RUNBOOK.html.clone(),
        };
        vec![("empty", Self::of("# Runbook\n")), ("whole", whole)]
    }
}

impl PageSamples for PasskeyWantedPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self {})]
    }
}

fn operation() -> Operation {
    let kind = |label: &str, shape: Option<&str>| ShapeKind {
        label: label.to_owned(),
        shape: shape.map(str::to_owned),
    };
    let answer = |status: &str, is_error, body| DocumentedAnswer {
        status: status.to_owned(),
        is_error,
        description: "It is `done`.".to_owned(),
        body,
    };
    let parameter = |name: &str, required| Parameter {
        name: name.to_owned(),
        place: "query".to_owned(),
        required,
        description: LONG.to_owned(),
    };
    let field = DocumentedField {
        name: "reason".to_owned(),
        kind: kind("string or null", None),
        required: false,
        description: "Why.".to_owned(),
        example: None,
    };
    Operation {
        id: "refuse_case".to_owned(),
        method: "POST".to_owned(),
        path: "/api/v1/cases/{id}/refuse".to_owned(),
        summary: "Refuse a case".to_owned(),
        description: "Nothing is changed on the account.".to_owned(),
        callers: texts(&["service token with cases:act", "session"]),
        parameters: vec![parameter("id", true), parameter("limit", false)],
        fields: vec![field],
        answers: vec![answer("200", false, Some(kind("Why", Some("Why")))), answer("404", true, None)],
        curl: format!("curl -X POST {LONG_LOGIN}"),
    }
}

impl PageSamples for Reference {
    const SEEN_BY: SeenBy = SeenBy::Anybody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |groups, shapes| Self {
            about: "Everything that `Postern` can do.".to_owned(),
            groups,
            schemes: vec![Scheme {
                name: "service token".to_owned(),
                description: "Made by an admin at `/desk/tokens`.".to_owned(),
                header: "Authorization: Bearer pst_…".to_owned(),
            }],
            shapes,
        };
        let open = Operation {
            id: "open_case".to_owned(),
            callers: Vec::new(),
            parameters: Vec::new(),
            fields: Vec::new(),
            ..operation()
        };
        let group = DocumentedGroup {
            name: "cases".to_owned(),
            description: "The desk's steps.".to_owned(),
            operations: vec![operation(), open],
        };
        let shape = |name: &str, description: &str, fields| DocumentedShape {
            name: name.to_owned(),
            description: description.to_owned(),
            fields,
        };
        let shapes = vec![shape("Why", "The reason.", operation().fields), shape("Nothing", "", Vec::new())];
        vec![("empty", page(Vec::new(), Vec::new())), ("full", page(vec![group], shapes))]
    }
}
