//! Okta System Log. Classic and Identity Engine write the same sign-in differently.

use serde_json::{Value, json};

use super::Line;
use crate::{
    act::{Act, Change, Fault, Pause, Proof, Scene},
    seeded::{Seeded, guid_of},
    time::rfc3339,
    world::{House, Network},
};

/// One event of a sign-in.
#[derive(Debug, Clone, Copy)]
struct Event {
    /// Milliseconds after the act begins.
    after: i64,
    kind: &'static str,
    result: &'static str,
    reason: Option<&'static str>,
    factor: Option<&'static str>,
    /// Name and value of one more member of `debugData`.
    extra: Option<(&'static str, &'static str)>,
}

const fn event(after: i64, kind: &'static str, result: &'static str) -> Event {
    Event { after, kind, result, reason: None, factor: None, extra: None }
}

impl Event {
    const fn reason(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    const fn factor(self, factor: &'static str) -> Self {
        Self { factor: Some(factor), ..self }
    }

    const fn extra(self, name: &'static str, value: &'static str) -> Self {
        Self { extra: Some((name, value)), ..self }
    }
}

const MFA: &str = "user.authentication.auth_via_mfa";
const START: &str = "user.session.start";
const SMS_SENT: &str = "system.sms.send_factor_verify_message";
const PASSWORD: Event = event(0, MFA, "SUCCESS").factor("PASSWORD_AS_FACTOR");

pub(super) fn lines(scene: &Scene<'_>, house: &House, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let events = match scene.act {
        Act::Changed(change) => vec![changed(change)?],
        act => attempt(act, house.okta_identity_engine)?,
    };
    let session = drawn.capitals(20);
    let told = events.iter().map(|event| {
        let at = scene.at + event.after;
        Line { at, text: record(scene, event, &session, drawn).to_string() }
    });
    Some(told.collect())
}

fn attempt(act: Act, engine: bool) -> Option<Vec<Event>> {
    if let Some(event) = without_factor(act) {
        return Some(vec![event]);
    }
    let asked = match act {
        Act::In(proof) => signed_in(proof)?,
        Act::InWithTwoPhones => {
            let mut events = signed_in(Proof::Push)?;
            events.insert(1, push_sent(1_700, "SUCCESS"));
            events
        }
        _ => asked(act, engine)?,
    };
    // Only the Identity Engine logs the password as a step of its own.
    Some(engine.then_some(PASSWORD).into_iter().chain(asked).collect())
}

/// What ends, or pauses, before a second factor is asked for.
fn without_factor(act: Act) -> Option<Event> {
    let refused = |reason| event(0, START, "FAILURE").reason(reason);
    Some(match act {
        Act::Token => event(0, "user.authentication.sso", "SUCCESS"),
        Act::Paused(Pause::Enrol) | Act::NotEnrolled => {
            policy("CHALLENGE").reason("Sign-on policy evaluation resulted in ENROLL")
        }
        Act::Paused(_) => policy("CHALLENGE").reason("Sign-on policy evaluation resulted in CHALLENGE"),
        Act::PolicyBlock => policy("DENY").reason("Sign-on policy evaluation resulted in DENY"),
        Act::BadPassword => refused("INVALID_CREDENTIALS"),
        // Okta does not tell a stranger whether an account exists, and says the same of a suspended one.
        Act::NoSuchUser | Act::Disabled => refused("VERIFICATION_ERROR"),
        Act::Locked => refused("LOCKED_OUT"),
        Act::Phishing => {
            event(0, MFA, "FAILURE").reason("FastPass declined phishing attempt").factor("SIGNED_NONCE")
        }
        Act::ExternalIdp | Act::Outage(Fault::ExternalMfa) => {
            event(0, "user.authentication.auth_via_IDP", "FAILURE").reason("IDP_ERROR")
        }
        _ => return None,
    })
}

/// What becomes of the second factor.
fn asked(act: Act, engine: bool) -> Option<Vec<Event>> {
    let wrong = event(9_000, MFA, "FAILURE").reason("INVALID_CREDENTIALS");
    let sent = push_sent(900, "SUCCESS");
    let answered = |name, value| wrong.factor("OKTA_VERIFY_PUSH").extra(name, value);
    Some(match act {
        Act::WrongCode(proof) => vec![wrong.factor(factor(proof))],
        Act::Denied if engine => vec![sent, answered("pushOnlyResponseType", "OV_RESPONSE_DENY")],
        Act::Denied => vec![sent, event(9_000, "user.mfa.okta_verify.deny_push", "FAILURE")],
        Act::NoAnswer(Proof::Push) if engine => {
            vec![sent, event(60_000, MFA, "UNANSWERED").factor("OKTA_VERIFY_PUSH")]
        }
        Act::NoAnswer(Proof::Push) => vec![sent],
        Act::WrongNumber => {
            vec![sent, answered("pushWithNumberChallengeResponseType", "OV_WITH_CHALLENGE_RESPONSE_INVALID")]
        }
        Act::Undelivered(Proof::Push) | Act::Outage(Fault::Prompts) => vec![push_sent(900, "FAILURE")],
        Act::Undelivered(Proof::Sms) => vec![event(900, SMS_SENT, "FAILURE")],
        Act::RateLimited => vec![event(900, SMS_SENT, "DENY").reason("Toll fraud protection")],
        _ => return None,
    })
}

const fn push_sent(after: i64, result: &'static str) -> Event {
    event(after, "system.push.send_factor_verify_push", result).factor("OKTA_VERIFY_PUSH")
}

const fn policy(result: &'static str) -> Event {
    event(400, "policy.evaluate_sign_on", result)
}

