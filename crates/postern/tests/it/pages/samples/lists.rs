//! Lists of the desk: cases, people, tokens, jobs, imports, and what waits for a second person.

use std::collections::BTreeMap;

use postern::web::api::hardware_tokens::{HardwareTokenLine, HardwareTokenList};
use postern::web::api::imports::{ImportLine, MalformedLineView};
use postern::web::api::jobs::{DeadJobView, JobList, StuckView};
use postern::web::api::people::{PeopleList, PersonLine};
use postern::web::api::power_grants::PowerGrantView;
use postern::web::api::tokens::{TokenLine, TokenList};
use postern::web::api::waiting_passkeys::WaitingPasskeyView;
use postern::web::case_line::CaseLine;
use postern::web::desk::hardware_tokens::HardwareTokensPage;
use postern::web::desk::imports::ImportsPage;
use postern::web::desk::jobs::{JobsPage, NotRunAgain};
use postern::web::desk::passkeys::{WaitingPasskeyPage, WaitingPasskeysPage};
use postern::web::desk::people::PeoplePage;
use postern::web::desk::power_grants::{PowerGrantPage, PowerGrantsPage};
use postern::web::desk::queue::{FilterChoice, Filters, QueuePage, SaveViewForm, ViewTab};
use postern::web::desk::second_yes::FailedAnswer;
use postern::web::desk::tokens::{TokenFormState, TokensPage};

