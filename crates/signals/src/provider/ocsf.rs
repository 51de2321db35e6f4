//! OCSF Authentication, class 3002.

use crate::{read::Parsed, record::Position};

/// `None`: valid JSON, but no record of this provider.
pub(crate) fn parse(line: &str, _position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let _: serde::de::IgnoredAny = serde_json::from_str(line)?;
    Ok(None)
}
