//! Microsoft Entra sign-in logs, in all three shapes: Graph `signIn`, the diagnostic-settings envelope, and the
//! Log Analytics row.

pub(crate) mod codes;
mod mfa;

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::{
    read::{Damage, Parsed},
    record::{AttemptResult, Method, Position, Provider, SignIn},
    time::{from_unix, parse_time},
    wire::{Field, Key, List, Object, Scalar, wire},
};

wire! {
    struct Status<'a> {
        "errorcode" => error_code: Scalar<'a>,
        "failurereason" => failure_reason: Scalar<'a>,
        "additionaldetails" => additional_details: Scalar<'a>,
    }
}
wire! {
    /// One step of a sign-in, as the Authentication Details tab shows it.
    struct Step<'a> {
        "authenticationmethod" => method: Scalar<'a>,
        "succeeded" => succeeded: Scalar<'a>,
        "authenticationstepresultdetail" => detail: Scalar<'a>,
    }
}
wire! {
    struct MfaDetail<'a> { "authmethod" => method: Scalar<'a>, }
}
wire! {
    struct Location<'a> { "city" => city: Scalar<'a>, "countryorregion" => country: Scalar<'a>, }
}
wire! {
    struct Policy<'a> { "displayname" => name: Scalar<'a>, "result" => result: Scalar<'a>, }
}
wire! {
    struct Row<'a> {
        "id" => id: Scalar<'a>,
        "createddatetime" => created: Scalar<'a>,
        "time" | "timegenerated" => logged: Scalar<'a>,
        "category" => category: Scalar<'a>,
        "type" => table: Scalar<'a>,
        "operationname" => operation: Scalar<'a>,
        "resulttype" => result_type: Scalar<'a>,
        "resultsignature" => result_signature: Scalar<'a>,
        "resultdescription" => result_description: Scalar<'a>,
        "ipaddress" => ip: Scalar<'a>,
        "calleripaddress" => caller_ip: Scalar<'a>,
        "correlationid" => correlation: Scalar<'a>,
        "userprincipalname" => login: Scalar<'a>,
        "userid" => user_id: Scalar<'a>,
        "appdisplayname" => app: Scalar<'a>,
        "useragent" => user_agent: Scalar<'a>,
        "isinteractive" => interactive: Scalar<'a>,
        "authenticationprotocol" => protocol: Scalar<'a>,
        "status" => status: Status<'a>,
        "authenticationdetails" => steps: List<Step<'a>>,
        "mfadetail" => mfa: MfaDetail<'a>,
        "location" | "locationdetails" => location: Location<'a>,
        "conditionalaccesspolicies" | "appliedconditionalaccesspolicies" => policies: List<Policy<'a>>,
    }
}

/// A row, and the `properties` it may wrap. What is inside is the sign-in; what is outside is about its log entry.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    outer: Row<'a>,
    inner: Row<'a>,
}

impl<'a> Record<'a> {
    /// The inner value, or else the outer.
    fn pick<'r>(&'r self, field: impl Fn(&'r Row<'a>) -> &'r Scalar<'a>) -> &'r Scalar<'a> {
        let inner = field(&self.inner);
        if inner.is_absent() { field(&self.outer) } else { inner }
    }

    /// The row that says how the attempt ended.
    fn telling<F: Field>(&self, field: impl for<'r> Fn(&'r Row<'a>) -> &'r F) -> &Row<'a> {
        if field(&self.inner).is_absent() { &self.outer } else { &self.inner }
    }

    /// The name of the log that the record is from, such as `SignInLogs`, `AuditLogs`.
    fn log_name(&self) -> Option<&str> {
        self.pick(|row| &row.category).text().or_else(|| self.pick(|row| &row.table).text())
    }

    fn is_sign_in(&self) -> bool {
        let named = self.log_name().is_some_and(|name| contains(name, "signin"))
            || self.pick(|row| &row.operation).text().is_some_and(|name| contains(name, "sign-in activity"));
        let shaped = !self.pick(|row| &row.login).is_absent() || !self.pick(|row| &row.user_id).is_absent();
        let ended = !self.telling(|row| &row.status).status.is_absent()
            || !self.pick(|row| &row.result_type).is_absent();
        named || (shaped && ended)
    }

    fn is_directory_log(&self) -> bool {
        self.log_name().is_some_and(|name| name.eq_ignore_ascii_case("AuditLogs") || contains(name, "Risk"))
            && !self.outer.operation.is_absent()
    }
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor(PhantomData))
    }
}

struct RecordVisitor<'a>(PhantomData<&'a ()>);

impl<'de> Visitor<'de> for RecordVisitor<'de> {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
        let mut record = Record::default();
        while let Some(key) = map.next_key::<Key>()? {
            if key.as_str() == "properties" {
                let inner = map.next_value::<Row<'de>>()?;
                if record.inner.is_absent() {
                    record.inner = inner;
                }
            } else if !record.outer.read_field(key.as_str(), &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(record)
    }
}

