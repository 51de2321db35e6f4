//! A case in every stage, and what is decided in it.

use postern::web::api::case_view::detail::{
    ApprovalCount, CallableNumber, HoldToBegin, MayOnCase, OtherCase, OtherRemedy,
};
use postern::web::api::case_view::effects::Effect;
use postern::web::api::case_view::person::{CasePerson, FiledContact, SignInAttempt};
use postern::web::api::case_view::{
    CaseDetail, CaseState, EarlierMarkView, Lock, MissingView, PathStep, PlanEffects, PlanView,
    RecordedEvidence, StopView,
};
use postern::web::api::diagnosis::DiagnosisView;
use postern::web::desk::apply_remedy::ApplyRemedyPage;
use postern::web::desk::approve::ApprovePage;
use postern::web::desk::case::{CasePage, FormState, TypedFields, choices};
use postern::web::desk::hand_over::{ColleagueChoice, HandOverForm, HandOverPage};
use postern::web::desk::verb::VerbOffer;

use super::account::factors;
use super::findings::{attacked, findings, locked_out};
use super::people::timeline;
use super::{
    CHROME, IPV6, KNOWN_PLACE, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy,
    days_ago, id, minutes_ago, of, some, texts,
};

pub fn all() -> Vec<PageSample> {
    [of::<CasePage>(), of::<ApprovePage>(), of::<ApplyRemedyPage>(), of::<HandOverPage>()]
        .into_iter()
        .flatten()
        .collect()
}

fn plan() -> PlanView {
    PlanView {
        remedy: "factor_reset",
        title: "Remove all factors",
        rung: 4,
        steps: vec![
            "Every factor is removed",
            "Every session ends",
            "A one-use enrolment pass is shown on their page",
        ],
        hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
    }
}

fn effects() -> PlanEffects {
    let effect = |what: &str, detail: Option<&str>| Effect {
        what: what.to_owned(),
        detail: detail.map(str::to_owned),
        since: detail.is_none().then(|| days_ago(200)),
    };
    PlanEffects {
        goes: vec![effect("Code app", None), effect(LONG, Some(LONG_LOGIN))],
        ends: vec![effect("2 signed-in sessions", Some("At once, everywhere"))],
        comes: Vec::new(),
        notified: vec![effect(LONG_LOGIN, Some("By mail, with a way to stop it"))],
        is_irreversible: true,
    }
}

/// One of each kind that looks different.
fn evidence() -> Vec<RecordedEvidence> {
    let piece = |title, outcome, outcome_title, is_confirmed| RecordedEvidence {
        kind: "live_video",
        title,
        outcome,
        outcome_title,
        is_confirmed,
        counts: is_confirmed,
        raises_risk: false,
        channel: "video",
        attested_by: "Ben Adeyemi".to_owned(),
        reference: "HW-4711".to_owned(),
        supports_only: false,
        at: minutes_ago(9),
    };
    let confirmed = |title| piece(title, "confirmed", "It was them", true);
    vec![
        confirmed("Call to a number on file"),
        RecordedEvidence { counts: false, attested_by: LONG.to_owned(), ..confirmed("Live video") },
        RecordedEvidence {
            supports_only: true,
            reference: MARKUP.to_owned(),
            ..confirmed("Facts that the owner knows")
        },
        RecordedEvidence {
            raises_risk: true,
            ..piece("Live video", "coached", "Somebody told them what to say", false)
        },
        piece("Call to a number on file", "nobody_answered", "Nobody answered", false),
    ]
}

fn path(stage: &str) -> Vec<PathStep> {
    let step = |state, title: &str, detail: Option<&str>| PathStep {
        state,
        title: title.to_owned(),
        detail: detail.map(str::to_owned),
    };
    let next = if stage == "verifying" { "now" } else { "done" };
    vec![
        step("done", "Everybody on file is told", None),
        step(
            next,
            "Their page is bound to a call",
            Some("Ring a number on file; they read the three words on their page"),
        ),
        step("waits", "The manager's word", Some(LONG)),
        step("failed", "Nobody on file can vouch", None),
        step("later", "72 hours in which the owner can object", Some("Every contact on file is told again")),
    ]
}