use super::{
    IPV6, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, days_ago, id,
    minutes_ago, now, of, some, texts,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<QueuePage>(),
        of::<PeoplePage>(),
        of::<TokensPage>(),
        of::<HardwareTokensPage>(),
        of::<JobsPage>(),
        of::<ImportsPage>(),
        of::<PowerGrantsPage>(),
        of::<PowerGrantPage>(),
        of::<WaitingPasskeysPage>(),
        of::<WaitingPasskeyPage>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub fn case_line(number: u32, stage: &str, stage_label: &'static str) -> CaseLine {
    CaseLine {
        id: id(number),
        reference: format!("C-7K3M{number:02}"),
        name: some("Ana Ferreira"),
        claimed_login: "ana".to_owned(),
        tier: some("standard"),
        tier_floor: Some("standard"),
        stage: stage.to_owned(),
        stage_label,
        waits_for_desk: true,
        next_step: some("Take it, then call them"),
        next_at: None,
        escalated: false,
        risk: 0,
        risk_reasons: Vec::new(),
        opened_with: "known_device".to_owned(),
        stranger: false,
        taken_by: None,
        holder: "nobody",
        may: vec!["take"],
        ip: "192.0.2.10".to_owned(),
        opened_at: minutes_ago(12),
        closed_at: None,
        outcome: None,
        outcome_label: None,
        handled_by: None,
    }
}

/// One of each stage, with every mark, and whose each can be.
pub fn case_lines() -> Vec<CaseLine> {
    let nobody = CaseLine {
        name: None,
        claimed_login: MARKUP.to_owned(),
        tier: None,
        tier_floor: None,
        next_step: some("Nobody by that name: refuse it"),
        may: Vec::new(),
        ..case_line(41, "verifying", "Gathering proof")
    };
    vec![
        CaseLine {
            name: some(LONG),
            claimed_login: LONG_LOGIN.to_owned(),
            tier: some("vip"),
            tier_floor: Some("privileged"),
            escalated: true,
            risk: 7,
            risk_reasons: texts(&[
                "Live video: Somebody told them what to say",
                "Security question: never counts",
            ]),
            ip: IPV6.to_owned(),
            ..case_line(42, "contested", "Contested: \"this was not me\"")
        },
        CaseLine { handled_by: some("Bea Novak"), ..nobody },
        CaseLine {
            holder: "you",
            taken_by: some("Ben Adeyemi"),
            may: vec!["hand_over"],
            risk: 1,
            risk_reasons: texts(&["Chat claim: never counts"]),
            tier: some("sensitive"),
            tier_floor: Some("sensitive"),
            ..case_line(43, "awaiting_approval", "Wants another yes")
        },
        CaseLine { holder: "colleague", taken_by: some(RIGHT_TO_LEFT), ..case_line(44, "ready", "Ready") },
        case_line(45, "awaiting_notice", "Waits for a message to go out"),
        CaseLine {
            waits_for_desk: false,
            next_step: some("The owner can object until"),
            next_at: Some(days_ago(-2)),
            ..case_line(46, "on_hold", "On hold")
        },
        CaseLine { waits_for_desk: false, ..case_line(47, "remedied", "Done, waiting for sign-in") },
    ]
}

pub fn closed_lines() -> Vec<CaseLine> {
    let closed = |number, outcome: &str, label| CaseLine {
        outcome: some(outcome),
        outcome_label: Some(label),
        closed_at: Some(minutes_ago(1)),
        next_step: None,
        may: Vec::new(),
        ..case_line(number, "closed", "Closed")
    };
    vec![
        CaseLine { handled_by: some(LONG), ..closed(51, "proven", "Recovered") },
        CaseLine { taken_by: some("Bea Novak"), holder: "colleague", ..closed(52, "refused", "Refused") },
        CaseLine { closed_at: None, ..closed(53, "lapsed", "Ran out") },
    ]
}

fn queue(tab: &'static str, cases: Vec<CaseLine>) -> QueuePage {
    let choice = |value: &str, label: &str| FilterChoice { value: value.to_owned(), label: label.to_owned() };
    let view = |label: &str, query: &str, count: Option<&str>| ViewTab {
        label: label.to_owned(),
        query: query.to_owned(),
        count: count.map(str::to_owned),
        is_current: query.is_empty(),
    };
    QueuePage {
        tab,
        cases,
        next: None,
        is_first: true,
        here: String::new(),
        whole: String::new(),
        q: String::new(),
        views: vec![view("Queue", "", Some("99+")), view("Mine", "who=me", None), view(LONG, "risk=2", None)],
        own_view: None,
        may_export: tab == "closed",
        filters: Filters {
            list: String::new(),
            step: String::new(),
            tier: String::new(),
            risk: String::new(),
            who: String::new(),
            escalated: String::new(),
            outcome: String::new(),
            sort: String::new(),
            tiers: texts(&["standard", "sensitive", "privileged"]),
            colleagues: vec![choice(&id(31), "Ben Adeyemi"), choice(&id(32), RIGHT_TO_LEFT)],
            outcomes: vec![choice("proven", "Recovered"), choice("refused", "Refused")],
            set: Vec::new(),
        },
        strangers: 0,
        now: now(),
        save: SaveViewForm::default(),
    }
}

fn narrowed(mut page: QueuePage, set: &[&str]) -> QueuePage {
    let choice = |label: &&str| FilterChoice { value: "risk=2".to_owned(), label: (*label).to_owned() };
    page.filters.set = set.iter().map(choice).collect();
    page.save.query = "risk=7".to_owned();
    page
}

impl PageSamples for QueuePage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let save = |name: &str| SaveViewForm {
            query: "risk=7".to_owned(),
            name: name.to_owned(),
            error: some("Give it another name."),
        };
        let mut risky = narrowed(queue("queue", case_lines()), &["Risk 7 or more", "Tier sensitive"]);
        (risky.filters.risk, risky.filters.tier) = ("7".to_owned(), "sensitive".to_owned());
        let mut list = queue("closed", closed_lines());
        list.filters.list = "closed".to_owned();
        list.here = "list=closed".to_owned();
        vec![
            ("empty", queue("queue", Vec::new())),
            ("empty-but-strangers", Self { strangers: 12, ..queue("queue", Vec::new()) }),
            ("full", Self { next: some("after=2"), strangers: 12, ..queue("queue", case_lines()) }),
            ("narrowed", risky),
            ("nothing-fits", narrowed(queue("queue", Vec::new()), &["Yours"])),
            ("own-view", Self { own_view: some(LONG), ..narrowed(queue("queue", case_lines()), &["Yours"]) }),
            ("wrong-name", Self { save: save(MARKUP), ..queue("queue", case_lines()) }),
            ("past-the-end", Self { is_first: false, ..queue("queue", Vec::new()) }),
            ("strangers", queue("strangers", case_lines())),
            ("no-strangers", queue("strangers", Vec::new())),
            ("closed", list),
            ("none-closed", queue("closed", Vec::new())),
            ("search", Self { q: MARKUP.to_owned(), ..queue("search", closed_lines()) }),
            (
                "look-further",
                Self { q: MARKUP.to_owned(), next: some("q=a&after=2"), ..queue("search", Vec::new()) },
            ),
            ("nothing-found", Self { q: LONG_LOGIN.to_owned(), ..queue("search", Vec::new()) }),
        ]
    }
}

