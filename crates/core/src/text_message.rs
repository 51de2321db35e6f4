//! Text messages, as networks count them (3GPP TS 23.038): in the letters of its default alphabet one piece holds 160; a single other
//! letter makes it 70 for the whole message.

use unicode_normalization::UnicodeNormalization as _;

/// Letters that one piece holds in the default alphabet. Unit: septets.
const PIECE: usize = 160;
/// The same with any other letter. Unit: UTF-16 code units.
const WIDE_PIECE: usize = 70;

/// The default alphabet, without what nobody types.
const ALPHABET: &str = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n\r";
/// Each of these counts twice.
const EXTENSION: &str = "^{}\\[~]|€";

/// How much of a text is beyond one piece. Unit: letters, or fewer.
pub fn beyond_one_piece(text: &str) -> usize {
    let septets = |c: char| match c {
        c if ALPHABET.contains(c) => Some(1),
        c if EXTENSION.contains(c) => Some(2),
        _ => None,
    };
    match text.chars().map(septets).sum::<Option<usize>>() {
        Some(septets) => septets.saturating_sub(PIECE),
        None => text.encode_utf16().count().saturating_sub(WIDE_PIECE),
    }
}

/// A name or a number in the default alphabet: typographic marks as they are typed, accents left out where the alphabet has none.
/// Nothing where a letter has no likeness there: better another name than one of question marks.
pub fn in_default_alphabet(text: &str) -> Option<String> {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '’' | '‘' | '‚' | '′' => plain.push('\''),
            '“' | '”' | '„' | '«' | '»' => plain.push('"'),
            '‐'..='―' | '−' => plain.push('-'),
            '…' => plain.push_str("..."),
            'Œ' => plain.push_str("OE"),
            'œ' => plain.push_str("oe"),
            'Ł' => plain.push('L'),
            'ł' => plain.push('l'),
            'Đ' | 'Ð' => plain.push('D'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'ő' => plain.push('ö'),
            'ű' => plain.push('ü'),
            c if c.is_whitespace() => plain.push(' '),
            c if is_sent(c) => plain.push(c),
            c => plain.push(std::iter::once(c).nfd().next().filter(|base| is_sent(*base))?),
        }
    }
    Some(plain)
}

fn is_sent(c: char) -> bool {
    ALPHABET.contains(c) || EXTENSION.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_outside_makes_a_piece_less_than_half() {
        assert_eq!(beyond_one_piece(&"a".repeat(160)), 0);
        assert_eq!(beyond_one_piece(&"a".repeat(161)), 1);
        assert_eq!(beyond_one_piece(&"€".repeat(80)), 0);
        assert_eq!(beyond_one_piece(&"€".repeat(81)), 2);
        assert_eq!(beyond_one_piece(&format!("{}’", "a".repeat(69))), 0);
        assert_eq!(beyond_one_piece(&format!("{}’", "a".repeat(159))), 90);
    }

    #[test]
    fn a_name_is_written_as_phones_show_it() {
        for (name, plain) in [
            ("Müller & Söhne", "Müller & Söhne"),
            ("O’Brien – Łódź", "O'Brien - Lodz"),
            ("Crédit “Açores”…", "Crédit \"Acores\"..."),
            ("Köztisztviselő\u{a0}Kft", "Köztisztviselö Kft"),
            ("+44 20 7946‑0102", "+44 20 7946-0102"),
        ] {
            assert_eq!(in_default_alphabet(name).as_deref(), Some(plain));
            assert_eq!(beyond_one_piece(plain), 0);
        }
        assert_eq!(in_default_alphabet("Сбербанк"), None);
        assert_eq!(in_default_alphabet("李雷"), None);
    }
}
