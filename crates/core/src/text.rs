//! Characters that make a text look like another one: what cannot be seen, and what turns the direction of writing.

/// Whether a text holds such characters: controls of direction (U+202A to U+202E, U+2066 to U+2069 and the marks),
/// separators of lines and paragraphs (U+2028, U+2029), what has no width, and tags. The two joiners may stand between
/// letters, where Persian and the scripts of India want them, and the selector of emoji after a symbol.
pub fn has_hidden(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let joins = |at: usize| {
        let letter = |at: Option<usize>| {
            let found = at.and_then(|at| chars.get(at));
            found.is_some_and(|c| !c.is_ascii() && c.is_alphanumeric() || is_mark(*c))
        };
        letter(at.checked_sub(1)) && letter(at.checked_add(1))
    };
    let follows_symbol = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let is_punctuation = |c: char| matches!(c, '\u{2010}'..='\u{205e}');
        let is_letter = |c: char| c.is_ascii() || c.is_alphanumeric() || is_mark(c);
        before.is_some_and(|c| !is_letter(*c) && !c.is_whitespace() && !is_hidden(*c) && !is_punctuation(*c))
    };
    chars.iter().enumerate().any(|(at, c)| match c {
        '\u{200c}' | '\u{200d}' => !joins(at),
        '\u{fe0f}' => !follows_symbol(at),
        c => is_hidden(*c),
    })
}

/// The text without them, and without control characters: for what strangers type and staff read.
pub fn without_hidden(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !is_hidden(*c)).collect()
}

/// From where to where they lie: what Unicode 16 lists as `Default_Ignorable_Code_Point`, the separators, annotations, and the
/// empty pattern of Braille.
pub const HIDDEN: [(char, char); 18] = [
    ('\u{00ad}', '\u{00ad}'),
    ('\u{034f}', '\u{034f}'),
    ('\u{061c}', '\u{061c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character is one of them.
pub(crate) fn is_hidden(c: char) -> bool {
    HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// A mark that combines with the letter before it, such as the virama of Devanagari.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0dff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_found_wherever_it_stands() {
        for c in [
            '\u{202e}',
            '\u{202d}',
            '\u{2066}',
            '\u{2069}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{200b}',
            '\u{feff}',
            '\u{e0041}',
            '\u{034f}',
            '\u{17b4}',
            '\u{2800}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{1d173}',
        ] {
            for text in [format!("{c}lost phone"), format!("lost{c}phone"), format!("lost phone{c}")] {
                assert!(has_hidden(&text), "{text:?}");
                assert_eq!(without_hidden(&text), text.replace(c, ""));
            }
        }
        for text in ["e\u{301}\u{fe0f}", "O\u{2019}\u{fe0f}Brien"] {
            assert!(has_hidden(text), "{text:?}");
        }
        assert!(has_hidden("lost\u{200d}phone") && has_hidden("a\u{200c}"));
    }

    #[test]
    fn names_and_words_of_every_script_are_not() {
        for text in [
            "José Müller",
            "Zoë O’Brien-Łukasz",
            "أحمد",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "李雷",
            "שלום",
            "e\u{301}te",
            "😀",
            "❤\u{fe0f}",
        ] {
            assert!(!has_hidden(text), "{text:?}");
        }
    }
}
