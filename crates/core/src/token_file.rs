//! Hardware tokens by a file, as their makers send them: CSV, or PSKC (RFC 6030). Which one it is, its content says.
//!
//! Nothing is guessed where a guess could make a token whose codes are never right: what is not known is refused, and so is a
//! whole file of which one token does not do.

mod encryption;
mod pskc;
mod table;
mod xml;

use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::factor::hardware_token::{MOST_COUNT, MovingFactor, TokenModel};

/// Most tokens of a file.
pub const MAX_TOKENS: usize = 5_000;
/// Most bytes of a CSV file.
pub const MAX_TOKEN_BYTES: usize = 1 << 20;
/// Most bytes of a PSKC file: an encrypted token takes some 2,000.
pub const MAX_PSKC_BYTES: usize = 10 << 20;
/// Most characters of a serial number.
pub const MAX_SERIAL: usize = 40;
/// Most bytes of a key or of a passphrase.
const MAX_KEY: usize = 1_024;
/// Problems that are told at once.
const MOST_PROBLEMS: usize = 50;

/// The secret of a token. It does not print, and is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSeed(Zeroizing<Vec<u8>>);

impl TokenSeed {
    /// A seed, if it is as long as one has to be and keeps something.
    fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, &'static str> {
        if !(16..=64).contains(&bytes.len()) {
            return Err("The seed must be 16 to 64 bytes.");
        }
        match bytes.first() {
            Some(first) if bytes.iter().any(|byte| byte != first) => Ok(Self(bytes)),
            _ => Err("All bytes of the seed are the same: anybody could guess its codes."),
        }
    }

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

/// What opens an encrypted file, as an admin types it: its key in hexadecimal, or its passphrase. It does not print, and is wiped.
#[derive(Clone)]
pub struct FileKey(Zeroizing<String>);

impl FileKey {
    /// What was typed. `None`: nothing was, or more than any key has.
    pub fn typed(text: Zeroizing<String>) -> Option<Self> {
        (1..=MAX_KEY).contains(&text.len()).then_some(Self(text))
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}

/// A token as a file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The line in the file on which it begins.
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

/// What is wrong with a token of a file, and what to do.
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
    #[error(
        "The file is larger than {} MiB (CSV) or {} MiB (PSKC), the most that is read at once. Split it.",
        MAX_TOKEN_BYTES >> 20, MAX_PSKC_BYTES >> 20
    )]
    TooLarge,
    /// Too many tokens.
    #[error("The file has more than {MAX_TOKENS} tokens, the most that are read at once. Split it.")]
    TooMany,
    /// Not UTF-8.
    #[error("The file is not UTF-8. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), and send it again.")]
    NotUtf8,
    /// Nothing in it.
    #[error(
        "No token is in the file. Choose a CSV file with a header and a row for each token, or one in PSKC (RFC 6030)."
    )]
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
    /// XML that is broken.
    #[error("The file begins like XML, and is broken on line {0}. Ask its maker to send it again.")]
    NotXml(u64),
    /// A document type in XML.
    #[error(
        "The file declares a document type (DOCTYPE), which no PSKC file needs. Ask its maker for one without."
    )]
    Doctype,
    /// XML with more in it than any file of tokens.
    #[error(
        "On line {0} the file has more elements, attributes or levels than are read. Split it, or ask its maker."
    )]
    XmlTooLarge(u64),
    /// XML of another kind.
    #[error(
        "The file is XML, but not PSKC as RFC 6030 has it: a KeyContainer of version 1.0. Ask its maker for that, or for CSV."
    )]
    NotPskc,
    /// Encrypted, and no key was typed.
    #[error(
        "The file is encrypted by a key that its maker gave you, in another way than the file. Type it: 32 or 64 hexadecimal digits."
    )]
    KeyWanted,
    /// Encrypted, and no passphrase was typed.
    #[error(
        "The file is encrypted by a passphrase that its maker gave you, in another way than the file. Type it."
    )]
    PassphraseWanted,
    /// What was typed is no key.
    #[error("The key of this file must be 32 or 64 hexadecimal digits.")]
    KeyForm,
    /// A key, and nothing that it would open.
    #[error(
        "A key was typed, and nothing in the file is encrypted. If it should be, somebody changed it on the way: ask its maker. Else leave the key out."
    )]
    KeyUnused,
    /// The MAC of a value says that the key is wrong, or the file.
    #[error(
        "The key or passphrase is another one, or the file was changed: on line {0} it does not open. Nothing was imported. Type it again, or ask the maker."
    )]
    WrongKey(u64),
    /// Encrypted in a way that is not read.
    #[error(
        "How the file is encrypted is not read: {0}. Ask its maker for AES-CBC with HMAC, by a key that you both have or by a passphrase (RFC 6030 §6.1, §6.2)."
    )]
    Encryption(String),
    /// Tokens that do not do.
    #[error("{}", lines(.0))]
    Rows(Vec<TokenRowProblem>),
}