fn person() -> CasePerson {
    CasePerson {
        id: id(21),
        name: "Ana Ferreira".to_owned(),
        login: "ana".to_owned(),
        tier: "standard".to_owned(),
        tier_floor: "standard",
        role: "person",
        manager: some("Mona Okafor"),
        suspended_at: None,
        suspended_why: None,
        suspension_lifted_by: None,
        factors: factors(),
        backup_codes_left: 3,
        contacts: vec![
            contact(201, "mobile", "+44 7700 900123", 200),
            contact(202, "email", LONG_LOGIN, 200),
            contact(203, "office_phone", "+44 20 7946 0102", 2),
            FiledContact { lost_at: Some(minutes_ago(3)), ..contact(204, "mobile", "+44 7700 900124", 90) },
        ],
        sign_ins: attempts(),
    }
}

fn contact(number: u32, kind: &str, value: &str, days_before_case: i64) -> FiledContact {
    FiledContact {
        id: id(number),
        kind: kind.to_owned(),
        value: value.to_owned(),
        filed_at: days_ago(days_before_case),
        days_before_case,
        lost_at: None,
    }
}

fn attempts() -> Vec<SignInAttempt> {
    let attempt = |success| SignInAttempt {
        at: minutes_ago(45),
        method: "totp".to_owned(),
        ip: IPV6.to_owned(),
        user_agent: CHROME.to_owned(),
        success,
        cause: None,
        cause_description: None,
        remediation: None,
        detail: None,
    };
    let known = SignInAttempt {
        cause: some("clock_drift"),
        cause_description: Some("The phone's clock is wrong"),
        remediation: Some("Set it by the network"),
        detail: some("clock 240 s slow"),
        ..attempt(false)
    };
    vec![attempt(true), attempt(false), known]
}

fn state(stage: &str, stage_label: &'static str) -> CaseState {
    CaseState {
        id: id(1),
        reference: "C-7K3M9Q".to_owned(),
        version: 5,
        stage: stage.to_owned(),
        stage_label,
        outcome: None,
        escalated: false,
        risk: 0,
        risk_reasons: Vec::new(),
        claimant_page_bound: false,
        seniors_may_start_hold_from: None,
        hold_until: None,
        opened_with: "known_device".to_owned(),
        taken_by: None,
        lapses_at: None,
        path: path(stage),
        missing: Some(missing(None)),
        plan: plan(),
        lock: Lock { open: false, why: some("The policy wants more proof. See what is missing.") },
        opened_at: minutes_ago(12),
        closed_at: None,
    }
}

fn case(stage: &str, stage_label: &'static str) -> CaseDetail {
    let number = |number, kind: &str, value: &str| CallableNumber {
        id: id(number),
        kind: kind.to_owned(),
        value: value.to_owned(),
        filed_at: days_ago(200),
    };
    let may = MayOnCase {
        take: true,
        hand_back: false,
        act: true,
        refuse: true,
        escalate: true,
        approve: true,
        end_sessions: true,
        note: true,
        report: true,
        propose: true,
    };
    CaseDetail {
        state: state(stage, stage_label),
        claimed_login: "ana".to_owned(),
        ip: "192.0.2.10".to_owned(),
        user_agent: CHROME.to_owned(),
        changed_hands: false,
        call_recorded: false,
        taken_by_name: None,
        is_strangers: false,
        hold_is_over: false,
        hold_to_begin: None,
        approvals: ApprovalCount { wanted: 0, given: 0 },
        person: Some(person()),
        numbers: vec![
            number(201, "mobile", "+44 7700 900123"),
            number(203, "office_phone", "+44 20 7946 0102"),
        ],
        contact_min_age_days: 7,
        evidence: evidence(),
        kinds_that_count: 1,
        effects: Some(effects()),
        other_remedies: other_remedies(),
        stop: (stage == "contested").then(|| stop("owner")),
        second_look: None,
        after_remedy: "They sign in with the pass that their page shows, and enrol.",
        join_link: "https://harbour.example/recover/join".to_owned(),
        earlier: Vec::new(),
        others: Vec::new(),
        timeline: timeline(),
        diagnosis: Some(locked_out()),
        may,
        verbs: Vec::new(),
    }
}

