//! Hardware tokens by a CSV file, as their makers send them: a header, and a row for each token.
//!
//! Nothing is guessed where a guess could make a token whose codes are never right: an unknown column is refused, and so is a
//! whole file of which one row does not do.

use std::collections::HashSet;
use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXUPPER};

use crate::factor::hardware_token::{MOST_COUNT, MovingFactor, TokenModel};
use crate::factor::otp_codes::{OtpAlgorithm, OtpCodes};

/// Most tokens of a file.
pub const MAX_TOKENS: usize = 5_000;
/// Most bytes of a file.
pub const MAX_TOKEN_BYTES: usize = 1 << 20;
/// Most characters of a serial number.
pub const MAX_SERIAL: usize = 40;
/// Problems that are told at once.
const MOST_PROBLEMS: usize = 50;

const COLUMNS: [&str; 7] = ["serial", "seed", "type", "digits", "algorithm", "period", "counter"];
const WANTED: [&str; 3] = ["serial", "seed", "type"];

/// The secret of a token. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSeed(Vec<u8>);

impl TokenSeed {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TokenSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSeed")
    }
}

/// A token as a file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The line in the file; its header is the first.
    pub line: u64,
    /// What stands on its back, in capitals.
    pub serial: String,
    /// Its secret.
    pub seed: TokenSeed,
    /// How it makes its codes.
    pub model: TokenModel,
    /// The count of its next code; 0 where time moves it.
    pub counter: i64,
}

/// What is wrong with a row, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRowProblem {
    /// The line in the file.
    pub line: u64,
    /// In words. It repeats no seed.
    pub message: String,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFileError {
    /// Too many bytes.
    #[error("The file is larger than {} MiB, the most that is read at once. Split it.", MAX_TOKEN_BYTES >> 20)]
    TooLarge,
    /// Too many rows.
    #[error("The file has more than {MAX_TOKENS} tokens, the most that are read at once. Split it.")]
    TooMany,
    /// Not UTF-8.
    #[error("The file is not UTF-8. Save it as \"CSV UTF-8\", and send it again.")]
    NotUtf8,
    /// Nothing in it.
    #[error("No token is in the file. Choose one with a header and a row for each token.")]
    Empty,
    /// A column that is wanted.
    #[error(
        "The first line has no column named {0}. It must name serial, seed and type; and, where you have them, digits, algorithm, period, counter."
    )]
    Lacks(&'static str),
    /// A column that is not known, or stands there twice.
    #[error(
        "Column {0} of the first line is not one of serial, seed, type, digits, algorithm, period, counter, or is there twice. Remove it or name it right."
    )]
    Column(usize),
    /// Rows that do not do.
    #[error("{}", lines(.0))]
    Rows(Vec<TokenRowProblem>),
}

fn lines(problems: &[TokenRowProblem]) -> String {
    let each = problems.iter().map(|problem| format!("Line {}: {}", problem.line, problem.message));
    format!("Nothing was imported. {}", each.collect::<Vec<_>>().join(" "))
}

