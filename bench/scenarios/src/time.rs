//! Times: milliseconds since 1970. Vendors write them in five ways.

use jiff::Timestamp;

/// A minute, in milliseconds.
pub const MINUTE: i64 = 60_000;
/// An hour.
pub const HOUR: i64 = 60 * MINUTE;
/// A day.
pub const DAY: i64 = 24 * HOUR;

fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
}

/// `2026-03-02T08:14:11.204Z`
pub fn rfc3339(at: i64) -> String {
    format!("{:.3}", timestamp(at))
}

/// `2026-03-02T08:14:11Z`
pub fn to_the_second(at: i64) -> String {
    format!("{:.0}", timestamp(at - at.rem_euclid(1000)))
}

/// `2026-03-02T08:14:11.2041234+00:00`: seven digits and an offset, as Entra writes it.
pub fn with_offset(at: i64, digits: &str) -> String {
    rfc3339(at).replace('Z', &format!("{digits}+00:00"))
}

/// `2026-03-02 08:14:11,204`: the head of a Keycloak line.
pub fn with_comma(at: i64) -> String {
    rfc3339(at).replace('T', " ").replace('.', ",").replace('Z', "")
}

/// 0 is Monday.
pub fn weekday(at: i64) -> i64 {
    // The first day of 1970 was a Thursday.
    (at.div_euclid(DAY) + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_vendors_write_them() {
        let at = 1_772_439_251_204;
        assert_eq!(rfc3339(at), "2026-03-02T08:14:11.204Z");
        assert_eq!(to_the_second(at), "2026-03-02T08:14:11Z");
        assert_eq!(with_offset(at, "1234"), "2026-03-02T08:14:11.2041234+00:00");
        assert_eq!(with_comma(at), "2026-03-02 08:14:11,204");
        assert_eq!(weekday(at), 0);
    }
}
