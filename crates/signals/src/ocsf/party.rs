//! Who and what an event names: the user, the actor, the endpoint, the factor.

use std::net::IpAddr;

use serde::Serialize;

use super::codes;
use crate::record::{Method, SignIn};

/// OCSF wants a name where the log hides it. Read back, this word is no name: it is one of the placeholders that
/// [`SignIn::set_person`] drops.
const NO_NAME: &str = "unknown";

#[derive(Serialize)]
pub(super) struct OcsfNamed<'a> {
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Uid<'a> {
    pub(super) uid: &'a str,
}

#[derive(Serialize)]
pub(super) struct OcsfRequest<'a> {
    pub(super) user_agent: &'a str,
}

#[derive(Serialize)]
pub(super) struct OcsfDevice<'a> {
    pub(super) uid: &'a str,
    pub(super) type_id: i32,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct OcsfUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
}

impl<'a> OcsfUser<'a> {
    pub(super) fn of(record: &'a SignIn<'_>) -> Self {
        let person = record.person.as_deref();
        let uid = record.person_id.as_deref();
        let display = record.display.as_deref().filter(|display| person != Some(display));
        let name = person.or_else(|| uid.is_none().then_some(NO_NAME));
        Self { name, uid, email_addr: person.filter(|name| is_email(name)), display_name: display }
    }

    fn named(name: &'a str) -> Self {
        Self {
            name: Some(name),
            uid: None,
            email_addr: Some(name).filter(|name| is_email(name)),
            display_name: None,
        }
    }
}

/// Is it one to the schema's type `email_t`, which is narrower than the mail standards?
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((host, rest)) = domain.split_once('.') else {
        return false;
    };
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+,-./=?^_`{|}~".contains(&byte);
    !local.is_empty()
        && local.bytes().all(is_local)
        && !host.is_empty()
        && host.bytes().all(is_label)
        && !rest.is_empty()
        && rest.bytes().all(|byte| is_label(byte) || byte == b'.')
}

/// Who made the change. Account Change has no session and no service of its own: there they are the actor's.
#[derive(Serialize)]
pub(super) struct OcsfActor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<OcsfUser<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Uid<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<&'a str>,
}

impl<'a> OcsfActor<'a> {
    pub(super) fn of(record: &'a SignIn<'_>, is_attempt: bool) -> Option<Self> {
        let user = record.actor.as_deref().map(OcsfUser::named);
        let session = record.session.as_deref().filter(|_| !is_attempt).map(|uid| Uid { uid });
        let app_name = record.app.as_deref().filter(|_| !is_attempt);
        let is_known = user.is_some() || session.is_some() || app_name.is_some();
        is_known.then_some(Self { user, session, app_name })
    }
}

#[derive(Serialize)]
pub(super) struct OcsfEndpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<OcsfLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autonomous_system: Option<AutonomousSystem>,
}

#[derive(Serialize)]
pub(super) struct OcsfLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    long: Option<f32>,
}

#[derive(Serialize)]
pub(super) struct AutonomousSystem {
    number: u32,
}

impl<'a> OcsfEndpoint<'a> {
    pub(super) fn of(record: &'a SignIn<'_>) -> Option<Self> {
        let location = is_located(record).then(|| OcsfLocation {
            city: record.city.as_deref(),
            country: record.country.as_deref(),
            lat: record.place.map(|place| place.latitude),
            long: record.place.map(|place| place.longitude),
        });
        let autonomous_system = record.asn.map(|number| AutonomousSystem { number });
        let is_known = record.ip.is_some() || location.is_some() || autonomous_system.is_some();
        let name = record.ip.is_none().then_some(NO_NAME);
        is_known.then_some(Self { ip: record.ip, name, location, autonomous_system })
    }
}

/// A location without a city and a country is none to the schema.
pub(super) fn is_located(record: &SignIn<'_>) -> bool {
    record.city.is_some() || record.country.is_some()
}

#[derive(Serialize)]
pub(super) struct OcsfFactor<'a> {
    #[serde(rename = "factor_type_id")]
    type_id: i32,
    #[serde(rename = "factor_type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_totp: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
}

impl<'a> OcsfFactor<'a> {
    pub(super) fn of(record: &'a SignIn<'_>) -> Option<Self> {
        let kind = codes::factor(record.method)?;
        let is_call = matches!(record.method, Method::Sms | Method::Voice);
        Some(Self {
            type_id: kind.id,
            kind: kind.name,
            is_totp: (record.method == Method::Totp).then_some(true),
            phone_number: record.phone.as_deref().filter(|_| is_call),
        })
    }
}
