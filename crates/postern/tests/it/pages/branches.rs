//! Which branches of the templates are drawn: each gets a mark in front of what it holds, and a page shows the marks of those that it went
//! through.

#![expect(clippy::string_slice, reason = "cut where `find` found something")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::template_names;

/// Between what looks like nothing else, in letters that no filter changes.
fn mark(template: &str, line: usize, column: usize) -> String {
    format!("\u{2045}{}:{line}:{column}\u{2046}", template.trim_end_matches(".html"))
}

/// A template with its marks.
pub fn marked(template: &str, text: &str) -> String {
    let mut out = String::new();
    let (mut line, mut column) = (1, 1);
    let mut rest = text;
    while let Some((tag, after)) = next_tag(rest) {
        let before = &rest[..rest.len() - after.len()];
        out.push_str(before);
        for c in before.chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        let word = tag.split_whitespace().next().unwrap_or_default();
        if ["if", "elif", "else", "for"].contains(&word) {
            out.push_str(&mark(template, line, column));
        }
        rest = after;
    }
    out + rest
}

/// What stands in the next `{% … %}` that is no comment, and what follows it.
fn next_tag(text: &str) -> Option<(&str, &str)> {
    let start = text.find("{%")?;
    if let Some(comment) = text.find("{#").filter(|comment| *comment < start) {
        let end = comment + text[comment..].find("#}")? + 2;
        return next_tag(&text[end..]);
    }
    let end = start + text[start..].find("%}")?;
    Some((text[start + 2..end].trim_matches('-').trim(), &text[end + 2..]))
}

/// The marks on a page, or in a template.
pub fn marks(html: &str) -> impl Iterator<Item = &str> {
    html.split('\u{2045}').skip(1).filter_map(|rest| rest.split('\u{2046}').next())
}

/// Of all templates.
pub fn all() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let of = |name: String| {
        let text = marked(&name, &fs::read_to_string(folder.join(&name)).unwrap());
        marks(&text).map(str::to_owned).collect::<Vec<_>>()
    };
    template_names().into_iter().flat_map(of).collect()
}

#[test]
fn each_branch_has_a_mark_of_its_own() {
    let text = "{# {% if no %} #}{% if a %}1{% elif b %}2{% else %}3{% endif %}\n{%- for x in y -%}{{ x }}{% endfor %}";
    let text = marked("x.html", text);
    assert_eq!(marks(&text).collect::<Vec<_>>(), ["x:1:28", "x:1:41", "x:1:52", "x:2:19"]);
    assert!(text.starts_with("{# {% if no %} #}{% if a %}\u{2045}"), "{text}");
}