impl TokenFileError {
    /// Whether it is about the key that was typed, and not about the file.
    pub fn is_about_key(&self) -> bool {
        matches!(
            self,
            Self::KeyWanted | Self::PassphraseWanted | Self::KeyForm | Self::KeyUnused | Self::WrongKey(_)
        )
    }
}

fn lines(problems: &[TokenRowProblem]) -> String {
    let each = problems.iter().map(|problem| format!("Line {}: {}", problem.line, problem.message));
    format!("Nothing was imported. {}", each.collect::<Vec<_>>().join(" "))
}

/// Reads a file: every token of it, or what is wrong. `key` opens one that is encrypted, and belongs to no other.
pub fn parse_tokens(
    bytes: &[u8],
    key: Option<&FileKey>,
    now: Timestamp,
) -> Result<Vec<TokenRow>, TokenFileError> {
    if bytes.len() > MAX_PSKC_BYTES {
        return Err(TokenFileError::TooLarge);
    }
    let text = str::from_utf8(bytes).map_err(|_| TokenFileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = Zeroizing::new(text.replace("\r\n", "\n").replace('\r', "\n"));
    // No column has a name that begins so.
    if text.trim_start().starts_with('<') {
        return pskc::read(&text, key, now);
    }
    if bytes.len() > MAX_TOKEN_BYTES {
        return Err(TokenFileError::TooLarge);
    }
    if key.is_some() {
        return Err(TokenFileError::KeyUnused);
    }
    table::read(&text)
}

/// What was read of a file so far.
#[derive(Default)]
struct TokenRows {
    tokens: Vec<TokenRow>,
    problems: Vec<TokenRowProblem>,
    serials: HashSet<String>,
    /// Their SHA-256.
    seeds: HashSet<[u8; 32]>,
}

impl TokenRows {
    /// Adds a token, or what is wrong with it. The answer: whether more is worth reading.
    fn add(&mut self, line: u64, read: Result<TokenRow, String>) -> Result<bool, TokenFileError> {
        if self.tokens.len() >= MAX_TOKENS {
            return Err(TokenFileError::TooMany);
        }
        match read.and_then(|token| self.expect_new(token)) {
            Ok(token) => self.tokens.push(token),
            Err(message) => self.problems.push(TokenRowProblem { line, message }),
        }
        Ok(self.problems.len() < MOST_PROBLEMS)
    }

    /// No other token of the file is called so, or has this seed: whoever holds one would have the codes of both.
    fn expect_new(&mut self, token: TokenRow) -> Result<TokenRow, String> {
        let is_new_serial = self.serials.insert(token.serial.clone());
        let is_new_seed = self.seeds.insert(Sha256::digest(token.seed.as_bytes()).into());
        match (is_new_serial, is_new_seed) {
            (true, true) => Ok(token),
            (false, _) => Err("This serial number stands in the file twice.".to_owned()),
            (true, false) => Err("Another token of the file has this seed.".to_owned()),
        }
    }

    fn finish(self) -> Result<Vec<TokenRow>, TokenFileError> {
        if !self.problems.is_empty() {
            return Err(TokenFileError::Rows(self.problems));
        }
        if self.tokens.is_empty() { Err(TokenFileError::Empty) } else { Ok(self.tokens) }
    }
}

/// What moves a token, and the count of its next code.
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
        "hotp" => Err("A token of type HOTP has no period. Leave it out."),
        "totp" if counter.is_empty() || counter == "0" => match period {
            "" | "30" => Ok((MovingFactor::Time { period: 30 }, 0)),
            "60" => Ok((MovingFactor::Time { period: 60 }, 0)),
            _ => Err("The period must be 30 or 60 seconds."),
        },
        "totp" => Err("A token of type TOTP has no counter. Leave it out."),
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

#[cfg(test)]
mod tests;
