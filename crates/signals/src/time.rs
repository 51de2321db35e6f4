//! The times that sign-in logs carry. A time without an offset is UTC, as the hosted providers log.

use jiff::{Timestamp, civil};

use crate::{read::RecordDefect, wire::Scalar};

/// RFC 3339 with any fraction up to nine digits; `2024-04-02 19:17:37.621000000`; `2026-03-02 08:14:11,204`
/// (Java's loggers); `2017-12-05 19:13:06 UTC`; `4/28/2021, 2:08:45.221 PM` (month first: the Log Analytics
/// portal's export); Unix seconds or milliseconds.
/// `None`: none of these.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if text.contains('/') {
        return parse_portal(text);
    }
    if let Ok(at) = text.parse::<civil::DateTime>() {
        // A bare date is no time of a sign-in.
        return text.contains(':').then(|| utc(at)).flatten();
    }
    text.parse::<i64>().ok().and_then(from_unix)
}

/// Seconds below 10^11 (the year 5138), milliseconds above: no sign-in log is older than 1973.
pub(crate) fn from_unix(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() < 100_000_000_000 {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// The time in a field. `None`: the field is absent.
/// Err: there is something in it, and that is no time.
pub(crate) fn time_in(field: &Scalar<'_>) -> Result<Option<Timestamp>, RecordDefect> {
    let at = match field {
        Scalar::Absent => return Ok(None),
        Scalar::Text(text) => parse_time(text),
        Scalar::Int(number) => from_unix(*number),
        Scalar::Float(_) | Scalar::Bool(_) => None,
    };
    at.map(Some).ok_or(RecordDefect::BadTime)
}

fn utc(at: civil::DateTime) -> Option<Timestamp> {
    at.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn parse_portal(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.trim_end_matches(',').split('/');
    let month = date.next()?.parse().ok()?;
    let day = date.next()?.parse().ok()?;
    let year = date.next()?.parse().ok()?;
    if date.next().is_some() {
        return None;
    }
    // The browser's export writes a narrow no-break space before AM and PM.
    let (clock, half) = match time.trim().split_once([' ', '\u{202f}', '\u{a0}']) {
        Some((clock, half)) => (clock, Some(half.trim())),
        None => (time.trim(), None),
    };
    let clock = parse_clock(clock, half)?;
    utc(civil::Date::new(year, month, day).ok()?.to_datetime(clock))
}

fn parse_clock(clock: &str, half: Option<&str>) -> Option<civil::Time> {
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let mut hour: i8 = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().unwrap_or("0").parse().ok()?;
    match half {
        Some(half) if !(1..=12).contains(&hour) || half.is_empty() => return None,
        Some(half) if half.eq_ignore_ascii_case("PM") => hour = hour % 12 + 12,
        Some(half) if half.eq_ignore_ascii_case("AM") => hour %= 12,
        Some(_) => return None,
        None => {}
    }
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanosecond = format!("{fraction:0<9}").parse().ok()?;
    civil::Time::new(hour, minute, second, nanosecond).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_the_logs_write_it() {
        for (text, expected) in [
            ("2026-03-02T08:14:11.2041234Z", "2026-03-02T08:14:11.2041234Z"),
            ("2026-03-02T09:14:11.2+01:00", "2026-03-02T08:14:11.2Z"),
            ("2024-04-02 19:17:37.621000000", "2024-04-02T19:17:37.621Z"),
            ("2023-07-21 05:03:52.160562400", "2023-07-21T05:03:52.1605624Z"),
            ("2025-01-15 09:30:25.123", "2025-01-15T09:30:25.123Z"),
            ("2025-01-15T09:30:25", "2025-01-15T09:30:25Z"),
            ("2026-03-02 08:14:11,204", "2026-03-02T08:14:11.204Z"),
            ("2024-10-30T17:27:03.414798073+05:30", "2024-10-30T11:57:03.414798073Z"),
            ("2026-06-02 10:40:17+0530", "2026-06-02T05:10:17Z"),
            ("2017-12-05 19:13:06 UTC", "2017-12-05T19:13:06Z"),
            ("4/28/2021, 2:08:45.221 PM", "2021-04-28T14:08:45.221Z"),
            ("4/28/2021, 12:08:45.221 AM", "2021-04-28T00:08:45.221Z"),
            ("12/1/2021 12:00:00\u{202f}PM", "2021-12-01T12:00:00Z"),
            ("1772439251", "2026-03-02T08:14:11Z"),
            ("1772439251204", "2026-03-02T08:14:11.204Z"),
        ] {
            assert_eq!(parse_time(text), Some(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2025-01-15",
            "28/4/2021, 2:08:45 PM",
            "4/28/2021, 14:08:45 PM",
            "4/28/2021",
            "1/2/3/4 1:00",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
