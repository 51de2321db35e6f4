//! Packed files: what was packed comes out, and what is damaged says so.

use std::{
    cell::RefCell,
    fs,
    io::{Read, Write},
    sync::atomic::Ordering,
};

use arbitrary::{Arbitrary, Result, Unstructured};
use flate2::{Compression, GzBuilder};
use libfuzzer_sys::Corpus;
use postern_signals::source::Sources;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use tempfile::NamedTempFile;

/// Four bytes of zstd may stand for megabytes; so much of them is looked at.
const MOST: usize = 4 << 20;

/// The first byte says whether the others are a file, or how one is made.
pub fn check(bytes: &[u8]) -> Corpus {
    match bytes.split_first() {
        Some((b'=', file)) => check_file(file),
        Some((_, rest)) => match File::arbitrary(&mut Unstructured::new(rest)) {
            Ok(file) => file.check(),
            Err(_) => return Corpus::Reject,
        },
        None => return Corpus::Reject,
    }
    Corpus::Keep
}

/// Any bytes, read in large and in small pieces.
fn check_file(file: &[u8]) {
    let large = Unpacked::of(file, 64 * 1024, MOST);
    let small = Unpacked::of(file, 61, 64 * 1024);
    let len = small.bytes.len();
    assert_eq!(Some(&small.bytes[..]), large.bytes.get(..len), "read in small pieces, it is not the same");
    if !small.goes_on {
        assert_eq!(small, large);
    }
}

#[derive(Debug, PartialEq)]
struct Unpacked {
    bytes: Vec<u8>,
    error: Option<String>,
    goes_on: bool,
}

impl Unpacked {
    fn of(file: &[u8], chunk: usize, most: usize) -> Self {
        thread_local!(static HELD: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().unwrap()));
        HELD.with_borrow_mut(|held| {
            fs::File::create(held.path()).and_then(|mut held| held.write_all(file)).unwrap();
            Self::from(held, file.len() as u64, chunk, most)
        })
    }

    fn from(held: &NamedTempFile, size: u64, chunk: usize, most: usize) -> Self {
        let sources = Sources::find(&[held.path().to_owned()]).unwrap();
        assert_eq!((sources.files.len(), sources.size()), (1, Some(size)));
        let source = &sources.files[0];
        let (mut bytes, mut buffer) = (Vec::new(), vec![0; chunk]);
        let outcome = source.open().and_then(|mut reader| {
            loop {
                let got = reader.read(&mut buffer)?;
                bytes.extend(&buffer[..got]);
                if got == 0 || bytes.len() >= most {
                    return Ok(got > 0);
                }
            }
        });
        assert!(sources.bytes_read().load(Ordering::Relaxed) <= size, "no more is read than there is");
        let goes_on = outcome.as_ref().is_ok_and(|goes_on| *goes_on);
        let error = outcome.err().map(|error| source.error(error, None).to_string());
        assert!(error.as_ref().is_none_or(|error| error.contains(&source.name())), "an error names its file");
        bytes.truncate(most);
        Self { bytes, error, goes_on }
    }
}

/// How a file is packed, and what becomes of it then.
#[derive(Debug, Arbitrary)]
struct File {
    payload: Vec<u8>,
    #[arbitrary(with = layers)]
    layers: Vec<Layer>,
    damage: Option<Damage>,
}

#[derive(Debug, Clone, Arbitrary)]
enum Layer {
    Gzip { level: u8, name: Option<u8>, halves: bool },
    Zstd { packs: bool, skipped: Option<u8>, halves: bool },
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Damage {
    CutOff(u16),
    Flipped { at: u16, bit: u8 },
    Appended(u8),
}

fn layers(bytes: &mut Unstructured<'_>) -> Result<Vec<Layer>> {
    (0..bytes.int_in_range(1..=3)?).map(|_| bytes.arbitrary()).collect()
}

impl File {
    fn check(self) {
        // So that it is not taken for something packed.
        let payload = [b"{", &self.payload[..]].concat();
        let mut packed = self.layers.iter().fold(payload.clone(), |inner, layer| layer.pack(&inner));
        let sound = Unpacked::of(&packed, 4096, MOST);
        if self.layers.len() > 2 {
            assert!(sound.error.is_some_and(|error| error.contains("packed more than twice")));
            return;
        }
        assert_eq!(
            (&sound.error, sound.bytes == payload),
            (&None, true),
            "what was packed comes out: {:?}",
            self.layers
        );
        let (Some(damage), Some(outer)) = (self.damage, self.layers.last()) else { return };
        let at = damage.apply(&mut packed);
        let found = Unpacked::of(&packed, 4096, MOST);
        match damage {
            Damage::CutOff(_) if at >= 4 => {
                // Of a packing within, so little may be left that it is not known as one.
                let is_begun = payload.starts_with(&found.bytes) || self.layers.len() > 1;
                assert!(is_begun, "nothing is made up: {found:?} of {:?}", self.layers);
                assert!(
                    found.error.is_some() || outer.has_parts(),
                    "who is cut off says so: {:?}",
                    self.layers
                );
            }
            // The first bytes say what it is.
            Damage::Flipped { .. } if at >= 4 && matches!(outer, Layer::Gzip { .. }) => {
                assert!(
                    found.error.is_some() || found.bytes == payload,
                    "who is corrupt says so: {:?}",
                    self.layers
                );
            }
            Damage::Appended(_) => {
                assert!(
                    found.bytes == payload,
                    "what comes behind changes nothing before it: {:?}",
                    self.layers
                );
            }
            _ => {}
        }
    }
}

impl Layer {
    fn pack(&self, bytes: &[u8]) -> Vec<u8> {
        let halves = if self.has_halves() { bytes.split_at(bytes.len() / 2) } else { (bytes, &[][..]) };
        let mut packed = Vec::new();
        if let Self::Zstd { skipped: Some(len), .. } = self {
            packed.extend([0x50, 0x2a, 0x4d, 0x18, *len, 0, 0, 0]);
            packed.resize(8 + usize::from(*len), 7);
        }
        packed.extend(self.pack_one(halves.0));
        if self.has_halves() {
            packed.extend(self.pack_one(halves.1));
        }
        packed
    }

    fn pack_one(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip { level, name, .. } => {
                let mut builder = GzBuilder::new();
                if let Some(name) = name {
                    builder = builder.filename(vec![b'n'; usize::from(*name)]);
                }
                let mut writer = builder.write(Vec::new(), Compression::new(u32::from(level % 10)));
                writer.write_all(bytes).unwrap();
                writer.finish().unwrap()
            }
            Self::Zstd { packs, .. } => {
                let level = if *packs { CompressionLevel::Fastest } else { CompressionLevel::Uncompressed };
                compress_to_vec(bytes, level)
            }
        }
    }

    fn has_halves(&self) -> bool {
        matches!(self, Self::Gzip { halves: true, .. } | Self::Zstd { halves: true, .. })
    }

    /// May be cut off between two parts, and is whole then.
    fn has_parts(&self) -> bool {
        self.has_halves() || matches!(self, Self::Zstd { skipped: Some(_), .. })
    }
}

impl Damage {
    /// Says from which byte on.
    fn apply(self, packed: &mut Vec<u8>) -> usize {
        match self {
            Self::CutOff(at) => {
                packed.truncate(usize::from(at) % packed.len());
                packed.len()
            }
            Self::Flipped { at, bit } => {
                let at = usize::from(at) % packed.len();
                packed[at] ^= 1 << (bit % 8);
                at
            }
            Self::Appended(byte) => {
                packed.extend([byte; 9]);
                packed.len() - 9
            }
        }
    }
}
