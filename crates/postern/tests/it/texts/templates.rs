//! The templates, as they are written: what they call, and what they say themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A template, or the part of one that people outside the desk see.
pub struct PageTemplate {
    pub name: String,
    pub text: String,
}

/// A call of `text(…)` or `rich(…)`.
pub struct Call {
    pub file: String,
    /// The id; or the expression that it comes from.
    pub id: Result<String, String>,
    pub arguments: BTreeMap<String, String>,
    pub is_rich: bool,
}

const FOLDERS: [&str; 3] = ["signin", "portal", "account"];
/// Macros of `parts.html` that people's pages call.
const PARTS: [&str; 6] = ["codes", "code_app", "factor_title", "prove", "step_up", "toast"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}

/// One template.
pub fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn names(under: &str) -> Vec<String> {
    let files = fs::read_dir(folder().join(under)).unwrap().map(|file| file.unwrap().path());
    let name = |path: std::path::PathBuf| path.strip_prefix(folder()).unwrap().to_string_lossy().into_owned();
    files.filter(|path| path.is_file()).map(name).collect()
}

/// What people outside the desk see.
pub fn of_people() -> Vec<PageTemplate> {
    let mut found: Vec<PageTemplate> = Vec::new();
    let pages = FOLDERS
        .iter()
        .flat_map(|folder| names(folder))
        .chain(["problem.html".to_owned(), "words.html".to_owned()]);
    found.extend(pages.map(|name| PageTemplate { text: read(&name), name }));
    let (layout, parts) = (read("layout.html"), read("parts.html"));
    let between = |text: &str, start: &str, end: &str| {
        let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}"));
        format!("{start}{}", rest.split_once(end).unwrap().0)
    };
    for (start, end) in [("<a class=\"skip\"", "{% if development %}"), ("<header class=\"top\"", "</body>")]
    {
        found.push(PageTemplate { name: "layout.html".to_owned(), text: between(&layout, start, end) });
    }
    for part in PARTS {
        let text = between(&parts, &format!("{{% macro {part}("), "{% endmacro %}");
        found.push(PageTemplate { name: format!("{part} in parts.html"), text });
    }
    found
}

/// Every call in every template.
pub fn all_calls() -> Vec<Call> {
    let folders = ["", "desk", "dev"].into_iter().chain(FOLDERS);
    let calls = |name: String| {
        let (_, inside) = split(&read(&name));
        inside.iter().flat_map(|code| calls_in(&name, code)).collect::<Vec<_>>()
    };
    folders.flat_map(names).flat_map(calls).collect()
}

/// What is outside and what is inside of `{{ }}` and `{% %}`; comments are nowhere.
fn split(template: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut rest) = (String::new(), Vec::new(), template);
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|mark| rest.find(mark)).min() {
        let (before, code) = rest.split_at(at);
        outside.push_str(before);
        let (mark, code) = code.split_at(2);
        let end = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].into_iter().find(|(start, _)| *start == mark);
        let (code, after) = code.split_once(end.unwrap().1).unwrap();
        if mark != "{#" {
            inside.push(code.to_owned());
        }
        rest = after;
    }
    outside.push_str(rest);
    (outside, inside)
}

fn calls_in(file: &str, code: &str) -> Vec<Call> {
    let mut found = Vec::new();
    for (name, is_rich) in [("text(", false), ("rich(", true)] {
        for (at, _) in code.match_indices(name) {
            let (before, call) = code.split_at(at);
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let mut given = arguments(call.strip_prefix(name).unwrap()).into_iter();
            let id = given.next().unwrap();
            let literal = id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
            let id = literal.map(str::to_owned).ok_or(id.clone());
            let pair = |text: String| {
                let (name, value) =
                    text.split_once('=').unwrap_or_else(|| panic!("{file}: {text} has no name"));
                (name.to_owned(), value.to_owned())
            };
            found.push(Call { file: file.to_owned(), id, arguments: given.map(pair).collect(), is_rich });
        }
    }
    found
}

/// What stands between the commas of a call, up to its end.
fn arguments(code: &str) -> Vec<String> {
    let (mut found, mut depth, mut in_text) = (vec![String::new()], 0, false);
    for c in code.chars() {
        match c {
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text && depth == 0 => break,
            ')' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().unwrap().push(c);
    }
    found.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// Texts of several words in code, attributes that are read out or shown, and what stands between tags: all that has letters.
pub fn english(template: &str) -> Vec<String> {
    // The width of a page is a class.
    let (start, rest) = template.split_once("{% block width %}").unwrap_or((template, ""));
    let (_, rest) = rest.split_once("{% endblock %}").unwrap_or(("", rest));
    let (outside, inside) = split(&format!("{start}{rest}"));
    let mut found = Vec::new();
    for code in inside {
        found.extend(code.split('"').skip(1).step_by(2).filter(|text| text.contains(' ')).map(str::to_owned));
    }
    for attribute in [" aria-label=\"", " placeholder=\"", " title=\"", " alt=\""] {
        found.extend(outside.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    for piece in outside.split('<') {
        found.push(piece.split_once('>').map_or(piece, |(_, text)| text).trim().to_owned());
    }
    found.retain(|text| text.chars().any(char::is_alphabetic));
    found
}
