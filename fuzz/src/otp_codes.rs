//! What somebody types for a code: right for its step alone, once, and however it is spaced.

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::Corpus;
use postern_core::factor::code::{BackupCode, EnrolmentPass, PlainCode};
use postern_core::factor::hardware_token::{MovingFactor, TokenCheck, TokenModel};
use postern_core::factor::otp_codes::{OtpAlgorithm, OtpCodes};
use postern_core::factor::phrase;
use postern_core::factor::totp::PhoneClock;

/// Bytes that say which token it is, and when.
const HEAD: usize = 20;

#[derive(Debug, Arbitrary)]
struct Asked {
    algorithm: u8,
    moved: u8,
    seed: [u8; 4],
    last: Option<u16>,
    /// How far from the next one the code is that is typed.
    off: i8,
    clock: i8,
    typed_right: bool,
}

/// The first bytes say which code is asked for; the rest is typed, alone or into the right one.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, typed)) = bytes.split_at_checked(HEAD) else { return Corpus::Reject };
    let Ok(asked) = Asked::arbitrary(&mut Unstructured::new(head)) else { return Corpus::Reject };
    let typed = String::from_utf8_lossy(typed);
    check_token(&asked, &typed);
    check_code(&typed);
    assert!(!phrase::matches("", &typed), "no phrase is no phrase");
    let is_it = phrase::matches("pencil elder atlas", &typed);
    assert!(!is_it || typed.to_lowercase().contains("elder"));
    Corpus::Keep
}

fn check_token(asked: &Asked, typed: &str) {
    let algorithm = OtpAlgorithm::ALL[usize::from(asked.algorithm % 3)];
    let codes = OtpCodes { algorithm, digits: if asked.algorithm & 4 == 0 { 6 } else { 8 } };
    let period = if asked.moved & 2 == 0 { 30 } else { 60 };
    let moved_by = if asked.moved & 1 == 0 { MovingFactor::Count } else { MovingFactor::Time { period } };
    let token = TokenModel { moved_by, codes };
    let seed = asked.seed.repeat(5);
    let now = 1_796_000_000_i64;
    // The step around which codes are right.
    let (base, last) = match moved_by {
        MovingFactor::Count => (i64::from(asked.last.unwrap_or(0)), asked.last.map(i64::from)),
        MovingFactor::Time { .. } => (now / period, asked.last.map(|last| now / period - i64::from(last % 8))),
    };
    let step = base + i64::from(asked.off);
    let right = token.code(&seed, step);
    let text = match (&right, asked.typed_right) {
        // With spaces in it, as people type.
        (Some(right), true) => right.chars().flat_map(|digit| [' ', digit, '\u{a0}']).collect(),
        _ => typed.to_owned(),
    };
    let clock = PhoneClock { steps: i64::from(asked.clock % 4), late: 0 };
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match token.check(&seed, &text, now, (last, clock)) {
        TokenCheck::Accepted { step, .. } => {
            assert_eq!(token.code(&seed, step).as_ref(), Some(&plain), "another step's code counts");
            assert!(last.is_none_or(|last| step > last), "a code counts twice");
            match moved_by {
                MovingFactor::Count => assert!(step <= last.map_or(-1, |last| last) + 10),
                MovingFactor::Time { .. } => assert!((step - base).abs() <= 4),
            }
            // A second time it does not.
            let again = token.check(&seed, &text, now, (Some(step), clock));
            assert!(!matches!(again, TokenCheck::Accepted { step: other, .. } if other <= step));
        }
        TokenCheck::Wrong => {
            let is_next = match moved_by {
                MovingFactor::Count => (last.unwrap_or(-1) + 1..last.unwrap_or(-1) + 11).contains(&step),
                MovingFactor::Time { .. } => step == base,
            };
            assert!(!(asked.typed_right && right.is_some() && is_next), "the right code is wrong");
        }
        TokenCheck::Reused | TokenCheck::OutOfStep => {}
    }
    token.resync(&seed, (&text, typed), now, last);
    postern_core::factor::totp::check(&seed, typed, now, (last, clock));
}

/// A backup code, or a pass, is read in one way.
fn check_code(typed: &str) {
    if let Some(code) = PlainCode::<BackupCode>::parse(typed) {
        let shown = code.reveal();
        assert_eq!(shown.len(), 19);
        assert_eq!(PlainCode::<BackupCode>::parse(&shown).map(|code| code.reveal()), Some(shown));
        assert!(PlainCode::<EnrolmentPass>::parse(typed).is_none(), "one kind is not the other");
    }
}
