//! Addresses and numbers on file: what cannot be one is refused where it is typed, for nobody would ever be told there.

use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Mode, PhoneNumber};

/// Why something typed is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It does not look like one.
    #[error("Type the number with + and the country, as in +44 20 7946 0102.")]
    Unreadable,
    /// It looks like one, and no number of that country has so many digits.
    #[error(
        "No number of that country is so long or so short: look again at the country code, and count the digits."
    )]
    WrongLength,
}

/// Reads a number as people write it, with its country, and gives it as it is written internationally: `+44 20 7946 0102`. Spaces,
/// hyphens, dots and brackets are for the eye. An extension is refused: nobody could dial it by itself.
pub fn parse_number(typed: &str) -> Result<String, NumberError> {
    let typed = typed.trim();
    let digits = typed.strip_prefix('+').ok_or(NumberError::Unreadable)?;
    // The library reads more than people type: other scripts' digits, letters as on old dials, extensions.
    if !digits.chars().all(|char| char.is_ascii_digit() || " -.()".contains(char)) {
        return Err(NumberError::Unreadable);
    }
    let number = phonenumber::parse(None, typed).map_err(|_| NumberError::Unreadable)?;
    if !has_possible_length(&number) {
        return Err(NumberError::WrongLength);
    }
    let written = number.format().mode(Mode::International).to_string();
    // Of a row of zeros, the library takes some for those that are dialled inside the country, each time that it reads them: two
    // people would not have one number by what is kept.
    let again =
        phonenumber::parse(None, &written).map(|again| again.format().mode(Mode::International).to_string());
    if again.is_ok_and(|again| again == written) { Ok(written) } else { Err(NumberError::WrongLength) }
}

/// Enough for its owner, and little for whoever found the screen open: the first letter and the domain, or two digits.
pub fn masked(kind: &str, value: &str) -> String {
    if kind == "email" {
        let (name, domain) = value.rsplit_once('@').unwrap_or((value, ""));
        let first: String = name.chars().take(1).collect();
        return format!("{first}…@{domain}");
    }
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(2)).collect();
    format!("…{last}")
}

/// Whether its country has numbers of this length. Not whether this range is given out: the library's list of those is older than
/// the newest of them, and a person whose number is refused can't be told of anything.
fn has_possible_length(number: &PhoneNumber) -> bool {
    let national = number.national();
    let digits = national.value().checked_ilog10().map_or(0, |log| log + 1) + u32::from(national.zeros());
    // Several countries share some codes.
    DATABASE.by_code(&number.code().value()).into_iter().flatten().any(|country| {
        let of = country.descriptors();
        let kinds = [
            of.fixed_line(),
            of.mobile(),
            of.voip(),
            of.personal_number(),
            of.uan(),
            of.toll_free(),
            of.shared_cost(),
            of.pager(),
        ];
        let mut lengths = kinds.into_iter().flatten().flat_map(Descriptor::possible_length);
        lengths.any(|length| u32::from(*length) == digits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them_are_written_one_way() {
        for (typed, written) in [
            ("+44 20 7946 0102", "+44 20 7946 0102"),
            ("+442079460102", "+44 20 7946 0102"),
            (" +1 (202) 555-0143 ", "+1 202-555-0143"),
            ("+49.30.12345678", "+49 30 12345678"),
            ("+44 7700 900120", "+44 7700 900120"),
            ("+39 06 6982", "+39 06 6982"),
        ] {
            assert_eq!(parse_number(typed).as_deref(), Ok(written), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_called_is_none() {
        for number in [
            "",
            "12",
            "+",
            "+12",
            "020 7946 0102",
            "0044 20 7946 0102",
            "+0 20 7946 0102",
            "+44 20 79",
            "+1234567890123456",
            "+44 20 7946 O102",
            "+44 20 7946 0102 ext 4",
            "ana@halden.example",
            "+44\u{202e}2079460102",
            "+44 20 7946 0102; 5",
            "+999 20 7946 0102",
            // Found by fuzzing: read again, it was another number.
            "+490000000000678",
        ] {
            assert!(parse_number(number).is_err(), "{number}");
        }
    }
}
