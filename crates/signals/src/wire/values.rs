//! A value that some exports write alone and others in a list.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Field, Scalar, list::LIST_MAX, scalar::ScalarVisitor};

/// `"a"` or `["a","b"]`, or the latter as the text of a cell. What is absent is left out.
#[derive(Debug, Default)]
pub(crate) struct Values<'a>(pub(crate) Vec<Scalar<'a>>);

impl<'a> Values<'a> {
    pub(crate) fn first(&self) -> Option<&Scalar<'a>> {
        self.0.first()
    }

    fn one(scalar: Scalar<'a>) -> Self {
        Self(if scalar.is_absent() { Vec::new() } else { vec![scalar] })
    }
}

impl Field for Values<'_> {
    type Static = Values<'static>;

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn into_static(self) -> Values<'static> {
        Values(self.0.into_iter().map(Field::into_static).collect())
    }
}

impl<'de> Deserialize<'de> for Values<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

/// A cell that holds a list as text.
fn cell(text: &str) -> Option<Values<'static>> {
    let list = text.trim_start().starts_with('[').then(|| serde_json::from_str::<Values<'_>>(text));
    list.and_then(Result::ok).map(Field::into_static)
}

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or a list of them")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        match cell(text) {
            Some(values) => Ok(values),
            None => ScalarVisitor.visit_borrowed_str(text).map(Values::one),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match cell(text) {
            Some(values) => Ok(values),
            None => ScalarVisitor.visit_str(text).map(Values::one),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_i64(number).map(Values::one)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_u64(number).map(Values::one)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_f64(number).map(Values::one)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        ScalarVisitor.visit_bool(truth).map(Values::one)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Values::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Values::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < LIST_MAX {
            match seq.next_element::<Scalar<'de>>()? {
                Some(value) if value.is_absent() => {}
                Some(value) => values.push(value),
                None => return Ok(Values(values)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Values(values))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn read(json: &str) -> Values<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn alone_in_a_list_or_in_a_cell() {
        assert!(matches!(read(r#""a""#).first(), Some(Scalar::Text(Cow::Borrowed("a")))));
        assert_eq!(read(r#"["a",null,"",7]"#).0, [Scalar::Text("a".into()), Scalar::Int(7)]);
        assert_eq!(read(r#""[64500, 64501]""#).0, [Scalar::Int(64500), Scalar::Int(64501)]);
        assert_eq!(read("4.5").0, [Scalar::Float(4.5)]);
        for nothing in ["null", "{}", "[]", r#""""#, r#"[{"a":1}]"#, r#""null""#] {
            assert!(read(nothing).is_absent(), "{nothing}");
        }
        let long = format!("[{}1]", "1,".repeat(1000));
        assert_eq!(read(&long).0.len(), LIST_MAX);
    }
}
