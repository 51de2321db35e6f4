//! Keys, however an export spells them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A key in lower case, without the suffixes that exports add (`Status_dynamic`, `CreatedDateTime [UTC]`).
/// Empty for a key too long to be one of ours.
pub(crate) struct Key {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Key {
    const MAX: usize = 48;

    fn new(name: &str) -> Self {
        let mut key = Self { bytes: [0; Self::MAX], len: 0 };
        if let Some(room) = key.bytes.get_mut(..name.len()) {
            room.copy_from_slice(name.as_bytes());
            room.make_ascii_lowercase();
            key.len = name.len();
        }
        key
    }

    pub(crate) fn as_str(&self) -> &str {
        let name = self.bytes.get(..self.len).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or("");
        [" [utc]", "_dynamic", "_string", "_s", "_d", "_b", "_g", "_t"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(Key::new(name))
    }
}
