//! Where logs are read from: paths → the files meant → bytes, whatever they are packed in.
//!
//! # What is meant by a path
//! - A file is read, whatever it is called; `-` is standard input.
//! - A folder stands for the files in it and in the folders within, in the order of their names. Hidden files are left
//!   out; so are those whose name says that they hold no log, and those come with a note.
//! - A pattern (`*`, `?`, `[…]`, and `**` for folders within folders) stands for what fits it.
//! - A file that is reached twice is read once.
//!
//! # What is read
//! gzip and zstd are found by their first bytes, also one within the other, and also from standard input. A file is
//! read up to the length that it had when it was opened: what is written meanwhile is for the next time. A pipe is
//! read to its end.
//!
//! # What ends a file early
//! Memory is bounded, whatever comes. A file that unpacks to more than 1000 times its size *and* to more than 1 GiB is
//! a bomb; a line that goes on for 4 GiB never ends; a file may be cut off, corrupt, or become shorter while it is read.
//! Each ends that file with a [`SourceError`] that names it. What was read before counts.

mod find;
mod guard;
mod pipe;
mod unpack;
mod zstd;

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
};

use crate::record::Position;
use find::FoundSources;
use guard::{Bounded, CountingReader};
use pipe::Stoppable;
pub(crate) use unpack::is_packed;
use unpack::{UnpackLimits, unpack};

/// The files that a person meant.
#[derive(Debug)]
pub struct Sources {
    /// To be read, in this order.
    pub files: Vec<Source>,
    /// Found, and not to be read.
    pub skipped: Vec<Skipped>,
    read: Arc<AtomicU64>,
}

impl Sources {
    /// Finds what is meant by `args`. A path at which nothing is found is kept, for its error to come when it is opened.
    /// Err: there is nothing to read at all, or a pattern is none.
    pub fn find(args: &[PathBuf]) -> Result<Self, SourceError> {
        let read = Arc::new(AtomicU64::new(0));
        let mut found = FoundSources::default();
        for arg in args {
            found.add(arg)?;
        }
        if found.origins.is_empty() {
            return Err(SourceError::NothingFound { looked_at: args.to_vec(), skipped: found.skipped });
        }
        let of = |origin| Source { origin, read: Arc::clone(&read) };
        Ok(Self { files: found.origins.into_iter().map(of).collect(), skipped: found.skipped, read })
    }

    /// Bytes read so far from all files together, as they are stored. Goes on while they are read.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// Bytes of all files together, as they are stored. `None`: not known of all of them.
    pub fn size(&self) -> Option<u64> {
        self.files.iter().map(Source::size).sum()
    }
}

impl IntoIterator for Sources {
    type Item = Source;
    type IntoIter = std::vec::IntoIter<Source>;

    fn into_iter(self) -> Self::IntoIter {
        self.files.into_iter()
    }
}

/// One file to be read, or standard input.
#[derive(Debug, Clone)]
pub struct Source {
    origin: Origin,
    read: Arc<AtomicU64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    StandardInput,
    Path(PathBuf),
}

impl Source {
    /// The path as it was found; `None` for standard input.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::StandardInput => None,
            Origin::Path(path) => Some(path),
        }
    }

    /// What to call it. May hold whatever a file name may hold.
    pub fn name(&self) -> String {
        self.path().map_or_else(|| "standard input".to_owned(), |path| path.display().to_string())
    }

    /// Its length as it is stored. `None`: a pipe, or nothing is there.
    pub fn size(&self) -> Option<u64> {
        let about = self.path()?.metadata().ok()?;
        about.is_file().then_some(about.len())
    }

    /// Bytes read so far from it and the others that it was found with, as they are stored.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// Opens it and unpacks it while it is read. Err, here and later: the system's own, or a [`SourceStopped`] within;
    /// [`Source::error`] names the file.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.open_until(&Arc::default())
    }

    /// The same. A pipe ends soon after `stop` is set, even while it waits for what is to come.
    pub fn open_until(&self, stop: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
        self.open_within(UnpackLimits::default(), stop)
    }

    fn open_within(&self, limits: UnpackLimits, stop: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
        let Origin::Path(path) = &self.origin else {
            return unpack(CountingReader::new(Stoppable::new(io::stdin(), stop), &self.read), limits);
        };
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if about.is_file() {
            return unpack(CountingReader::new(Bounded::new(file, about.len()), &self.read), limits);
        }
        unpack(CountingReader::new(Stoppable::new(file, stop), &self.read), limits)
    }

    /// What to say of an error that came while it was opened, or read up to `position`.
    pub fn error(&self, error: io::Error, position: Option<Position>) -> SourceError {
        let name = self.name();
        match error.downcast::<SourceStopped>() {
            Ok(why) => SourceError::Stopped { name, line: position.map(|position| position.line), why },
            Err(why) => SourceError::Unreadable { name, why },
        }
    }
}