/// `None`: valid JSON, but no record of Entra.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: Record<'_> = serde_json::from_str(line)?;
    if !record.is_sign_in() {
        let name = record.is_directory_log().then(|| record.log_name()).flatten();
        return Ok(name.map(|name| Parsed::Foreign(format!("entra {name}").into())));
    }
    if let Some(name) = record.log_name().filter(|name| is_machine_log(name)) {
        return Ok(Some(Parsed::Foreign(format!("entra {name}").into())));
    }
    Ok(Some(normalise(&record, position)))
}

/// What reading costs before anything is made of it.
pub(crate) fn parse_only(line: &str) -> bool {
    serde_json::from_str::<Record<'_>>(line).map(std::hint::black_box).is_ok()
}

/// Applications and services sign in too; they are no people.
fn is_machine_log(name: &str) -> bool {
    contains(name, "ServicePrincipal") || contains(name, "ManagedIdentity")
}

fn normalise<'a>(record: &Record<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = time_of(record) else {
        return Parsed::Damaged(Damage::BadTime);
    };
    let Some(outcome) = codes::outcome(record) else {
        return Parsed::Damaged(Damage::NoResult);
    };
    let mut sign_in = SignIn::new(Provider::Entra, outcome.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.flag = outcome.flag;
    sign_in.detail = outcome.detail;
    sign_in.policy = outcome.policy;
    sign_in.method = method_of(record, outcome.result);
    sign_in.interactive = is_interactive(record);
    sign_in.set_person(record.pick(|row| &row.login).cow());
    sign_in.person_id = record.pick(|row| &row.user_id).cow();
    sign_in.record_id = record.pick(|row| &row.id).cow();
    sign_in.set_ip(record.pick(|row| &row.ip).text());
    if sign_in.ip.is_none() {
        sign_in.set_ip(record.pick(|row| &row.caller_ip).text());
    }
    sign_in.user_agent = record.pick(|row| &row.user_agent).cow();
    sign_in.app = record.pick(|row| &row.app).cow();
    sign_in.session = record.pick(|row| &row.correlation).cow();
    let location = &record.telling(|row| &row.location).location;
    sign_in.city = location.city.cow();
    sign_in.country = location.country.cow();
    Parsed::Attempt(sign_in)
}

/// When the person signed in; failing that, when the entry was written.
fn time_of(record: &Record<'_>) -> Result<Option<jiff::Timestamp>, ()> {
    let created = record.pick(|row| &row.created);
    let time = if created.is_absent() { record.pick(|row| &row.logged) } else { created };
    match time {
        Scalar::Absent => Ok(None),
        Scalar::Text(text) => parse_time(text).map(Some).ok_or(()),
        Scalar::Int(number) => from_unix(*number).map(Some).ok_or(()),
        Scalar::Float(_) | Scalar::Bool(_) => Err(()),
    }
}

fn is_interactive(record: &Record<'_>) -> bool {
    let said = record.pick(|row| &row.interactive).truth();
    said.unwrap_or_else(|| !record.log_name().is_some_and(|name| contains(name, "NonInteractive")))
}

/// The step that decided: on a failure the last that failed, on a success the last that asked for something.
fn method_of(record: &Record<'_>, result: AttemptResult) -> Method {
    let steps = &record.telling(|row| &row.steps).steps.0;
    let failed = matches!(result, AttemptResult::Failure(_));
    let deciding = |step: &&Step<'_>| !failed || step.succeeded.truth() == Some(false);
    let mut methods =
        steps.iter().rev().filter(deciding).map(|step| mfa::method(step.method.text().unwrap_or("")));
    let by_step = methods.clone().find(|method| !matches!(method, Method::Session | Method::Unknown));
    let by_mfa = record.telling(|row| &row.mfa).mfa.method.text().map(mfa::method);
    by_step
        .or(by_mfa.filter(|method| *method != Method::Unknown))
        .or_else(|| methods.next().filter(|method| *method != Method::Unknown))
        .or_else(|| method_by_protocol(record))
        .unwrap_or_default()
}

fn method_by_protocol(record: &Record<'_>) -> Option<Method> {
    let protocol = record.pick(|row| &row.protocol).text().unwrap_or("");
    if protocol.eq_ignore_ascii_case("deviceCode") {
        return Some(Method::DeviceCode);
    }
    // The resource-owner-password grant carries a password and nothing else. Panther's sample spells it "rpoc".
    if protocol.eq_ignore_ascii_case("ropc") || protocol.eq_ignore_ascii_case("rpoc") {
        return Some(Method::Password);
    }
    let status = &record.telling(|row| &row.status).status;
    if status.error_code.int() == Some(50126) || record.pick(|row| &row.result_type).int() == Some(50126) {
        return Some(Method::Password);
    }
    let detail = status.additional_details.text()?;
    contains(detail, "satisfied by claim in the token").then_some(Method::Session)
}

/// Without regard to case (ASCII).
fn contains(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests;