/// Reads a file: every token of it, or what is wrong.
pub fn parse_tokens(bytes: &[u8]) -> Result<Vec<TokenRow>, TokenFileError> {
    if bytes.len() > MAX_TOKEN_BYTES {
        return Err(TokenFileError::TooLarge);
    }
    let text = str::from_utf8(bytes).map_err(|_| TokenFileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let header = text.lines().next().unwrap_or_default();
    let separator = b",;\t".iter().copied().find(|separator| header.contains(char::from(*separator)));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    if !reader.read_record(&mut record).unwrap_or(false) {
        return Err(TokenFileError::Empty);
    }
    let columns = columns(&record)?;
    let (mut tokens, mut problems, mut serials) = (Vec::new(), Vec::new(), HashSet::new());
    // What is UTF-8 already, of rows of any length, always reads.
    while reader.read_record(&mut record).unwrap_or(false) {
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if tokens.len() >= MAX_TOKENS {
            return Err(TokenFileError::TooMany);
        }
        let line = record.position().map_or(0, csv::Position::line);
        let read = row(line, &columns, &record).and_then(|token| {
            let is_new = serials.insert(token.serial.clone());
            if is_new { Ok(token) } else { Err("This serial number stands in the file twice.".to_owned()) }
        });
        match read {
            Ok(token) => tokens.push(token),
            Err(message) => problems.push(TokenRowProblem { line, message }),
        }
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    if !problems.is_empty() {
        return Err(TokenFileError::Rows(problems));
    }
    if tokens.is_empty() { Err(TokenFileError::Empty) } else { Ok(tokens) }
}

fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, TokenFileError> {
    let mut columns = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let name = name.trim().to_lowercase();
        let column = COLUMNS.into_iter().find(|column| *column == name);
        match column {
            Some(column) if !columns.contains(&column) => columns.push(column),
            // A file without a header may begin with a seed, which is not repeated.
            _ if place == 0 => return Err(TokenFileError::Lacks("serial")),
            _ => return Err(TokenFileError::Column(place + 1)),
        }
    }
    match WANTED.into_iter().find(|wanted| !columns.contains(wanted)) {
        Some(lacking) => Err(TokenFileError::Lacks(lacking)),
        None => Ok(columns),
    }
}

/// A row; or what is wrong with it. No message repeats what could be a seed.
fn row(line: u64, columns: &[&str], record: &csv::StringRecord) -> Result<TokenRow, String> {
    if record.len() != columns.len() {
        let (has, wants) = (record.len(), columns.len());
        return Err(format!("There are {has} fields where the first line names {wants}."));
    }
    let field = |name: &str| {
        let at = columns.iter().position(|column| *column == name);
        at.and_then(|at| record.get(at)).map_or("", str::trim)
    };
    let serial = serial(field("serial")).ok_or(
        "The serial number must be 1 to 40 letters, digits, points, hyphens or underscores, as on the token's back.",
    )?;
    let seed = seed(field("seed")).ok_or("The seed must be 16 to 64 bytes, in hexadecimal or in Base32.")?;
    let digits = match field("digits") {
        "" | "6" => 6,
        "8" => 8,
        _ => return Err("The digits must be 6 or 8.".to_owned()),
    };
    let algorithm = match field("algorithm") {
        "" => OtpAlgorithm::Sha1,
        word => OtpAlgorithm::parse(word).ok_or("The algorithm must be SHA1, SHA256 or SHA512.")?,
    };
    let (moved_by, counter) = movement(field("type"), field("period"), field("counter"))?;
    let model = TokenModel { moved_by, codes: OtpCodes { algorithm, digits } };
    Ok(TokenRow { line, serial, seed, model, counter })
}

fn movement(kind: &str, period: &str, counter: &str) -> Result<(MovingFactor, i64), &'static str> {
    match kind.to_lowercase().as_str() {
        "hotp" if period.is_empty() => {
            let count = if counter.is_empty() { Some(0) } else { counter.parse().ok() };
            let count = count.filter(|count| (0..=MOST_COUNT).contains(count));
            Ok((
                MovingFactor::Count,
                count.ok_or("The counter must be a number from 0 up: that of the next code.")?,
            ))
        }
        "hotp" => Err("A token of type HOTP has no period. Leave it empty."),
        "totp" if counter.is_empty() || counter == "0" => match period {
            "" | "30" => Ok((MovingFactor::Time { period: 30 }, 0)),
            "60" => Ok((MovingFactor::Time { period: 60 }, 0)),
            _ => Err("The period must be 30 or 60 seconds."),
        },
        "totp" => Err("A token of type TOTP has no counter. Leave it empty."),
        _ => Err("The type must be HOTP or TOTP."),
    }
}

/// A serial number as it is kept: in capitals, without the spaces that stand on some tokens.
pub fn serial(typed: &str) -> Option<String> {
    let serial: String =
        typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let fits = (1..=MAX_SERIAL).contains(&serial.len())
        && serial.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    fits.then_some(serial)
}

