//! Okta System Log. Classic and Identity Engine write the same sign-in differently.

use serde_json::{Value, json};

use super::Line;
use crate::{
    event::{Change, EventContext, Fault, Pause, Proof, ScenarioEvent},
    seeded::{Seeded, guid_of},
    time::rfc3339,
    world::{Network, OrganisationProfile},
};

/// One entry of a sign-in.
#[derive(Debug, Clone, Copy)]
struct OktaEntry {
    /// Milliseconds after the event begins.
    after: i64,
    kind: &'static str,
    result: &'static str,
    reason: Option<&'static str>,
    factor: Option<&'static str>,
    /// Name and value of one more member of `debugData`.
    extra: Option<(&'static str, &'static str)>,
}

const fn entry(after: i64, kind: &'static str, result: &'static str) -> OktaEntry {
    OktaEntry { after, kind, result, reason: None, factor: None, extra: None }
}

impl OktaEntry {
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
const PASSWORD: OktaEntry = entry(0, MFA, "SUCCESS").factor("PASSWORD_AS_FACTOR");

pub(super) fn lines(
    context: &EventContext<'_>,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Option<Vec<Line>> {
    let entries = match context.event {
        ScenarioEvent::Changed(change) => vec![changed(change)?],
        event => attempt(event, profile.okta_identity_engine)?,
    };
    let session = random.capitals(20);
    let lines = entries.iter().map(|entry| {
        let at = context.at + entry.after;
        Line { at, text: record(context, entry, &session, random).to_string() }
    });
    Some(lines.collect())
}

fn attempt(event: ScenarioEvent, engine: bool) -> Option<Vec<OktaEntry>> {
    if let Some(entry) = without_factor(event) {
        return Some(vec![entry]);
    }
    let asked = match event {
        ScenarioEvent::In(proof) => signed_in(proof)?,
        ScenarioEvent::InWithTwoPhones => {
            let mut entries = signed_in(Proof::Push)?;
            entries.insert(1, push_sent(1_700, "SUCCESS"));
            entries
        }
        _ => asked(event, engine)?,
    };
    // Only the Identity Engine logs the password as a step of its own.
    Some(engine.then_some(PASSWORD).into_iter().chain(asked).collect())
}

/// What ends, or pauses, before a second factor is asked for.
fn without_factor(event: ScenarioEvent) -> Option<OktaEntry> {
    let refused = |reason| entry(0, START, "FAILURE").reason(reason);
    Some(match event {
        ScenarioEvent::Token => entry(0, "user.authentication.sso", "SUCCESS"),
        ScenarioEvent::Paused(Pause::Enrol) | ScenarioEvent::NotEnrolled => {
            policy("CHALLENGE").reason("Sign-on policy evaluation resulted in ENROLL")
        }
        ScenarioEvent::Paused(_) => {
            policy("CHALLENGE").reason("Sign-on policy evaluation resulted in CHALLENGE")
        }
        ScenarioEvent::PolicyBlock => policy("DENY").reason("Sign-on policy evaluation resulted in DENY"),
        ScenarioEvent::BadPassword => refused("INVALID_CREDENTIALS"),
        // Okta does not tell an attacker whether an account exists, and says the same of a suspended one.
        ScenarioEvent::NoSuchUser | ScenarioEvent::Disabled => refused("VERIFICATION_ERROR"),
        ScenarioEvent::Locked => refused("LOCKED_OUT"),
        ScenarioEvent::Phishing => {
            entry(0, MFA, "FAILURE").reason("FastPass declined phishing attempt").factor("SIGNED_NONCE")
        }
        ScenarioEvent::ExternalIdp | ScenarioEvent::Outage(Fault::ExternalMfa) => {
            entry(0, "user.authentication.auth_via_IDP", "FAILURE").reason("IDP_ERROR")
        }
        _ => return None,
    })
}

/// What becomes of the second factor.
fn asked(event: ScenarioEvent, engine: bool) -> Option<Vec<OktaEntry>> {
    let wrong = entry(9_000, MFA, "FAILURE").reason("INVALID_CREDENTIALS");
    let sent = push_sent(900, "SUCCESS");
    let answered = |name, value| wrong.factor("OKTA_VERIFY_PUSH").extra(name, value);
    Some(match event {
        ScenarioEvent::WrongCode(proof) => vec![wrong.factor(factor(proof))],
        ScenarioEvent::Denied if engine => vec![sent, answered("pushOnlyResponseType", "OV_RESPONSE_DENY")],
        ScenarioEvent::Denied => vec![sent, entry(9_000, "user.mfa.okta_verify.deny_push", "FAILURE")],
        ScenarioEvent::NoAnswer(Proof::Push) if engine => {
            vec![sent, entry(60_000, MFA, "UNANSWERED").factor("OKTA_VERIFY_PUSH")]
        }
        ScenarioEvent::NoAnswer(Proof::Push) => vec![sent],
        ScenarioEvent::WrongNumber => {
            vec![sent, answered("pushWithNumberChallengeResponseType", "OV_WITH_CHALLENGE_RESPONSE_INVALID")]
        }
        ScenarioEvent::Undelivered(Proof::Push) | ScenarioEvent::Outage(Fault::Prompts) => {
            vec![push_sent(900, "FAILURE")]
        }
        ScenarioEvent::Undelivered(Proof::Sms) => vec![entry(900, SMS_SENT, "FAILURE")],
        ScenarioEvent::RateLimited => vec![entry(900, SMS_SENT, "DENY").reason("Toll fraud protection")],
        _ => return None,
    })
}

const fn push_sent(after: i64, result: &'static str) -> OktaEntry {
    entry(after, "system.push.send_factor_verify_push", result).factor("OKTA_VERIFY_PUSH")
}

const fn policy(result: &'static str) -> OktaEntry {
    entry(400, "policy.evaluate_sign_on", result)
}

fn signed_in(proof: Proof) -> Option<Vec<OktaEntry>> {
    let started = entry(10_000, START, "SUCCESS");
    let passed = entry(9_000, MFA, "SUCCESS").factor(factor(proof));
    Some(match proof {
        Proof::Push => {
            vec![push_sent(900, "SUCCESS"), passed, started]
        }
        Proof::Totp => vec![passed, started],
        Proof::Sms => vec![entry(900, SMS_SENT, "SUCCESS"), passed, started],
        Proof::None => vec![entry(1_000, START, "SUCCESS").factor("PASSWORD_AS_FACTOR")],
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

fn changed(change: Change) -> Option<OktaEntry> {
    let done = |kind| Some(entry(0, kind, "SUCCESS"));
    match change {
        Change::Lockout => Some(entry(0, "user.account.lock", "FAILURE").reason("LOCKED_OUT")),
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

fn record(context: &EventContext<'_>, entry: &OktaEntry, session: &str, random: &mut Seeded) -> Value {
    let (from, client) = (&context.seat.from, &context.seat.client);
    let place = json!({
        "city": from.place.city,
        "state": from.place.state,
        "country": from.place.country_name,
        "postalCode": null,
        "geolocation": {"lat": from.place.latitude, "lon": from.place.longitude},
    });
    let request = random.hex(16);
    json!({
        "uuid": random.guid(),
        "published": rfc3339(context.at + entry.after),
        "eventType": entry.kind,
        "version": "0",
        "severity": if entry.result == "SUCCESS" { "INFO" } else { "WARN" },
        "legacyEventType": null,
        "displayMessage": entry.kind,
        "actor": actor(context),
        "client": {
            "ipAddress": from.ip.to_string(),
            "userAgent": {"rawUserAgent": client.agent, "os": client.system, "browser": client.browser},
            "device": "Computer",
            "zone": "null",
            "geographicalContext": &place,
        },
        "outcome": {"result": entry.result, "reason": entry.reason},
        "target": targets(context),
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
        "debugContext": {"debugData": debug_data(entry, client.device, &request)},
        "transaction": {"type": "WEB", "id": request, "detail": {}},
        "request": {"ipChain": [{"ip": from.ip.to_string(), "version": "V4", "geographicalContext": place}]},
    })
}

fn person(context: &EventContext<'_>) -> Value {
    let who = context.who;
    if context.event == ScenarioEvent::NoSuchUser {
        return json!({"id": "unknown", "type": "User", "alternateId": who.login, "displayName": "unknown"});
    }
    json!({"id": who.id("00u", 17), "type": "User", "alternateId": who.login, "displayName": who.display})
}

fn actor(context: &EventContext<'_>) -> Value {
    match context.by {
        Some(admin) => {
            let id = guid_of(admin.len() as u64, 1);
            json!({"id": format!("00u{}", id.replace('-', "")), "type": "User", "alternateId": admin, "displayName": admin})
        }
        None => person(context),
    }
}

/// What the entry is about: the person of a change, the rule that said no.
fn targets(context: &EventContext<'_>) -> Value {
    if let Some(policy) = context.policy {
        let kind = if matches!(context.event, ScenarioEvent::Changed(_)) { "PolicyRule" } else { "Rule" };
        return json!([
            {"id": "0oaapp", "type": "AppInstance", "alternateId": "Expenses", "displayName": "Expenses"},
            {"id": "00ppolicy", "type": "PolicyEntity", "alternateId": "unknown", "displayName": policy},
            {"id": "0prrule", "type": kind, "alternateId": "unknown", "displayName": policy, "detailEntry": {"policyName": policy}},
        ]);
    }
    if matches!(context.event, ScenarioEvent::Changed(_)) {
        return json!([person(context)]);
    }
    json!([{"id": "0oaapp", "type": "AppInstance", "alternateId": "Okta Dashboard", "displayName": "Okta Dashboard"}])
}

fn debug_data(entry: &OktaEntry, device: u64, request: &str) -> Value {
    let mut data = json!({
        "requestId": request,
        "requestUri": "/idp/idx/challenge/answer",
        "dtHash": format!("{device:016x}{:016x}", device.rotate_left(17)),
        "threatSuspected": "false",
    });
    if let (Some(factor), Some(data)) = (entry.factor, data.as_object_mut()) {
        data.insert("factor".to_owned(), factor.into());
    }
    if let (Some((name, value)), Some(data)) = (entry.extra, data.as_object_mut()) {
        data.insert(name.to_owned(), value.into());
    }
    data
}
