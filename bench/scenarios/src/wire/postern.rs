//! Postern's own sign-in line.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    event::{Change, EventContext, Fault, Pause, Proof, ScenarioEvent},
    seeded::Seeded,
    time::rfc3339,
};

/// Method, result, cause.
type Ending = (&'static str, &'static str, Option<&'static str>);

pub(super) fn lines(context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    let (method, result, cause) = ending(context.event)?;
    let (who, from) = (context.who, &context.seat.from);
    let mut line = json!({
        "postern": "signin/v1",
        "id": random.guid(),
        "at": rfc3339(context.at),
        "person": who.login,
        "display": who.display,
        "person_id": who.guid(),
        "ip": from.ip.to_string(),
        "user_agent": context.seat.client.agent,
        "country": from.place.country,
        "city": from.place.city,
        "app": "Portal",
        "method": method,
        "result": result,
        "interactive": !matches!(context.event, ScenarioEvent::Token | ScenarioEvent::SessionExpired),
    });
    let more = [("cause", cause), ("policy", context.policy), ("detail", context.by)];
    for (name, value) in more {
        if let (Some(value), Some(line)) = (value, line.as_object_mut()) {
            line.insert(name.to_owned(), Value::from(value));
        }
    }
    Some(one(context.at, &line))
}

fn ending(event: ScenarioEvent) -> Option<Ending> {
    let failure = |method, cause| (method, "failure", Some(cause));
    Some(match event {
        ScenarioEvent::In(proof) => (method(proof), "success", None),
        ScenarioEvent::Token => ("session", "success", None),
        ScenarioEvent::Paused(Pause::Enrol) | ScenarioEvent::NotEnrolled => {
            ("password", "interrupt", Some("mfa_not_enrolled"))
        }
        ScenarioEvent::Paused(_) => ("password", "interrupt", None),
        ScenarioEvent::BadPassword | ScenarioEvent::NoSuchUser | ScenarioEvent::PasswordExpired => {
            failure("password", "bad_password")
        }
        ScenarioEvent::Locked => failure("password", "account_locked"),
        ScenarioEvent::Disabled => failure("password", "account_disabled"),
        ScenarioEvent::WrongCode(proof) => failure(method(proof), "mfa_wrong_code"),
        ScenarioEvent::CodeReused => failure("totp", "mfa_code_reused"),
        ScenarioEvent::ClockDrift => failure("totp", "mfa_clock_drift"),
        ScenarioEvent::NoAnswer(proof) => failure(method(proof), "mfa_no_response"),
        ScenarioEvent::Undelivered(proof) => failure(method(proof), "mfa_delivery_failed"),
        ScenarioEvent::RateLimited => failure("sms", "mfa_rate_limited"),
        ScenarioEvent::FactorDisabled => failure("totp", "factor_disabled"),
        ScenarioEvent::PolicyBlock => failure("password", "policy_block"),
        ScenarioEvent::DeviceBlock => failure("password", "device_block"),
        ScenarioEvent::ExternalIdp => failure("federated", "external_idp"),
        ScenarioEvent::SessionExpired => failure("session", "session_expired"),
        ScenarioEvent::Outage(Fault::Service | Fault::Agent) => failure("password", "provider_outage"),
        ScenarioEvent::Changed(change) => ("unknown", changed(change)?, None),
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
