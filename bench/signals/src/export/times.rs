//! Times as Entra writes them, without a formatter: most of a record's cost would go there.

use jiff::{ToSpan as _, civil::Date};

const NANOS_OF_DAY: u64 = 86_400_000_000_000;
/// The log begins on this Monday.
const FIRST_DAY: Date = jiff::civil::date(2026, 3, 2);

/// Writes times.
pub(super) struct Calendar {
    days: Vec<String>,
}

impl Calendar {
    pub(super) fn new() -> Self {
        let day = |after: i32| FIRST_DAY.checked_add(after.days()).unwrap_or(FIRST_DAY);
        Self { days: (0..400).map(|after| format!("{}T", day(after))).collect() }
    }

    /// `2026-03-02T08:13:58.9001234`: seven digits, no offset.
    pub(super) fn write(&self, nanos: u64, out: &mut Vec<u8>) {
        let day = usize::try_from(nanos / NANOS_OF_DAY).ok().and_then(|day| self.days.get(day));
        out.extend_from_slice(day.map_or("2027-12-31T", String::as_str).as_bytes());
        let ticks = nanos % NANOS_OF_DAY / 100;
        let seconds = ticks / 10_000_000;
        write_digits(seconds / 3_600, 2, out);
        out.push(b':');
        write_digits(seconds / 60 % 60, 2, out);
        out.push(b':');
        write_digits(seconds % 60, 2, out);
        out.push(b'.');
        write_digits(ticks % 10_000_000, 7, out);
    }
}

fn write_digits(number: u64, width: u32, out: &mut Vec<u8>) {
    for place in (0..width).rev() {
        let digit = u8::try_from(number / 10_u64.pow(place) % 10).unwrap_or(0);
        out.push(b'0' + digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_seven_digits_and_months_roll_over() {
        let mut out = Vec::new();
        Calendar::new().write(30 * NANOS_OF_DAY + 29_638_900_123_499, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "2026-04-01T08:13:58.9001234");
    }
}
