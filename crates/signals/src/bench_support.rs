//! For `bench/` alone: a part of reading by itself.

/// Parses the line into the structs of the Entra reader, and does nothing with them. True: that was possible.
pub fn parse_entra_only(line: &str) -> bool {
    crate::provider::parse_entra_only(line)
}
