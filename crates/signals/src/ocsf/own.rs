//! What stands under `unmapped.postern`.

use serde::Serialize;

use super::codes;
use crate::{
    cause::Cause,
    record::{Flag, Method, Network, Point, SignIn},
};

/// What Postern says of the record, in the words that it reads back.
#[derive(Serialize)]
pub(super) struct OcsfOwn<'a> {
    provider: &'static str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<Flag>,
    interactive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    /// Only where `src_endpoint.location` cannot hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_place: Option<Point>,
}

impl<'a> OcsfOwn<'a> {
    pub(super) fn of(record: &'a SignIn<'_>) -> Self {
        Self {
            provider: record.provider.as_str(),
            result: codes::result_word(record.result),
            cause: record.cause(),
            method: record.method,
            flag: record.flag,
            interactive: record.interactive,
            policy: record.policy.as_deref(),
            phone: record.phone.as_deref(),
            detail: record.detail.as_deref(),
            legacy: record.legacy.then_some(true),
            network: Some(record.network).filter(|network| *network != Network::Unknown),
            place: record.place.filter(|_| !super::party::is_located(record)),
            phone_country: record.phone_country.as_deref(),
            phone_place: record.phone_place,
        }
    }
}
