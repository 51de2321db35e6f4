//! Hardware tokens by a CSV file: a header, and a row for each token.

use data_encoding::{BASE32_NOPAD, HEXUPPER};
use zeroize::Zeroizing;

use super::{TokenFileError, TokenRow, TokenRows, TokenSeed, movement, serial};
use crate::factor::hardware_token::TokenModel;
use crate::factor::otp_codes::{OtpAlgorithm, OtpCodes};

const COLUMNS: [&str; 7] = ["serial", "seed", "type", "digits", "algorithm", "period", "counter"];
const WANTED: [&str; 3] = ["serial", "seed", "type"];

/// Reads a file: every token of it, or what is wrong.
pub(super) fn read(text: &str) -> Result<Vec<TokenRow>, TokenFileError> {
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
    let mut rows = TokenRows::default();
    // What is UTF-8 already, of rows of any length, always reads.
    while reader.read_record(&mut record).unwrap_or(false) {
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if !rows.add(line, row(line, &columns, &record))? {
            break;
        }
    }
    rows.finish()
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
    let seed = seed(field("seed"))?;
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

/// Hexadecimal where it can be. Base32 of 16 bytes that is hexadecimal too has odds of less than 1 in 10¹⁰.
fn seed(typed: &str) -> Result<TokenSeed, &'static str> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let typed = Zeroizing::new(typed);
    let typed = Zeroizing::new(typed.to_ascii_uppercase());
    let bytes = HEXUPPER.decode(typed.as_bytes()).ok();
    let bytes = bytes.or_else(|| BASE32_NOPAD.decode(typed.trim_end_matches('=').as_bytes()).ok());
    TokenSeed::new(Zeroizing::new(bytes.ok_or("The seed must be in hexadecimal or in Base32.")?))
}
