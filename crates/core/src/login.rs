//! The name a person signs in with, in the one form under which attempts are counted.

use unicode_normalization::UnicodeNormalization as _;

/// Longest login that is looked at; longer input is cut, so that it still counts and still fails.
const MAX_CHARS: usize = 254;

/// One form for all spellings: trimmed, NFKC, lower case. `Ana`, `ANA`, `ａｎａ` and ` ana ` are one person and one
/// counter (Authelia CVE-2025-24806 counted them apart).
pub fn normalise(login: &str) -> String {
    let mut name = login.to_owned();
    // Each of these steps can make work for another: composing makes spaces, dropping what is invisible lets
    // neighbours compose. Three rounds settle every character; the fourth is for those not thought of yet.
    for _ in 0..4 {
        let next = round(&name);
        if next == name {
            break;
        }
        name = next;
    }
    name
}

fn round(name: &str) -> String {
    let lower = name.nfkc().flat_map(char::to_lowercase);
    let visible: String = lower.filter(|c| !c.is_control() && !is_invisible(*c)).nfkc().collect();
    visible.trim().chars().take(MAX_CHARS).collect()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{00ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for spelling in ["ana", "ANA", " Ana ", "ａｎａ", "a\u{200b}na", "ana\n", "\u{feff}ana"] {
            assert_eq!(normalise(spelling), "ana", "{spelling:?}");
        }
        assert_ne!(normalise("anä"), "ana");
    }

    proptest::proptest! {
        #[test]
        fn normalising_twice_changes_nothing(login in ".{0,80}") {
            let once = normalise(&login);
            proptest::prop_assert_eq!(normalise(&once), once);
        }
    }
}
