//! Keys, however an export spells them.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A key in any case, without the suffixes that exports add (`Status_dynamic`, `CreatedDateTime [UTC]`).
///
/// It is compared where it stands. A record has some 200 keys, and a copy of each in lower case costs more than all
/// else in the record.
pub(crate) struct Key<'a>(Cow<'a, str>);

impl Key<'_> {
    /// Is this the key of that name? `name` is in lower case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    /// Its [`tag`], by which nearly all names that are not meant are told apart.
    pub(crate) fn tag(&self) -> u32 {
        tag(&self.0)
    }
}

/// The length and three letters without their case: names that differ mostly differ in it.
pub(crate) const fn tag(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (_, second_half) = bytes.split_at(bytes.len() / 2);
    let (Some(first), Some(middle), Some(last)) = (bytes.first(), second_half.first(), bytes.last()) else {
        return 0;
    };
    let [len, ..] = bytes.len().to_le_bytes();
    u32::from_le_bytes([len, *first | 0x20, *middle | 0x20, *last | 0x20])
}

/// Without the suffix of an export, of which there are few, each with its underscore or bracket in a known place.
fn stem(name: &str) -> &str {
    const SUFFIXES: [&str; 8] = [" [utc]", "_dynamic", "_string", "_s", "_d", "_b", "_g", "_t"];
    let from_end = |place: usize| name.len().checked_sub(place).and_then(|at| name.as_bytes().get(at));
    if ![2, 7, 8].into_iter().any(|place| from_end(place) == Some(&b'_')) && from_end(1) != Some(&b']') {
        return name;
    }
    let stem = |suffix: &&str| {
        let (stem, end) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
        end.eq_ignore_ascii_case(suffix).then_some(stem)
    };
    SUFFIXES.iter().find_map(stem).unwrap_or(name)
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(stem(name))))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(stem(name).to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_it_is_spelled() {
        for (written, name) in [
            ("\"userPrincipalName\"", "userprincipalname"),
            ("\"UserPrincipalName_s\"", "userprincipalname"),
            ("\"Status_dynamic\"", "status"),
            ("\"Status_STRING\"", "status"),
            ("\"CreatedDateTime [UTC]\"", "createddatetime"),
            ("\"user_id\"", "user_id"),
            ("\"a]\"", "a]"),
            ("\"\u{e9}_s\"", "\u{e9}"),
            ("\"u\\u0073er\"", "user"),
            ("\"_s\"", ""),
            ("\"\"", ""),
        ] {
            let key: Key<'_> = serde_json::from_str(written).unwrap();
            assert!(key.is(name) && key.tag() == tag(name), "{written}");
        }
        let key: Key<'_> = serde_json::from_str("\"user\"").unwrap();
        for other in ["use", "usor", "users", ""] {
            assert!(!key.is(other) && key.tag() != tag(other), "{other}");
        }
        assert!(!key.is("uxer"), "a tag alone is no name");
    }
}
