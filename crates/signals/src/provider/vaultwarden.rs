//! Log lines.

use crate::{read::Parsed, record::Position};

/// `None`: no line of this provider.
pub(crate) fn parse_text(_line: &str, _position: Position) -> Option<Parsed<'_>> {
    None
}