impl PageSamples for PeoplePage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let line = |number, name: &str, suspended| PersonLine {
            id: id(number),
            name: name.to_owned(),
            login: LONG_LOGIN.to_owned(),
            tier: if suspended { "vip" } else { "standard" }.to_owned(),
            tier_floor: if suspended { "privileged" } else { "standard" },
            role: "agent",
            suspended,
        };
        let page = |people, waiting| Self {
            list: PeopleList { people, next: None, waiting_passkeys: waiting, waiting_powers: waiting },
            q: String::new(),
            is_first: true,
            next_page: None,
            first_page: String::new(),
        };
        let people =
            || vec![line(21, "Ana Ferreira", false), line(22, LONG, true), line(23, RIGHT_TO_LEFT, false)];
        vec![
            ("nobody-matches", Self { q: MARKUP.to_owned(), ..page(Vec::new(), 0) }),
            ("full", Self { next_page: some("after=2"), ..page(people(), 2) }),
            ("one-waits", page(people(), 1)),
            (
                "look-further",
                Self { q: "a b".to_owned(), next_page: some("q=a+b&after=2"), ..page(Vec::new(), 0) },
            ),
            ("past-the-end", Self { is_first: false, ..page(Vec::new(), 0) }),
        ]
    }
}

impl PageSamples for HardwareTokensPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let token = |serial: &str, state, period| HardwareTokenLine {
            id: id(62),
            serial: serial.to_owned(),
            state,
            period,
            digits: 6,
            algorithm: "SHA1",
            imported_at: days_ago(2),
            imported_by: "Ada Lindqvist".to_owned(),
            person_id: (state == "bound").then(|| id(34)),
            person: (state == "bound").then(|| MARKUP.to_owned()),
        };
        let page = |tokens, count| Self {
            list: HardwareTokenList { tokens, count },
            error: None,
            field: None,
            rows: 5_000,
        };
        let all = || {
            let lost = HardwareTokenLine { person: some(LONG), ..token("FT-0003", "retired", Some(60)) };
            vec![
                token("FT-0001", "unbound", None),
                token("FT-0002", "bound", Some(30)),
                lost,
                token("FT-0004", "retired", None),
            ]
        };
        vec![
            ("empty", page(Vec::new(), 0)),
            ("full", page(all(), 4)),
            ("more", page(all(), 900)),
            ("wrong", Self { error: some(LONG), field: Some("file"), ..page(all(), 4) }),
            ("wrong-key", Self { error: some(LONG), field: Some("key"), ..page(all(), 4) }),
            (
                "step-up",
                Self { error: some("Touch your passkey."), field: Some("step_up"), ..page(all(), 4) },
            ),
        ]
    }
}

impl PageSamples for TokensPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let token = |label: &str, live: bool, waits| TokenLine {
            id: id(61),
            label: label.to_owned(),
            owner_id: id(34),
            owner: "Ada Lindqvist".to_owned(),
            scopes: texts(&["cases:read", "cases:act"]),
            created_at: days_ago(2),
            expires_at: days_ago(-88),
            granted_at: live.then(|| days_ago(1)),
            revoked_at: None,
            live,
            waits,
        };
        let form = |field: Option<&'static str>, secret| TokenFormState {
            secret,
            error: field.map(|_| "Put this right.".to_owned()),
            field,
            label: field.map_or("", |_| MARKUP).to_owned(),
            days: "90".to_owned(),
            ticked: if field.is_some() { texts(&["cases:read"]) } else { Vec::new() },
        };
        let page = |tokens, form| Self {
            list: TokenList { tokens },
            scopes: vec!["cases:read", "cases:act", "audit:read"],
            form,
        };
        let tokens = || {
            vec![token("Ticket system", true, false), token(LONG, false, true), token(MARKUP, false, false)]
        };
        vec![
            ("empty", page(Vec::new(), form(None, None))),
            ("full", page(tokens(), form(None, None))),
            (
                "made",
                page(tokens(), form(None, some("pst_a-token-that-was-made-for-a-sample-and-opens-nothing"))),
            ),
            ("wrong-label", page(tokens(), form(Some("label"), None))),
            ("wants-a-touch", page(tokens(), form(Some("step_up"), None))),
        ]
    }
}

impl PageSamples for JobsPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let stuck = |last_error| StuckView {
            kind: "deliver_mail",
            title: "Mail",
            count: 12,
            oldest_at: minutes_ago(40),
            last_error,
        };
        let dead = |number, recipient: Option<&str>| DeadJobView {
            id: id(number),
            kind: "deliver_mail".to_owned(),
            title: "Mail",
            recipient: recipient.map(str::to_owned),
            subject: recipient.map(|_| LONG.to_owned()),
            attempts: 12,
            last_error: recipient.map(|_| MARKUP.to_owned()),
            created_at: days_ago(1),
            dead_at: minutes_ago(3),
        };
        let full = || JobList {
            stuck: vec![stuck(None), stuck(some("connection refused"))],
            dead: vec![dead(71, Some(LONG_LOGIN)), dead(72, None)],
        };
        let failed = NotRunAgain { id: id(71), message: "Write why.".to_owned(), reason: MARKUP.to_owned() };
        vec![
            ("empty", Self { jobs: JobList { stuck: Vec::new(), dead: Vec::new() }, failed: None }),
            ("full", Self { jobs: full(), failed: None }),
            ("wrong-reason", Self { jobs: full(), failed: Some(failed) }),
        ]
    }
}

