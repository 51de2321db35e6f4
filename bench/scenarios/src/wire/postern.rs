//! Postern's own sign-in line.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    act::{Act, Change, Fault, Pause, Proof, Scene},
    seeded::Seeded,
    time::rfc3339,
};

/// Method, result, cause.
type Ending = (&'static str, &'static str, Option<&'static str>);

pub(super) fn lines(scene: &Scene<'_>, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let (method, result, cause) = ending(scene.act)?;
    let (who, from) = (scene.who, &scene.seat.from);
    let mut line = json!({
        "postern": "signin/v1",
        "id": drawn.guid(),
        "at": rfc3339(scene.at),
        "person": who.login,
        "display": who.display,
        "person_id": who.guid(),
        "ip": from.ip.to_string(),
        "user_agent": scene.seat.client.agent,
        "country": from.place.country,
        "city": from.place.city,
        "app": "Portal",
        "method": method,
        "result": result,
        "interactive": !matches!(scene.act, Act::Token | Act::SessionExpired),
    });
    let more = [("cause", cause), ("policy", scene.policy), ("detail", scene.by)];
    for (name, value) in more {
        if let (Some(value), Some(line)) = (value, line.as_object_mut()) {
            line.insert(name.to_owned(), Value::from(value));
        }
    }
    Some(one(scene.at, &line))
}

fn ending(act: Act) -> Option<Ending> {
    let failure = |method, cause| (method, "failure", Some(cause));
    Some(match act {
        Act::In(proof) => (method(proof), "success", None),
        Act::Token => ("session", "success", None),
        Act::Paused(Pause::Enrol) | Act::NotEnrolled => ("password", "interrupt", Some("mfa_not_enrolled")),
        Act::Paused(_) => ("password", "interrupt", None),
        Act::BadPassword | Act::NoSuchUser | Act::PasswordExpired => failure("password", "bad_password"),
        Act::Locked => failure("password", "account_locked"),
        Act::Disabled => failure("password", "account_disabled"),
        Act::WrongCode(proof) => failure(method(proof), "mfa_wrong_code"),
        Act::CodeReused => failure("totp", "mfa_code_reused"),
        Act::ClockDrift => failure("totp", "mfa_clock_drift"),
        Act::NoAnswer(proof) => failure(method(proof), "mfa_no_response"),
        Act::Undelivered(proof) => failure(method(proof), "mfa_delivery_failed"),
        Act::RateLimited => failure("sms", "mfa_rate_limited"),
        Act::FactorDisabled => failure("totp", "factor_disabled"),
        Act::PolicyBlock => failure("password", "policy_block"),
        Act::DeviceBlock => failure("password", "device_block"),
        Act::ExternalIdp => failure("federated", "external_idp"),
        Act::SessionExpired => failure("session", "session_expired"),
        Act::Outage(Fault::Service | Fault::Agent) => failure("password", "provider_outage"),
        Act::Changed(change) => ("unknown", changed(change)?, None),
        _ => return None,
    })
}

fn method(proof: Proof) -> &'static str {
    match proof {
        Proof::Push => "push",
        Proof::Totp => "totp",
        Proof::Sms => "sms",
        Proof::Voice => "voice",
        Proof::Bypass => "backup_code",
        Proof::None => "password",
    }
}

fn changed(change: Change) -> Option<&'static str> {
    Some(match change {
        Change::Lockout => "lockout",
        Change::Unlock => "unlock",
        Change::Enrolled => "factor_enrolled",
        Change::FactorRemoved => "factor_removed",
        Change::FactorsReset => "factor_reset",
        Change::PasswordReset => "password_reset",
        Change::PasswordChanged => "password_changed",
        Change::SwitchedOff => "disabled",
        Change::Bypass => "bypass_created",
        Change::Suspicious | Change::Risk | Change::Policy => return None,
    })
}
