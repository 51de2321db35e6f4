//! Google Workspace audit activities: as the Reports API gives them, with one event lifted to the top, and as Cloud
//! Logging carries them.

mod admin;
mod login;
mod parameters;

use std::borrow::Cow;

use super::one_or_several;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Flag, Lifecycle, Method, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, List, Scalar, Values, wire},
};
use parameters::Parameters;

wire! {
    struct Id<'a> {
        "time" => time: Scalar<'a>,
        "uniquequalifier" => unique: Scalar<'a>,
        "applicationname" => application: Scalar<'a>,
    }
}
wire! {
    struct GoogleActor<'a> { "email" => email: Scalar<'a>, "profileid" => id: Scalar<'a>, "key" => key: Scalar<'a>, }
}
wire! {
    struct GoogleNetwork<'a> { "ipasn" => asn: Values<'a>, "regioncode" => region: Scalar<'a>, }
}
wire! {
    struct GoogleEvent<'a> {
        "name" | "eventname" => name: Scalar<'a>,
        "type" | "eventtype" => kind: Scalar<'a>,
        "parameters" | "parameter" => parameters: Parameters<'a>,
    }
}
wire! {
    struct Payload<'a> {
        "servicename" => service: Scalar<'a>,
        "methodname" => method: Scalar<'a>,
        "authenticationinfo" => authentication: Authentication<'a>,
        "requestmetadata" => request: RequestMetadata<'a>,
        "metadata" => metadata: GoogleMetadata<'a>,
    }
}
wire! {
    struct Authentication<'a> { "principalemail" => email: Scalar<'a>, }
}
wire! {
    struct RequestMetadata<'a> { "callerip" => ip: Scalar<'a>, "callersupplieduseragent" => agent: Scalar<'a>, }
}
wire! {
    struct GoogleMetadata<'a> { "event" => events: List<GoogleEvent<'a>>, }
}
wire! {
    struct GoogleRecord<'a> {
        "kind" => kind: Scalar<'a>,
        "id" => id: Id<'a>,
        "actor" => actor: GoogleActor<'a>,
        "ipaddress" => ip: Scalar<'a>,
        "networkinfo" => network: GoogleNetwork<'a>,
        "events" => events: List<GoogleEvent<'a>>,
        "type" => event_kind: Scalar<'a>,
        "name" => event_name: Scalar<'a>,
        "parameters" => parameters: Parameters<'a>,
        "protopayload" => payload: Payload<'a>,
        "insertid" => insert_id: Scalar<'a>,
        "timestamp" => timestamp: Scalar<'a>,
    }
}

impl<'a> GoogleRecord<'a> {
    /// Whose audit log it is: `login`, `saml`, `admin`. `None`: no record of Google.
    fn application(&self) -> Option<&str> {
        if let Some(service) = self.payload.service.text().filter(|_| !self.payload.method.is_absent()) {
            return service.strip_suffix(".googleapis.com");
        }
        let is_activity = self.kind.text() == Some("admin#reports#activity") || !self.actor.is_absent();
        self.id.application.text().filter(|_| is_activity)
    }

    /// Lifts an event at the top of a flattened record down to where the others have theirs.
    fn gathered(mut self) -> Self {
        if self.events.is_absent() {
            self.events = std::mem::take(&mut self.payload.metadata.events);
        }
        if self.events.is_absent() && !self.event_name.is_absent() {
            let name = std::mem::take(&mut self.event_name);
            let kind = std::mem::take(&mut self.event_kind);
            let parameters = std::mem::take(&mut self.parameters);
            self.events = List(vec![GoogleEvent { name, kind, parameters }]);
        }
        self
    }

    fn acting(&self) -> Option<Cow<'a, str>> {
        self.actor.email.cow().or_else(|| self.payload.authentication.email.cow())
    }
}

/// What an event means for the person's sign-in.
#[derive(Debug)]
struct GoogleOutcome<'a> {
    result: AttemptResult,
    method: Method,
    flag: Option<Flag>,
    detail: Option<Cow<'a, str>>,
    /// An app that cannot be asked for a second factor.
    legacy: bool,
}

impl<'a> GoogleOutcome<'a> {
    fn of(result: AttemptResult, method: Method) -> Self {
        Self { result, method, flag: None, detail: None, legacy: false }
    }

