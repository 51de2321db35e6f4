//! What several pages show of findings, and of why somebody can't sign in.

use postern::web::api::diagnosis::{AccountView, AttemptView, DiagnosisView};
use postern::web::finding_view::{AboutView, Closed, Concerned, EvidenceView, FindingView, NamedPerson};

use super::{CHROME, IPV6, LONG, LONG_LOGIN, MARKUP, RIGHT_TO_LEFT, days_ago, id, minutes_ago, some};

pub fn finding(number: u32, severity: &str) -> FindingView {
    FindingView {
        id: id(number),
        rule: "mfa_fatigue".to_owned(),
        title: "Prompt after prompt, until one was accepted".to_owned(),
        source: "shipped".to_owned(),
        severity: severity.to_owned(),
        confidence: "high".to_owned(),
        about: AboutView { kind: "person".to_owned(), provider: some("okta"), name: "fay".to_owned() },
        people: vec![concerned("fay", some("Fay Delgado"))],
        people_count: 1,
        since: minutes_ago(40),
        until: minutes_ago(2),
        records: 14,
        evidence: vec![record(Some(812), None)],
        threshold: "Ten prompts within ten minutes".to_owned(),
        description: "Fourteen prompts in nine minutes; the last one was accepted.".to_owned(),
        remediation: "Reach Fay on a number on file. Do not reset anything before.".to_owned(),
        runbook: "agent-runbook.md#an-attack".to_owned(),
        first_seen_at: minutes_ago(39),
        updated_at: minutes_ago(2),
        closed: None,
        version: 4,
    }
}

pub fn concerned(login: &str, name: Option<String>) -> Concerned {
    Concerned { login: login.to_owned(), person: name.map(|name| NamedPerson { id: id(21), name }) }
}

pub fn record(line: Option<u64>, sign_in: Option<String>) -> EvidenceView {
    EvidenceView {
        source: line.map(|_| "okta.jsonl".to_owned()),
        import: line.map(|_| id(401)),
        line,
        sign_in,
        at: Some(minutes_ago(30)),
    }
}

/// About an address, an organisation, and somebody nobody knows; of every severity, long and closed.
pub fn findings() -> Vec<FindingView> {
    let about = |kind: &str, provider: Option<&str>, name: &str| AboutView {
        kind: kind.to_owned(),
        provider: provider.map(str::to_owned),
        name: name.to_owned(),
    };
    vec![
        FindingView {
            title: LONG.to_owned(),
            description: format!("{LONG}: {LONG_LOGIN}"),
            people: vec![concerned("fay", some(RIGHT_TO_LEFT)), concerned(LONG_LOGIN, None)],
            people_count: 812,
            ..finding(101, "likely_breach")
        },
        FindingView {
            about: about("address", None, IPV6),
            people: Vec::new(),
            people_count: 0,
            title: MARKUP.to_owned(),
            ..finding(102, "incident")
        },
        FindingView { about: about("tenant", Some("entra"), "Harbour Works"), ..finding(103, "warning") },
        FindingView {
            about: about("policy", Some("okta"), LONG_LOGIN),
            source: "own".to_owned(),
            ..finding(104, "notice")
        },
    ]
}

pub fn closed() -> Closed {
    Closed { at: minutes_ago(1), by: "Ben Adeyemi".to_owned(), why: LONG.to_owned() }
}

pub fn attempt(result: &'static str) -> AttemptView {
    AttemptView {
        at: minutes_ago(30),
        provider: "okta",
        login: some("fay"),
        method: "push",
        result,
        cause: None,
        cause_description: None,
        remediation: None,
        ip: some("192.0.2.44"),
        app: None,
        detail: None,
    }
}

pub fn attempts() -> Vec<AttemptView> {
    vec![
        AttemptView { app: some(LONG), detail: some(LONG_LOGIN), ip: some(IPV6), ..attempt("success") },
        AttemptView {
            cause: Some("wrong_password"),
            cause_description: Some("The password was wrong"),
            remediation: Some("Try again slowly"),
            ..attempt("failure")
        },
        AttemptView { login: None, ip: None, ..attempt("push_sent") },
    ]
}

/// Two weeks of them.
pub fn many_attempts() -> Vec<AttemptView> {
    let one = |days| AttemptView {
        at: days_ago(days),
        ..attempt(if days % 3 == 0 { "failure" } else { "success" })
    };
    (0..14).map(one).collect()
}

/// Whose account is well: what keeps them out lies elsewhere.
pub fn well() -> DiagnosisView {
    DiagnosisView { findings: findings(), attempts: many_attempts(), ..locked_out() }
}

/// Of whom nothing but a backup code is known to help.
pub fn lost_factor(attempts: Vec<AttemptView>) -> DiagnosisView {
    let lost = AccountView { rung: 2, cause: None, ..account("locked_out") };
    DiagnosisView { accounts: vec![lost], attempts, ..no_diagnosis() }
}

/// Somebody at whom only others tried.
pub fn only_strangers() -> DiagnosisView {
    DiagnosisView { attempts: attempts(), ..no_diagnosis() }
}

/// Of somebody without any sign-in.
pub fn no_diagnosis() -> DiagnosisView {
    DiagnosisView {
        attacked: false,
        accounts: Vec::new(),
        findings: Vec::new(),
        also_named_in: Vec::new(),
        attempts: Vec::new(),
        since: days_ago(30),
    }
}

fn account(state: &'static str) -> AccountView {
    AccountView {
        provider: "postern",
        login: "fay".to_owned(),
        state,
        since: Some(minutes_ago(55)),
        cause: Some("clock_drift"),
        why: "The codes of their app are four minutes late.".to_owned(),
        remediation: "Set the phone's clock by the network.".to_owned(),
        reset_helps: "no",
        rung: 1,
        last_success: Some(days_ago(2)),
        last_attempt: Some(minutes_ago(55)),
        organisation_wide: None,
    }
}

/// Of somebody who is simply locked out.
pub fn locked_out() -> DiagnosisView {
    DiagnosisView { accounts: vec![account("locked_out")], attempts: attempts(), ..no_diagnosis() }
}

/// Everything at once: accounts in all states, an attack, and names among many.
pub fn attacked() -> DiagnosisView {
    let mut also = findings();
    also.extend(findings());
    DiagnosisView {
        attacked: true,
        accounts: vec![
            account("locked_out"),
            AccountView {
                login: LONG_LOGIN.to_owned(),
                organisation_wide: Some(id(103)),
                ..account("unfinished")
            },
            AccountView {
                rung: 0,
                since: None,
                cause: None,
                why: CHROME.to_owned(),
                ..account("not_locked_out")
            },
            AccountView { provider: "entra", since: None, ..account("unknown") },
        ],
        findings: findings(),
        also_named_in: also,
        attempts: attempts(),
        ..no_diagnosis()
    }
}
