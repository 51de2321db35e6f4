//! What a file is packed in, by its first bytes.

use std::{
    io::{self, BufReader, Cursor, Read},
    sync::Arc,
};

use flate2::read::MultiGzDecoder;

use super::{
    SourceStopped,
    guard::{CountingReader, Guard},
    zstd::Frames,
};

/// So many first bytes tell what a file is: a tar file says so in its 257th.
const HEAD: usize = 262;
/// Packed bytes that are read in one go.
const BUFFER: usize = 128 * 1024;
/// Packings within each other that are unpacked.
const DEPTH: usize = 2;

/// What makes a file a bomb: more than both.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnpackLimits {
    /// Times its size. Deflate gives at most 1032, and that only for a single letter repeated.
    pub(super) ratio: u64,
    /// Bytes.
    pub(super) unpacked: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { ratio: 1000, unpacked: 1 << 30 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
    Other(&'static str),
}

fn packing_of(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, 8, ..] => Packing::Gzip,
        // The second is a frame to be skipped, which some tools begin with.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
        [b'P', b'K', 3 | 5 | 7, 4 | 6 | 8, ..] => Packing::Other("zip"),
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', ..] => Packing::Other("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Other("xz"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Packing::Other("7z"),
        [b'R', b'a', b'r', b'!', ..] => Packing::Other("rar"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Packing::Other("PDF"),
        _ if head.get(257..262) == Some(b"ustar") => Packing::Other("tar"),
        _ => Packing::None,
    }
}

/// Is what begins like this packed in something?
pub(crate) fn is_packed(head: &[u8]) -> bool {
    packing_of(head) != Packing::None
}

/// Unpacks while it is read.
pub(super) fn unpack<R: Read + Send + 'static>(
    reader: CountingReader<R>,
    limits: UnpackLimits,
) -> io::Result<Box<dyn Read + Send>> {
    let stored = reader.own();
    let mut reader: Box<dyn Read + Send> = Box::new(reader);
    for depth in 0..=DEPTH {
        let (head, failed) = head_of(&mut reader);
        let packing = packing_of(&head);
        // What was read before an error is there first.
        reader = Box::new(Cursor::new(head).chain(LaterError(failed)).chain(reader));
        let guarded =
            |reader, packing| Guard { reader, packing, stored: Arc::clone(&stored), unpacked: 0, limits };
        reader = match packing {
            Packing::None => return Ok(reader),
            Packing::Other(kind) => return Err(SourceStopped::NotRead { kind }.into()),
            Packing::Gzip | Packing::Zstd if depth == DEPTH => {
                return Err(SourceStopped::PackedTooDeep.into());
            }
            Packing::Gzip => {
                let unpacked = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, reader));
                Box::new(guarded(Box::new(unpacked) as Box<dyn Read + Send>, "gzip"))
            }
            Packing::Zstd => {
                let unpacked = Frames::new(BufReader::with_capacity(BUFFER, reader));
                Box::new(guarded(Box::new(unpacked), "zstd"))
            }
        };
    }
    Ok(reader)
}

/// The first bytes, and the error that they end with.
fn head_of(reader: &mut impl Read) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::with_capacity(HEAD);
    let failed = reader.take(HEAD as u64).read_to_end(&mut head).err();
    (head, failed)
}

/// An error that is to come later.
struct LaterError(Option<io::Error>);

impl Read for LaterError {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
