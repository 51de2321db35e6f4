//! What is wrong with a page, as its text alone shows it: what a browser would have to guess, what a screen reader would miss, and
//! what the template left over.

#![expect(clippy::string_slice, reason = "cut where `find` found something")]

use std::collections::BTreeSet;

/// A start tag.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    /// Whether it ends itself, as in SVG.
    is_whole: bool,
}

enum Piece<'a> {
    Start(Tag<'a>),
    End(&'a str),
    Text(&'a str),
}

const VOID: [&str; 9] = ["meta", "link", "input", "br", "hr", "img", "source", "wbr", "col"];

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn read(text: &'a str) -> Self {
        let is_whole = text.ends_with('/');
        let text = text.trim_end_matches('/');
        let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let mut attributes = Vec::new();
        while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[start..];
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let Some(value) = after.strip_prefix('=') else {
                attributes.push((name, ""));
                rest = after;
                continue;
            };
            let quote = value.chars().next().filter(|c| "\"'".contains(*c)).expect("a quoted value");
            let value = &value[1..];
            let end = value.find(quote).expect("a closed value");
            attributes.push((name, &value[..end]));
            rest = &value[end + 1..];
        }
        Self { name, attributes, is_whole }
    }
}

/// Where a tag ends: at the first `>` outside of a quoted value.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    panic!("a tag without an end: {}", text.chars().take(80).collect::<String>())
}

fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        found.push(Piece::Text(text));
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").expect("a closed comment").1;
            continue;
        }
        let end = end_of_tag(tag);
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            found.push(Piece::End(name));
        } else if !inside.starts_with('!') {
            found.push(Piece::Start(Tag::read(inside)));
        }
    }
    found.push(Piece::Text(rest));
    found
}

/// Everything that is wrong; empty for a page that is whole.
pub fn problems(html: &str) -> Vec<String> {
    let pieces = pieces(html);
    let mut wrong = Vec::new();
    let ids = ids(&pieces, &mut wrong);
    let labelled: BTreeSet<&str> = tags(&pieces).filter_map(|tag| tag.attribute("for")).collect();
    let mut open: Vec<&str> = Vec::new();
    for piece in &pieces {
        match piece {
            Piece::Start(tag) => {
                wrong.extend(of_tag(tag, &ids, &labelled, open.contains(&"label")));
                if !tag.is_whole && !VOID.contains(&tag.name) {
                    open.push(tag.name);
                }
            }
            Piece::End(name) => match open.pop() {
                Some(last) if last == *name => {}
                last => wrong.push(format!("</{name}> ends {last:?}")),
            },
            Piece::Text(text) => wrong.extend(of_text(text, open.contains(&"pre"))),
        }
    }
    if !open.is_empty() {
        wrong.push(format!("never closed: {open:?}"));
    }
    if tags(&pieces).filter(|tag| tag.name == "h1").count() != 1 {
        wrong.push("not one heading".to_owned());
    }
    if html.contains("<title> ·") {
        wrong.push("no title".to_owned());
    }
    wrong
}

fn tags<'a, 'p>(pieces: &'p [Piece<'a>]) -> impl Iterator<Item = &'p Tag<'a>> {
    pieces.iter().filter_map(|piece| if let Piece::Start(tag) = piece { Some(tag) } else { None })
}

fn ids<'a>(pieces: &[Piece<'a>], wrong: &mut Vec<String>) -> BTreeSet<&'a str> {
    let mut ids = BTreeSet::new();
    for id in tags(pieces).filter_map(|tag| tag.attribute("id")) {
        if !ids.insert(id) {
            wrong.push(format!("the id {id} twice"));
        }
    }
    ids
}

