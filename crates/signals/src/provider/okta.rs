//! Okta System Log.

mod log_event;
mod outcome;

use std::borrow::Cow;

use crate::{
    read::Parsed,
    record::{AttemptResult, Lifecycle, Method, Network, Point, Position, Provider, SignIn},
    time::time_in,
    wire::Scalar,
};
use log_event::{OktaParty, OktaRecord};
use outcome::OktaOutcome;

/// `None`: valid JSON, but no record of Okta.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record = serde_json::from_str::<OktaRecord<'_>>(line)?.gathered();
    let Some(event) = record.event() else {
        return Ok(None);
    };
    Ok(Some(match outcome::outcome(event, &record) {
        Ok(Some(outcome)) => normalise(&record, outcome, position),
        Ok(None) => Parsed::Unrecognised(format!("okta {event}").into()),
        Err(defect) => Parsed::Malformed(defect),
    }))
}

fn normalise<'a>(record: &OktaRecord<'a>, outcome: OktaOutcome<'a>, position: Position) -> Parsed<'a> {
    let is_policy = outcome.result == AttemptResult::Lifecycle(Lifecycle::PolicyChanged);
    let person = person_of(record, &outcome).filter(|_| !is_policy);
    // "MFA factor enabled" for the whole organisation is a setting, and nobody's enrolment.
    if person.is_none() && !is_policy {
        return Parsed::Unrecognised(format!("okta {}", record.event.text().unwrap_or("")).into());
    }
    let at = match time_in(&record.published) {
        Ok(at) => at,
        Err(defect) => return Parsed::Malformed(defect),
    };
    let mut sign_in = SignIn::new(Provider::Okta, outcome.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.flag = outcome.flag;
    sign_in.method = outcome.method;
    let actor = done_by(record, person);
    sign_in.detail = outcome.detail.or_else(|| actor.as_ref().map(|actor| format!("by {actor}").into()));
    // Okta itself sends the messages; that is no change of anything.
    sign_in.actor = actor.filter(|_| matches!(outcome.result, AttemptResult::Lifecycle(_)));
    sign_in.policy = policy_of(record);
    if let Some(person) = person {
        sign_in.display = known(&person.name);
        sign_in.set_person(known(&person.login));
        sign_in.person_id = known(&person.id);
    }
    sign_in.record_id = record.id.cow();
    sign_in.code = record.ending.reason.cow().or_else(|| record.event.cow());
    sign_in.app = record.target("AppInstance").and_then(|app| app.name.cow());
    let context = &record.context;
    sign_in.session = known(&context.root_session).or_else(|| known(&context.session));
    sign_in.interactive = sign_in.method != Method::Session;
    sign_in.legacy = is_legacy(record);
    sign_in.phone = phone_of(record);
    place(record, &mut sign_in);
    Parsed::Attempt(sign_in)
}

/// Where there is no such account, or no session yet, the word stands in place of a name or an id.
fn known<'a>(written: &Scalar<'a>) -> Option<Cow<'a, str>> {
    written.cow().filter(|written| written != "unknown")
}

/// A sign-in belongs to the one who acts; a change belongs to the one it is done to.
fn person_of<'r, 'a>(record: &'r OktaRecord<'a>, outcome: &OktaOutcome<'a>) -> Option<&'r OktaParty<'a>> {
    let (acting, target) = (record.acting_person(), record.target("User"));
    if outcome.on_target { target.or(acting) } else { acting.or(target) }
}

/// Where it came from, and with what.
fn place<'a>(record: &OktaRecord<'a>, sign_in: &mut SignIn<'a>) {
    let client = &record.client;
    sign_in.set_ip(client.ip.text());
    sign_in.user_agent = client.agent.raw.cow().or_else(|| client.agent.browser.cow());
    sign_in.city = client.place.city.cow();
    sign_in.country = client.place.country.cow();
    let point = &client.place.point;
    sign_in.place =
        point.latitude.float().zip(point.longitude.float()).and_then(|(lat, lon)| Point::new(lat, lon));
    sign_in.asn = record.security.asn.int().and_then(|asn| u32::try_from(asn).ok());
    if record.security.proxy.truth() == Some(true) {
        sign_in.network = Network::Proxy;
    }
    let data = &record.debug.data;
    // A registered device says more than a browser's token, and that more than a fingerprint.
    sign_in.device =
        record.device.id.cow().or_else(|| data.device_token.cow()).or_else(|| data.fingerprint.cow());
}

/// Microsoft's relay of mail clients that know only a password, or its older form.
fn is_legacy(record: &OktaRecord<'_>) -> bool {
    record.event.text() == Some("user.authentication.auth_via_richclient")
        || record.debug.data.request.text().is_some_and(|path| path.contains("/sso/wsfed/active"))
}

/// The number that a message or call went to, or else the enrolment that was used.
fn phone_of<'a>(record: &OktaRecord<'a>) -> Option<Cow<'a, str>> {
    const ENROLMENTS: [&str; 2] = ["AuthenticatorEnrollment", "UserFactor"];
    let numbered = record.targets.0.iter().find(|target| target.login.text().is_some_and(is_a_number));
    let number = record.debug.data.phone.cow().or_else(|| numbered.and_then(|target| target.login.cow()));
    number.or_else(|| {
        let used = ENROLMENTS.iter().find_map(|kind| record.target(kind))?;
        let is_password = used.name.text().is_some_and(|name| name.eq_ignore_ascii_case("password"));
        if is_password { None } else { used.id.cow() }
    })
}

fn is_a_number(text: &str) -> bool {
    text.starts_with('+') && text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// Who did it, where that is not the person: "Okta's support reset my password" is the first question of an incident.
/// Compared by login: ids repeat in anonymised records.
fn done_by<'a>(record: &OktaRecord<'a>, person: Option<&OktaParty<'a>>) -> Option<Cow<'a, str>> {
    let actor = known(&record.actor.login)?;
    if person.and_then(|person| person.login.text()) == Some(&*actor) { None } else { Some(actor) }
}

fn policy_of<'a>(record: &OktaRecord<'a>) -> Option<Cow<'a, str>> {
    let rules = || record.targets.0.iter().filter(|target| target.kind.text() == Some("Rule"));
    // The app's own policy decides last, and Okta lists it after the global one. Classic names the policy itself.
    rules()
        .rev()
        .find_map(|rule| rule.detail.policy.cow().or_else(|| rule.name.cow()))
        .or_else(|| record.target("PolicyEntity").or_else(|| record.target("PolicyRule"))?.name.cow())
}

#[cfg(test)]
mod tests;
