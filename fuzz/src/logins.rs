//! A login: one form for all of its spellings.

use libfuzzer_sys::Corpus;
use postern_core::login::{normalise, plain_twin};
use postern_core::text::has_hidden;

/// Reads a login as somebody types it.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(typed) = str::from_utf8(bytes) else { return Corpus::Reject };
    let login = normalise(typed);
    assert_eq!(normalise(&login), login, "normalised twice, it is the same");
    assert!(login.chars().count() <= 254);
    assert_eq!(login.trim(), login);
    assert!(!login.chars().any(char::is_control) && !has_hidden(&login), "{login:?}");
    // However it is shifted and spaced, it counts as one.
    assert_eq!(normalise(&typed.to_ascii_uppercase()), normalise(&typed.to_ascii_lowercase()));
    if typed.chars().count() < 200 {
        assert_eq!(normalise(&format!(" \u{200b}{typed}\u{feff}\n")), login);
    }
    match plain_twin(&login) {
        None => {}
        Some(twin) => {
            assert!(!login.is_ascii(), "what is in plain letters has no twin");
            assert!(twin.is_ascii() && twin != login);
            assert_eq!(twin.chars().count(), login.chars().count());
            assert_eq!(normalise(&twin), twin);
        }
    }
    Corpus::Keep
}
