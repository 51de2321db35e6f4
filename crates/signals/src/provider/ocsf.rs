//! OCSF 1.1 to 1.8: Authentication (class 3002), and the changes to accounts (3001, 3007) that bear on it.

mod factor;
mod outcome;
mod own;

use std::borrow::Cow;

use jiff::Timestamp;

use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Method, Network, Point, Position, Provider, SignIn},
    time::{parse_time, time_in},
    wire::{Field, List, Scalar, Values, wire},
};
use factor::OcsfLogFactor;
use outcome::OcsfLogOutcome;
use own::OcsfLogOwnFields;

wire! {
    struct OcsfLogUser<'a> {
        "name" => name: Scalar<'a>,
        "email_addr" => email: Scalar<'a>,
        "display_name" => display: Scalar<'a>,
        "full_name" => full_name: Scalar<'a>,
        "uid" => id: Scalar<'a>,
        "risk_level_id" => risk: Scalar<'a>,
    }
}
wire! {
    struct OcsfLogActor<'a> { "user" => user: OcsfLogUser<'a>, "session" => session: OcsfLogNamed<'a>, "app_name" => app: Scalar<'a>, }
}
wire! {
    /// An object of which only the name and the id are read.
    struct OcsfLogNamed<'a> { "uid" => id: Scalar<'a>, "name" => name: Scalar<'a>, }
}
wire! {
    struct OcsfLogEndpoint<'a> {
        "ip" => ip: Scalar<'a>,
        "location" => location: OcsfLogLocation<'a>,
        "autonomous_system" => system: System<'a>,
    }
}
wire! {
    struct OcsfLogLocation<'a> {
        "city" => city: Scalar<'a>,
        "country" => country: Scalar<'a>,
        // Longitude first.
        "coordinates" => coordinates: Values<'a>,
        "lat" => latitude: Scalar<'a>,
        "long" => longitude: Scalar<'a>,
        "is_on_premises" => on_premises: Scalar<'a>,
    }
}
wire! {
    struct System<'a> { "number" => number: Scalar<'a>, }
}
wire! {
    struct Http<'a> { "user_agent" => agent: Scalar<'a>, }
}
wire! {
    struct OcsfLogMetadata<'a> {
        "uid" => id: Scalar<'a>,
        "correlation_uid" => correlation: Scalar<'a>,
        "original_time" => time: Scalar<'a>,
        "version" => version: Scalar<'a>,
    }
}
wire! {
    struct OcsfLogUnmapped<'a> { "postern" => postern: OcsfLogOwnFields<'a>, }
}
wire! {
    struct OcsfLogEvent<'a> {
        "class_uid" => class: Scalar<'a>,
        "type_uid" => kind: Scalar<'a>,
        "activity_id" => activity: Scalar<'a>,
        "status_id" => status_id: Scalar<'a>,
        "status" => status: Scalar<'a>,
        "status_code" => status_code: Scalar<'a>,
        "status_detail" => status_detail: Scalar<'a>,
        "message" => message: Scalar<'a>,
        "time" | "time_dt" => time: Scalar<'a>,
        "user" => user: OcsfLogUser<'a>,
        "actor" => actor: OcsfLogActor<'a>,
        "src_endpoint" => source: OcsfLogEndpoint<'a>,
        "http_request" => http: Http<'a>,
        "device" => device: OcsfLogNamed<'a>,
        "service" => service: OcsfLogNamed<'a>,
        "session" => session: OcsfLogNamed<'a>,
        // One for an authentication, a list for a change.
        "policy" | "policies" => policies: List<OcsfLogNamed<'a>>,
        "auth_factors" => factors: List<OcsfLogFactor<'a>>,
        "auth_protocol_id" => protocol: Scalar<'a>,
        "is_mfa" => is_mfa: Scalar<'a>,
        "logon_type_id" => logon_type: Scalar<'a>,
        "risk_level_id" => risk: Scalar<'a>,
        "metadata" => metadata: OcsfLogMetadata<'a>,
        "unmapped" => unmapped: OcsfLogUnmapped<'a>,
    }
}

impl OcsfLogEvent<'_> {
    /// `None`: no event of OCSF.
    fn class(&self) -> Option<i64> {
        let class = self.class.int().or_else(|| self.kind.int().map(|kind| kind / 100));
        class.filter(|_| !self.metadata.is_absent() || !self.kind.is_absent())
    }

    fn activity(&self) -> i64 {
        self.activity.int().or_else(|| self.kind.int().map(|kind| kind % 100)).unwrap_or(0)
    }
}

