//! What an input is, from its first line.

use std::sync::Arc;

use super::{
    document::Splitter,
    table::{Header, find_unknown},
};

/// So many bytes are looked at.
pub(super) const LOOK: usize = 64 * 1024;

/// What an input is.
#[derive(Debug)]
pub(super) enum Shape {
    /// One record on each line, or several in a list.
    Lines,
    /// JSON that goes on over the end of the line, or is too long for one.
    Document,
    /// Rows below a header that takes so many bytes.
    Table(Header, usize),
    /// Lines, of which those that nobody knows are of this kind; below a header that takes so many bytes.
    UnknownTable(Arc<str>, usize),
}

/// The shape of what begins with `head`. `is_all`: nothing comes after it.
pub(super) fn shape_of(head: &[u8], is_all: bool) -> Shape {
    let end = memchr::memchr(b'\n', head);
    let (line, rest) = head.split_at(end.unwrap_or(head.len()));
    let is_whole = end.is_some() || is_all;
    if opens_a_document(line.trim_ascii(), is_whole, rest) {
        return Shape::Document;
    }
    if let Some((header, len)) = Header::find(head) {
        return Shape::Table(header, len);
    }
    find_unknown(head).map_or(Shape::Lines, |(len, kind)| Shape::UnknownTable(kind, len))
}

/// Whether a line opens a document that goes on, rather than hold one record or several.
/// `rest`: the line break and what comes after it, as far as it is known.
pub(super) fn opens_a_document(line: &[u8], is_whole: bool, rest: &[u8]) -> bool {
    let is_list = line.strip_prefix(b"[").is_some_and(|list| {
        // Log lines too may begin with a bracket, and a time in it.
        matches!(list.trim_ascii_start().first(), None | Some(b'{' | b']'))
    });
    if !is_list && !line.starts_with(b"{") {
        return false;
    }
    let mut slices = Vec::new();
    let mut splitter = Splitter::new(usize::MAX, 0);
    splitter.feed(line, 0, &mut slices);
    if !is_whole {
        return is_list || splitter.is_in_a_list() || !slices.is_empty();
    }
    if splitter.is_closed() {
        return false;
    }
    // A record that was cut off may end like this too; then the next line is a record again.
    let goes_on = splitter.is_outside_text()
        && matches!(line.last(), Some(b'{' | b'[' | b',' | b':'))
        && rest.get(1) != Some(&b'{');
    is_list || splitter.is_in_a_list() || line == b"{" || goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_on_a_line_opens_nothing() {
        for (text, opens) in [
            ("[", true),
            ("[\n", true),
            ("[ {\"a\":1},\n{\"a\":2}]", true),
            ("[{\"a\":1}]\n[{\"a\":2}]", false),
            ("[1,2", false),
            ("[garbage", false),
            ("[2026-03-02 08:14:11.204][x] {", false),
            ("{", true),
            ("{\n  \"a\":1}", true),
            ("{}", false),
            ("{\"a\":1}", false),
            ("{\"@odata.context\":\"x\",\"value\":[\n", true),
            ("{\"@odata.context\":\"x\",\"value\":[{\"a\":1},\n", true),
            ("{\"value\":[{\"a\":1}]}\n", false),
            ("{\"a\":1,\n \"value\":[", true),
            ("{\"a\":1,\n{\"a\":2}", false),
            ("{\"a\":{\"value\":[1]}}", false),
            ("{\"value\":\"[\"}", false),
            ("{\"cut", false),
        ] {
            assert_eq!(matches!(shape_of(text.as_bytes(), true), Shape::Document), opens, "{text}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_a_document_if_it_is_a_list() {
        for (text, opens) in [
            ("[{\"a\":1},", true),
            ("{\"kind\":\"x\",\"items\":[{\"a\":1},", true),
            ("{\"a\":1}{\"a\":2", true),
            ("{\"a\":{\"b\":[", false),
            ("[1,2", false),
            ("aaaa", false),
        ] {
            assert_eq!(matches!(shape_of(text.as_bytes(), false), Shape::Document), opens, "{text}");
        }
    }
}