/// Hexadecimal where it can be. Base32 of 16 bytes that is hexadecimal too has odds of less than 1 in 10¹⁰.
fn seed(typed: &str) -> Option<TokenSeed> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let bytes = HEXUPPER.decode(typed.as_bytes()).ok();
    let bytes = bytes.or_else(|| BASE32_NOPAD.decode(typed.trim_end_matches('=').as_bytes()).ok())?;
    (16..=64).contains(&bytes.len()).then_some(TokenSeed(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "3132333435363738393031323334353637383930";
    const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn parse(text: &str) -> Result<Vec<TokenRow>, TokenFileError> {
        parse_tokens(text.as_bytes())
    }

    #[test]
    fn hexadecimal_and_base32_are_one_seed() {
        let text = format!(
            "Serial;Seed;Type;Digits;Algorithm;Period;Counter\r\nab 1;{HEX};HOTP;8;HMAC-SHA256;;17\r\nB-2;{BASE32};totp;;;60;\r\n;;;;;;\r\n"
        );
        let tokens = parse(&text).unwrap();
        let [first, second] = tokens.as_slice() else { panic!("{} tokens", tokens.len()) };
        assert_eq!((first.serial.as_str(), first.line, first.counter), ("AB1", 2, 17));
        assert_eq!((second.serial.as_str(), second.line, second.counter), ("B-2", 3, 0));
        assert_eq!(first.seed.as_bytes(), b"12345678901234567890");
        assert_eq!(first.seed, second.seed);
        assert_eq!(first.model.codes, OtpCodes { algorithm: OtpAlgorithm::Sha256, digits: 8 });
        assert_eq!(second.model.moved_by, MovingFactor::Time { period: 60 });
        assert_eq!(format!("{:?}", first.seed), "TokenSeed");
    }

    #[test]
    fn each_problem_has_its_line_and_no_seed() {
        let text = format!(
            "serial,seed,type,digits,period,counter\nA1,{HEX},hotp,6,,\nA1,{HEX},hotp,6,,\nA3,31323334,hotp,6,,\nA4,{HEX},hotp,7,,\n\
             A5,{HEX},hotp,6,30,\nA6,{HEX},totp,6,45,\nA7,{HEX},hotp,6,,-1\nA8,{HEX},yubi,6,,\nA 9!,{HEX},hotp,6,,\nA10,{HEX}\n"
        );
        let Err(TokenFileError::Rows(problems)) = parse(&text) else { panic!("it was read") };
        let lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
        let said = TokenFileError::Rows(problems).to_string();
        assert!(said.starts_with("Nothing was imported. Line 3: This serial number"), "{said}");
        assert!(!said.contains("3132333"), "{said}");
    }

    #[test]
    fn a_file_that_does_not_read_says_why() {
        assert_eq!(parse(""), Err(TokenFileError::Empty));
        assert_eq!(parse("serial,seed,type\n"), Err(TokenFileError::Empty));
        assert_eq!(parse("serial,seed\nA,B\n"), Err(TokenFileError::Lacks("type")));
        assert_eq!(parse("serial,seed,type,pin\n"), Err(TokenFileError::Column(4)));
        assert_eq!(parse("serial,seed,type,seed\n"), Err(TokenFileError::Column(4)));
        assert_eq!(parse(&format!("{HEX},A1,hotp\n")), Err(TokenFileError::Lacks("serial")));
        assert_eq!(parse_tokens(b"serial,seed,type\n\xff"), Err(TokenFileError::NotUtf8));
        assert_eq!(parse(&" ".repeat(MAX_TOKEN_BYTES + 1)), Err(TokenFileError::TooLarge));
        let rows: Vec<String> = (0..=MAX_TOKENS).map(|n| format!("{n},{BASE32},hotp")).collect();
        assert_eq!(parse(&format!("serial,seed,type\n{}", rows.join("\n"))), Err(TokenFileError::TooMany));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Nothing that is sent breaks it.
        #[test]
        fn whatever_is_sent(bytes in proptest::collection::vec(any::<u8>(), 0..400), rows in "[a-z0-9,;\"\n\t -]{0,200}") {
            drop(parse_tokens(&bytes));
            drop(parse(&format!("serial,seed,type,period\n{rows}")));
        }
    }
}
