//! Auth0 tenant log: the log-stream object `{log_id, data: {…}}`, and the bare record of the Management API.

mod api;
mod failure;
mod kinds;

use std::borrow::Cow;

use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Flag, Lifecycle, Method, Point, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, Scalar, wire},
};
use kinds::Auth0Kind;

wire! {
    struct Auth0Outer<'a> {
        "log_id" => id: Scalar<'a>,
        "data" => data: Auth0Entry<'a>,
    }
}
wire! {
    struct Auth0Entry<'a> {
        "log_id" => id: Scalar<'a>,
        "date" => date: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "description" => description: Scalar<'a>,
        "connection" => connection: Scalar<'a>,
        "strategy" => strategy: Scalar<'a>,
        "strategy_type" => strategy_type: Scalar<'a>,
        "client_id" => client: Scalar<'a>,
        "client_name" => app: Scalar<'a>,
        "hostname" => host: Scalar<'a>,
        "tenant_name" => tenant: Scalar<'a>,
        "ip" => ip: Scalar<'a>,
        "user_agent" => user_agent: Scalar<'a>,
        "user_id" => user_id: Scalar<'a>,
        "user_name" => user_name: Scalar<'a>,
        "location_info" => place: Auth0Place<'a>,
        "details" => details: Auth0Details<'a>,
    }
}
wire! {
    struct Auth0Place<'a> {
        "country_code" => country: Scalar<'a>,
        "country_name" => country_name: Scalar<'a>,
        "city_name" => city: Scalar<'a>,
        "latitude" => latitude: Scalar<'a>,
        "longitude" => longitude: Scalar<'a>,
    }
}
wire! {
    struct Auth0Details<'a> {
        "session_id" => session: Scalar<'a>,
        "error" => error: Failure<'a>,
        "failure_details" => failure: Failure<'a>,
        "provider_error" => provider_error: Failure<'a>,
        "authenticator" => authenticator: Authenticator<'a>,
        "enrollment" => enrollment: Authenticator<'a>,
        "device_id" => device: Scalar<'a>,
        "delivery_method" => delivery: Scalar<'a>,
        "authentication_method" => own_method: Scalar<'a>,
        "purpose" => purpose: Scalar<'a>,
        "riskassessment" => risk: Risk<'a>,
        "assessments" => assessments: Assessments<'a>,
        "request" => request: Auth0Request<'a>,
        "response" => response: Auth0Response<'a>,
    }
}
wire! {
    struct Failure<'a> {
        "message" => message: Scalar<'a>,
        "oautherror" | "errorcode" => code: Scalar<'a>,
    }
}
wire! {
    struct Authenticator<'a> {
        "id" | "_id" => id: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "phone_number" => number: Scalar<'a>,
        "identifier" => identifier: Scalar<'a>,
    }
}
wire! {
    struct Risk<'a> { "assessments" => assessments: Assessments<'a>, }
}
wire! {
    struct Assessments<'a> { "untrustedip" => address: Auth0Assessment<'a>, }
}
wire! {
    struct Auth0Assessment<'a> { "code" => code: Scalar<'a>, }
}
wire! {
    /// A call of the Management API, which an administrator or a program made.
    struct Auth0Request<'a> {
        "method" => method: Scalar<'a>,
        "path" => path: Scalar<'a>,
        "auth" => auth: ApiAuth<'a>,
        "body" => body: Auth0Body<'a>,
    }
}
wire! {
    struct ApiAuth<'a> { "user" => user: ApiUser<'a>, }
}
wire! {
    struct ApiUser<'a> { "email" => email: Scalar<'a>, "name" => name: Scalar<'a>, }
}
wire! {
    struct Auth0Body<'a> {
        "blocked" => blocked: Scalar<'a>,
        "password" => password: Scalar<'a>,
    }
}
wire! {
    struct Auth0Response<'a> { "statuscode" => status: Scalar<'a>, }
}

impl Auth0Entry<'_> {
    /// A bare record has nothing around it that tells whose it is.
    fn is_bare(&self) -> bool {
        let own_fields = [&self.client, &self.host, &self.tenant, &self.connection, &self.strategy];
        !self.id.is_absent()
            && !self.date.is_absent()
            && own_fields.into_iter().any(|field| !field.is_absent())
    }
}

/// `None`: valid JSON, but no record of Auth0.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let outer: Auth0Outer<'_> = serde_json::from_str(line)?;
    if !outer.data.kind.is_absent() && (!outer.id.is_absent() || !outer.data.id.is_absent()) {
        return Ok(Some(read(&outer.data, &outer.id, position)));
    }
    if outer.id.is_absent() {
        return Ok(None);
    }
    let entry: Auth0Entry<'_> = serde_json::from_str(line)?;
    let is_ours = !entry.kind.is_absent() && entry.is_bare();
    Ok(is_ours.then(|| read(&entry, &outer.id, position)))
}

