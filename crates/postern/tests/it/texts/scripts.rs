//! Scripts say nothing themselves: their words are the page's, in `templates/words.html`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SCRIPTS: [&str; 7] =
    ["passkeys.js", "phone-worker.js", "phone.js", "push.js", "postern.js", "session.js", "theme.js"];
/// Names that begin like a sentence.
const NAMES: [&str; 5] = ["Enter", "Escape", "Home", "End", "Tab"];
/// Selectors of several elements read like words.
const ELEMENTS: [&str; 11] =
    ["form", "section", "main", "input", "textarea", "select", "button", "a", "li", "tbody", "tr"];

fn script(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(name)).unwrap()
}

/// The text of every string, and of what stands between the expressions of a template string.
fn literals(script: &str) -> Vec<String> {
    let code: String = script.lines().map(without_comment).collect::<Vec<_>>().join("\n");
    let (mut found, mut chars) = (Vec::new(), code.chars().peekable());
    // Template strings that are open, each with the braces that are open in its expression.
    let mut open: Vec<usize> = Vec::new();
    while let Some(c) = chars.next() {
        let in_template = match c {
            '"' | '\'' => {
                let mut text = String::new();
                while let Some(next) = chars.next().filter(|next| *next != c) {
                    text.extend(if next == '\\' { chars.next() } else { Some(next) });
                }
                found.push(text);
                false
            }
            '`' => {
                open.push(0);
                true
            }
            '{' if !open.is_empty() => {
                *open.last_mut().unwrap() += 1;
                false
            }
            '}' => match open.last_mut() {
                Some(0) => true,
                Some(braces) => {
                    *braces -= 1;
                    false
                }
                None => false,
            },
            _ => false,
        };
        if !in_template {
            continue;
        }
        let mut text = String::new();
        while let Some(next) = chars.next() {
            match next {
                '`' => {
                    open.pop();
                    break;
                }
                '$' if chars.peek() == Some(&'{') => {
                    chars.next();
                    break;
                }
                '\\' => text.extend(chars.next()),
                next => text.push(next),
            }
        }
        found.push(text);
    }
    found
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap() }
}

/// What stands in the brackets of a call, whose first is open already.
fn in_brackets(rest: &str) -> &str {
    let mut depth = 1;
    let end = rest.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    rest.split_at(end.unwrap().0).0
}

/// Whether people would read it: a word that begins a sentence, or several words.
fn is_sentence(literal: &str) -> bool {
    let words: Vec<&str> =
        literal.split_whitespace().map(|word| word.trim_end_matches(['.', ',', '?', '!'])).collect();
    let are_words = words.iter().all(|word| word.chars().all(|c| c.is_alphabetic() || c == '\''));
    let mut chars = literal.trim().chars();
    let is_capital =
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase);
    match words.as_slice() {
        [] => false,
        [word] => is_capital && are_words && !NAMES.contains(word) && !word.ends_with("Error"),
        words => are_words && !words.iter().all(|word| ELEMENTS.contains(word)),
    }
}

#[test]
fn scripts_have_no_words_of_their_own() {
    for name in SCRIPTS {
        for literal in literals(&script(name)) {
            assert!(!is_sentence(&literal), "{name} says {literal:?}: put it into locales/en/scripts.ftl");
        }
    }
    let told = "x.textContent = `Works for ${f(\"a b\", {})} more`; // It's\n// A comment's word\nif (y === \"Enter\") z(\"form, section\", 'Copied');";
    let read: Vec<String> = literals(told).into_iter().filter(|literal| is_sentence(literal)).collect();
    assert_eq!(read, ["Works for ", "a b", "Copied"]);
}

#[test]
fn the_page_has_the_words_that_scripts_say() {
    let words = super::templates::read("words.html");
    let kept: BTreeSet<String> =
        words.split("data-").skip(1).map(|rest| rest.split('=').next().unwrap().to_owned()).collect();
    let mut said = BTreeSet::new();
    for name in SCRIPTS {
        let script = script(name);
        for call in script.split("say(").skip(1) {
            said.extend(literals(in_brackets(call)).iter().map(|word| kebab(word)));
        }
    }
    assert_eq!(kept, said, "what the page keeps, and what scripts ask for");
}

/// `noneUsed` as the page's attribute: `none-used`.
fn kebab(word: &str) -> String {
    word.chars().fold(String::new(), |mut name, c| {
        if c.is_uppercase() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
        name
    })
}