/// A file that was found and is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is.
    pub path: PathBuf,
    /// Why it is not read, in words.
    pub why: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

/// Why there is nothing to read, or not all of it was read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing of what was named can be read.
    #[error("{}", nothing_found(looked_at, skipped))]
    NothingFound {
        /// As given.
        looked_at: Vec<PathBuf>,
        /// Found, and not to be read.
        skipped: Vec<Skipped>,
    },
    /// A pattern is malformed.
    #[error(
        "{pattern} is no pattern: {why}. Put a path with such letters in it as it is, or correct the pattern."
    )]
    BadPattern {
        /// As given.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system cannot open the file, or cannot read on.
    #[error("cannot read {name}: {why}. Check the path and that you may read the file.")]
    Unreadable {
        /// The file, or standard input.
        name: String,
        /// What the system said.
        why: io::Error,
    },
    /// The file was not read to its end.
    #[error("{name} is not read{}: {why}", line.map_or_else(String::new, |line| format!(" from line {line} on")))]
    Stopped {
        /// The file, or standard input.
        name: String,
        /// The line that it ended at.
        line: Option<u64>,
        /// Why.
        why: SourceStopped,
    },
}

fn nothing_found(looked_at: &[PathBuf], skipped: &[Skipped]) -> String {
    let named: Vec<_> = looked_at.iter().map(|path| path.display().to_string()).collect();
    let notes: Vec<_> = skipped.iter().take(3).map(Skipped::to_string).collect();
    let more = if skipped.len() > notes.len() { " …" } else { "" };
    let notes = if notes.is_empty() { String::new() } else { format!(" ({}{more})", notes.join("; ")) };
    format!("nothing to read at {}{notes}. Name log files, or a folder that holds some.", named.join(", "))
}

/// Why a file was not read to its end. Within an [`io::Error`]; what was read before counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceStopped {
    /// It unpacks to absurdly much.
    #[error("it unpacks to more than 1000 times its size ({stored} bytes gave {unpacked}): this is no log")]
    Bomb {
        /// Bytes as stored, so far.
        stored: u64,
        /// Bytes they gave.
        unpacked: u64,
    },
    /// One line, or what is between two records, goes on and on.
    #[error("a line goes on for more than {limit} bytes: this is no log")]
    EndlessLine {
        /// Bytes it was followed for.
        limit: u64,
    },
    /// Ends in the middle of what it is packed in.
    #[error("its {packing} data are cut off. Fetch the file again")]
    CutOff {
        /// gzip or zstd.
        packing: &'static str,
    },
    /// Packed, and damaged.
    #[error("its {packing} data are corrupt ({why}). Fetch the file again")]
    Corrupt {
        /// gzip or zstd.
        packing: &'static str,
        /// What the unpacker said.
        why: String,
    },
    /// It became shorter while it was read.
    #[error(
        "it became shorter while it was read ({length} bytes, now {read}). Copy the log and read the copy"
    )]
    Shrunk {
        /// Bytes it had when it was opened.
        length: u64,
        /// Bytes that were still there.
        read: u64,
    },
    /// Packed within packed within packed.
    #[error("it is packed more than twice. Unpack it first")]
    PackedTooDeep,
    /// Packed in a way that is not read here.
    #[error("it is a {kind} file. Unpack it and name the log files in it")]
    NotRead {
        /// zip, tar, xz …
        kind: &'static str,
    },
}

impl From<SourceStopped> for io::Error {
    fn from(why: SourceStopped) -> Self {
        Self::other(why)
    }
}

#[cfg(test)]
mod tests;
