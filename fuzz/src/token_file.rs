//! A file of hardware tokens: what is read is sound, and reads back as it was, as CSV and as PSKC.

use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use libfuzzer_sys::Corpus;
use postern_core::factor::hardware_token::{MOST_COUNT, MovingFactor};
use postern_core::token_file::{
    FileKey, MAX_PSKC_BYTES, MAX_TOKENS, TokenFileError, TokenRow, parse_tokens, serial,
};
use zeroize::Zeroizing;

/// The key of RFC 6030's figure 6.
const KEY: &str = "12345678901234567890123456789012";
/// The passphrase of its figure 7.
const PASSPHRASE: &str = "qwerty";

/// Reads a file. The first byte says what opens it.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, file)) = bytes.split_first() else { return Corpus::Reject };
    // Nobody waits for a passphrase that costs a second.
    if costs_long(file) {
        return Corpus::Reject;
    }
    let key = match head % 4 {
        0 => None,
        1 => FileKey::typed(Zeroizing::new(KEY.to_owned())),
        2 => FileKey::typed(Zeroizing::new(PASSPHRASE.to_owned())),
        _ => FileKey::typed(Zeroizing::new(KEY.replace('1', "2"))),
    };
    match parse_tokens(file, key.as_ref(), now()) {
        Ok(tokens) => {
            check_sound(&tokens, file);
            check_written(tokens);
        }
        Err(error) => check_refused(&error, file),
    }
    Corpus::Keep
}

fn now() -> Timestamp {
    Timestamp::from_second(1_796_000_000).expect("a time of 2026")
}

/// Whether it asks for more rounds of PBKDF2 than there is patience for.
fn costs_long(file: &[u8]) -> bool {
    let text = String::from_utf8_lossy(file);
    text.split("IterationCount>").skip(1).any(|rest| {
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.trim_start_matches('0').len() > 4
    })
}

fn check_sound(tokens: &[TokenRow], file: &[u8]) {
    assert!((1..=MAX_TOKENS).contains(&tokens.len()) && file.len() <= MAX_PSKC_BYTES);
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(serial(&token.serial).as_ref(), Some(&token.serial), "it is in its normal form");
        let seed = token.seed.as_bytes();
        assert!((16..=64).contains(&seed.len()) && seed.iter().any(|byte| *byte != seed[0]));
        assert!(matches!(token.model.codes.digits, 6 | 8));
        assert!((0..=MOST_COUNT).contains(&token.counter));
        match token.model.moved_by {
            MovingFactor::Count => {}
            MovingFactor::Time { period } => assert!(matches!(period, 30 | 60) && token.counter == 0),
        }
        assert!(token.model.code(seed, token.counter).is_some(), "its codes can be made");
        for other in &tokens[..at] {
            assert!(other.serial != token.serial && other.seed != token.seed && other.line <= token.line);
        }
    }
}

/// Written again in either way, it is the same.
fn check_written(tokens: Vec<TokenRow>) {
    let same: Vec<TokenRow> = tokens.into_iter().map(|token| TokenRow { line: 0, ..token }).collect();
    for text in [as_table(&same), as_pskc(&same)] {
        let read = parse_tokens(text.as_bytes(), None, now()).unwrap_or_else(|why| panic!("{why}"));
        let read: Vec<TokenRow> = read.into_iter().map(|token| TokenRow { line: 0, ..token }).collect();
        assert!(read == same, "it does not read back");
    }
}

fn as_table(tokens: &[TokenRow]) -> String {
    let rows = tokens.iter().map(|token| {
        let (kind, period, counter) = moved(token);
        let (codes, seed) = (token.model.codes, HEXLOWER.encode(token.seed.as_bytes()));
        let (digits, algorithm) = (codes.digits, codes.algorithm.as_str());
        format!("{},{seed},{kind},{digits},{algorithm},{period},{counter}", token.serial)
    });
    let header = "serial,seed,type,digits,algorithm,period,counter".to_owned();
    [header].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn as_pskc(tokens: &[TokenRow]) -> String {
    let packages = tokens.iter().map(|token| {
        let (kind, period, counter) = moved(token);
        let codes = token.model.codes;
        let value = |name: &str, value: &str| {
            if value.is_empty() { String::new() } else { format!("<{name}><PlainValue>{value}</PlainValue></{name}>") }
        };
        format!(
            "<KeyPackage><DeviceInfo><SerialNo>{}</SerialNo></DeviceInfo><Key Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:{kind}\">\
             <AlgorithmParameters><Suite>HMAC-{}</Suite><ResponseFormat Encoding=\"DECIMAL\" Length=\"{}\"/></AlgorithmParameters>\
             <Data>{}{}{}</Data></Key></KeyPackage>",
            token.serial,
            codes.algorithm.as_str(),
            codes.digits,
            value("Secret", &BASE64.encode(token.seed.as_bytes())),
            value("Counter", &counter),
            value("TimeInterval", &period),
        )
    });
    let packages: String = packages.collect();
    format!("<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">{packages}</KeyContainer>")
}

/// Its type, period and counter.
fn moved(token: &TokenRow) -> (&'static str, String, String) {
    match token.model.moved_by {
        MovingFactor::Count => ("hotp", String::new(), token.counter.to_string()),
        MovingFactor::Time { period } => ("totp", period.to_string(), String::new()),
    }
}

/// It is said why, where in the file, and without any word of it that could be a seed.
fn check_refused(error: &TokenFileError, file: &[u8]) {
    let said = error.to_string();
    assert!(!said.is_empty());
    let lines = file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    let text = String::from_utf8_lossy(file);
    let is_long = |word: &&str| word.len() >= 20 && word.bytes().any(|byte| byte.is_ascii_digit());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c)).filter(is_long) {
        assert!(!said.contains(word), "what is said repeats {word}");
    }
    match error {
        TokenFileError::Rows(problems) => {
            assert!((1..=50).contains(&problems.len()));
            assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line) && !problem.message.is_empty()));
        }
        TokenFileError::NotXml(line) | TokenFileError::XmlTooLarge(line) | TokenFileError::WrongKey(line) => {
            assert!((1..=lines).contains(line), "line {line} of {lines}");
        }
        _ => {}
    }
}
