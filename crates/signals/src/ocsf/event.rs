//! The shape of an event on the wire. Everything is borrowed from the record.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::{
    VERSION, codes,
    own::OcsfOwn,
    party::{OcsfActor, OcsfDevice, OcsfEndpoint, OcsfFactor, OcsfNamed, OcsfRequest, OcsfUser, Uid},
};
use crate::record::{AttemptResult, SignIn};

/// An event of class 3001 or 3002.
#[derive(Serialize)]
pub(super) struct OcsfEvent<'a> {
    class_uid: i32,
    class_name: &'static str,
    category_uid: i32,
    category_name: &'static str,
    activity_id: i32,
    activity_name: &'static str,
    type_uid: i64,
    type_name: TypeName,
    time: i64,
    severity_id: i32,
    severity: &'static str,
    status_id: i32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    message: &'static str,
    user: OcsfUser<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<OcsfActor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<OcsfEndpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<OcsfDevice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<OcsfRequest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<OcsfNamed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Uid<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_mfa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_protocol_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_protocol: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_factors: Option<[OcsfFactor<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<[OcsfNamed<'a>; 1]>,
    metadata: OcsfMetadata<'a>,
    #[serde(skip_serializing_if = "Observables::is_empty")]
    observables: Observables<'a>,
    unmapped: OcsfUnmapped<'a>,
}

impl<'a> OcsfEvent<'a> {
    /// `None`: the record has no time.
    pub(super) fn new(record: &'a SignIn<'_>) -> Option<Self> {
        let at = record.at?;
        let (class, activity) = (codes::class(record), codes::activity(record));
        let (severity, status) = (codes::severity(record), codes::status(record));
        let is_attempt = !matches!(record.result, AttemptResult::Lifecycle(_));
        let protocol = codes::protocol(record.method).filter(|_| is_attempt);
        let app = record.app.as_deref().unwrap_or(record.provider.as_str());
        Some(Self {
            class_uid: class.id,
            class_name: class.name,
            category_uid: codes::CATEGORY.id,
            category_name: codes::CATEGORY.name,
            activity_id: activity.id,
            activity_name: activity.name,
            type_uid: codes::type_uid(record),
            type_name: TypeName(class.name, activity.name),
            time: at.as_millisecond(),
            severity_id: severity.id,
            severity: severity.name,
            status_id: status.id,
            status: status.name,
            status_code: record.code.as_deref(),
            status_detail: codes::status_detail(record),
            message: codes::message(record),
            user: OcsfUser::of(record),
            actor: OcsfActor::of(record, is_attempt),
            src_endpoint: OcsfEndpoint::of(record),
            device: record.device.as_deref().map(|uid| OcsfDevice { uid, type_id: 0, kind: "Unknown" }),
            http_request: record.user_agent.as_deref().map(|user_agent| OcsfRequest { user_agent }),
            service: is_attempt.then_some(OcsfNamed { name: app }),
            session: record.session.as_deref().filter(|_| is_attempt).map(|uid| Uid { uid }),
            is_mfa: codes::is_mfa(record).filter(|_| is_attempt),
            auth_protocol_id: protocol.map(|protocol| protocol.id),
            auth_protocol: protocol.map(|protocol| protocol.name),
            auth_factors: OcsfFactor::of(record).map(|factor| [factor]),
            policies: record.policy.as_deref().filter(|_| !is_attempt).map(|name| [OcsfNamed { name }]),
            metadata: OcsfMetadata::of(record, at),
            observables: Observables { user: record.person.as_deref(), ip: record.ip },
            unmapped: OcsfUnmapped { postern: OcsfOwn::of(record) },
        })
    }
}

/// `Authentication: Logon`.
struct TypeName(&'static str, &'static str);

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}: {}", self.0, self.1))
    }
}

#[derive(Serialize)]
struct OcsfMetadata<'a> {
    version: &'static str,
    product: Product,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    log_provider: &'static str,
    /// With the digits that `time` drops.
    original_time: Timestamp,
    /// `device` belongs to a profile, which has to be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    profiles: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_name: Option<&'static str>,
}

impl<'a> OcsfMetadata<'a> {
    fn of(record: &'a SignIn<'_>, at: Timestamp) -> Self {
        let (name, vendor_name) = codes::product(record.provider);
        Self {
            version: VERSION,
            product: Product { name, vendor_name },
            uid: record.record_id.as_deref(),
            log_provider: record.provider.as_str(),
            original_time: at,
            profiles: record.device.is_some().then_some(["host"]),
        }
    }
}

struct Observables<'a> {
    user: Option<&'a str>,
    ip: Option<IpAddr>,
}

impl Observables<'_> {
    fn is_empty(&self) -> bool {
        self.user.is_none() && self.ip.is_none()
    }
}

impl Serialize for Observables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        if let Some(value) = self.user {
            list.serialize_element(&Observable { name: "user.name", type_id: 4, kind: "User Name", value })?;
        }
        if let Some(value) = self.ip {
            list.serialize_element(&Observable {
                name: "src_endpoint.ip",
                type_id: 2,
                kind: "IP Address",
                value,
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Observable<T> {
    name: &'static str,
    type_id: i32,
    #[serde(rename = "type")]
    kind: &'static str,
    value: T,
}

#[derive(Serialize)]
struct OcsfUnmapped<'a> {
    postern: OcsfOwn<'a>,
}
