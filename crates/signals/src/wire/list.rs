//! Lists of objects.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Field, Object, ObjectVisitor};

/// A list of objects; anything else is the empty list.
#[derive(Debug, Default)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

/// No provider writes more steps, policies or targets than this into one record.
pub(super) const LIST_MAX: usize = 64;

impl<T: Field> Field for List<T> {
    type Static = List<T::Static>;

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn into_static(self) -> Self::Static {
        List(self.0.into_iter().map(T::into_static).collect())
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for ListVisitor<T>
where
    T: Object<'de> + Deserialize<'de>,
    List<T>: TextList,
{
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or its JSON text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() < LIST_MAX {
            match seq.next_element::<T>()? {
                Some(item) => list.push(item),
                None => return Ok(List(list)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        ObjectVisitor(PhantomData).visit_map(map).map(|item| List(vec![item]))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List<T>, E> {
        Ok(if text.trim_start().starts_with(['[', '{']) { List::from_text(text) } else { List(Vec::new()) })
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<List<T>, E> {
        Ok(List(Vec::new()))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<List<T>, E> {
        Ok(List(Vec::new()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<List<T>, E> {
        Ok(List(Vec::new()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<List<T>, E> {
        Ok(List(Vec::new()))
    }

    fn visit_unit<E: Error>(self) -> Result<List<T>, E> {
        Ok(List(Vec::new()))
    }
}

/// Reads a list from the text of a cell.
pub(crate) trait TextList {
    fn from_text(text: &str) -> Self;
}

impl<'de, T> Deserialize<'de> for List<T>
where
    T: Object<'de> + Deserialize<'de>,
    Self: TextList,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}