fn stopped(source: &'static str) -> CasePage {
    in_state("contested", "Stopped", |case| case.stop = Some(stop(source)))
}

/// Whose word stopped a case.
fn stop(source: &'static str) -> StopView {
    StopView {
        source,
        by: some("Mona Okafor").filter(|_| source != "owner"),
        reason: some(MARKUP).filter(|_| source != "owner"),
        at: minutes_ago(3),
        decide_by: (source == "escalation").then(|| days_ago(-1)),
    }
}

fn other_remedies() -> Vec<OtherRemedy> {
    let remedy = |remedy, title, useless| OtherRemedy {
        remedy,
        title,
        steps: vec!["Ten new backup codes are shown on their page"],
        useless,
    };
    vec![
        remedy("fresh_backup_codes", "Show fresh backup codes", None),
        remedy("another", "Something else", Some("It would let nobody in: no factor works.")),
    ]
}

/// Somebody who is nobody, or about whom nothing is known.
fn of_a_stranger() -> CaseDetail {
    let may = MayOnCase {
        take: true,
        hand_back: false,
        act: false,
        refuse: true,
        escalate: false,
        approve: false,
        end_sessions: false,
        note: false,
        report: false,
        propose: false,
    };
    let case = case("verifying", "Gathering proof");
    CaseDetail {
        state: CaseState {
            path: Vec::new(),
            lapses_at: Some(days_ago(-2)),
            opened_with: "nothing".to_owned(),
            ..case.state
        },
        claimed_login: MARKUP.to_owned(),
        is_strangers: true,
        person: None,
        numbers: Vec::new(),
        evidence: Vec::new(),
        effects: None,
        other_remedies: Vec::new(),
        timeline: Vec::new(),
        diagnosis: None,
        may,
        ..case
    }
}

fn earlier() -> Vec<EarlierMarkView> {
    let mark = |kind, title: &str, reason, counts| EarlierMarkView {
        case: id(3),
        reference: "C-2XWDH4".to_owned(),
        kind,
        title: title.to_owned(),
        by: LONG.to_owned(),
        reason,
        counts,
        at: days_ago(4),
    };
    vec![mark("refused", "Refused", some(MARKUP), true), mark("withdrawn", "Withdrawn", None, false)]
}

/// As bad as it gets.
fn under_attack() -> CaseDetail {
    let case = case("verifying", "Gathering proof");
    let name = CasePerson {
        name: LONG.to_owned(),
        login: LONG_LOGIN.to_owned(),
        tier: "vip".to_owned(),
        tier_floor: "privileged",
        manager: None,
        suspended_at: Some(days_ago(1)),
        suspended_why: some("They said that it was not them"),
        suspension_lifted_by: Some("the operator"),
        factors: Vec::new(),
        contacts: Vec::new(),
        sign_ins: Vec::new(),
        ..person()
    };
    CaseDetail {
        state: CaseState {
            escalated: true,
            risk: 7,
            risk_reasons: texts(&[
                "one proof was not theirs or never counts",
                "2 open incidents concern them",
            ]),
            opened_with: "password".to_owned(),
            taken_by: Some(id(31)),
            ..case.state
        },
        ip: IPV6.to_owned(),
        user_agent: MARKUP.to_owned(),
        changed_hands: true,
        taken_by_name: some(RIGHT_TO_LEFT),
        person: Some(name),
        numbers: Vec::new(),
        earlier: earlier(),
        others: vec![OtherCase { id: id(4), reference: "C-P8CZ6J".to_owned(), ip: IPV6.to_owned() }],
        diagnosis: Some(attacked()),
        may: MayOnCase { hand_back: true, escalate: false, ..case.may },
        verbs: vec![VerbOffer { word: "a-new-one", label: "Do something new" }],
        ..case
    }
}

