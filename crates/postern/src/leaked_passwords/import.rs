//! Makes the file from a list as "Have I Been Pwned" gives it: `SHA1HEX[:count]` on each line, in any order. What is held
//! in memory is one run of hashes, however long the list is; runs are sorted, put aside and merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use data_encoding::HEXUPPER_PERMISSIVE;

use super::{HEAD, LeakedHash, MAGIC, WIDTH, read_at};
use crate::private_files;

/// Hashes in memory at once: 20 MB.
const RUN: usize = 1_000_000;
/// Hashes of each run that are read at once while they are merged.
const AT_ONCE: u64 = 500;
/// No line is longer. Unit: bytes.
const LONGEST: u64 = 100;

/// Why nothing was imported. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LeakedImportError {
    /// A line is not what it should be. The line itself is not shown: it may be a password.
    #[error("line {line}: {why}. Nothing was imported")]
    Line {
        /// The first is 1.
        line: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// There is no hash in it.
    #[error("there is no hash in it. Nothing was imported")]
    Empty,
    /// The system does not let us.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a list and puts the file in its place, whole or not at all. The answer: how many hashes it has.
pub fn import(list: impl io::Read, path: &Path) -> Result<u64, LeakedImportError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_files::create_folder(folder)?;
    let mut runs = Runs { file: tempfile::tempfile_in(folder)?, lengths: Vec::new() };
    read_runs(BufReader::with_capacity(1 << 16, list), &mut runs)?;
    // The mode of such a file is 0600.
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    let count = merge(&runs, made.as_file_mut())?;
    if count == 0 {
        return Err(LeakedImportError::Empty);
    }
    made.as_file_mut().seek(SeekFrom::Start(0))?;
    made.write_all(MAGIC)?;
    made.write_all(&count.to_be_bytes())?;
    made.as_file().sync_all()?;
    made.persist(path).map_err(|error| error.error)?;
    Ok(count)
}

/// Sorted runs of hashes, one behind the other.
struct Runs {
    file: File,
    lengths: Vec<u64>,
}

impl Runs {
    fn put_aside(&mut self, run: &mut Vec<LeakedHash>) -> io::Result<()> {
        run.sort_unstable();
        run.dedup();
        let mut out = BufWriter::new(&self.file);
        run.iter().try_for_each(|hash| out.write_all(hash))?;
        out.flush()?;
        self.lengths.push(run.len() as u64);
        run.clear();
        Ok(())
    }
}

fn read_runs(mut list: impl BufRead, runs: &mut Runs) -> Result<(), LeakedImportError> {
    let (mut text, mut line) = (Vec::new(), 0);
    let mut run: Vec<LeakedHash> = Vec::new();
    loop {
        text.clear();
        line += 1;
        if list.by_ref().take(LONGEST).read_until(b'\n', &mut text)? == 0 {
            break;
        }
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        run.push(parse(trimmed).map_err(|why| LeakedImportError::Line { line, why })?);
        if run.len() == RUN {
            runs.put_aside(&mut run)?;
        }
    }
    runs.put_aside(&mut run)?;
    Ok(())
}

fn parse(line: &[u8]) -> Result<LeakedHash, &'static str> {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let (hash, count) = line.split_at(colon);
    let is_hex = hash.iter().all(u8::is_ascii_hexdigit);
    match hash.len() {
        40 if is_hex => {}
        32 if is_hex => return Err("32 digits, which is an NTLM hash; take the list of SHA-1 hashes"),
        35 if is_hex => return Err("35 digits, which is a range without its first five; join them first"),
        _ => return Err("not a SHA-1 hash of 40 hexadecimal digits"),
    }
    if count.len() == 1 || !count.iter().skip(1).all(u8::is_ascii_digit) {
        return Err("what follows the colon is not a number");
    }
    let mut found = [0; 20];
    match HEXUPPER_PERMISSIVE.decode_mut(hash, &mut found) {
        Ok(20) => Ok(found),
        _ => Err("not a SHA-1 hash of 40 hexadecimal digits"),
    }
}

/// A run while it is merged.
struct Cursor<'a> {
    file: &'a File,
    /// What was not read yet, in bytes.
    at: u64,
    end: u64,
    /// The last comes first.
    read: Vec<LeakedHash>,
}

impl Cursor<'_> {
    fn read_next(&mut self) -> io::Result<Option<LeakedHash>> {
        if let Some(hash) = self.read.pop() {
            return Ok(Some(hash));
        }
        let bytes = (self.end - self.at).min(AT_ONCE * WIDTH);
        let mut block = vec![0; usize::try_from(bytes).unwrap_or_default()];
        read_at(self.file, &mut block, self.at)?;
        self.at += bytes;
        let (hashes, _) = block.as_chunks::<20>();
        self.read = hashes.iter().rev().copied().collect();
        Ok(self.read.pop())
    }
}

/// Writes all runs as one, behind room for the head. The answer: how many hashes are left once each stands once.
fn merge(runs: &Runs, made: &mut File) -> io::Result<u64> {
    let mut start = 0;
    let mut cursors: Vec<Cursor<'_>> = Vec::new();
    for length in &runs.lengths {
        let end = start + length * WIDTH;
        cursors.push(Cursor { file: &runs.file, at: start, end, read: Vec::new() });
        start = end;
    }
    let mut heap = BinaryHeap::new();
    for (number, cursor) in cursors.iter_mut().enumerate() {
        heap.extend(cursor.read_next()?.map(|hash| Reverse((hash, number))));
    }
    made.seek(SeekFrom::Start(HEAD))?;
    let mut out = BufWriter::with_capacity(1 << 16, made);
    let (mut count, mut last) = (0, None);
    while let Some(Reverse((hash, number))) = heap.pop() {
        if last != Some(hash) {
            out.write_all(&hash)?;
            (count, last) = (count + 1, Some(hash));
        }
        if let Some(cursor) = cursors.get_mut(number) {
            heap.extend(cursor.read_next()?.map(|hash| Reverse((hash, number))));
        }
    }
    out.flush()?;
    Ok(count)
}
