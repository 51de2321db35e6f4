//! The words under which people are found: how they are kept, and how what was typed is held against them.
//!
//! Both sides go through [`fold`], so that "Émile", "EMILE" and "emile" are one. A typed word finds whatever begins with
//! it, which an index answers as the range from the word to its [`end`](range_end).

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use crate::login::normalise;

/// Most words of a name, and so most that are kept of it.
const MOST_OF_NAME: usize = 16;
/// Most words that are looked at of what was typed.
const MOST_TYPED: usize = 5;

/// One form for all spellings of a text: that of logins, without accents.
pub fn fold(text: &str) -> String {
    let is_accent = |c: &char| ('\u{0300}'..='\u{036f}').contains(c);
    normalise(text).nfd().filter(|c| !is_accent(c)).nfc().collect()
}

/// The words of a name: each between spaces, and what follows a hyphen, an apostrophe or a bracket in one.
pub fn name_words(name: &str) -> BTreeSet<String> {
    let folded = fold(name);
    let mut words = BTreeSet::new();
    for word in folded.split_whitespace() {
        words.insert(word.to_owned());
        words.extend(
            word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned),
        );
    }
    words.into_iter().take(MOST_OF_NAME).collect()
}

/// The words of a login or a mail address: it is found by how it begins.
pub fn whole_words(text: &str) -> BTreeSet<String> {
    fold(text).split_whitespace().take(MOST_OF_NAME).map(str::to_owned).collect()
}

/// The words of what was typed: who is found has each of them, at the beginning of a word.
pub fn typed_words(typed: &str) -> Vec<String> {
    fold(typed).split_whitespace().take(MOST_TYPED).map(str::to_owned).collect()
}

/// What comes after every text that begins with this one, where texts are compared byte by byte.
pub fn range_end(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, words: &BTreeSet<String>) -> bool {
        let begins = |typed: &String| words.iter().any(|word| *word >= *typed && *word < range_end(typed));
        typed_words(typed).iter().all(begins)
    }

    #[test]
    fn a_name_is_found_by_how_each_of_its_words_begins() {
        let name = name_words("Anne-Sophie O'Brien (Łódź) Müller");
        for typed in [
            "anne",
            "ANNE-S",
            "sophie",
            "o'br",
            "brien",
            "muller",
            "Müll",
            "mül anne",
            " brien  anne ",
            "łod",
            "",
        ] {
            assert!(finds(typed, &name), "{typed:?}: {name:?}");
        }
        for typed in ["ophie", "ller", "anne x", "nobody", "(l"] {
            assert!(!finds(typed, &name), "{typed:?}");
        }
        let cyrillic = name_words("Юлия Ёлкина");
        assert!(finds("юл елк", &cyrillic));
        assert!(finds("김", &name_words("김민준")), "a letter, and no accent");
    }

    #[test]
    fn a_login_is_found_by_how_it_begins_only() {
        let login = whole_words("Ana.Ferreira@halden.example");
        assert!(finds("ana.f", &login) && finds("ANA", &login) && !finds("ferreira", &login));
    }

    #[test]
    fn what_is_kept_and_looked_for_has_an_end() {
        let long = "x y z ".repeat(500);
        let many = (0..100).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!((typed_words(&long).len(), name_words(&many).len()), (MOST_TYPED, MOST_OF_NAME));
    }

    proptest::proptest! {
        #[test]
        fn whatever_begins_so_is_in_the_range(prefix in "\\PC{0,10}", rest in "\\PC{0,10}") {
            let word = format!("{prefix}{rest}");
            proptest::prop_assert!(word >= prefix && (word < range_end(&prefix)));
        }
    }
}
