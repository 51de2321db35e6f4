//! Okta System Log.

mod outcome;

use std::borrow::Cow;

use crate::{
    read::{Damage, Parsed},
    record::{Method, Position, Provider, SignIn},
    time::{from_unix, parse_time},
    wire::{Field, List, Scalar, wire},
};
use outcome::Outcome;

wire! {
    struct Party<'a> {
        "id" => id: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "alternateid" => login: Scalar<'a>,
        "displayname" => name: Scalar<'a>,
        "detailentry" => detail: Detail<'a>,
    }
}
wire! {
    struct Detail<'a> { "policyname" => policy: Scalar<'a>, }
}
wire! {
    struct Client<'a> {
        "ipaddress" => ip: Scalar<'a>,
        "useragent" => agent: Agent<'a>,
        "geographicalcontext" => place: Place<'a>,
    }
}
wire! {
    struct Agent<'a> { "rawuseragent" => raw: Scalar<'a>, "browser" => browser: Scalar<'a>, }
}
wire! {
    struct Place<'a> { "city" => city: Scalar<'a>, "country" => country: Scalar<'a>, }
}
wire! {
    struct Ending<'a> { "result" => result: Scalar<'a>, "reason" => reason: Scalar<'a>, }
}
wire! {
    struct Context<'a> {
        "externalsessionid" => session: Scalar<'a>,
        "rootsessionid" => root_session: Scalar<'a>,
        "credentialtype" => credential: Scalar<'a>,
    }
}
wire! {
    struct Debug<'a> { "debugdata" => data: DebugData<'a>, }
}
wire! {
    struct DebugData<'a> {
        "factor" => factor: Scalar<'a>,
        "pushonlyresponsetype" => push_response: Scalar<'a>,
        "pushwithnumberchallengeresponsetype" => number_response: Scalar<'a>,
    }
}
wire! {
    struct Record<'a> {
        "uuid" => id: Scalar<'a>,
        "published" => published: Scalar<'a>,
        "eventtype" => event: Scalar<'a>,
        "legacyeventtype" => legacy_event: Scalar<'a>,
        "displaymessage" => message: Scalar<'a>,
        "actor" => actor: Party<'a>,
        "client" => client: Client<'a>,
        "outcome" => ending: Ending<'a>,
        "authenticationcontext" => context: Context<'a>,
        "debugcontext" => debug: Debug<'a>,
        "target" => targets: List<Party<'a>>,
    }
}

impl<'a> Record<'a> {
    fn event(&self) -> Option<&str> {
        let told = !self.actor.is_absent() || !self.ending.is_absent() || !self.legacy_event.is_absent();
        self.event.text().filter(|event| told && event.contains('.'))
    }

    fn target(&self, kind: &str) -> Option<&Party<'a>> {
        self.targets
            .0
            .iter()
            .find(|target| target.kind.text().is_some_and(|said| said.eq_ignore_ascii_case(kind)))
    }

    /// The person who acts, if the actor is one.
    fn acting_person(&self) -> Option<&Party<'a>> {
        let is_system =
            self.actor.kind.text().is_some_and(|kind| kind.eq_ignore_ascii_case("SystemPrincipal"))
                || self.actor.login.text().is_some_and(|login| login.eq_ignore_ascii_case("system@okta.com"));
        (!is_system && !self.actor.is_absent()).then_some(&self.actor)
    }
}

/// `None`: valid JSON, but no record of Okta.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: Record<'_> = serde_json::from_str(line)?;
    let Some(event) = record.event() else {
        return Ok(None);
    };
    Ok(Some(match outcome::outcome(event, &record) {
        Ok(Some(outcome)) => normalise(&record, outcome, position),
        Ok(None) => Parsed::Foreign(format!("okta {event}").into()),
        Err(damage) => Parsed::Damaged(damage),
    }))
}

fn normalise<'a>(record: &Record<'a>, outcome: Outcome<'a>, position: Position) -> Parsed<'a> {
    let target = record.target("User");
    // A sign-in belongs to the one who acts; a change belongs to the one it is done to.
    let person =
        if outcome.on_target { target.or(record.acting_person()) } else { record.acting_person().or(target) };
    // "MFA factor enabled" for the whole organisation is a setting, and nobody's enrolment.
    let Some(person) = person else {
        return Parsed::Foreign(format!("okta {}", record.event.text().unwrap_or("")).into());
    };
    let Ok(at) = time_of(record) else {
        return Parsed::Damaged(Damage::BadTime);
    };
    let mut sign_in = SignIn::new(Provider::Okta, outcome.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.flag = outcome.flag;
    sign_in.method = outcome.method;
    sign_in.detail = outcome.detail.or_else(|| done_by(record, person));
    sign_in.policy = policy_of(record);
    sign_in.display = person.name.cow();
    sign_in.set_person(person.login.cow());
    sign_in.person_id = person.id.cow();
    sign_in.record_id = record.id.cow();
    sign_in.set_ip(record.client.ip.text());
    let agent = &record.client.agent;
    sign_in.user_agent = agent.raw.cow().or_else(|| agent.browser.cow());
    sign_in.city = record.client.place.city.cow();
    sign_in.country = record.client.place.country.cow();
    sign_in.app = record.target("AppInstance").and_then(|app| app.name.cow());
    let context = &record.context;
    sign_in.session = context.root_session.cow().or_else(|| context.session.cow());
    sign_in.interactive = sign_in.method != Method::Session;
    Parsed::Attempt(sign_in)
}

fn time_of(record: &Record<'_>) -> Result<Option<jiff::Timestamp>, ()> {
    match &record.published {
        Scalar::Absent => Ok(None),
        Scalar::Text(text) => parse_time(text).map(Some).ok_or(()),
        Scalar::Int(number) => from_unix(*number).map(Some).ok_or(()),
        Scalar::Float(_) | Scalar::Bool(_) => Err(()),
    }
}

/// Who did it, where that is not the person: "one's support reset my password" is the first question of an incident.
/// Compared by login: ids repeat in anonymised records.
fn done_by<'a>(record: &Record<'a>, person: &Party<'a>) -> Option<Cow<'a, str>> {
    let actor = record.actor.login.text()?;
    (person.login.text() != Some(actor)).then(|| format!("by {actor}").into())
}

fn policy_of<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let rules = || record.targets.0.iter().filter(|target| target.kind.text() == Some("Rule"));
    // The app's own policy decides last, and Okta lists it after the global one.
    rules().rev().find_map(|rule| rule.detail.policy.cow().or_else(|| rule.name.cow()))
}

#[cfg(test)]
mod tests;
