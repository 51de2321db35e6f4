//! Text on its way into a spreadsheet and back: a spreadsheet runs what begins like a formula.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula.
// The wide ones are signs too where people write with them.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The text with an apostrophe before it, where a spreadsheet would run it.
pub fn defused(text: &str) -> Cow<'_, str> {
    // With one that stands there already, so that what is read back is what was written.
    if text.trim_start_matches('\'').starts_with(FORMULA) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text as it was before [`defused`].
pub fn undefused(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_comes_back() {
        for (text, written) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("'t Hart", "'t Hart"),
            ("O'Neil", "O'Neil"),
            ("", ""),
        ] {
            assert_eq!(defused(text), written);
            assert_eq!(undefused(written), text);
        }
    }
}
