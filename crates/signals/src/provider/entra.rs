//! Microsoft Entra: sign-in logs as Graph `signIn`, diagnostic-settings envelope, Log Analytics row and row of the
//! portal's download; audit logs and risk detections, as far as they bear on a sign-in.

pub(crate) mod audit;
pub(crate) mod codes;
mod mfa;
mod portal;
mod risk;
mod row;

use std::borrow::Cow;

use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Method, Network, Point, Position, Provider, SignIn},
    time::{from_unix, parse_time},
    wire::{Field, Scalar},
};
use row::{EntraLocation, EntraRecord};

/// `None`: valid JSON, but no record of Entra.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: EntraRecord<'_> = serde_json::from_str(line)?;
    if !record.is_sign_in() {
        return other(&record, line, position);
    }
    let is_persons = record.login().text().is_some_and(|login| login.contains('@'));
    if let Some(name) = record.log_name().filter(|name| !is_persons && is_machine_log(name)) {
        return Ok(Some(unrecognised(name)));
    }
    Ok(Some(normalise(&record, position)))
}

/// What reading costs before anything is made of it.
pub(crate) fn parse_only(line: &str) -> bool {
    serde_json::from_str::<EntraRecord<'_>>(line).map(std::hint::black_box).is_ok()
}

/// The kinds that are not a sign-in as Graph writes it. Those that bear on one are read again, as what they are:
/// they are few, and the sign-ins, which are many, need not carry their fields.
fn other<'a>(
    record: &EntraRecord<'_>,
    line: &'a str,
    position: Position,
) -> Result<Option<Parsed<'a>>, serde_json::Error> {
    if !record.outer.portal_date.is_absent() {
        return portal::parse(line, position);
    }
    if record.is_audit() {
        return Ok(Some(audit::parse(line, position)?.unwrap_or_else(|| unrecognised("AuditLogs"))));
    }
    if record.is_detection() {
        let kind = record.log_name().unwrap_or("risk detection");
        return Ok(Some(risk::parse(line, position)?.unwrap_or_else(|| unrecognised(kind))));
    }
    Ok(None)
}

fn unrecognised(kind: &str) -> Parsed<'static> {
    Parsed::Unrecognised(format!("entra {kind}").into())
}

/// Applications and services sign in too; they are no people. But Microsoft books some sign-ins of people to its own
/// services there.
fn is_machine_log(name: &str) -> bool {
    contains(name, "ServicePrincipal") || contains(name, "ManagedIdentity")
}

fn normalise<'a>(record: &EntraRecord<'a>, position: Position) -> Parsed<'a> {
    let created = record.pick(|row| &row.created);
    let Ok(at) = time_of(created, record.pick(|row| &row.logged)) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let Some(outcome) = codes::outcome(record) else {
        return Parsed::Malformed(RecordDefect::NoResult);
    };
    let mut sign_in = SignIn::new(Provider::Entra, outcome.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.flag = outcome.flag.or_else(|| risk::flag_of(record));
    sign_in.code = outcome.code;
    sign_in.detail = outcome.detail;
    sign_in.policy = outcome.policy;
    sign_in.method = method_of(record, outcome.result);
    sign_in.interactive = is_interactive(record);
    sign_in.set_person(record.login().cow());
    sign_in.person_id = record.pick(|row| &row.user_id).cow();
    sign_in.record_id = record.pick(|row| &row.id).cow();
    sign_in.set_ip(record.pick(|row| &row.ip).text());
    if sign_in.ip.is_none() {
        sign_in.set_ip(record.pick(|row| &row.caller_ip).text());
    }
    sign_in.user_agent = record.pick(|row| &row.user_agent).cow();
    sign_in.app = record.pick(|row| &row.app).cow();
    sign_in.session = record.pick(|row| &row.correlation).cow();
    sign_in.device = record.layer_with(|row| &row.device).device.id.cow();
    sign_in.phone = phone_of(record);
    sign_in.asn = record.pick(|row| &row.asn).int().and_then(|number| u32::try_from(number).ok());
    sign_in.network = network_of(record);
    sign_in.legacy = is_legacy(record);
    set_place(&mut sign_in, &record.layer_with(|row| &row.location).location);
    Parsed::Attempt(sign_in)
}

/// When the person signed in; failing that, when the entry was written.
fn time_of(happened: &Scalar<'_>, logged: &Scalar<'_>) -> Result<Option<jiff::Timestamp>, ()> {
    let time = if happened.is_absent() { logged } else { happened };
    match time {
        Scalar::Absent => Ok(None),
        Scalar::Text(text) => parse_time(text).map(Some).ok_or(()),
        Scalar::Int(number) => from_unix(*number).map(Some).ok_or(()),
        Scalar::Float(_) | Scalar::Bool(_) => Err(()),
    }
}

