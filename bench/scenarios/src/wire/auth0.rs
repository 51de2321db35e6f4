//! Auth0 tenant log, as a log stream delivers it.

use serde_json::{Value, json};

use super::Line;
use crate::{
    event::{Change, EventContext, Proof, ScenarioEvent},
    seeded::Seeded,
    time::rfc3339,
};

/// Milliseconds after the event begins; the entry's type and description.
type Auth0Entry = (i64, &'static str, &'static str);

const SENT: Auth0Entry = (900, "gd_send_pn", "Guardian - Push notification sent");
const IN: Auth0Entry = (10_000, "s", "Successful login");

pub(super) fn lines(context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    let session = random.capitals(24);
    let lines = entries(context.event)?.into_iter().map(|entry| {
        let at = context.at + entry.0;
        Line { at, text: record(context, entry, at, &session).to_string() }
    });
    Some(lines.collect())
}

fn entries(event: ScenarioEvent) -> Option<Vec<Auth0Entry>> {
    const PASSED: Auth0Entry =
        (9_000, "gd_auth_succeed", "Guardian - Second factor authentication succeeded");
    const TEXTED: Auth0Entry = (900, "gd_send_sms", "Guardian - SMS sent");
    Some(match event {
        ScenarioEvent::In(Proof::Push) => vec![SENT, PASSED, IN],
        ScenarioEvent::In(Proof::Totp) => vec![PASSED, IN],
        ScenarioEvent::In(Proof::Sms) => vec![TEXTED, PASSED, IN],
        ScenarioEvent::In(Proof::None) => vec![IN],
        ScenarioEvent::BadPassword => vec![(0, "fp", "Wrong email or password.")],
        ScenarioEvent::NoSuchUser => vec![(0, "fu", "Wrong email or password.")],
        ScenarioEvent::Locked => {
            vec![(
                0,
                "limit_wc",
                "User has been blocked from logging in from this IP address after too many failed attempts.",
            )]
        }
        ScenarioEvent::WrongCode(_) => {
            vec![(9_000, "gd_auth_failed", "Guardian - Second factor authentication failed")]
        }
        ScenarioEvent::Denied => {
            vec![SENT, (9_000, "gd_auth_rejected", "Guardian - Second factor authentication rejected")]
        }
        ScenarioEvent::NoAnswer(Proof::Push) => vec![SENT],
        ScenarioEvent::Undelivered(Proof::Sms) => {
            vec![(900, "gd_send_sms_failure", "Guardian - SMS could not be sent")]
        }
        ScenarioEvent::Undelivered(Proof::Push) => {
            vec![(900, "gd_send_pn_failure", "Guardian - Push notification could not be sent")]
        }
        ScenarioEvent::Changed(Change::Enrolled) => {
            vec![(0, "gd_enrollment_complete", "Guardian - Enrollment complete (sms)")]
        }
        ScenarioEvent::Changed(Change::FactorRemoved) => vec![(0, "gd_unenroll", "Guardian - Unenroll")],
        ScenarioEvent::Changed(Change::PasswordChanged) => vec![(0, "scp", "Success Change Password")],
        _ => return None,
    })
}

fn record(context: &EventContext<'_>, (_, kind, description): Auth0Entry, at: i64, session: &str) -> Value {
    let (who, from) = (context.who, &context.seat.from);
    let known = context.event != ScenarioEvent::NoSuchUser;
    let log_id = format!("9002026{at}{}", session.to_lowercase());
    let details = match authenticator(context.event).filter(|_| kind.starts_with("gd_")) {
        Some(authenticator) => json!({
            "authenticator": {"id": context.phone().key, "type": authenticator, "phone_number": number(context, kind)},
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
            "user_agent": context.seat.client.agent,
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
fn authenticator(event: ScenarioEvent) -> Option<&'static str> {
    match event {
        ScenarioEvent::In(proof)
        | ScenarioEvent::WrongCode(proof)
        | ScenarioEvent::NoAnswer(proof)
        | ScenarioEvent::Undelivered(proof) => match proof {
            Proof::Push => Some("push-notification"),
            Proof::Totp => Some("otp"),
            Proof::Sms => Some("sms"),
            Proof::Voice | Proof::Bypass | Proof::None => None,
        },
        ScenarioEvent::Denied => Some("push-notification"),
        ScenarioEvent::Changed(Change::Enrolled) => Some("sms"),
        _ => None,
    }
}

/// Only the enrolment of a telephone says which.
fn number<'a>(context: &'a EventContext<'_>, kind: &str) -> Option<&'a str> {
    (kind == "gd_enrollment_complete").then(|| context.phone().number.as_str())
}
