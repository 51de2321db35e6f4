//! What an event says of itself: a list of named values, or in flattened records an object.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::wire::{Field, List, Scalar, Values, wire};

wire! {
    struct GoogleParameter<'a> {
        "name" => name: Scalar<'a>,
        "value" | "boolvalue" | "intvalue" | "multivalue" | "multistrvalue" | "multiintvalue" => values: Values<'a>,
    }
}

#[derive(Debug, Default)]
pub(crate) struct Parameters<'a>(Vec<GoogleParameter<'a>>);

/// More than any event has; what is beyond is not read.
const MOST: usize = 64;

impl<'a> Parameters<'a> {
    pub(super) fn all(&self, name: &str) -> &[Scalar<'a>] {
        let found = self.0.iter().find(|parameter| parameter.name.text() == Some(name));
        found.map_or(&[], |parameter| parameter.values.0.as_slice())
    }

    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.all(name).first().and_then(Scalar::cow)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.all(name).first().and_then(Scalar::truth) == Some(true)
    }
}

impl Field for Parameters<'_> {
    type Static = Parameters<'static>;

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn into_static(self) -> Parameters<'static> {
        Parameters(self.0.into_iter().map(Field::into_static).collect())
    }
}

impl<'de> Deserialize<'de> for Parameters<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParametersVisitor)
    }
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = Parameters<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("named values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        let list = List::deserialize(serde::de::value::SeqAccessDeserializer::new(seq))?;
        Ok(Parameters(list.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = map.next_key::<Scalar<'de>>()? {
            if found.len() < MOST {
                found.push(GoogleParameter { name, values: map.next_value()? });
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Parameters(found))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        // The cell of a table.
        let read = text.starts_with(['[', '{']).then(|| serde_json::from_str::<Parameters<'_>>(text));
        Ok(read.and_then(Result::ok).map(Field::into_static).unwrap_or_default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Parameters::default())
    }
}
