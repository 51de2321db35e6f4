//! A file that a command writes: there whole or not at all, and never one of the logs that it reads.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write},
    path::{Path, PathBuf},
};

use postern_signals::{
    report::printable,
    source::{Source, Sources},
};
use tempfile::NamedTempFile;

const REPORT_BEGINS: &[u8] = b"<!doctype html>";

/// What is written goes to a hidden file beside its place. [`OutputFile::put_in_place`] renames it; dropped before, it
/// is gone, and what stood in that place still stands there.
#[derive(Debug)]
pub struct OutputFile {
    /// As given.
    name: String,
    place: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    Beside(NamedTempFile),
    /// A device or a pipe: nothing can take its place.
    Straight(File),
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It is to be read.
    #[error(
        "{output} is one of the logs to be read (as {input}) and would be lost. Name another file to write to, outside \
         of the folders that are read."
    )]
    IsAnInput {
        /// As given.
        output: String,
        /// The log.
        input: String,
    },
    /// What is there was not written by us.
    #[error(
        "{0} is there and is no HTML report: it is left as it is. Name the file to write first, then the logs: \
         --html report.html LOGS…"
    )]
    NoReport(String),
    /// The system does not let us.
    #[error("cannot write {path}: {why}. Check that its folder is there and that you may write in it.")]
    Unwritable {
        /// As given.
        path: String,
        /// What the system said.
        why: io::Error,
    },
}

impl OutputError {
    /// Nothing is wrong with the system: what was asked for cannot be meant.
    pub fn is_wrong_usage(&self) -> bool {
        matches!(self, Self::IsAnInput { .. } | Self::NoReport(_))
    }
}

impl OutputFile {
    /// Err: nothing can be written there, or it is one of the inputs. Nothing is changed then.
    pub fn create(path: &Path, inputs: &Sources) -> Result<Self, OutputError> {
        let name = printable(&path.display().to_string());
        if let Some(input) = inputs.files.iter().find(|input| is_read_from(path, input)) {
            return Err(OutputError::IsAnInput { output: name, input: printable(&input.name()) });
        }
        // A link is followed, so that it still is one afterwards.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let to = if is_a_device(path) { straight(path) } else { beside(&place) };
        match to {
            Ok(to) => Ok(Self { name, place, to }),
            Err(why) => Err(OutputError::Unwritable { path: name, why }),
        }
    }

    /// The same for a report: whatever else is there was named by mistake.
    pub fn create_report(path: &Path, inputs: &Sources) -> Result<Self, OutputError> {
        let file = Self::create(path, inputs)?;
        match &file.to {
            To::Beside(_) if !may_be_replaced(&file.place) => Err(OutputError::NoReport(file.name)),
            _ => Ok(file),
        }
    }

    /// Is there a file already, which this one is to replace?
    pub fn replaces(&self) -> bool {
        matches!(self.to, To::Beside(_)) && self.place.exists()
    }

    /// What is to be removed if the program ends at once.
    pub fn unfinished(&self) -> Option<PathBuf> {
        match &self.to {
            To::Beside(file) => Some(file.path().to_owned()),
            To::Straight(_) => None,
        }
    }

    /// Writes all of it.
    pub fn fill(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.write_all(bytes).map_err(|why| OutputError::Unwritable { path: self.name.clone(), why })
    }

    /// Makes it seen, in one step.
    pub fn put_in_place(mut self) -> Result<(), OutputError> {
        let flushed = self.flush();
        let Self { name, place, to } = self;
        let placed = flushed.and_then(|()| match to {
            To::Straight(_) => Ok(()),
            To::Beside(file) => file.persist(&place).map(drop).map_err(|error| error.error),
        });
        placed.map_err(|why| OutputError::Unwritable { path: name, why })
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Beside(file) => file.write(bytes),
            To::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Beside(file) => file.flush(),
            To::Straight(file) => file.flush(),
        }
    }
}

/// `/dev/stdout` may stand for a file, which is then somebody else's to replace.
fn is_a_device(path: &Path) -> bool {
    let is_special = fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    is_special || path.starts_with("/dev") || path.starts_with("/proc")
}

fn straight(path: &Path) -> io::Result<To> {
    OpenOptions::new().append(true).open(path).map(To::Straight)
}

fn beside(place: &Path) -> io::Result<To> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Says what is wrong with the folder, where the next step would speak of a file that nobody named.
    fs::metadata(folder)?;
    let earlier = match OpenOptions::new().write(true).open(place) {
        Ok(earlier) => Some(earlier.metadata()?.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let file = hidden_file_in(folder)?;
    if let Some(permissions) = earlier {
        file.as_file().set_permissions(permissions)?;
    }
    Ok(To::Beside(file))
}

/// With the permissions of any new file: a temporary one would be closed to everybody else.
fn hidden_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postern-").suffix(".unfinished");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// A report of ours, or nothing yet.
fn may_be_replaced(place: &Path) -> bool {
    let mut head = Vec::new();
    match File::open(place) {
        Err(_) => !place.exists(),
        Ok(file) => {
            let read = file.take(REPORT_BEGINS.len() as u64).read_to_end(&mut head);
            read.is_ok() && (head.is_empty() || head.eq_ignore_ascii_case(REPORT_BEGINS))
        }
    }
}

/// Is this file that input, by whatever name or link?
#[cfg(unix)]
fn is_read_from(path: &Path, input: &Source) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity =
        |path: &Path| fs::metadata(path).ok().map(|about| (about.is_file(), about.dev(), about.ino()));
    let input = identity(input.path().unwrap_or(Path::new("/dev/stdin")));
    matches!(input, Some((true, ..))) && identity(path) == input
}

/// Is this file that input, by whatever name or link?
#[cfg(not(unix))]
fn is_read_from(path: &Path, input: &Source) -> bool {
    let really = |path: &Path| path.canonicalize().ok();
    let input = input.path().and_then(really);
    input.is_some() && really(path) == input
}
