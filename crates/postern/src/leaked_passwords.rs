//! Passwords that are known to have leaked, as a file of sorted SHA-1 hashes: nothing is asked of anybody outside, and a
//! look is a binary search in the file. `postern passwords import` makes it.

mod import;

pub use import::{LeakedImportError, import};

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

/// The file's name in the data folder.
pub const FILE: &str = "leaked-passwords.sha1";
/// What the file begins with; the number of hashes follows, as eight bytes, big end first.
const MAGIC: &[u8; 16] = b"postern leaked 1";
/// Units: bytes.
const HEAD: u64 = 24;
const WIDTH: u64 = 20;
/// So many places are looked at when the file is opened: in one that is not sorted, leaked passwords would pass.
const LOOKED_AT: u64 = 1000;

type LeakedHash = [u8; 20];

/// The list.
pub struct LeakedPasswords {
    file: File,
    count: u64,
}

/// Why a list is not used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the list of leaked passwords {}: {why}. Make it anew with `postern passwords import`, or remove it to do without",
    path.display()
)]
pub struct LeakedListError {
    path: PathBuf,
    why: String,
}

impl LeakedPasswords {
    /// Opens the list. `None`: there is none. Err: what is there is no list of ours, or not whole.
    pub fn open(path: &Path) -> Result<Option<Self>, LeakedListError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(problem(path, error.to_string())),
        };
        let list = Self::of_file(file).map_err(|error| problem(path, error.to_string()))?;
        match list.find_disorder().map_err(|error| problem(path, error.to_string()))? {
            None => Ok(Some(list)),
            Some(number) => Err(problem(path, format!("hash {number} is out of order"))),
        }
    }

    fn of_file(file: File) -> io::Result<Self> {
        let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why);
        let length = file.metadata()?.len();
        let mut head = [0_u8; 24];
        if length < HEAD {
            return Err(wrong("it is too short to be one"));
        }
        read_at(&file, &mut head, 0)?;
        let (magic, count) = head.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(wrong("it was not made by `postern passwords import`"));
        }
        let count = count.try_into().map(u64::from_be_bytes).unwrap_or_default();
        if count.checked_mul(WIDTH).and_then(|bytes| bytes.checked_add(HEAD)) != Some(length) {
            return Err(wrong("it is not whole: it has more or fewer hashes than it says"));
        }
        Ok(Self { file, count })
    }

    /// The first of the places looked at that does not come after the one before it.
    fn find_disorder(&self) -> io::Result<Option<u64>> {
        let step = (self.count / LOOKED_AT).max(1);
        let mut before = None;
        let mut number = 0;
        while number < self.count {
            let hash = self.hash(number)?;
            if before.is_some_and(|before| before >= hash) {
                return Ok(Some(number));
            }
            before = Some(hash);
            number += step;
        }
        Ok(None)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether this password leaked. Reads the disk.
    pub fn contains(&self, password: &str) -> io::Result<bool> {
        let wanted: LeakedHash = Sha1::digest(password.as_bytes()).into();
        let (mut from, mut until) = (0, self.count);
        while from < until {
            let middle = from + (until - from) / 2;
            match self.hash(middle)?.cmp(&wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => until = middle,
            }
        }
        Ok(false)
    }

    fn hash(&self, number: u64) -> io::Result<LeakedHash> {
        let mut hash = [0; 20];
        read_at(&self.file, &mut hash, HEAD + number * WIDTH)?;
        Ok(hash)
    }
}

fn problem(path: &Path, why: String) -> LeakedListError {
    LeakedListError { path: path.to_owned(), why }
}

/// Without the file's one cursor: many look at once.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(read..).unwrap_or_default();
        at += u64::try_from(read).unwrap_or_default();
    }
    Ok(())
}