fn signed_in(proof: Proof) -> Option<Vec<Event>> {
    let started = event(10_000, START, "SUCCESS");
    let passed = event(9_000, MFA, "SUCCESS").factor(factor(proof));
    Some(match proof {
        Proof::Push => {
            vec![push_sent(900, "SUCCESS"), passed, started]
        }
        Proof::Totp => vec![passed, started],
        Proof::Sms => vec![event(900, SMS_SENT, "SUCCESS"), passed, started],
        Proof::None => vec![event(1_000, START, "SUCCESS").factor("PASSWORD_AS_FACTOR")],
        Proof::Voice | Proof::Bypass => return None,
    })
}

fn factor(proof: Proof) -> &'static str {
    match proof {
        Proof::Push => "OKTA_VERIFY_PUSH",
        Proof::Sms => "SMS_FACTOR",
        Proof::Voice => "CALL_FACTOR",
        Proof::Totp | Proof::Bypass | Proof::None => "OKTA_SOFT_TOKEN",
    }
}

fn changed(change: Change) -> Option<Event> {
    let done = |kind| Some(event(0, kind, "SUCCESS"));
    match change {
        Change::Lockout => Some(event(0, "user.account.lock", "FAILURE").reason("LOCKED_OUT")),
        Change::Unlock => done("user.account.unlock_by_admin"),
        Change::Enrolled => done("user.mfa.factor.activate"),
        Change::FactorRemoved => done("user.mfa.factor.suspend"),
        Change::FactorsReset => done("user.mfa.factor.reset_all"),
        Change::PasswordReset => done("user.account.reset_password"),
        Change::PasswordChanged => done("user.account.update_password"),
        Change::SwitchedOff => done("user.lifecycle.suspend"),
        Change::Suspicious => done("user.account.report_suspicious_activity_by_enduser"),
        Change::Risk => done("user.risk.detect"),
        Change::Policy => done("policy.rule.update"),
        Change::Bypass => None,
    }
}

fn record(scene: &Scene<'_>, event: &Event, session: &str, drawn: &mut Seeded) -> Value {
    let (from, client) = (&scene.seat.from, &scene.seat.client);
    let place = json!({
        "city": from.place.city,
        "state": from.place.state,
        "country": from.place.country_name,
        "postalCode": null,
        "geolocation": {"lat": from.place.latitude, "lon": from.place.longitude},
    });
    let request = drawn.hex(16);
    json!({
        "uuid": drawn.guid(),
        "published": rfc3339(scene.at + event.after),
        "eventType": event.kind,
        "version": "0",
        "severity": if event.result == "SUCCESS" { "INFO" } else { "WARN" },
        "legacyEventType": null,
        "displayMessage": event.kind,
        "actor": actor(scene),
        "client": {
            "ipAddress": from.ip.to_string(),
            "userAgent": {"rawUserAgent": client.agent, "os": client.system, "browser": client.browser},
            "device": "Computer",
            "zone": "null",
            "geographicalContext": &place,
        },
        "outcome": {"result": event.result, "reason": event.reason},
        "target": targets(scene),
        "authenticationContext": {
            "authenticationStep": 0,
            "externalSessionId": format!("idx{session}"),
            "rootSessionId": format!("idx{session}"),
        },
        "securityContext": {
            "asNumber": from.asn,
            "asOrg": from.owner,
            "isp": from.owner,
            "domain": null,
            "isProxy": from.network == Network::Proxy,
        },
        "debugContext": {"debugData": debug_data(event, client.device, &request)},
        "transaction": {"type": "WEB", "id": request, "detail": {}},
        "request": {"ipChain": [{"ip": from.ip.to_string(), "version": "V4", "geographicalContext": place}]},
    })
}

fn person(scene: &Scene<'_>) -> Value {
    let who = scene.who;
    if scene.act == Act::NoSuchUser {
        return json!({"id": "unknown", "type": "User", "alternateId": who.login, "displayName": "unknown"});
    }
    json!({"id": who.id("00u", 17), "type": "User", "alternateId": who.login, "displayName": who.display})
}

fn actor(scene: &Scene<'_>) -> Value {
    match scene.by {
        Some(admin) => {
            let id = guid_of(admin.len() as u64, 1);
            json!({"id": format!("00u{}", id.replace('-', "")), "type": "User", "alternateId": admin, "displayName": admin})
        }
        None => person(scene),
    }
}

/// What the event is about: the person of a change, the rule that said no.
fn targets(scene: &Scene<'_>) -> Value {
    if let Some(policy) = scene.policy {
        let kind = if matches!(scene.act, Act::Changed(_)) { "PolicyRule" } else { "Rule" };
        return json!([
            {"id": "0oaapp", "type": "AppInstance", "alternateId": "Expenses", "displayName": "Expenses"},
            {"id": "00ppolicy", "type": "PolicyEntity", "alternateId": "unknown", "displayName": policy},
            {"id": "0prrule", "type": kind, "alternateId": "unknown", "displayName": policy, "detailEntry": {"policyName": policy}},
        ]);
    }
    if matches!(scene.act, Act::Changed(_)) {
        return json!([person(scene)]);
    }
    json!([{"id": "0oaapp", "type": "AppInstance", "alternateId": "Okta Dashboard", "displayName": "Okta Dashboard"}])
}

fn debug_data(event: &Event, device: u64, request: &str) -> Value {
    let mut data = json!({
        "requestId": request,
        "requestUri": "/idp/idx/challenge/answer",
        "dtHash": format!("{device:016x}{:016x}", device.rotate_left(17)),
        "threatSuspected": "false",
    });
    if let (Some(factor), Some(data)) = (event.factor, data.as_object_mut()) {
        data.insert("factor".to_owned(), factor.into());
    }
    if let (Some((name, value)), Some(data)) = (event.extra, data.as_object_mut()) {
        data.insert(name.to_owned(), value.into());
    }
    data
}
