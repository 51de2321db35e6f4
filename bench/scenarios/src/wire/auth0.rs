//! Auth0 tenant log, as a log stream delivers it.

use serde_json::{Value, json};

use super::Line;
use crate::{
    act::{Act, Change, Proof, Scene},
    seeded::Seeded,
    time::rfc3339,
};

/// Milliseconds after the act begins, type, description.
type Event = (i64, &'static str, &'static str);

const SENT: Event = (900, "gd_send_pn", "Guardian - Push notification sent");
const IN: Event = (10_000, "s", "Successful login");

pub(super) fn lines(scene: &Scene<'_>, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let session = drawn.capitals(24);
    let told = events(scene.act)?.into_iter().map(|event| {
        let at = scene.at + event.0;
        Line { at, text: record(scene, event, at, &session).to_string() }
    });
    Some(told.collect())
}

fn events(act: Act) -> Option<Vec<Event>> {
    const PASSED: Event = (9_000, "gd_auth_succeed", "Guardian - Second factor authentication succeeded");
    const TEXTED: Event = (900, "gd_send_sms", "Guardian - SMS sent");
    Some(match act {
        Act::In(Proof::Push) => vec![SENT, PASSED, IN],
        Act::In(Proof::Totp) => vec![PASSED, IN],
        Act::In(Proof::Sms) => vec![TEXTED, PASSED, IN],
        Act::In(Proof::None) => vec![IN],
        Act::BadPassword => vec![(0, "fp", "Wrong email or password.")],
        Act::NoSuchUser => vec![(0, "fu", "Wrong email or password.")],
        Act::Locked => {
            vec![(
                0,
                "limit_wc",
                "User has been blocked from logging in from this IP address after too many failed attempts.",
            )]
        }
        Act::WrongCode(_) => {
            vec![(9_000, "gd_auth_failed", "Guardian - Second factor authentication failed")]
        }
        Act::Denied => {
            vec![SENT, (9_000, "gd_auth_rejected", "Guardian - Second factor authentication rejected")]
        }
        Act::NoAnswer(Proof::Push) => vec![SENT],
        Act::Undelivered(Proof::Sms) => {
            vec![(900, "gd_send_sms_failure", "Guardian - SMS could not be sent")]
        }
        Act::Undelivered(Proof::Push) => {
            vec![(900, "gd_send_pn_failure", "Guardian - Push notification could not be sent")]
        }
        Act::Changed(Change::Enrolled) => {
            vec![(0, "gd_enrollment_complete", "Guardian - Enrollment complete (sms)")]
        }
        Act::Changed(Change::FactorRemoved) => vec![(0, "gd_unenroll", "Guardian - Unenroll")],
        Act::Changed(Change::PasswordChanged) => vec![(0, "scp", "Success Change Password")],
        _ => return None,
    })
}

fn record(scene: &Scene<'_>, (_, kind, description): Event, at: i64, session: &str) -> Value {
    let (who, from) = (scene.who, &scene.seat.from);
    let known = scene.act != Act::NoSuchUser;
    let log_id = format!("9002026{at}{}", session.to_lowercase());
    let details = match authenticator(scene.act).filter(|_| kind.starts_with("gd_")) {
        Some(authenticator) => json!({
            "authenticator": {"id": scene.phone().key, "type": authenticator, "phone_number": number(scene, kind)},
            "session_id": session,
        }),
        None => json!({"session_id": session}),
    };
    json!({
        "log_id": &log_id,
        "data": {
            "date": rfc3339(at),
            "type": kind,
            "description": description,
            "connection": "Users",
            "connection_id": "con_DFOp2K6Ysya1y2OP",
            "client_id": "61PIEqk9Hd4hXJFZhoBZ5bNmN349coz1",
            "client_name": "Portal",
            "ip": from.ip.to_string(),
            "user_agent": scene.seat.client.agent,
            "hostname": "corp-example.eu.auth0.com",
            "tenant_name": "corp-example",
            "environment_name": "prod-eu-1",
            "user_id": if known { format!("auth0|{}", who.id("", 24)) } else { String::new() },
            "user_name": who.login,
            "strategy": "auth0",
            "strategy_type": "database",
            "location_info": {
                "country_code": from.place.country,
                "country_name": from.place.country_name,
                "city_name": from.place.city,
                "latitude": from.place.latitude.to_string(),
                "longitude": from.place.longitude.to_string(),
            },
            "details": details,
            "log_id": log_id,
        },
    })
}

/// What the second factor is.
fn authenticator(act: Act) -> Option<&'static str> {
    match act {
        Act::In(proof) | Act::WrongCode(proof) | Act::NoAnswer(proof) | Act::Undelivered(proof) => {
            match proof {
                Proof::Push => Some("push-notification"),
                Proof::Totp => Some("otp"),
                Proof::Sms => Some("sms"),
                Proof::Voice | Proof::Bypass | Proof::None => None,
            }
        }
        Act::Denied => Some("push-notification"),
        Act::Changed(Change::Enrolled) => Some("sms"),
        _ => None,
    }
}

/// Only the enrolment of a telephone says which.
fn number<'a>(scene: &'a Scene<'_>, kind: &str) -> Option<&'a str> {
    (kind == "gd_enrollment_complete").then(|| scene.phone().number.as_str())
}
