//! Google Workspace: login activity of the Reports API.

use serde_json::{Value, json};

use super::Line;
use crate::{
    act::{Act, Change, Proof, Scene},
    seeded::Seeded,
    time::rfc3339,
};

/// Milliseconds after the act begins, type and name of the event, its parameters.
type Event = (i64, &'static str, &'static str, Value);

pub(super) fn lines(scene: &Scene<'_>, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let told = events(scene.act)?.into_iter().map(|event| {
        let at = scene.at + event.0;
        Line { at, text: record(scene, event, at, drawn).to_string() }
    });
    Some(told.collect())
}

fn parameter(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn methods(of: &[&str]) -> Value {
    json!({"name": "login_challenge_method", "multiValue": of})
}

fn events(act: Act) -> Option<Vec<Event>> {
    let login = |name, more: Vec<Value>| {
        let first = parameter("login_type", "google_password");
        (0, "login", name, std::iter::once(first).chain(more).collect::<Value>())
    };
    let plain = json!({"name": "is_suspicious", "boolValue": false});
    let failed = |kind| {
        vec![login("login_failure", vec![parameter("login_failure_type", kind), methods(&["password"])])]
    };
    let challenge = |proof, status, after| {
        let told = vec![methods(&[method(proof)]), parameter("login_challenge_status", status)];
        let (_, kind, name, parameters) = login("login_challenge", told);
        (after, kind, name, parameters)
    };
    Some(match act {
        Act::In(Proof::None) => vec![login("login_success", vec![methods(&["password"]), plain])],
        Act::In(proof) => vec![challenge(proof, "Challenge Passed", 0), {
            let (_, kind, name, parameters) =
                login("login_success", vec![methods(&["password", method(proof)]), plain]);
            (2_000, kind, name, parameters)
        }],
        Act::BadPassword => failed("login_failure_invalid_password"),
        Act::Disabled => failed("login_failure_account_disabled"),
        Act::WrongCode(proof) => vec![challenge(proof, "Challenge Failed", 6_000)],
        Act::Changed(Change::Enrolled) => vec![(0, "2sv_change", "2sv_enroll", json!([]))],
        Act::Changed(Change::FactorRemoved) => vec![(0, "2sv_change", "2sv_disable", json!([]))],
        Act::Changed(Change::PasswordChanged) => vec![(0, "password_change", "password_edit", json!([]))],
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

fn record(scene: &Scene<'_>, (_, kind, name, parameters): Event, at: i64, drawn: &mut Seeded) -> Value {
    json!({
        "kind": "admin#reports#activity",
        "id": {
            "time": rfc3339(at),
            "uniqueQualifier": format!("{}", drawn.between(100_000_000_000, 999_999_999_999)),
            "applicationName": "login",
            "customerId": "C03az79cb",
        },
        "actor": {"email": scene.who.login, "profileId": format!("1{:020}", scene.who.key.0)},
        "ownerDomain": "corp.example",
        "ipAddress": scene.seat.from.ip.to_string(),
        "events": [{"type": kind, "name": name, "parameters": parameters}],
    })
}
