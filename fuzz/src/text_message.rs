//! What goes to a telephone: a number, and a text in the letters of its network.

use libfuzzer_sys::Corpus;
use postern_core::contact::{masked, parse_number};
use postern_core::text_message::{beyond_one_piece, in_default_alphabet};

/// Reads a number as somebody types it, and writes a text.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(text) = str::from_utf8(bytes) else { return Corpus::Reject };
    if let Ok(number) = parse_number(text) {
        assert!(number.starts_with('+') && number.chars().all(|c| c.is_ascii_digit() || "+ -.()".contains(c)), "{number}");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        assert!((4..=19).contains(&digits(&number).len()), "{number}");
        assert_eq!(parse_number(&number).as_ref(), Ok(&number), "read again, it is the same");
        let shown = masked("mobile", &number);
        assert_eq!(digits(&shown).len(), 2, "no more than its end is shown: {shown}");
    }
    if let Some(plain) = in_default_alphabet(text) {
        assert_eq!(in_default_alphabet(&plain).as_ref(), Some(&plain));
        // Each of its letters counts once, or twice; so that it fits into one piece if it has no more than 80.
        let letters = plain.chars().count();
        let beyond = beyond_one_piece(&plain);
        assert!(beyond >= letters.saturating_sub(160) && beyond <= (2 * letters).saturating_sub(160), "{plain:?}");
    }
    let beyond = beyond_one_piece(text);
    assert!(beyond <= 2 * text.chars().count());
    if beyond == 0 {
        assert!(text.chars().count() <= 160);
    }
    Corpus::Keep
}
