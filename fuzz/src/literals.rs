//! The texts in a Rust source: for seeds the records of the tests, for dictionaries the words that a reader looks for.

/// All string literals, in their order.
pub fn of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let (literal, len) = match next {
            '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
            '\'' => (None, character(rest)),
            '"' => plain(rest),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#") => raw(rest),
            _ if next.is_alphanumeric() || next == '_' => (None, word(rest)),
            _ => (None, next.len_utf8()),
        };
        found.extend(literal);
        rest = &rest[len..];
    }
    found
}

/// A word, so that the `r` at its end begins no raw text.
fn word(rest: &str) -> usize {
    rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
}

/// A character, or a lifetime.
fn character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => {
            let after = rest.char_indices().skip(3).find(|(_, letter)| *letter == '\'');
            after.map_or(rest.len(), |(at, _)| at + 1)
        }
        Some((_, _)) if letters.next().is_some_and(|(_, letter)| letter == '\'') => {
            rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at)
        }
        _ => 1,
    }
}

fn raw(rest: &str) -> (Option<String>, usize) {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let Some(text) = rest[1 + hashes..].strip_prefix('"') else { return (None, 1 + hashes) };
    let end = format!("\"{}", "#".repeat(hashes));
    let len = text.find(&end).unwrap_or(text.len());
    (Some(text[..len].to_owned()), (2 + hashes + len + end.len()).min(rest.len()))
}

fn plain(rest: &str) -> (Option<String>, usize) {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (Some(text), at + 1),
            '\\' => match letters.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some('u') => {
                    let code: String = letters
                        .by_ref()
                        .map(|(_, letter)| letter)
                        .skip(1)
                        .take_while(|letter| *letter != '}')
                        .collect();
                    text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some('\n') => while letters.next_if(|(_, letter)| letter.is_whitespace()).is_some() {},
                Some(other) => text.push(other),
                None => {}
            },
            _ => text.push(letter),
        }
    }
    (None, rest.len())
}

/// The parts of a template of `format!`, between which something is filled in.
pub fn parts(template: &str) -> Vec<String> {
    let (mut parts, mut part, mut rest) = (Vec::new(), String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        part.push_str(before);
        let (bracket, after) = from.split_at(1);
        rest = match after.strip_prefix(bracket) {
            Some(after) => {
                part.push_str(bracket);
                after
            }
            None => match after.split_once('}') {
                Some((name, after)) if bracket == "{" && is_a_place(name) => {
                    parts.push(std::mem::take(&mut part));
                    after
                }
                // No template after all.
                _ => return vec![template.to_owned()],
            },
        };
    }
    part.push_str(rest);
    parts.push(part);
    parts
}

fn is_a_place(name: &str) -> bool {
    name.chars().all(|letter| letter.is_alphanumeric() || "_:.?<>0$".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_is_found_as_it_is_meant() {
        let source = r####"
            // "no"
            const A: &'static str = "a \"b\" \u{e9}\n\
                c"; // it's
            let b = ('"', '\'', '\u{22}', b'"', r"\x", r##"say "#hi"# "##, letter"d", 'x');
        "####;
        assert_eq!(of(source), ["a \"b\" \u{e9}\nc", "\\x", "say \"#hi\"# ", "d"]);
    }

    #[test]
    fn a_template_is_taken_apart_at_its_places() {
        assert_eq!(parts("{{\"a\":[{x}],{{{y}}}{z:?}}}"), ["{\"a\":[", "],{", "}", "}"]);
        for plain in ["plain", "{\"a\":{\"b\":1}}"] {
            assert_eq!(parts(plain), [plain]);
        }
    }
}
