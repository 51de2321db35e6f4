//! The log as a folder that can be handed to somebody else.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::claimed;
use crate::line::{self, LineContent};
use crate::tile::{HEIGHT, TilePlace, WIDTH, write_entry};
use crate::tree::{Frontier, Hash, TreeError, leaf_hash};
use crate::{CHECKPOINT_FILE, ENTRIES_FILE, KEY_FILE, STORE_FINDINGS_FILE};

/// One entry on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportEntry {
    /// Its place in the log.
    pub seq: u64,
    /// The commitment as the log has it. It is not made again from the content: if the store was tampered
    /// with, the folder must show both, so that the verifier can name the entry.
    pub commitment: Hash,
    /// The record; `None` when it was erased.
    pub content: Option<LineContent>,
}

/// Something that only the store's owner can see, who has its key file: a record without the program's mark, a column
/// that says something else than the record, records that are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFinding {
    /// The entry's place, where it has one.
    pub seq: Option<u64>,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Why a folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A folder is written once; another export beside it would confuse both.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The entries do not come as 0, 1, 2, ….
    #[error("entry {expected} should come next, but entry {found} came")]
    Gap {
        /// The entry that is missing.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// The record is not JSON on one line, at most 16 MiB.
    #[error("entry {0} is not JSON on one line")]
    NotOneLine(u64),
    /// The folder is complete, but its entries are not those that the checkpoint signs. Verify it to see more.
    #[error("the folder was written, but its {written} entries do not make the tree of the checkpoint")]
    OtherTree {
        /// How many entries were written.
        written: u64,
    },
    /// The tree is too large.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Writes a folder entry by entry, holding no more than one tile per level in memory.
#[derive(Debug)]
pub struct FolderWriter {
    dir: PathBuf,
    lines: BufWriter<File>,
    frontier: Frontier,
    /// Leaf hashes that are not in the frontier yet: at most one tile of them.
    pending: Vec<Hash>,
    bundle: Vec<u8>,
    levels: Vec<Level>,
}

/// The unfinished tile of one level.
#[derive(Debug, Default)]
struct Level {
    n: u64,
    bytes: Vec<u8>,
}

/// Writes a whole folder at once. See [`FolderWriter`].
pub fn write_folder(
    dir: &Path,
    checkpoint: &str,
    vkey: &str,
    entries: impl IntoIterator<Item = ExportEntry>,
) -> Result<(), WriteError> {
    let mut writer = FolderWriter::create(dir)?;
    for entry in entries {
        writer.push(&entry)?;
    }
    writer.finish(checkpoint, vkey)
}

impl FolderWriter {
    /// Begins in `dir`, which is made if it is not there and must be empty if it is.
    pub fn create(dir: &Path) -> Result<Self, WriteError> {
        fs::create_dir_all(dir).map_err(|source| at(dir, source))?;
        if fs::read_dir(dir).map_err(|source| at(dir, source))?.next().is_some() {
            return Err(WriteError::NotEmpty(dir.to_owned()));
        }
        let path = dir.join(ENTRIES_FILE);
        let lines = BufWriter::new(File::create_new(&path).map_err(|source| at(&path, source))?);
        let (frontier, pending, bundle, levels) = (Frontier::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { dir: dir.to_owned(), lines, frontier, pending, bundle, levels })
    }

    /// Adds the next entry.
    pub fn push(&mut self, entry: &ExportEntry) -> Result<(), WriteError> {
        let expected = self.size();
        if entry.seq != expected {
            return Err(WriteError::Gap { expected, found: entry.seq });
        }
        self.push_line(entry)?;
        write_entry(&mut self.bundle, &entry.commitment);
        self.pending.push(leaf_hash(&entry.commitment));
        if self.size().is_multiple_of(WIDTH) { self.flush() } else { Ok(()) }
    }

    /// Adds what was found wrong with the store: the verifier names it too.
    pub fn report(&self, findings: &[StoreFinding]) -> Result<(), WriteError> {
        if findings.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> =
            findings.iter().filter_map(|finding| serde_json::to_string(finding).ok()).collect();
        self.write(STORE_FINDINGS_FILE, (lines.join("\n") + "\n").as_bytes())
    }

    /// Ends the folder. A folder without a checkpoint is not finished, so that is written last.
    pub fn finish(mut self, checkpoint: &str, vkey: &str) -> Result<(), WriteError> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        for (level, unfinished) in (0..).zip(std::mem::take(&mut self.levels)) {
            if let Some(place) = TilePlace::in_tree(self.frontier.size, level, unfinished.n) {
                self.write(&place.hashes(), &unfinished.bytes)?;
            }
        }
        self.lines.flush().map_err(|source| at(&self.dir.join(ENTRIES_FILE), source))?;
        self.write(KEY_FILE, format!("{vkey}\n").as_bytes())?;
        self.write(CHECKPOINT_FILE, checkpoint.as_bytes())?;
        match claimed(checkpoint) {
            Some(signed) if (signed.size, signed.root) == (self.frontier.size, self.frontier.root) => Ok(()),
            _ => Err(WriteError::OtherTree { written: self.frontier.size }),
        }
    }

    fn size(&self) -> u64 {
        self.frontier.size + u64::try_from(self.pending.len()).unwrap_or(u64::MAX)
    }

    fn push_line(&mut self, entry: &ExportEntry) -> Result<(), WriteError> {
        if entry.content.as_ref().is_some_and(|content| !line::fits(entry.seq, content)) {
            return Err(WriteError::NotOneLine(entry.seq));
        }
        let written = line::write(&mut self.lines, entry.seq, entry.content.as_ref())
            .and_then(|()| self.lines.write_all(b"\n"));
        written.map_err(|source| at(&self.dir.join(ENTRIES_FILE), source))
    }

    /// Writes the bundle, and every tile that became full with it.
    fn flush(&mut self) -> Result<(), WriteError> {
        let n = self.frontier.size / WIDTH;
        let hashes = self.frontier.push(&std::mem::take(&mut self.pending))?;
        if let Some(place) = TilePlace::in_tree(self.frontier.size, 0, n) {
            let bundle = std::mem::take(&mut self.bundle);
            self.write(&place.entries(), &bundle)?;
        }
        for (level, _, hash) in hashes {
            if level % HEIGHT == 0 {
                self.push_hash(level / HEIGHT, &hash)?;
            }
        }
        Ok(())
    }

    fn push_hash(&mut self, level: u8, hash: &Hash) -> Result<(), WriteError> {
        let index = usize::from(level);
        if self.levels.len() <= index {
            self.levels.resize_with(index + 1, Level::default);
        }
        let Some(tile) = self.levels.get_mut(index) else {
            return Ok(());
        };
        tile.bytes.extend_from_slice(hash);
        if tile.bytes.len() < 32 << HEIGHT {
            return Ok(());
        }
        let full = TilePlace { level, n: tile.n, width: WIDTH };
        let bytes = std::mem::take(&mut tile.bytes);
        tile.n += 1;
        self.write(&full.hashes(), &bytes)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = self.dir.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, bytes)).map_err(|source| at(&path, source))
    }
}

fn at(path: &Path, source: io::Error) -> WriteError {
    WriteError::Io { path: path.to_owned(), source }
}
