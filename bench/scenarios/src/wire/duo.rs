//! Duo: the authentication log (v2), and the administrator log (v1) for what was done. Duo is the second factor only,
//! so it knows nothing of passwords.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    event::{Change, EventContext, Proof, ScenarioEvent},
    seeded::Seeded,
    time::{rfc3339, to_the_second, with_offset},
};

/// Factor, result, reason, milliseconds until it is known.
type Ending = (&'static str, &'static str, &'static str, i64);

pub(super) fn lines(context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    if let ScenarioEvent::Changed(change) = context.event {
        return changed(change, context, random);
    }
    let ending = ending(context.event)?;
    let at = context.at + ending.3;
    Some(one(at, &authentication(context, ending, at, random)))
}

fn ending(event: ScenarioEvent) -> Option<Ending> {
    const PUSH: &str = "duo_push";
    const NONE: &str = "not_available";
    Some(match event {
        ScenarioEvent::In(Proof::Push) | ScenarioEvent::InWithTwoPhones => {
            (PUSH, "success", "user_approved", 7_000)
        }
        ScenarioEvent::In(Proof::Voice) => ("phone_call", "success", "user_approved", 15_000),
        ScenarioEvent::In(Proof::Totp) => ("duo_mobile_passcode", "success", "valid_passcode", 0),
        ScenarioEvent::In(Proof::Sms) => ("sms_passcode", "success", "valid_passcode", 0),
        ScenarioEvent::In(Proof::Bypass) => ("bypass_code", "success", "valid_passcode", 0),
        ScenarioEvent::Token => ("remembered_device", "success", "remembered_device", 0),
        ScenarioEvent::Denied => (PUSH, "denied", "user_mistake", 6_000),
        ScenarioEvent::Fraud => (PUSH, "fraud", "user_marked_fraud", 6_000),
        ScenarioEvent::NoAnswer(Proof::Voice) => ("phone_call", "denied", "call_timed_out", 60_000),
        ScenarioEvent::NoAnswer(_) => (PUSH, "denied", "no_response", 60_000),
        ScenarioEvent::WrongCode(_) => ("duo_mobile_passcode", "denied", "invalid_passcode", 0),
        ScenarioEvent::Locked => (NONE, "denied", "locked_out", 0),
        ScenarioEvent::Disabled => (NONE, "denied", "user_disabled", 0),
        ScenarioEvent::NotEnrolled => (NONE, "denied", "deny_unenrolled_user", 0),
        ScenarioEvent::PolicyBlock => (NONE, "denied", "location_restricted", 0),
        ScenarioEvent::DeviceBlock => (NONE, "denied", "endpoint_is_not_trusted", 0),
        _ => return None,
    })
}

fn authentication(
    context: &EventContext<'_>,
    (factor, result, reason, _): Ending,
    at: i64,
    random: &mut Seeded,
) -> Value {
    let (who, from, client) = (context.who, &context.seat.from, &context.seat.client);
    let phone = context.phone();
    let beside = who.phone_beside(&context.seat);
    let answered = matches!(factor, "duo_push" | "phone_call" | "duo_mobile_passcode" | "sms_passcode");
    json!({
        "access_device": {
            "browser": client.browser.split(' ').next(),
            "browser_version": client.browser.rsplit(' ').next(),
            "epkey": format!("EP{:018X}", client.device),
            "hostname": null,
            "ip": from.ip.to_string(),
            "is_encryption_enabled": client.managed,
            "is_firewall_enabled": client.managed,
            "is_password_set": true,
            "location": {"city": from.place.city, "country": from.place.country_name, "state": from.place.state},
            "os": client.system,
            "os_version": null,
        },
        "alias": "",
        "application": {"key": "DIVPN5C0RPEXAMPLE00X", "name": "Corp VPN"},
        "auth_device": if answered {
            json!({
                "ip": if factor == "duo_push" { Some(beside.ip.to_string()) } else { None },
                "key": phone.key,
                "location": {
                    "city": beside.place.city,
                    "country": beside.place.country_name,
                    "state": beside.place.state,
                },
                "name": format!("phone ({})", phone.number),
            })
        } else {
            json!({"ip": null, "key": null, "location": {"city": null, "country": null, "state": null}, "name": null})
        },
        "email": format!("{}@corp.example", who.login),
        "event_type": "authentication",
        "factor": factor,
        "isotimestamp": with_offset(at, "567"),
        "ood_software": null,
        "reason": reason,
        "result": result,
        "timestamp": at.div_euclid(1000),
        "trusted_endpoint_status": if client.managed { "trusted" } else { "not trusted" },
        "txid": random.guid(),
        "user": {"groups": ["Staff"], "key": who.id("DU", 18).to_uppercase(), "name": who.login},
    })
}

fn changed(change: Change, context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    let at = context.at;
    let user = context.who.id("DU", 18).to_uppercase();
    let (action, description) = match change {
        Change::Bypass => (
            "bypass_create",
            json!({
                "bypass": "", "count": 1, "valid_secs": 3600, "auto_generated": true, "remaining_uses": 1,
                "user_id": user, "bypass_code_ids": [random.capitals(20)],
            }),
        ),
        Change::Unlock => ("user_lockout_cleared", json!({"user_id": user})),
        Change::Enrolled => return Some(one(at, &enrolment(context, random))),
        _ => return None,
    };
    let record = json!({
        "action": action,
        "description": description.to_string(),
        "isotimestamp": to_the_second(at).replace('Z', "+00:00"),
        "object": context.who.login,
        "timestamp": at.div_euclid(1000),
        "username": context.by.unwrap_or("Help Desk"),
    });
    Some(one(at, &record))
}

fn enrolment(context: &EventContext<'_>, random: &mut Seeded) -> Value {
    let mut record = authentication(context, ("duo_push", "success", "user_approved", 0), context.at, random);
    if let Some(record) = record.as_object_mut() {
        record.insert("event_type".to_owned(), "enrollment".into());
        record.insert("isotimestamp".to_owned(), rfc3339(context.at).replace('Z', "+00:00").into());
    }
    record
}
