//! Cuts a JSON document into its records, byte by byte, without holding more than one of them.

/// Does the first line open a document that goes on, rather than hold one record?
/// `[` and then a record or nothing; `{` alone; `{"value":[`, with plain members before it.
pub(super) fn opens(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if let Some(rest) = line.strip_prefix(b"[") {
        return matches!(rest.trim_ascii_start().first(), None | Some(b'{' | b']'));
    }
    let Some(head) = line.strip_prefix(b"{") else {
        return false;
    };
    let head = head.split(|byte| *byte == b'{').next().unwrap_or(head);
    let mut keys = ENVELOPE_KEYS.iter();
    head.trim_ascii().is_empty() && !line.contains(&b'}') || keys.any(|key| opens_array(head, key))
}

/// The members that hold the records: Graph and the Azure blob export, Azure Event Hub.
const ENVELOPE_KEYS: [&[u8]; 3] = [b"value", b"records", b"Records"];

fn opens_array(head: &[u8], key: &[u8]) -> bool {
    let quoted = [b"\"", key, b"\""].concat();
    let Some(at) = memchr::memmem::find(head, &quoted) else {
        return false;
    };
    let rest = head.get(at + quoted.len()..).unwrap_or_default().trim_ascii_start();
    rest.strip_prefix(b":").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
}

/// Where in the document a byte is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

/// Finds the objects that are records: elements of the top array, elements of an envelope's array, or top objects.
#[derive(Debug)]
pub(super) struct Splitter {
    limit: usize,
    line: u64,
    text: Text,
    depth: u32,
    /// Depth at which a record opens: 0 outside everything, 1 in an array, 2 in an envelope's array.
    record_depth: u32,
    element: Vec<u8>,
    started: Option<u64>,
    too_long: bool,
    /// The last text at depth 1 of a top object, to know an envelope by its key.
    key: Vec<u8>,
}

impl Splitter {
    pub(super) fn new(limit: usize, first_line: u64) -> Self {
        Self {
            limit,
            line: first_line,
            text: Text::Outside,
            depth: 0,
            record_depth: 0,
            element: Vec::new(),
            started: None,
            too_long: false,
            key: Vec::new(),
        }
    }

    /// Calls `each` with the record, whether it is whole (false: longer than the limit), and its first line.
    pub(super) fn feed(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8], bool, u64)) {
        for &byte in chunk {
            if byte == b'\n' {
                self.line += 1;
            }
            if self.step(byte)
                && let Some(line) = self.started.take()
            {
                each(&self.element, !self.too_long, line);
                self.element.clear();
                self.too_long = false;
            }
        }
    }

    /// The line of a record that never ended.
    pub(super) fn cut_off_at(&self) -> Option<u64> {
        self.started
    }

    /// True when the byte closes a record.
    fn step(&mut self, byte: u8) -> bool {
        match self.text {
            Text::Outside => return self.step_outside(byte),
            Text::Escaped => self.text = Text::Inside,
            Text::Inside if byte == b'\\' => self.text = Text::Escaped,
            Text::Inside if byte == b'"' => self.text = Text::Outside,
            Text::Inside => {
                if self.depth == 1 && self.record_depth == 0 && self.key.len() < 16 {
                    self.key.push(byte);
                }
            }
        }
        self.keep(byte);
        false
    }

    fn step_outside(&mut self, byte: u8) -> bool {
        match byte {
            b'"' => {
                self.text = Text::Inside;
                if self.depth == 1 {
                    self.key.clear();
                }
            }
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => {
                self.keep(byte);
                self.depth = self.depth.saturating_sub(1);
                let closed = self.depth == self.record_depth && self.started.is_some();
                if self.depth == 0 {
                    self.record_depth = 0;
                }
                return closed;
            }
            _ => {}
        }
        self.keep(byte);
        false
    }

    fn open(&mut self, byte: u8) {
        match (byte, self.depth, self.started) {
            (b'[', 0, None) => self.record_depth = 1,
            // What looked like a record was an envelope, and its records begin here.
            (b'[', 1, Some(_)) if self.record_depth == 0 && ENVELOPE_KEYS.contains(&self.key.as_slice()) => {
                self.started = None;
                self.element.clear();
                self.too_long = false;
                self.record_depth = 2;
            }
            (b'{', depth, None) if depth == self.record_depth => self.started = Some(self.line),
            _ => {}
        }
        self.depth = self.depth.saturating_add(1);
    }

    fn keep(&mut self, byte: u8) {
        if self.started.is_some() && !self.too_long {
            if self.element.len() < self.limit {
                self.element.push(byte);
            } else {
                self.too_long = true;
                self.element.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut splitter = Splitter::new(1000, 1);
        // One byte at a time: no state may hide in the size of a chunk.
        for byte in text.bytes() {
            splitter.feed(&[byte], |element, _, _| {
                found.push(String::from_utf8(element.to_vec()).unwrap());
            });
        }
        found
    }

    #[test]
    fn brackets_in_text_are_text() {
        assert_eq!(split(r#"[{"a":"]}\"{"},{"b":[{"c":1}]}]"#), [r#"{"a":"]}\"{"}"#, r#"{"b":[{"c":1}]}"#]);
    }

    #[test]
    fn an_envelope_is_known_by_its_key() {
        assert_eq!(
            split(r#"{"next":"value","value" : [{"a":1},{"b":2}],"x":{"y":1}}"#),
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
        assert_eq!(split("{\n\"target\":[{\"a\":1}]}\n{\"b\":2}").len(), 2);
    }

    #[test]
    fn one_record_on_a_line_opens_nothing() {
        for (line, opens_document) in [
            ("[", true),
            ("[{\"a\":1}", true),
            ("[1,2", false),
            ("[garbage", false),
            ("{", true),
            ("{}", false),
            ("{\"a\":1}", false),
            ("{\"@odata.context\":\"x\",\"value\":[", true),
            ("{\"a\":{\"value\":[1]}}", false),
            ("{\"value\":\"[\"}", false),
        ] {
            assert_eq!(opens(line.as_bytes()), opens_document, "{line}");
        }
    }
}
