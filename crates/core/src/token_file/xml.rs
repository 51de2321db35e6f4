//! A small tree of an XML file. Everything in it has a bound, and there are no document types and no entities: what is not known
//! to the reader is not expanded.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use zeroize::Zeroizing;

use super::TokenFileError;

/// Where the elements of RFC 6030 are.
const PSKC: Namespace<'static> = Namespace(b"urn:ietf:params:xml:ns:keyprov:pskc");
/// An encrypted key of RFC 6030 is nested ten deep.
const MOST_DEPTH: usize = 24;
const MOST_ELEMENTS: usize = 400_000;
const MOST_ATTRIBUTES: usize = 24;

/// An element. It does not print: a seed may stand in it.
pub(super) struct XmlElement {
    /// The line of the file on which it begins.
    pub line: u64,
    /// Without its prefix.
    name: String,
    is_pskc: bool,
    attributes: Vec<(String, String)>,
    /// All of its text, that of its children left out.
    text: Zeroizing<String>,
    pub children: Vec<XmlElement>,
}

impl XmlElement {
    /// Whether it is this element of RFC 6030.
    pub(super) fn is(&self, name: &str) -> bool {
        self.is_pskc && self.name == name
    }

    /// Its child of RFC 6030 with this name. Err: there are two, and nobody could say which one counts.
    pub(super) fn only(&self, name: &str) -> Result<Option<&Self>, String> {
        self.single(name, |child| child.is(name))
    }

    /// Its child with this name in another namespace: that of XML Encryption, or none, as RFC 6030 has it in figure 7.
    pub(super) fn other(&self, name: &str) -> Result<Option<&Self>, String> {
        self.single(name, |child| !child.is_pskc && child.name == name)
    }

    /// The text, with the space around it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// An attribute without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    fn single(&self, name: &str, is_it: impl Fn(&Self) -> bool) -> Result<Option<&Self>, String> {
        let mut found = self.children.iter().filter(|child| is_it(child));
        let first = found.next();
        if found.next().is_some() { Err(format!("{name} stands there twice.")) } else { Ok(first) }
    }
}

/// Reads the file: its root.
pub(super) fn parse(text: &str) -> Result<XmlElement, TokenFileError> {
    let mut reading = XmlReading { text, counted: 0, line: 1, open: Vec::new(), root: None, elements: 0 };
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.resolver_mut().set_max_declarations_per_element(MOST_ATTRIBUTES);
    loop {
        let begins_at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let read = reader.read_resolved_event();
        let line = reading.line_at(begins_at);
        let not_xml = || TokenFileError::NotXml(line);
        match read.map_err(|_| not_xml())? {
            (namespace, Event::Start(start)) => reading.open(&start, &namespace, line)?,
            (_, Event::End(_)) => reading.close(line)?,
            (_, Event::Text(text)) => {
                reading.add_text(&text.decode().map_err(|_| not_xml())?, line)?;
            }
            (_, Event::CData(text)) => {
                reading.add_text(&text.decode().map_err(|_| not_xml())?, line)?;
            }
            // What it stands for is not looked up; nothing that is read can hold this character.
            (_, Event::GeneralRef(_)) => reading.add_text("&", line)?,
            (_, Event::DocType(_)) => return Err(TokenFileError::Doctype),
            (_, Event::Eof) => return reading.end(line),
            (_, Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_)) => {}
        }
    }
}

/// What was read so far.
struct XmlReading<'text> {
    text: &'text str,
    /// The byte up to which the lines are counted.
    counted: usize,
    line: u64,
    /// From the root to where we are.
    open: Vec<XmlElement>,
    root: Option<XmlElement>,
    elements: usize,
}

impl XmlReading<'_> {
    fn line_at(&mut self, at: usize) -> u64 {
        let feeds = self.text.get(self.counted..at).map_or(0, |passed| passed.matches('\n').count());
        self.line = self.line.saturating_add(u64::try_from(feeds).unwrap_or_default());
        self.counted = self.counted.max(at);
        self.line
    }

    fn open(
        &mut self,
        start: &BytesStart<'_>,
        namespace: &ResolveResult<'_>,
        line: u64,
    ) -> Result<(), TokenFileError> {
        self.elements += 1;
        if self.open.len() >= MOST_DEPTH || self.elements > MOST_ELEMENTS {
            return Err(TokenFileError::XmlTooLarge(line));
        }
        let not_xml = || TokenFileError::NotXml(line);
        if self.root.is_some() || matches!(namespace, ResolveResult::Unknown(_)) {
            return Err(not_xml());
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| not_xml())?;
            if attributes.len() >= MOST_ATTRIBUTES {
                return Err(TokenFileError::XmlTooLarge(line));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| not_xml())?;
            attributes.push((text_of(attribute.key.as_ref(), line)?, value.into_owned()));
        }
        self.open.push(XmlElement {
            line,
            name: text_of(start.local_name().as_ref(), line)?,
            is_pskc: *namespace == ResolveResult::Bound(PSKC),
            attributes,
            text: Zeroizing::default(),
            children: Vec::new(),
        });
        Ok(())
    }

    fn close(&mut self, line: u64) -> Result<(), TokenFileError> {
        let closed = self.open.pop().ok_or(TokenFileError::NotXml(line))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str, line: u64) -> Result<(), TokenFileError> {
        match self.open.last_mut() {
            Some(element) => append(&mut element.text, text),
            None if text.trim().is_empty() => {}
            None => return Err(TokenFileError::NotXml(line)),
        }
        Ok(())
    }

    fn end(self, line: u64) -> Result<XmlElement, TokenFileError> {
        let whole = self.root.filter(|_| self.open.is_empty());
        whole.ok_or(TokenFileError::NotXml(line))
    }
}

fn text_of(bytes: &[u8], line: u64) -> Result<String, TokenFileError> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|_| TokenFileError::NotXml(line))
}

/// Adds to a text. Where it grows, what it leaves behind is wiped.
fn append(text: &mut Zeroizing<String>, more: &str) {
    let length = text.len().saturating_add(more.len());
    if text.capacity() < length {
        let mut grown = Zeroizing::new(String::with_capacity(length.saturating_mul(2)));
        grown.push_str(text);
        *text = grown;
    }
    text.push_str(more);
}
