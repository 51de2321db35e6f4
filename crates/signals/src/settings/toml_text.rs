//! From TOML, field by field, so that one wrong field does not hide the next.

use serde::Deserialize;
use toml::{Table, Value};

use super::Settings;

/// What could be read, and everything that could not.
pub(super) fn read(text: &str) -> (Settings, Vec<String>) {
    let table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            return (Settings::default(), vec![format!("settings: {}", error.to_string().trim_end())]);
        }
    };
    let mut reading = TomlReading::default();
    for (key, value) in table {
        reading.take(&[key], value);
    }
    let TomlReading { sound, mut problems } = reading;
    let settings = Settings::deserialize(sound).unwrap_or_else(|error| {
        problems.push(format!("settings: {}", error.message()));
        Settings::default()
    });
    (settings, problems)
}

#[derive(Default)]
struct TomlReading {
    sound: Table,
    problems: Vec<String>,
}

impl TomlReading {
    /// Reads a document of nothing but this field. A section is tried empty first: its own name may be the wrong one.
    fn take(&mut self, path: &[String], value: Value) {
        let (bare, inner) = match value {
            Value::Table(inner) => (Value::Table(Table::new()), Some(inner)),
            other => (other, None),
        };
        if let Err(error) = Settings::deserialize(nested(path, bare.clone())) {
            self.problems.push(format!("settings.{}: {}", path.join("."), error.message()));
            return;
        }
        insert(&mut self.sound, path, bare);
        for (key, value) in inner.into_iter().flatten() {
            self.take(&[path, &[key]].concat(), value);
        }
    }
}

fn nested(path: &[String], value: Value) -> Table {
    let mut table = Table::new();
    insert(&mut table, path, value);
    table
}

fn insert(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => drop(table.insert(key.clone(), value)),
        [key, rest @ ..] => {
            let inner = table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// A duration as people write it: `10m`, `24h`, `1h 30m`.
pub(super) mod span {
    use std::borrow::Cow;

    use jiff::SignedDuration;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const WANTED: &str = r#"must be a duration in quotes, such as "10m" or "24h""#;

    pub(in crate::settings) fn serialize<S: Serializer>(
        span: &SignedDuration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        jiff::fmt::serde::duration::friendly::compact::required(span, serializer)
    }

    pub(in crate::settings) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SignedDuration, D::Error> {
        let text = Cow::<str>::deserialize(deserializer).map_err(|_| D::Error::custom(WANTED))?;
        text.parse().map_err(|error| D::Error::custom(format_args!("{WANTED}: {error}")))
    }
}

/// The same, where it may be left out.
pub(super) mod optional_span {
    use jiff::SignedDuration;
    use serde::{Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(in crate::settings) fn serialize<S: Serializer>(
        span: &Option<SignedDuration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        jiff::fmt::serde::duration::friendly::compact::optional(span, serializer)
    }

    pub(in crate::settings) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SignedDuration>, D::Error> {
        super::span::deserialize(deserializer).map(Some)
    }
}