fn page(case: CaseDetail) -> CasePage {
    CasePage {
        case,
        button: "Remove all factors now",
        kinds: choices::kinds(),
        outcomes: choices::outcomes(),
        form: FormState::default(),
    }
}

fn failed(case: CaseDetail, field: Option<&'static str>, typed: TypedFields) -> CasePage {
    let form = FormState { field, error: some("Put this right."), typed, ..FormState::default() };
    CasePage { form, ..page(case) }
}

fn in_state(stage: &str, label: &'static str, change: impl FnOnce(&mut CaseDetail)) -> CasePage {
    let mut case = case(stage, label);
    change(&mut case);
    page(case)
}

fn stages() -> Vec<(&'static str, CasePage)> {
    let awaiting = |wanted, given| {
        in_state("awaiting_approval", "Wants another yes", |case| {
            case.approvals = ApprovalCount { wanted, given }
        })
    };
    let notice = |hold| {
        in_state("awaiting_notice", "Waits for a message to go out", |case| case.hold_to_begin = Some(hold))
    };
    let open = Lock { open: true, why: None };
    vec![
        ("awaiting-approval", awaiting(1, 0)),
        ("awaiting-two-approvals", awaiting(2, 1)),
        (
            "awaiting-notice",
            notice(HoldToBegin { is_overdue: false, wanted_by_one: false, can_start: false }),
        ),
        ("notice-overdue", notice(HoldToBegin { is_overdue: true, wanted_by_one: true, can_start: true })),
        ("on-hold", in_state("on_hold", "On hold", |case| case.state.hold_until = Some(days_ago(-2)))),
        (
            "hold-over",
            in_state("on_hold", "Ready", |case| {
                case.state.hold_until = Some(minutes_ago(1));
                case.hold_is_over = true;
                case.state.lock = open;
            }),
        ),
        (
            "ready-but-forbidden",
            in_state("ready", "Ready", |case| {
                case.state.missing = Some(missing(Some("It must be a senior.")));
            }),
        ),
        ("ready-and-something-missing", in_state("ready", "Ready", |_| ())),
        (
            "ready",
            in_state("ready", "Ready", |case| {
                case.state.missing =
                    Some(MissingView { nothing: true, descriptions: Vec::new(), ..missing(None) });
                case.state.lock = Lock { open: true, why: None };
                case.effects = Some(PlanEffects { is_irreversible: false, ..effects() });
            }),
        ),
        ("remedied", in_state("remedied", "Done, waiting for sign-in", |case| case.may.propose = false)),
        (
            "contested",
            in_state("contested", "Contested: \"this was not me\"", |case| case.state.path = Vec::new()),
        ),
        (
            "account-is-well",
            in_state("verifying", "Gathering proof", |case| case.diagnosis = Some(super::findings::well())),
        ),
        (
            "a-code-is-left",
            in_state("verifying", "Gathering proof", |case| {
                case.diagnosis = Some(super::findings::lost_factor(Vec::new()));
                case.state.opened_with = "password".to_owned();
                case.person = Some(CasePerson { backup_codes_left: 1, ..person() });
            }),
        ),
        (
            "codes-are-left",
            in_state("verifying", "Gathering proof", |case| {
                case.diagnosis = Some(super::findings::lost_factor(Vec::new()));
                case.person = Some(CasePerson { backup_codes_left: 9, ..person() });
                case.ip = KNOWN_PLACE.to_owned();
            }),
        ),
        ("at-home", in_state("verifying", "Gathering proof", |case| case.ip = "10.0.0.7".to_owned())),
        (
            "nothing-is-left",
            in_state("verifying", "Gathering proof", |case| {
                case.diagnosis = Some(super::findings::lost_factor(super::findings::attempts()));
                case.person = Some(CasePerson { backup_codes_left: 0, ..person() });
            }),
        ),
        (
            "closed-under-attack",
            in_state("closed", "Closed", |case| {
                case.state.outcome = Some("refused");
                case.state.missing = None;
                case.state.closed_at = Some(minutes_ago(2));
                case.may.propose = false;
                case.diagnosis = Some(super::findings::attacked());
            }),
        ),
        (
            "attack-and-a-manager",
            in_state("verifying", "Gathering proof", |case| {
                case.diagnosis = Some(super::findings::attacked());
            }),
        ),
        ("stopped-by-the-manager", stopped("manager")),
        ("stopped-by-the-desk", stopped("desk")),
        ("stopped-until-a-senior-decides", stopped("escalation")),
        (
            "yes-after-no",
            in_state("awaiting_approval", "Wants another yes", |case| {
                case.second_look = Some("Somebody may have talked them round.");
            }),
        ),
        (
            "closed",
            in_state("closed", "Closed", |case| {
                case.state.outcome = Some("refused");
                case.state.missing = None;
                case.state.closed_at = Some(minutes_ago(2));
                case.may.propose = false;
                case.diagnosis = Some(super::findings::no_diagnosis());
            }),
        ),
    ]
}