fn of_tag(tag: &Tag<'_>, ids: &BTreeSet<&str>, labelled: &BTreeSet<&str>, in_label: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let shown = format!("<{} {:?}>", tag.name, tag.attributes);
    let attribute = |name| tag.attribute(name);
    let is_hidden = attribute("hidden").is_some() || attribute("type") == Some("hidden");
    let is_field = ["input", "select", "textarea"].contains(&tag.name) && !is_hidden;
    let has_label = in_label
        || attribute("aria-label").is_some_and(|label| !label.is_empty())
        || attribute("id").is_some_and(|id| labelled.contains(id));
    if is_field && !has_label {
        wrong.push(format!("a field without a label: {shown}"));
    }
    if tag.name == "form" {
        let method = attribute("method");
        let goes = attribute("action").unwrap_or_default().replace("&#x2f;", "/");
        // What is sent from elsewhere is refused by where it comes from: what counts is that nothing is changed by a GET.
        if !["post", "get"].map(Some).contains(&method) || !goes.starts_with('/') || goes.starts_with("//") {
            wrong.push(format!("a form without a method, or that leads away: {shown}"));
        }
    }
    let is_inline = tag.name == "style" || (tag.name == "script" && attribute("src").is_none());
    let acts = |(name, value): &(&str, &str)| {
        *name == "style" || name.starts_with("on") || value.trim_start().starts_with("javascript:")
    };
    if is_inline || tag.attributes.iter().any(acts) {
        wrong.push(format!("an inline script or style: {shown}"));
    }
    for name in ["for", "aria-labelledby", "aria-describedby", "popovertarget"] {
        for id in attribute(name).into_iter().flat_map(str::split_whitespace).filter(|id| !ids.contains(id)) {
            wrong.push(format!("{name} names {id}, which is not there: {shown}"));
        }
    }
    let jump = attribute("href").and_then(|href| href.strip_prefix('#'));
    if jump.is_some_and(|id| !id.is_empty() && !ids.contains(id)) {
        wrong.push(format!("a jump to nowhere: {shown}"));
    }
    for (_, value) in &tag.attributes {
        wrong.extend(left_over(value));
    }
    wrong
}

fn of_text(text: &str, is_quoted: bool) -> Vec<String> {
    let mut wrong = left_over(text);
    if !is_quoted && text.split(|c: char| !c.is_ascii_hexdigit() && c != '-').any(is_id) {
        wrong.push(format!("an id instead of a name: {}", text.trim()));
    }
    wrong
}

/// What a template engine, or the messages, would have filled in.
fn left_over(text: &str) -> Vec<String> {
    let marks = ["{{", "{%", "%}", "{#", "{$", "{ $"];
    marks
        .iter()
        .filter(|mark| text.contains(**mark))
        .map(|mark| format!("{mark} is left over: {text}"))
        .collect()
}

fn is_id(word: &str) -> bool {
    word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

/// The test of the test: each of these is found.
#[test]
fn what_is_wrong_is_found() {
    let whole = "<!doctype html><title>A · B</title><h1>A</h1><label for=\"a\">A</label><input id=\"a\">";
    assert_eq!(problems(whole), Vec::<String>::new());
    for (wrong, found) in [
        ("<input id=\"b\">", "a field without a label"),
        ("<select></select>", "a field without a label"),
        ("<form action=\"/x\"></form>", "a form without a method"),
        ("<form method=\"post\" action=\"//elsewhere\"></form>", "leads away"),
        ("<p id=\"a\"></p>", "the id a twice"),
        ("<p style=\"color: red\"></p>", "an inline script or style"),
        ("<script>x()</script>", "an inline script or style"),
        ("<p onclick=\"x()\"></p>", "an inline script or style"),
        ("<p aria-describedby=\"c\"></p>", "aria-describedby names c"),
        ("<a href=\"#c\"></a>", "a jump to nowhere"),
        ("<p>", "never closed"),
        ("<p></li></p>", "</li> ends"),
        ("{{ name }}", "is left over"),
        ("{$name}", "is left over"),
        ("<p>by 0195b6c2-8f2e-7cc3-98a5-000000000001</p>", "an id instead of a name"),
        ("<h1>B</h1>", "not one heading"),
    ] {
        let problems = problems(&format!("{whole}{wrong}"));
        assert!(problems.iter().any(|problem| problem.contains(found)), "{wrong}: {problems:?}");
    }
}
