//! Google Workspace: login activity of the Reports API.

use serde_json::{Value, json};

use super::Line;
use crate::{
    event::{Change, EventContext, Proof, ScenarioEvent},
    seeded::Seeded,
    time::rfc3339,
};

/// Milliseconds after the event begins; the entry's type, name and parameters.
type GoogleEntry = (i64, &'static str, &'static str, Value);

pub(super) fn lines(context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    let lines = entries(context.event)?.into_iter().map(|entry| {
        let at = context.at + entry.0;
        Line { at, text: record(context, entry, at, random).to_string() }
    });
    Some(lines.collect())
}

fn parameter(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn methods(of: &[&str]) -> Value {
    json!({"name": "login_challenge_method", "multiValue": of})
}

fn entries(event: ScenarioEvent) -> Option<Vec<GoogleEntry>> {
    let login = |name, more: Vec<Value>| {
        let first = parameter("login_type", "google_password");
        (0, "login", name, std::iter::once(first).chain(more).collect::<Value>())
    };
    let plain = json!({"name": "is_suspicious", "boolValue": false});
    let failed = |kind| {
        vec![login("login_failure", vec![parameter("login_failure_type", kind), methods(&["password"])])]
    };
    let challenge = |proof, status, after| {
        let details = vec![methods(&[method(proof)]), parameter("login_challenge_status", status)];
        let (_, kind, name, parameters) = login("login_challenge", details);
        (after, kind, name, parameters)
    };
    Some(match event {
        ScenarioEvent::In(Proof::None) => vec![login("login_success", vec![methods(&["password"]), plain])],
        ScenarioEvent::In(proof) => vec![challenge(proof, "Challenge Passed", 0), {
            let (_, kind, name, parameters) =
                login("login_success", vec![methods(&["password", method(proof)]), plain]);
            (2_000, kind, name, parameters)
        }],
        ScenarioEvent::BadPassword => failed("login_failure_invalid_password"),
        ScenarioEvent::Disabled => failed("login_failure_account_disabled"),
        ScenarioEvent::WrongCode(proof) => vec![challenge(proof, "Challenge Failed", 6_000)],
        ScenarioEvent::Changed(Change::Enrolled) => vec![(0, "2sv_change", "2sv_enroll", json!([]))],
        ScenarioEvent::Changed(Change::FactorRemoved) => vec![(0, "2sv_change", "2sv_disable", json!([]))],
        ScenarioEvent::Changed(Change::PasswordChanged) => {
            vec![(0, "password_change", "password_edit", json!([]))]
        }
        _ => return None,
    })
}

fn method(proof: Proof) -> &'static str {
    match proof {
        Proof::Push => "google_prompt",
        Proof::Sms => "idv_preregistered_phone",
        Proof::Bypass => "backup_code",
        Proof::Totp | Proof::Voice | Proof::None => "google_authenticator",
    }
}

fn record(
    context: &EventContext<'_>,
    (_, kind, name, parameters): GoogleEntry,
    at: i64,
    random: &mut Seeded,
) -> Value {
    json!({
        "kind": "admin#reports#activity",
        "id": {
            "time": rfc3339(at),
            "uniqueQualifier": format!("{}", random.between(100_000_000_000, 999_999_999_999)),
            "applicationName": "login",
            "customerId": "C03az79cb",
        },
        "actor": {"email": context.who.login, "profileId": format!("1{:020}", context.who.key.0)},
        "ownerDomain": "corp.example",
        "ipAddress": context.seat.from.ip.to_string(),
        "events": [{"type": kind, "name": name, "parameters": parameters}],
    })
}
