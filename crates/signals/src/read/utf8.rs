//! Whatever a log is written in, UTF-8 comes out: a byte order mark goes, UTF-16 is converted.

use std::io::{self, Read};

/// Bytes of UTF-16 that are converted in one go.
const CHUNK: usize = 8 * 1024;

/// A reader of UTF-8, from a reader of UTF-8 or UTF-16. What is neither comes through unchanged, for the lines that
/// are broken to be named one by one.
#[derive(Debug)]
pub(super) struct Utf8<R> {
    reader: R,
    form: Option<TextForm>,
    /// Read and not yet converted: the first bytes, half a unit.
    raw: Vec<u8>,
    /// Ready to be handed out from `handed_out` on.
    ready: Vec<u8>,
    handed_out: usize,
    /// The first half of a pair of units, until the second half comes.
    high: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextForm {
    Utf8,
    LittleEndian,
    BigEndian,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, form: None, raw: Vec::new(), ready: Vec::new(), handed_out: 0, high: None }
    }

    fn look(&mut self) -> io::Result<TextForm> {
        let mut byte = [0];
        while self.raw.len() < 4 && self.reader.read(&mut byte)? > 0 {
            self.raw.extend(byte);
        }
        let (form, mark_len) = form_of(&self.raw);
        self.raw.drain(..mark_len);
        if form == TextForm::Utf8 {
            self.ready = std::mem::take(&mut self.raw);
        }
        self.form = Some(form);
        Ok(form)
    }

    /// Converts the next chunk. At the end nothing is ready any more.
    fn convert_next(&mut self, form: TextForm) -> io::Result<()> {
        self.ready.clear();
        self.handed_out = 0;
        let mut chunk = [0; CHUNK];
        while self.ready.is_empty() {
            let got = self.reader.read(&mut chunk)?;
            let over = got == 0;
            self.raw.extend(chunk.get(..got).unwrap_or_default());
            let (units, odd) = self.raw.as_chunks();
            for &unit in units {
                let little = form == TextForm::LittleEndian;
                let unit = if little { u16::from_le_bytes(unit) } else { u16::from_be_bytes(unit) };
                push(&mut self.ready, &mut self.high, unit);
            }
            self.raw = odd.to_vec();
            if over {
                if self.high.take().is_some() || !self.raw.is_empty() {
                    self.raw.clear();
                    self.ready.extend("\u{fffd}".as_bytes());
                }
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The form, and the length of the mark that says so. Without a mark, ASCII with a zero beside every letter tells.
fn form_of(head: &[u8]) -> (TextForm, usize) {
    match head {
        [0xef, 0xbb, 0xbf, ..] => (TextForm::Utf8, 3),
        [0xff, 0xfe, ..] => (TextForm::LittleEndian, 2),
        [0xfe, 0xff, ..] => (TextForm::BigEndian, 2),
        [1..=127, 0, 1..=127, 0] => (TextForm::LittleEndian, 0),
        [0, 1..=127, 0, 1..=127] => (TextForm::BigEndian, 0),
        _ => (TextForm::Utf8, 0),
    }
}

fn push(ready: &mut Vec<u8>, high: &mut Option<u16>, unit: u16) {
    // Nearly all of a log.
    if let (None, [0, ascii @ 0..=127]) = (&high, unit.to_be_bytes()) {
        return ready.push(ascii);
    }
    let mut put = |one: char| ready.extend(one.encode_utf8(&mut [0; 4]).as_bytes());
    if let Some(first) = high.take() {
        if let Some(Ok(one)) = char::decode_utf16([first, unit]).next() {
            return put(one);
        }
        put(char::REPLACEMENT_CHARACTER);
    }
    if (0xd800..0xdc00).contains(&unit) {
        *high = Some(unit);
    } else {
        put(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let form = match self.form {
            Some(form) => form,
            None => self.look()?,
        };
        if self.handed_out == self.ready.len() {
            if form == TextForm::Utf8 {
                return self.reader.read(buffer);
            }
            self.convert_next(form)?;
        }
        let got = self.ready.get(self.handed_out..).unwrap_or_default().read(buffer)?;
        self.handed_out += got;
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::slow::Slow;

    fn through(bytes: &[u8]) -> Vec<u8> {
        let (mut quick, mut slow) = (Vec::new(), Vec::new());
        Utf8::new(bytes).read_to_end(&mut quick).unwrap();
        Utf8::new(Slow(bytes)).read_to_end(&mut slow).unwrap();
        assert_eq!(quick, slow);
        quick
    }

    fn wide(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf_16_becomes_utf_8() {
        let text = format!("{{\"a\":\"mïa 🗝 {}\"}}\r\n", "é".repeat(CHUNK));
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(through(&wide(&format!("\u{feff}{text}"), to_bytes)), text.as_bytes());
            // Without a mark it is known by its zeros.
            assert_eq!(through(&wide(&text, to_bytes)), text.as_bytes());
        }
    }

    #[test]
    fn half_a_letter_is_a_replacement() {
        let units = |units: &[u16]| {
            let bytes: Vec<u8> = [0xfeff].iter().chain(units).flat_map(|unit| unit.to_le_bytes()).collect();
            String::from_utf8(through(&bytes)).unwrap()
        };
        assert_eq!(units(&[0x61, 0xd83d]), "a\u{fffd}");
        assert_eq!(units(&[0xd83d, 0xd83d, 0xdddd]), "\u{fffd}🗝");
        assert_eq!(units(&[0xdddd, 0x61]), "\u{fffd}a");
        assert_eq!(through(b"\xff\xfea\0b"), "a\u{fffd}".as_bytes());
    }

    #[test]
    fn everything_else_comes_through() {
        assert_eq!(through(b"\xef\xbb\xbf{}"), b"{}");
        for bytes in [&b""[..], b"{", b"\xef\xbb", b"a\0b", b"\0\0\0\0", b"{}\n\xff\xfea\0"] {
            assert_eq!(through(bytes), bytes);
        }
    }
}