fn missing(forbidden: Option<&str>) -> MissingView {
    MissingView {
        nothing: false,
        claimant_page: true,
        all_of: vec!["manager_vouch"],
        one_of: vec!["live_video", "in_person"],
        by_colleague: true,
        forbidden: forbidden.map(str::to_owned),
        descriptions: texts(&["The manager's word", "One of: Live video; In person"]),
    }
}

fn forms_that_came_back() -> Vec<(&'static str, CasePage)> {
    let verifying = || case("verifying", "Gathering proof");
    let typed = || TypedFields {
        contact: id(203),
        began_it: "yes".to_owned(),
        phrase: MARKUP.to_owned(),
        call_reference: "HW-4711".to_owned(),
        ..TypedFields::default()
    };
    let proof = || TypedFields {
        kind: "live_video".to_owned(),
        outcome: "wrong_person".to_owned(),
        reference: MARKUP.to_owned(),
        ..TypedFields::default()
    };
    let remedy = || TypedFields {
        remedy: "fresh_backup_codes".to_owned(),
        reason: MARKUP.to_owned(),
        ..TypedFields::default()
    };
    let after_call = || CaseDetail { call_recorded: true, ..verifying() };
    let note = TypedFields { note: MARKUP.to_owned(), ..TypedFields::default() };
    let warning = FormState { warning: some(LONG), ..FormState::default() };
    vec![
        (
            "wrong-phrase-under-attack",
            failed(
                CaseDetail { diagnosis: Some(super::findings::attacked()), ..verifying() },
                Some("phrase"),
                typed(),
            ),
        ),
        ("wrong-phrase", failed(verifying(), Some("phrase"), typed())),
        ("wrong-phrase-again", failed(after_call(), Some("phrase"), typed())),
        ("wrong-kind", failed(verifying(), Some("kind"), TypedFields::default())),
        ("wrong-reference", failed(verifying(), Some("reference"), proof())),
        ("wrong-reason", failed(verifying(), Some("reason"), remedy())),
        ("wrong-reason-later", failed(case("ready", "Ready"), Some("reason"), remedy())),
        ("wrong-note", failed(verifying(), None, note)),
        ("conflict", failed(verifying(), None, TypedFields::default())),
        ("never-accepted", CasePage { form: warning, ..page(verifying()) }),
    ]
}

impl PageSamples for CasePage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let verifying = |change: fn(&mut CaseDetail)| in_state("verifying", "Gathering proof", change);
        let mut samples = vec![
            ("stranger", page(of_a_stranger())),
            ("fresh", verifying(|_| ())),
            ("at-the-desk", verifying(|case| case.state.opened_with = "desk".to_owned())),
            (
                "bound",
                verifying(|case| {
                    case.state.claimant_page_bound = true;
                    case.state.risk = 2;
                    case.state.opened_with = "nothing".to_owned();
                }),
            ),
            (
                "called",
                verifying(|case| {
                    case.state.claimant_page_bound = true;
                    case.call_recorded = true;
                }),
            ),
            (
                "waits-for-the-manager",
                verifying(|case| {
                    case.call_recorded = true;
                    case.state.path.drain(1..2);
                }),
            ),
            (
                "nothing-to-do",
                verifying(|case| {
                    case.call_recorded = true;
                    case.state.path.clear();
                    case.evidence.clear();
                }),
            ),
            (
                "of-an-auditor",
                verifying(|case| {
                    let may = &mut case.may;
                    (may.take, may.act, may.refuse, may.escalate) = (false, false, false, false);
                    (may.note, may.report, may.propose) = (false, false, false);
                }),
            ),
            ("after-the-password", verifying(|case| case.state.opened_with = "password".to_owned())),
            (
                "with-a-finding",
                verifying(|case| {
                    case.diagnosis = Some(DiagnosisView { findings: findings(), ..locked_out() });
                }),
            ),
            ("attacked", page(under_attack())),
        ];
        samples.extend(stages());
        samples.extend(forms_that_came_back());
        samples
    }
}

