//! Borrowing serde pieces that forgive what exports do to a record: keys in any case or with a type suffix,
//! numbers as text, the text `null`, and objects written as JSON text in a cell.

mod key;
mod list;
mod scalar;
mod values;

use std::{fmt, marker::PhantomData};

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub(crate) use key::{Key, tag};
pub(crate) use list::{List, TextList};
pub(crate) use scalar::Scalar;
pub(crate) use values::Values;

/// A field that can be found missing, and that can outlive the text it was read from.
pub(crate) trait Field: Default {
    type Static;
    fn is_absent(&self) -> bool;
    fn into_static(self) -> Self::Static;
}

/// An object whose known fields are read and whose others are skipped.
pub(crate) trait Object<'de>: Field {
    /// Reads the value that belongs to `key`, if it is one of ours. Of repeated keys the first with a value counts:
    /// a later one must not overwrite what the provider wrote first.
    fn read_field<A: MapAccess<'de>>(&mut self, key: &Key<'_>, map: &mut A) -> Result<bool, A::Error>;
    /// Reads the object from a cell that holds it as text; the default if that is no JSON.
    fn from_text(text: &str) -> Self;
}

pub(crate) struct ObjectVisitor<T>(pub(crate) PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or its JSON text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(key) = map.next_key::<Key<'_>>()? {
            if !object.read_field(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(object)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(if text.trim_start().starts_with('{') { T::from_text(text) } else { T::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

/// Declares a borrowed record: `struct Name<'a> { "key" | "other key" => field: Type, }`, keys in lower case.
macro_rules! wire {
    ($(#[$meta:meta])* struct $name:ident<$lt:lifetime> { $($($key:literal)|+ => $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<$lt> { $(pub(crate) $field: $ty,)* }

        impl<$lt> $crate::wire::Field for $name<$lt> {
            type Static = $name<'static>;
            fn is_absent(&self) -> bool { true $(&& $crate::wire::Field::is_absent(&self.$field))* }
            fn into_static(self) -> $name<'static> { $name { $($field: $crate::wire::Field::into_static(self.$field),)* } }
        }

        impl<$lt> $crate::wire::Object<$lt> for $name<$lt> {
            fn read_field<A: serde::de::MapAccess<$lt>>(
                &mut self,
                key: &$crate::wire::Key<'_>,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                let tag = key.tag();
                match () {
                    $(() if $(tag == const { $crate::wire::tag($key) } && key.is($key))||+ => {
                        let value: $ty = map.next_value()?;
                        if $crate::wire::Field::is_absent(&self.$field) { self.$field = value; }
                    })*
                    () => return Ok(false),
                }
                Ok(true)
            }
            fn from_text(text: &str) -> Self {
                serde_json::from_str::<$name<'_>>(text).map($crate::wire::Field::into_static).unwrap_or_default()
            }
        }

        impl<$lt> $crate::wire::TextList for $crate::wire::List<$name<$lt>> {
            fn from_text(text: &str) -> Self {
                serde_json::from_str::<$crate::wire::List<$name<'_>>>(text)
                    .map($crate::wire::Field::into_static)
                    .unwrap_or_default()
            }
        }

        impl<$lt> serde::de::Deserialize<$lt> for $name<$lt> {
            fn deserialize<D: serde::de::Deserializer<$lt>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::wire::ObjectVisitor(std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use wire;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    wire! {
        struct Inner<'a> { "errorcode" => code: Scalar<'a>, "failurereason" => reason: Scalar<'a>, }
    }
    wire! {
        struct Outer<'a> { "status" => status: Inner<'a>, "steps" => steps: List<Inner<'a>>, "name" | "upn" => name: Scalar<'a>, }
    }

    fn read(text: &str) -> Outer<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_object_may_be_text_in_a_cell() {
        let text = r#"{"Status_dynamic":"{\"errorCode\":\"50126\",\"failureReason\":\"a \\\"b\\\"\"}","Steps":"[{\"errorCode\":1},{}]"}"#;
        let outer = read(text);
        assert_eq!(outer.status.code.int(), Some(50126));
        assert_eq!(outer.status.reason.text(), Some("a \"b\""));
        assert_eq!(outer.steps.0.len(), 2);
    }

    #[test]
    fn a_plain_text_is_borrowed_and_an_escaped_one_owned() {
        assert!(matches!(read(r#"{"NAME":"mia"}"#).name, Scalar::Text(Cow::Borrowed("mia"))));
        assert!(
            matches!(read(r#"{"name":"m\u0069a"}"#).name, Scalar::Text(Cow::Owned(name)) if name == "mia")
        );
    }

    #[test]
    fn the_first_value_of_a_repeated_key_counts() {
        assert_eq!(read(r#"{"name":"null","upn":"mia","Name":"eve"}"#).name.text(), Some("mia"));
    }

    #[test]
    fn a_wrong_type_is_an_absent_field_and_not_an_error() {
        let outer = read(r#"{"status":7,"steps":"oops","name":[{"a":1}],"x":{"y":[1,2,{"z":null}]}}"#);
        assert!(outer.is_absent());
        assert!(read(r#"{"status":[1],"steps":1.5,"name":{"a":1}}"#).is_absent());
        assert!(read(r#"{"status":null,"steps":true,"name":null}"#).is_absent());
        assert_eq!(read(r#"{"status":{"errorCode":50126.0}}"#).status.code, Scalar::Int(50126));
    }
}