    fn change(change: Lifecycle) -> Self {
        Self::of(AttemptResult::Lifecycle(change), Method::Unknown)
    }

    fn with(self, detail: impl Into<Cow<'a, str>>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    fn risky(self) -> Self {
        Self { flag: Some(Flag::Risk), ..self }
    }
}

/// `None`: valid JSON, but no record of Google.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record = serde_json::from_str::<GoogleRecord<'_>>(line)?.gathered();
    let Some(application) = record.application() else {
        return Ok(None);
    };
    let sign_ins = record.events.0.iter().filter_map(|event| {
        let outcome = outcome(application, event)?;
        Some(normalise(&record, event, outcome, position))
    });
    let unrecognised = || {
        let name = record.events.0.first().and_then(|event| event.name.text());
        let name = name.or_else(|| record.payload.method.text()).unwrap_or("activity");
        format!("google {application} {name}")
    };
    Ok(Some(match sign_ins.collect() {
        Ok(records) => one_or_several(records, unrecognised),
        Err(defect) => Parsed::Malformed(defect),
    }))
}

fn outcome<'a>(application: &str, event: &GoogleEvent<'a>) -> Option<GoogleOutcome<'a>> {
    let name = event.name.text()?;
    match application {
        "login" | "user_accounts" => login::outcome(name, &event.parameters),
        "saml" => login::saml(name, &event.parameters),
        "context_aware_access" => login::denied_access(name),
        "admin" => admin::outcome(name),
        _ => None,
    }
}

fn normalise<'a>(
    record: &GoogleRecord<'a>,
    event: &GoogleEvent<'a>,
    outcome: GoogleOutcome<'a>,
    position: Position,
) -> Result<SignIn<'a>, RecordDefect> {
    let parameters = &event.parameters;
    let acting = record.acting();
    let is_policy = outcome.result == AttemptResult::Lifecycle(Lifecycle::PolicyChanged);
    // A change belongs to the account that it is done to.
    let affected = parameters.text("affected_email_address").or_else(|| parameters.text("USER_EMAIL"));
    let person = if is_policy { None } else { affected.or_else(|| acting.clone()) };
    let by_self = person.is_some() && person == acting;
    let mut found = SignIn::new(Provider::Google, outcome.result);
    found.at = time_of(record)?;
    found.position = position;
    found.method = outcome.method;
    found.flag = outcome.flag;
    found.legacy = outcome.legacy;
    found.interactive = outcome.method != Method::Session;
    found.set_person(person);
    if by_self {
        found.person_id = record.actor.id.cow();
    } else {
        found.actor = acting.or_else(|| record.actor.key.cow());
    }
    found.detail = outcome.detail.or_else(|| found.actor.as_ref().map(|actor| format!("by {actor}").into()));
    found.record_id = record.id.unique.cow().or_else(|| record.insert_id.cow());
    found.set_ip(record.ip.text().or_else(|| record.payload.request.ip.text()));
    found.user_agent = record.payload.request.agent.cow();
    found.country = record.network.region.cow();
    found.asn = record.network.asn.first().and_then(Scalar::int).and_then(|asn| u32::try_from(asn).ok());
    found.app = parameters.text("application_name").or_else(|| parameters.text("CAA_APPLICATION"));
    found.device = parameters.text("device_id").or_else(|| parameters.text("CAA_DEVICE_ID"));
    found.policy = policy_of(event, is_policy);
    // The same browser of the same person, as Google names it.
    found.session = parameters.text("dusi");
    found.code = ["login_failure_type", "failure_type", "login_challenge_status"]
        .iter()
        .find_map(|name| parameters.text(name))
        .or_else(|| event.name.cow());
    Ok(found)
}

fn policy_of<'a>(event: &GoogleEvent<'a>, is_policy: bool) -> Option<Cow<'a, str>> {
    let parameters = &event.parameters;
    let level = parameters
        .text("CAA_ACCESS_LEVEL_UNSATISFIED")
        .or_else(|| parameters.text("CAA_ACCESS_LEVEL_APPLIED"));
    level.or_else(|| event.name.cow().filter(|_| is_policy))
}

fn time_of(record: &GoogleRecord<'_>) -> Result<Option<jiff::Timestamp>, RecordDefect> {
    let time = if record.id.time.is_absent() { &record.timestamp } else { &record.id.time };
    time_in(time)
}

#[cfg(test)]
mod tests;
