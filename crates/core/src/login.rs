//! The name a person signs in with, in the one form under which attempts are counted.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::skeleton;

use crate::text::is_hidden;

/// Longest login that is looked at; longer input is cut, so that it still counts and still fails.
const MAX_CHARS: usize = 254;
/// So much is read of what was typed. Marks that combine, and what is invisible, make a spelling longer than its name.
const READ_CHARS: usize = 2 * MAX_CHARS;

/// One form for all spellings: trimmed, NFKC, lower case. `Ana`, `ANA`, `ａｎａ` and ` ana ` are one person and one
/// counter (Authelia CVE-2025-24806 counted them apart).
pub fn normalise(login: &str) -> String {
    let mut name: String = login.chars().take(READ_CHARS).collect();
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

/// The login in plain letters that looks the same as this one, which is in its normal form: `аna` with a Cyrillic а is taken for `ana`.
/// `None`: it is in plain letters itself, or something in it looks like none of them.
pub fn plain_twin(normal: &str) -> Option<String> {
    if normal.is_ascii() {
        return None;
    }
    normal.chars().map(plain_letter).collect()
}

/// The plain letter that looks the same, by the table of Unicode's Technical Standard 39.
fn plain_letter(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    let looks = |c: char| skeleton(c.encode_utf8(&mut [0; 4])).collect::<String>();
    let wanted = looks(c);
    ('a'..='z').chain('0'..='9').chain("-_.@".chars()).find(|plain| looks(*plain) == wanted)
}

fn round(name: &str) -> String {
    let lower = name.nfkc().flat_map(char::to_lowercase);
    let visible: String = lower.filter(|c| !c.is_control() && !is_hidden(*c)).nfkc().collect();
    visible.trim().chars().take(MAX_CHARS).collect()
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

    #[test]
    fn a_login_that_only_looks_like_another_is_known() {
        for (login, twin) in [
            ("\u{430}na", Some("ana")),
            ("m\u{43e}na", Some("mona")),
            ("\u{456}vy.\u{435}", Some("ivy.e")),
            ("ana", None),
            ("müller", None),
            ("юлия", None),
            ("김민준", None),
        ] {
            assert_eq!(plain_twin(&normalise(login)).as_deref(), twin, "{login}");
        }
    }

    proptest::proptest! {
        #[test]
        fn normalising_twice_changes_nothing(login in ".{0,80}") {
            let once = normalise(&login);
            proptest::prop_assert_eq!(normalise(&once), once);
        }
    }
}
