//! authentik: events as the API gives them, and the same events in the server's log lines.

mod outcome;

use memchr::memmem;
use serde::de::IgnoredAny;

use crate::{
    read::{Parsed, RecordDefect},
    record::{Point, Position, Provider, SignIn},
    time::parse_time,
    wire::{Field, List, Scalar, wire},
};
use outcome::{AuthentikOutcome, Whose};

wire! {
    struct AuthentikUser<'a> { "pk" => id: Scalar<'a>, "username" => login: Scalar<'a>, }
}
wire! {
    /// How authentik refers to a thing of its own: a stage, a device, a policy.
    struct Model<'a> {
        "pk" => id: Scalar<'a>,
        "app" => app: Scalar<'a>,
        "model_name" => kind: Scalar<'a>,
        "name" => name: Scalar<'a>,
    }
}
wire! {
    /// What an update changed, of all that it may change.
    struct Diff<'a> { "is_active" => is_active: Replaced<'a>, }
}
wire! {
    struct Replaced<'a> { "new_value" => new: Scalar<'a>, "previous_value" => old: Scalar<'a>, }
}
wire! {
    struct AuthentikRequest<'a> { "path" => path: Scalar<'a>, "user_agent" => user_agent: Scalar<'a>, }
}
wire! {
    struct AuthentikPlace<'a> {
        "city" => city: Scalar<'a>,
        "country" => country: Scalar<'a>,
        "lat" => latitude: Scalar<'a>,
        "long" => longitude: Scalar<'a>,
    }
}
wire! {
    struct AuthentikNetwork<'a> { "asn" => number: Scalar<'a>, }
}
wire! {
    struct DuoAnswer<'a> { "status" => status: Scalar<'a>, "status_msg" => message: Scalar<'a>, }
}
wire! {
    struct AuthentikProof<'a> {
        "device_class" => class: Scalar<'a>,
        "duo_response" => duo: DuoAnswer<'a>,
        "mfa_devices" => devices: List<Model<'a>>,
        "device" => device: Model<'a>,
    }
}
wire! {
    struct Nested<'a> { "auth_method_args" => proof: AuthentikProof<'a>, }
}
wire! {
    struct AuthentikContext<'a> {
        "username" => login: Scalar<'a>,
        "password" => password: Scalar<'a>,
        "message" => message: Scalar<'a>,
        "stage" => stage: Model<'a>,
        "source" => source: Model<'a>,
        "model" => model: Model<'a>,
        "diff" => diff: Diff<'a>,
        "authorized_application" => application: Model<'a>,
        "affected_user" => affected: AuthentikUser<'a>,
        "auth_method" => method: Scalar<'a>,
        "auth_method_args" => proof: AuthentikProof<'a>,
        // Where failures have the above.
        "context" => nested: Nested<'a>,
        // Where older versions have them.
        "device_class" => class: Scalar<'a>,
        "duo_response" => duo: DuoAnswer<'a>,
        "http_request" => request: AuthentikRequest<'a>,
        "geo" => place: AuthentikPlace<'a>,
        "asn" => network: AuthentikNetwork<'a>,
    }
}
wire! {
    struct AuthentikEvent<'a> {
        "pk" => id: Scalar<'a>,
        "action" => action: Scalar<'a>,
        "app" => app: Scalar<'a>,
        "created" | "timestamp" => at: Scalar<'a>,
        "client_ip" => ip: Scalar<'a>,
        "user" => user: AuthentikUser<'a>,
        "context" => context: AuthentikContext<'a>,
        // Of the log line only.
        "logger" => logger: Scalar<'a>,
        "identifier" => identifier: Scalar<'a>,
    }
}

/// What authentik writes where it does not know the address.
const NO_ADDRESS: &str = "255.255.255.255";

impl<'a> AuthentikEvent<'a> {
    /// Its own modules sign every event and every line.
    fn is_authentik(&self) -> bool {
        let named = |name: &Scalar<'_>| name.text().is_some_and(|name| name.starts_with("authentik"));
        named(&self.logger) || (named(&self.app) && !self.action.is_absent())
    }