/// `None`: valid JSON, but no event of OCSF.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let event: OcsfLogEvent<'_> = serde_json::from_str(line)?;
    let Some(class) = event.class() else {
        return Ok(None);
    };
    let read = outcome::outcome(class, &event)
        .and_then(|outcome| outcome.map(|outcome| normalise(&event, outcome, position)).transpose());
    Ok(Some(match read {
        Ok(Some(found)) => Parsed::Attempt(found),
        Ok(None) => Parsed::Unrecognised(format!("ocsf class {class}").into()),
        Err(defect) => Parsed::Malformed(defect),
    }))
}

fn normalise<'a>(
    event: &OcsfLogEvent<'a>,
    outcome: OcsfLogOutcome,
    position: Position,
) -> Result<SignIn<'a>, RecordDefect> {
    let mut found = SignIn::new(Provider::Ocsf, outcome.result);
    found.at = time(event)?;
    found.position = position;
    found.method = outcome.method;
    found.flag = outcome.flag;
    found.record_id = event.metadata.id.cow();
    found.session = event
        .session
        .id
        .cow()
        .or_else(|| event.actor.session.id.cow())
        .or_else(|| event.metadata.correlation.cow());
    found.app = event.service.name.cow();
    found.device = event.device.id.cow();
    found.phone = event.factors.0.iter().rev().find_map(OcsfLogFactor::phone);
    found.user_agent = event.http.agent.cow();
    found.code = event.status_code.cow();
    place(event, &mut found);
    if outcome.is_own {
        own::complete(event, &mut found);
    } else {
        others(event, &mut found);
    }
    Ok(found)
}

/// What is not written as Postern would.
fn others<'a>(event: &OcsfLogEvent<'a>, found: &mut SignIn<'a>) {
    found.interactive = found.method != Method::Session && !matches!(event.logon_type.int(), Some(4 | 5));
    found.legacy = factor::is_legacy(event.protocol.int());
    found.policy = event.policies.0.iter().find_map(|policy| policy.name.cow());
    found.code = found.code.take().or_else(|| event.status_detail.cow());
    if found.result != AttemptResult::Success {
        found.detail = event.status_detail.cow().or_else(|| event.message.cow());
    }
    name(event, found);
}

/// `time` drops the digits below the millisecond, which some keep beside it. What else may stand there is another
/// matter: a text in a form of the source's own, or in its own zone.
fn time(event: &OcsfLogEvent<'_>) -> Result<Option<Timestamp>, RecordDefect> {
    let original = event.metadata.time.text().and_then(parse_time);
    let is_same = |at: &Timestamp| event.time.int() == Some(at.as_millisecond());
    original.filter(is_same).map_or_else(|| time_in(&event.time), |at| Ok(Some(at)))
}

fn name<'a>(event: &OcsfLogEvent<'a>, found: &mut SignIn<'a>) {
    let is_change = matches!(found.result, AttemptResult::Lifecycle(_));
    let (user, actor) = (&event.user, &event.actor.user);
    // Some mappings give the user's id only, and the name where they have the actor. But the one who changes an
    // account is not the one whose account it is, unless the ids say so.
    let same = user.id.cow().zip(actor.id.cow()).map(|(user, actor)| user == actor);
    let stands_in = login(user).is_none() && same.unwrap_or(!is_change);
    let user = if stands_in { actor } else { user };
    found.display = event.user.shown().or_else(|| user.shown()).or_else(|| user.name.cow());
    found.set_person(login(user));
    found.person_id = event.user.id.cow().or_else(|| user.id.cow());
    if is_change {
        let changer = login(actor).or_else(|| actor.id.cow());
        found.actor = changer.filter(|changer| {
            let is = |whose: &Option<Cow<'_, str>>| {
                whose.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(changer))
            };
            !is(&found.person) && !is(&found.person_id)
        });
    }
}

impl<'a> OcsfLogUser<'a> {
    /// A name that is only there to be shown.
    fn shown(&self) -> Option<Cow<'a, str>> {
        self.display.cow().or_else(|| self.full_name.cow())
    }
}

/// Where both are given, the name may be one to show.
fn login<'a>(user: &OcsfLogUser<'a>) -> Option<Cow<'a, str>> {
    let name = user.name.cow();
    if name.as_ref().is_some_and(|name| name.contains('@')) { name } else { user.email.cow().or(name) }
}

fn place<'a>(event: &OcsfLogEvent<'a>, found: &mut SignIn<'a>) {
    let source = &event.source;
    let location = &source.location;
    found.set_ip(source.ip.text());
    found.city = location.city.cow();
    found.country = location.country.cow();
    let point = match location.coordinates.0.as_slice() {
        [longitude, latitude] => latitude.float().zip(longitude.float()),
        _ => location.latitude.float().zip(location.longitude.float()),
    };
    found.place = point.and_then(|(latitude, longitude)| Point::new(latitude, longitude));
    found.asn = source.system.number.int().and_then(|number| u32::try_from(number).ok());
    if location.on_premises.truth() == Some(true) {
        found.network = Network::Trusted;
    }
}

#[cfg(test)]
mod tests;
