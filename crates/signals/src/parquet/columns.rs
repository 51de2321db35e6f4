//! The columns: what they are called, what they hold, and where a record has it.

use std::net::IpAddr;

use ::parquet::basic::{LogicalType, TimeUnit, Type};

use crate::{
    cause::Cause,
    ocsf::codes,
    record::{Flag, Point, SignIn},
};

/// Where a cell's value is in a record.
pub(super) enum ParquetValue {
    /// Milliseconds since 1970, UTC.
    Time(fn(&SignIn<'_>) -> Option<i64>),
    Long(fn(&SignIn<'_>) -> Option<i64>),
    Int(fn(&SignIn<'_>) -> Option<i32>),
    Float(fn(&SignIn<'_>) -> Option<f32>),
    Bool(fn(&SignIn<'_>) -> Option<bool>),
    Text(for<'r> fn(&'r SignIn<'_>) -> Option<&'r str>),
    Address(fn(&SignIn<'_>) -> Option<IpAddr>),
}
use ParquetValue::{Address, Bool, Float, Int, Long, Text, Time};

impl ParquetValue {
    /// The type in the file.
    pub(super) fn kind(&self) -> (Type, Option<LogicalType>) {
        match self {
            Time(_) => (Type::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
            Long(_) => (Type::INT64, None),
            Int(_) => (Type::INT32, None),
            Float(_) => (Type::FLOAT, None),
            Bool(_) => (Type::BOOLEAN, None),
            Text(_) | Address(_) => (Type::BYTE_ARRAY, Some(LogicalType::String)),
        }
    }
}

/// How a column's values are spread, which decides how they are stored.
pub(super) enum Spread {
    /// Few values, many times: a dictionary.
    Repeats,
    /// Hardly any value twice.
    Unique,
    /// Each a little more than the one before: the differences.
    Rises,
}
use Spread::{Repeats, Rises, Unique};

pub(super) struct ParquetColumn {
    pub(super) name: &'static str,
    pub(super) optional: bool,
    pub(super) spread: Spread,
    pub(super) value: ParquetValue,
}

const fn always(name: &'static str, value: ParquetValue) -> ParquetColumn {
    ParquetColumn { name, optional: false, spread: Repeats, value }
}

const fn maybe(name: &'static str, value: ParquetValue) -> ParquetColumn {
    ParquetColumn { name, optional: true, spread: Repeats, value }
}

const fn spread(spread: Spread, column: ParquetColumn) -> ParquetColumn {
    ParquetColumn { name: column.name, optional: column.optional, spread, value: column.value }
}

/// In the order of the file.
pub(super) static COLUMNS: [ParquetColumn; 38] = [
    spread(Rises, maybe("time", Time(|record| record.at.map(jiff::Timestamp::as_millisecond)))),
    always("class_uid", Int(|record| Some(codes::class(record).id))),
    always("activity_id", Int(|record| Some(codes::activity(record).id))),
    always("type_uid", Long(|record| Some(codes::type_uid(record)))),
    always("severity_id", Int(|record| Some(codes::severity(record).id))),
    always("status_id", Int(|record| Some(codes::status(record).id))),
    maybe("status_code", Text(|record| record.code.as_deref())),
    maybe("user_name", Text(|record| record.person.as_deref())),
    maybe("user_uid", Text(|record| record.person_id.as_deref())),
    maybe("user_display_name", Text(|record| record.display.as_deref())),
    maybe("actor_user_name", Text(|record| record.actor.as_deref())),
    maybe("src_ip", Address(|record| record.ip)),
    maybe("src_country", Text(|record| record.country.as_deref())),
    maybe("src_city", Text(|record| record.city.as_deref())),
    maybe("src_lat", Float(|record| latitude(record.place))),
    maybe("src_lon", Float(|record| longitude(record.place))),
    maybe("src_asn", Long(|record| record.asn.map(i64::from))),
    always("src_network", Text(|record| Some(record.network.as_str()))),
    maybe("user_agent", Text(|record| record.user_agent.as_deref())),
    maybe("service_name", Text(|record| record.app.as_deref())),
    maybe("session_uid", Text(|record| record.session.as_deref())),
    maybe("device_uid", Text(|record| record.device.as_deref())),
    maybe("is_mfa", Bool(codes::is_mfa)),
    always("auth_method", Text(|record| Some(record.method.as_str()))),
    maybe("phone", Text(|record| record.phone.as_deref())),
    maybe("phone_lat", Float(|record| latitude(record.phone_place))),
    maybe("phone_lon", Float(|record| longitude(record.phone_place))),
    always("provider", Text(|record| Some(record.provider.as_str()))),
    maybe("cause", Text(|record| record.cause().map(Cause::as_str))),
    always("result", Text(|record| Some(codes::result_word(record.result)))),
    maybe("flag", Text(|record| record.flag.map(Flag::as_str))),
    always("interactive", Bool(|record| Some(record.interactive))),
    always("legacy", Bool(|record| Some(record.legacy))),
    maybe("policy", Text(|record| record.policy.as_deref())),
    maybe("detail", Text(|record| record.detail.as_deref())),
    spread(Unique, maybe("record_uid", Text(|record| record.record_id.as_deref()))),
    always("file", Long(|record| Some(record.position.file.into()))),
    spread(Rises, always("line", Long(|record| Some(record.position.line.try_into().unwrap_or(i64::MAX))))),
];

fn latitude(place: Option<Point>) -> Option<f32> {
    place.map(|place| place.latitude)
}

fn longitude(place: Option<Point>) -> Option<f32> {
    place.map(|place| place.longitude)
}