impl PageSamples for ApprovePage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |open| Self {
            id: id(1),
            reference: "C-7K3M9Q".to_owned(),
            name: "Ana Ferreira".to_owned(),
            open,
            stop: None,
            second_look: None,
            evidence: evidence(),
            plan: plan(),
            effects: effects(),
            reason: String::new(),
            error: None,
        };
        vec![
            ("usual", page(true)),
            (
                "wrong",
                Self {
                    name: LONG.to_owned(),
                    reason: MARKUP.to_owned(),
                    error: some(LONG),
                    evidence: Vec::new(),
                    ..page(true)
                },
            ),
            ("stopped-after-remedy", Self { stop: Some(stop("escalation")), ..page(true) }),
            (
                "stopped-without-a-word",
                Self { stop: Some(StopView { reason: None, ..stop("escalation") }), ..page(true) },
            ),
            ("yes-after-no", Self { second_look: Some(LONG), ..page(true) }),
            ("closed", page(false)),
        ]
    }
}

impl PageSamples for ApplyRemedyPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |is_irreversible| Self {
            id: id(1),
            reference: "C-7K3M9Q".to_owned(),
            name: "Ana Ferreira".to_owned(),
            plan: plan(),
            effects: PlanEffects { is_irreversible, ..effects() },
            button: "Remove all factors now",
            reason: String::new(),
            error: None,
            locked: None,
        };
        vec![
            ("usual", page(true)),
            ("gentle", page(false)),
            (
                "wrong",
                Self { name: LONG.to_owned(), reason: MARKUP.to_owned(), error: some(LONG), ..page(true) },
            ),
            ("locked", Self { locked: some("The owner said: this was not me."), ..page(true) }),
        ]
    }
}

impl PageSamples for HandOverPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let colleague =
            |number, name: &str| ColleagueChoice { id: id(number), name: name.to_owned(), role: "agent" };
        let page = |holder: Option<&str>, colleagues| Self {
            id: id(1),
            reference: "C-7K3M9Q".to_owned(),
            about: "Ana Ferreira".to_owned(),
            holder: holder.map(str::to_owned),
            holder_id: holder.map(|_| id(31)),
            colleagues,
            over: None,
            typed: HandOverForm::default(),
            field: None,
            error: None,
        };
        let typed = |to: String| HandOverForm { to, from: id(31), reason: MARKUP.to_owned() };
        let both = || vec![colleague(32, LONG), colleague(33, RIGHT_TO_LEFT)];
        let wrong = |field| Self {
            field: Some(field),
            error: some("Put this right."),
            typed: typed(id(33)),
            ..page(Some(RIGHT_TO_LEFT), both())
        };
        vec![
            ("nobodys", page(None, both())),
            // The name of the agent who looks.
            ("ones-own", page(Some("Ben Adeyemi"), both())),
            ("wrong-colleague", wrong("to")),
            ("typed-before-a-colleague-took-it", Self { typed: typed(id(32)), ..page(Some(LONG), both()) }),
            ("wrong-reason", wrong("reason")),
            ("nobody-else", page(Some(LONG), Vec::new())),
            (
                "over-with-a-note",
                Self { over: some("The case is closed."), typed: typed(id(33)), ..page(Some(LONG), both()) },
            ),
            ("over", Self { over: some("The case is closed."), ..page(Some(LONG), both()) }),
        ]
    }
}