fn read<'a>(entry: &Auth0Entry<'a>, id: &Scalar<'a>, position: Position) -> Parsed<'a> {
    let code = entry.kind.text().unwrap_or("");
    if code == "sapi" {
        return api::read(entry, id, position);
    }
    let Some(kind) = kinds::kind_of(code, entry) else {
        return Parsed::Unrecognised(format!("auth0 {code}").into());
    };
    match normalise(entry, id, kind, position) {
        Ok(sign_in) => Parsed::Attempt(sign_in),
        Err(defect) => Parsed::Malformed(defect),
    }
}

fn normalise<'a>(
    entry: &Auth0Entry<'a>,
    id: &Scalar<'a>,
    kind: Auth0Kind,
    position: Position,
) -> Result<SignIn<'a>, RecordDefect> {
    let details = &entry.details;
    let mut sign_in = SignIn::new(Provider::Auth0, kind.result);
    sign_in.at = time_in(&entry.date)?;
    sign_in.position = position;
    sign_in.method = kind.method;
    sign_in.interactive = kind.interactive;
    sign_in.legacy = kind.legacy;
    sign_in.flag = kind.flag.or_else(|| listed_address(details));
    sign_in.set_person(entry.user_name.cow());
    sign_in.person_id = entry.user_id.cow().or_else(|| deleted_user(entry, kind.result));
    sign_in.record_id = if entry.id.is_absent() { id.cow() } else { entry.id.cow() };
    sign_in.set_ip(entry.ip.text());
    sign_in.user_agent = entry.user_agent.cow();
    sign_in.phone = phone_of(details);
    sign_in.country = entry.place.country.cow().or_else(|| entry.place.country_name.cow());
    sign_in.city = entry.place.city.cow();
    sign_in.place = point_of(&entry.place);
    sign_in.app = entry.app.cow();
    sign_in.session = details.session.cow();
    sign_in.code = entry.kind.cow();
    if kind.result != AttemptResult::Success {
        let words = [&entry.description, &details.error.message, &details.failure.message];
        sign_in.detail = words.into_iter().find_map(Scalar::cow);
    }
    // "Disabled" would let an agent look for the switch.
    if matches!(entry.kind.text(), Some("du" | "sdu")) {
        let detail = sign_in.detail.take();
        sign_in.detail =
            Some(detail.map_or(Cow::Borrowed("deleted"), |detail| format!("deleted: {detail}").into()));
    }
    Ok(sign_in)
}

/// Auth0 checks the address against lists of abusers; only a hit is a verdict.
fn listed_address(details: &Auth0Details<'_>) -> Option<Flag> {
    let assessments = [&details.risk.assessments, &details.assessments];
    let listed = assessments
        .into_iter()
        .any(|assessment| assessment.address.code.text() == Some("found_on_deny_list"));
    listed.then_some(Flag::MaliciousAddress)
}

/// A deletion names the person in its description only: `user_id: auth0|1`.
fn deleted_user<'a>(entry: &Auth0Entry<'a>, result: AttemptResult) -> Option<Cow<'a, str>> {
    if result != AttemptResult::Lifecycle(Lifecycle::Disabled) {
        return None;
    }
    match &entry.description {
        Scalar::Text(Cow::Borrowed(text)) => text.strip_prefix("user_id: ").map(Cow::Borrowed),
        Scalar::Text(Cow::Owned(text)) => text.strip_prefix("user_id: ").map(|id| Cow::Owned(id.to_owned())),
        _ => None,
    }
}

/// The number, or else the Guardian app: what one person shares with another if they share a factor.
fn phone_of<'a>(details: &Auth0Details<'a>) -> Option<Cow<'a, str>> {
    let (factor, enrolled) = (&details.authenticator, &details.enrollment);
    let named = [&factor.number, &enrolled.number, &details.device, &enrolled.identifier];
    named.into_iter().chain([&factor.id, &enrolled.id]).find_map(Scalar::cow)
}

fn point_of(place: &Auth0Place<'_>) -> Option<Point> {
    Point::new(place.latitude.float()?, place.longitude.float()?)
}

/// What was shown as proof, by the factor that the record names.
fn factor_method(entry: &Auth0Entry<'_>) -> Method {
    let details = &entry.details;
    let named = [&details.authenticator.kind, &details.own_method, &details.delivery];
    // "Guardian - Enrollment complete (sms)".
    let described = entry.description.text().filter(|text| text.starts_with("Guardian - "));
    let in_brackets =
        described.and_then(|text| text.strip_suffix(')')?.rsplit_once('(')).map(|(_, name)| name);
    named
        .into_iter()
        .filter_map(Scalar::text)
        .chain(in_brackets)
        .map(kinds::factor_by_name)
        .find(|m| *m != Method::Unknown)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