    /// Who made the request, if they had signed in.
    fn requester(&self) -> Option<&AuthentikUser<'a>> {
        self.user.login.text().filter(|login| *login != "AnonymousUser").map(|_| &self.user)
    }
}

/// `None`: valid JSON, but no record of authentik.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    // Asked about every record that no one before has known: the name alone sorts out nearly all.
    if memmem::find(line.as_bytes(), b"authentik").is_none() {
        return serde_json::from_str::<IgnoredAny>(line).map(|_| None);
    }
    let event: AuthentikEvent<'_> = serde_json::from_str(line)?;
    if !event.is_authentik() {
        return Ok(None);
    }
    Ok(Some(match outcome::outcome(&event) {
        Some(outcome) => normalise(&event, outcome, position),
        None => unrecognised(&event),
    }))
}

fn unrecognised(event: &AuthentikEvent<'_>) -> Parsed<'static> {
    let kind =
        event.action.text().or_else(|| event.logger.text()?.split(['.', '/']).nth(1)).unwrap_or("log line");
    Parsed::Unrecognised(format!("authentik {kind}").into())
}

/// `None`: no line of this provider. Its server writes JSON only.
pub(crate) fn parse_text(_line: &str, _position: Position) -> Option<Parsed<'_>> {
    None
}

fn normalise<'a>(
    event: &AuthentikEvent<'a>,
    outcome: AuthentikOutcome<'a>,
    position: Position,
) -> Parsed<'a> {
    let context = &event.context;
    let mut sign_in = SignIn::new(Provider::Authentik, outcome.result);
    match outcome.whose {
        Whose::Requesters => {
            sign_in.set_person(event.requester().and_then(|user| user.login.cow()));
            sign_in.person_id = event.requester().and_then(|user| user.id.cow());
        }
        // The name that was typed; a stranger has no account to be signed in to.
        Whose::Named => {
            sign_in.set_person([&context.login, &event.identifier].into_iter().find_map(Scalar::cow));
            let known = event.requester().filter(|user| user.login == context.login);
            sign_in.person_id = known.and_then(|user| user.id.cow());
        }
        Whose::Affected => {
            sign_in.set_person(context.affected.login.cow());
            sign_in.person_id = context.affected.id.cow();
            sign_in.actor = event.requester().and_then(|user| user.login.cow());
        }
        Whose::Models => {
            // Its name is the one to show, and may be anything.
            sign_in.display = context.model.name.cow();
            sign_in.person_id = context.model.id.cow();
            sign_in.actor = event
                .requester()
                .filter(|user| user.id.cow() != context.model.id.cow())
                .and_then(|user| user.login.cow());
        }
        Whose::Nobodys => sign_in.actor = event.requester().and_then(|user| user.login.cow()),
    }
    match event.at.text().map(parse_time) {
        Some(None) => return Parsed::Malformed(RecordDefect::BadTime),
        at => sign_in.at = at.flatten(),
    }
    sign_in.position = position;
    sign_in.method = outcome.method;
    sign_in.flag = outcome.flag;
    sign_in.code = outcome.code;
    sign_in.policy = outcome.policy;
    sign_in.interactive = outcome.interactive;
    sign_in.app = context.application.name.cow();
    sign_in.detail = outcome.detail;
    sign_in.record_id = event.id.cow();
    sign_in.set_ip(event.ip.text().filter(|ip| *ip != NO_ADDRESS));
    sign_in.user_agent = context.request.user_agent.cow();
    sign_in.city = context.place.city.cow();
    sign_in.country = context.place.country.cow();
    let point = context.place.latitude.float().zip(context.place.longitude.float());
    sign_in.place = point.and_then(|(north, east)| Point::new(north, east));
    sign_in.asn = context.network.number.int().and_then(|number| u32::try_from(number).ok());
    Parsed::Attempt(sign_in)
}

#[cfg(test)]
mod tests;