impl PageSamples for ImportsPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let import = |number, via: &str, by: Option<&str>| ImportLine {
            id: id(number),
            source: "okta.jsonl".to_owned(),
            via: via.to_owned(),
            by: by.map(str::to_owned),
            started_at: days_ago(1),
            changed_at: minutes_ago(30),
            finished: true,
            records: 1_204,
            attempts: 811,
            stored: 811,
            repeated: 0,
            out_of_time: 0,
            ahead: 0,
            summary: "811 of 811 new.".to_owned(),
            hint: None,
            of_other_kinds: 0,
            other_kinds: BTreeMap::new(),
            malformed: 0,
            malformed_lines: Vec::new(),
            problem: None,
        };
        let odd = ImportLine {
            source: LONG_LOGIN.to_owned(),
            finished: false,
            hint: Some("Most times lie ahead of our clock: is the log in local time?"),
            of_other_kinds: 4,
            other_kinds: [("user.lifecycle.create".to_owned(), 4)].into(),
            malformed: 1,
            malformed_lines: vec![MalformedLineView { line: 17, why: "not JSON".to_owned() }],
            ..import(402, "page", Some(LONG))
        };
        let broken =
            ImportLine { problem: some("The file ended within a record."), ..import(403, "folder", None) };
        let page = |imports, may_import| Self {
            imports,
            may_import,
            folder: may_import,
            mib: 256,
            keep_days: 30,
            error: None,
        };
        let all = || vec![import(401, "demo", None), import(404, "api", Some("Ada Lindqvist"))];
        let everything = || all().into_iter().chain([import(405, "folder", None)]).collect::<Vec<_>>();
        vec![
            ("empty", page(Vec::new(), true)),
            ("empty-for-an-agent", page(Vec::new(), false)),
            ("full", page(everything(), true)),
            ("odd", Self { error: some("Choose a file."), ..page(vec![odd, broken], true) }),
        ]
    }
}

/// Nothing, and a yes and a no that did not go through.
fn answers() -> [(&'static str, FailedAnswer); 4] {
    let failed = |form, field| FailedAnswer {
        form: Some(form),
        reason: MARKUP.to_owned(),
        field,
        error: some(LONG),
        ..FailedAnswer::default()
    };
    [
        ("usual", FailedAnswer::default()),
        ("wrong-yes", failed("approve", Some("reason"))),
        ("wrong-no", failed("stop", Some("reason"))),
        ("wants-a-touch", failed("approve", Some("step_up"))),
    ]
}

fn grant(number: u32, role: Option<&str>, name: &str) -> PowerGrantView {
    PowerGrantView {
        id: id(number),
        person_id: id(21),
        name: name.to_owned(),
        role: role.map(str::to_owned),
        token: if role.is_none() { some("Ticket system: cases:read cases:act") } else { None },
        requested_by: "Ada Lindqvist".to_owned(),
        requested_at: minutes_ago(90),
        takes_effect_at: days_ago(-3),
    }
}

impl PageSamples for PowerGrantsPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self { waiting: Vec::new() }),
            ("full", Self { waiting: vec![grant(81, Some("senior"), LONG), grant(82, None, RIGHT_TO_LEFT)] }),
        ]
    }
}

impl PageSamples for PowerGrantPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let role = |(name, answer)| (name, Self { grant: grant(81, Some("senior"), LONG), answer });
        let token = Self { grant: grant(82, None, RIGHT_TO_LEFT), answer: FailedAnswer::default() };
        answers().map(role).into_iter().chain([("token", token)]).collect()
    }
}

fn passkey(name: &str) -> WaitingPasskeyView {
    WaitingPasskeyView {
        id: id(91),
        person_id: id(31),
        name: name.to_owned(),
        login: LONG_LOGIN.to_owned(),
        role: "agent",
        label: MARKUP.to_owned(),
        waits_since: minutes_ago(90),
        waits_until: days_ago(-1),
    }
}

impl PageSamples for WaitingPasskeysPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self { waiting: Vec::new() }),
            ("full", Self { waiting: vec![passkey("Ben Adeyemi"), passkey(RIGHT_TO_LEFT)] }),
        ]
    }
}

impl PageSamples for WaitingPasskeyPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        answers().map(|(name, answer)| (name, Self { passkey: passkey(LONG), answer })).into()
    }
}