fn set_place<'a>(sign_in: &mut SignIn<'a>, location: &EntraLocation<'a>) {
    sign_in.city = location.city.cow();
    sign_in.country = location.country.cow();
    let point = &location.point;
    sign_in.place =
        point.latitude.float().zip(point.longitude.float()).and_then(|(north, east)| Point::new(north, east));
}

fn is_interactive(record: &EntraRecord<'_>) -> bool {
    let stated = record.pick(|row| &row.interactive).truth();
    stated.unwrap_or_else(|| !record.log_name().is_some_and(|name| contains(name, "NonInteractive")))
}

/// The step that decided: on a failure the last that failed, on a success the last that asked for something.
fn method_of(record: &EntraRecord<'_>, result: AttemptResult) -> Method {
    let steps = &record.layer_with(|row| &row.steps).steps.0;
    let failed = matches!(result, AttemptResult::Failure(_));
    let deciding = |step: &&row::EntraStep<'_>| !failed || step.succeeded.truth() == Some(false);
    let mut methods =
        steps.iter().rev().filter(deciding).map(|step| mfa::method(step.method.text().unwrap_or("")));
    let by_step = methods.clone().find(|method| !matches!(method, Method::Session | Method::Unknown));
    let by_mfa = || record.layer_with(|row| &row.mfa).mfa.method.text().map(mfa::method);
    by_step
        .or_else(|| by_mfa().filter(|method| *method != Method::Unknown))
        .or_else(|| methods.next().filter(|method| *method != Method::Unknown))
        .or_else(|| method_by_protocol(record))
        .unwrap_or_default()
}

fn method_by_protocol(record: &EntraRecord<'_>) -> Option<Method> {
    let protocol = record.pick(|row| &row.protocol).text().unwrap_or("");
    if protocol.eq_ignore_ascii_case("deviceCode") || protocol.eq_ignore_ascii_case("Device code") {
        return Some(Method::DeviceCode);
    }
    if is_password_grant(protocol) {
        return Some(Method::Password);
    }
    let status = &record.layer_with(|row| &row.status).status;
    if status.error_code.int() == Some(50126) || record.pick(|row| &row.result_type).int() == Some(50126) {
        return Some(Method::Password);
    }
    let detail = status.additional_details.text()?;
    contains(detail, "satisfied by claim in the token").then_some(Method::Session)
}

/// The resource-owner-password grant carries a password and nothing else. Panther's sample spells it "rpoc".
fn is_password_grant(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("ropc") || protocol.eq_ignore_ascii_case("rpoc")
}

/// The masked number that was called or written to. The same fields hold sentences for the other methods.
fn phone_of<'a>(record: &EntraRecord<'a>) -> Option<Cow<'a, str>> {
    let is_number = |text: &str| {
        text.starts_with(['+', 'X', 'x', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"+Xx*()- ".contains(&byte))
    };
    let by_mfa = &record.layer_with(|row| &row.mfa).mfa.detail;
    let by_steps = record.layer_with(|row| &row.steps).steps.0.iter().rev().map(|step| &step.method_detail);
    std::iter::once(by_mfa).chain(by_steps).find(|code| code.text().is_some_and(is_number))?.cow()
}

/// A named place counts only if the organisation has marked it as trusted.
fn network_of(record: &EntraRecord<'_>) -> Network {
    let networks = &record.layer_with(|row| &row.networks).networks.0;
    let is_trusted = |kind: &str| starts_with(kind, "trusted") || kind.eq_ignore_ascii_case("intranet");
    let trusted = networks.iter().filter_map(|network| network.kind.text()).any(is_trusted);
    if trusted { Network::Trusted } else { Network::Unknown }
}

/// The portal's "legacy authentication clients". A word that is new is not taken for one of them.
const LEGACY: [&str; 16] = [
    "Authenticated SMTP",
    "SMTP",
    "AutoDiscover",
    "Exchange ActiveSync",
    "Exchange Online PowerShell",
    "Exchange Web Services",
    "IMAP",
    "POP",
    "MAPI",
    "Offline Address Book",
    "Older Office clients",
    "Other clients",
    "Outlook Anywhere",
    "Outlook Service",
    "Reporting Web Services",
    "Universal Outlook",
];

fn is_legacy(record: &EntraRecord<'_>) -> bool {
    let client = record.pick(|row| &row.client).text().unwrap_or("");
    if client.eq_ignore_ascii_case("Browser") {
        return false;
    }
    LEGACY.iter().any(|name| starts_with(client, name))
        || record.pick(|row| &row.protocol).text().is_some_and(is_password_grant)
}

/// Without regard to case (ASCII).
fn starts_with(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Without regard to case (ASCII).
fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let Some(first) = part.first() else { return true };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + part.len()).is_some_and(|window| window.eq_ignore_ascii_case(part)))
}

#[cfg(test)]
mod tests;
