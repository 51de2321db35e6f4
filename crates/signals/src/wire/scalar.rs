//! One value, in whatever type an export wrote it.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Field;

/// Text, number or truth value. Anything else, the empty text and the text `null` are `Absent`.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) enum Scalar<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Int(i64),
    /// With a fraction.
    Float(f64),
    Bool(bool),
}

impl<'a> Scalar<'a> {
    /// A value that did not come from JSON, kept to the same rules as one that did.
    pub(crate) fn of(text: Cow<'a, str>) -> Self {
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) if text.trim().len() < text.len() => Cow::Owned(text.trim().to_owned()),
            Cow::Owned(text) => Cow::Owned(text),
        };
        if meaningful(&text) { Self::Text(text) } else { Self::Absent }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The text, still borrowed from the line; a number as its digits.
    pub(crate) fn cow(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// A number that may have a fraction: a coordinate.
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "coordinates are small")]
            Self::Int(number) => Some(*number as f64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Field for Scalar<'_> {
    type Static = Scalar<'static>;

    fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    fn into_static(self) -> Scalar<'static> {
        match self {
            Self::Absent => Scalar::Absent,
            Self::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
            Self::Int(number) => Scalar::Int(number),
            Self::Float(number) => Scalar::Float(number),
            Self::Bool(truth) => Scalar::Bool(truth),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

fn meaningful(text: &str) -> bool {
    !text.is_empty() && !text.eq_ignore_ascii_case("null")
}

pub(super) struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::of(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let text = text.trim();
        Ok(if meaningful(text) { Scalar::Text(Cow::Owned(text.to_owned())) } else { Scalar::Absent })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).map_or(Scalar::Absent, Scalar::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.fract() != 0.0 {
            return Ok(Scalar::Float(number));
        }
        // Exports through spreadsheets write 50126.0; formatting keeps the digits without a lossy cast.
        Ok(format!("{number:.0}").parse().map_or(Scalar::Absent, Scalar::Int))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(truth))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }
}
