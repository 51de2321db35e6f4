//! Keycloak events.

use crate::{read::Parsed, record::Position};

/// `None`: valid JSON, but no record of this provider.
pub(crate) fn parse(line: &str, _position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let _: serde::de::IgnoredAny = serde_json::from_str(line)?;
    Ok(None)
}

/// `None`: no line of this provider.
pub(crate) fn parse_text(_line: &str, _position: Position) -> Option<Parsed<'_>> {
    None
}
