//! The shapes of an Entra record: what is read of it, and the envelope around it.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::contains;
use crate::wire::{Field, Key, List, Object, Scalar, wire};

wire! {
    struct Status<'a> {
        "errorcode" => error_code: Scalar<'a>,
        "failurereason" => failure_reason: Scalar<'a>,
        "additionaldetails" => additional_details: Scalar<'a>,
    }
}
wire! {
    /// One step of a sign-in, as the Authentication Details tab shows it.
    struct EntraStep<'a> {
        "authenticationmethod" => method: Scalar<'a>,
        "authenticationmethoddetail" => method_detail: Scalar<'a>,
        "succeeded" => succeeded: Scalar<'a>,
        "authenticationstepresultdetail" => detail: Scalar<'a>,
    }
}
wire! {
    struct MfaDetail<'a> { "authmethod" => method: Scalar<'a>, "authdetail" => detail: Scalar<'a>, }
}
wire! {
    struct EntraLocation<'a> {
        "city" => city: Scalar<'a>,
        "countryorregion" => country: Scalar<'a>,
        "geocoordinates" => point: Coordinates<'a>,
    }
}
wire! {
    struct Coordinates<'a> { "latitude" => latitude: Scalar<'a>, "longitude" => longitude: Scalar<'a>, }
}
wire! {
    struct EntraPolicy<'a> { "displayname" => name: Scalar<'a>, "result" => result: Scalar<'a>, }
}
wire! {
    struct EntraDevice<'a> { "deviceid" => id: Scalar<'a>, }
}
wire! {
    struct NetworkPlace<'a> { "networktype" => kind: Scalar<'a>, }
}
wire! {
    struct EntraRow<'a> {
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
        // What was typed instead of it.
        "signinidentifier" => typed_login: Scalar<'a>,
        "alternatesigninname" => other_login: Scalar<'a>,
        "userid" => user_id: Scalar<'a>,
        "appdisplayname" => app: Scalar<'a>,
        "clientappused" => client: Scalar<'a>,
        "useragent" => user_agent: Scalar<'a>,
        "isinteractive" => interactive: Scalar<'a>,
        "authenticationprotocol" => protocol: Scalar<'a>,
        "autonomoussystemnumber" => asn: Scalar<'a>,
        "riskstate" => risk_state: Scalar<'a>,
        "risklevelduringsignin" => risk_level: Scalar<'a>,
        "status" => status: Status<'a>,
        "authenticationdetails" => steps: List<EntraStep<'a>>,
        "mfadetail" => mfa: MfaDetail<'a>,
        "location" | "locationdetails" => location: EntraLocation<'a>,
        "devicedetail" => device: EntraDevice<'a>,
        "networklocationdetails" => networks: List<NetworkPlace<'a>>,
        "conditionalaccesspolicies" | "appliedconditionalaccesspolicies" => policies: List<EntraPolicy<'a>>,
        // Only to tell the other kinds of record apart, which are then read as what they are.
        "activitydisplayname" => activity: Scalar<'a>,
        "riskeventtype" => risk_event: Scalar<'a>,
        "date (utc)" => portal_date: Scalar<'a>,
    }
}

/// A record, and the `properties` it may wrap. What is inside is the event; what is outside is about its log entry.
#[derive(Debug, Default)]
pub(crate) struct Enveloped<T> {
    pub(super) outer: T,
    pub(super) inner: T,
}

pub(super) type EntraRecord<'a> = Enveloped<EntraRow<'a>>;

impl<T> Enveloped<T> {
    /// The inner value, or else the outer.
    pub(super) fn pick<'r, 'a: 'r>(&'r self, field: impl Fn(&'r T) -> &'r Scalar<'a>) -> &'r Scalar<'a> {
        let inner = field(&self.inner);
        if inner.is_absent() { field(&self.outer) } else { inner }
    }

    /// The one of the two that has the field.
    pub(super) fn layer_with<F: Field>(&self, field: impl for<'r> Fn(&'r T) -> &'r F) -> &T {
        if field(&self.inner).is_absent() { &self.outer } else { &self.inner }
    }
}

impl<'a> EntraRecord<'a> {
    /// The name of the log that the record is from, such as `SignInLogs`, `AuditLogs`.
    pub(super) fn log_name(&self) -> Option<&str> {
        self.pick(|row| &row.category).text().or_else(|| self.pick(|row| &row.table).text())
    }

    pub(super) fn is_sign_in(&self) -> bool {
        let named = self.log_name().is_some_and(|name| contains(name, "signin"))
            || self.pick(|row| &row.operation).text().is_some_and(|name| contains(name, "sign-in activity"));
        named || (self.names_a_person() && self.ended() && !self.is_audit() && !self.is_detection())
    }

    /// The person's login. What was typed counts only where Entra has no name for the account, or its id in the place
    /// of one.
    pub(super) fn login(&self) -> &Scalar<'a> {
        let login = self.pick(|row| &row.login);
        if login.text().is_some_and(|login| !is_guid(login)) {
            return login;
        }
        let typed = [self.pick(|row| &row.typed_login), self.pick(|row| &row.other_login)];
        typed.into_iter().find(|typed| typed.text().is_some_and(|typed| typed.contains('@'))).unwrap_or(login)
    }

    fn names_a_person(&self) -> bool {
        !self.pick(|row| &row.login).is_absent() || !self.pick(|row| &row.user_id).is_absent()
    }

    fn ended(&self) -> bool {
        !self.layer_with(|row| &row.status).status.is_absent()
            || !self.pick(|row| &row.result_type).is_absent()
    }

    /// A change in the directory, in any shape but the portal's.
    pub(super) fn is_audit(&self) -> bool {
        !self.pick(|row| &row.activity).is_absent() || (self.is_of("AuditLogs") && self.has_operation())
    }

    /// What Identity Protection found.
    pub(super) fn is_detection(&self) -> bool {
        !self.pick(|row| &row.risk_event).is_absent()
            || (self.log_name().is_some_and(|name| contains(name, "Risk")) && self.has_operation())
    }

    fn is_of(&self, log: &str) -> bool {
        let names = [&self.outer.category, &self.inner.category, &self.outer.table];
        names.iter().filter_map(|name| name.text()).any(|name| name.eq_ignore_ascii_case(log))
    }

    fn has_operation(&self) -> bool {
        !self.outer.operation.is_absent()
    }
}

/// `8-4-4-4-12` hexadecimal digits.
fn is_guid(text: &str) -> bool {
    let is_part =
        |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = text.split('-').count() == 5;
    parts && text.split('-').zip([8, 4, 4, 4, 12]).all(|(part, digits)| is_part(part, digits))
}

impl<'de, T: Object<'de> + Deserialize<'de>> Deserialize<'de> for Enveloped<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

struct EnvelopeVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de> + Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
    type Value = Enveloped<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Enveloped<T>, A::Error> {
        let mut record = Enveloped { outer: T::default(), inner: T::default() };
        while let Some(key) = map.next_key::<Key<'_>>()? {
            if key.is("properties") {
                let inner = map.next_value::<T>()?;
                if record.inner.is_absent() {
                    record.inner = inner;
                }
            } else if !record.outer.read_field(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(record)
    }
}
