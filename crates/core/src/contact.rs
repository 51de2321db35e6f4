//! Addresses and numbers on file: what cannot be one is refused where it is typed, for nobody would ever be told there.

/// Why something typed is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Type the number with + and the country, as in +44 20 7946 0102.")]
pub struct NumberError;

/// Whether this can be a telephone number as E.164 has it: `+`, then 8 to 15 digits, of which the first is no zero. Spaces,
/// hyphens, dots and brackets between them are for the eye.
pub fn check_number(typed: &str) -> Result<(), NumberError> {
    let digits = typed.trim().strip_prefix('+').ok_or(NumberError)?;
    if !digits.chars().all(|char| char.is_ascii_digit() || " -.()".contains(char)) {
        return Err(NumberError);
    }
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    if digits.starts_with('0') || !(8..=15).contains(&digits.len()) { Err(NumberError) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them_are_numbers() {
        for number in [
            "+44 20 7946 0102",
            "+442079460102",
            " +1 (202) 555-0143 ",
            "+49.30.12345678",
            "+123456789012345",
        ] {
            assert_eq!(check_number(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn what_cannot_be_called_is_none() {
        for number in [
            "",
            "+",
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
        ] {
            assert_eq!(check_number(number), Err(NumberError), "{number}");
        }
    }
}
