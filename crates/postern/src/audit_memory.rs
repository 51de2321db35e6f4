//! What this node remembers of the audit log: the highest number that it committed in each stream, and the size and root
//! that it saw signed. It is kept outside the database, so that a log that was cut or set back is noticed by the node that
//! wrote it. It never goes below; only `postern audit accept-restore` sets it back.
//!
//! In memory at once, in a file of the data folder at most a second later. Who can write there has the key file too.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use postern_core::id::TenantId;
use serde::{Deserialize, Serialize};

use crate::store::audit::NumberedTo;

/// How far one tenant's log had got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogExtent {
    /// The highest number by stream.
    pub numbers: BTreeMap<String, i64>,
    /// Entries under the newest checkpoint.
    pub size: u64,
    /// Their root, in hex; empty when there is no checkpoint.
    pub root: String,
}

impl LogExtent {
    fn grow(&mut self, other: &Self) {
        for (stream, number) in &other.numbers {
            let known = self.numbers.entry(stream.clone()).or_default();
            *known = (*known).max(*number);
        }
        if other.size > self.size {
            (self.size, self.root) = (other.size, other.root.clone());
        }
    }
}

/// The memory of one node.
#[derive(Debug)]
pub struct AuditMemory {
    path: PathBuf,
    state: Mutex<MemoryState>,
    /// Held as long as the node runs, where one runs.
    running: Mutex<Option<File>>,
}

#[derive(Debug, Default)]
struct MemoryState {
    logs: HashMap<String, LogExtent>,
    is_saved: bool,
}

/// Name of the file in the data folder.
const FILE: &str = "audit-memory.json";
const LOCK: &str = "audit-memory.lock";

impl AuditMemory {
    /// Reads what was kept. A folder without it is a new node's, which takes the log as it is.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let logs = read(&path)?;
        let state = Mutex::new(MemoryState { logs, is_saved: true });
        Ok(Self { path, state, running: Mutex::default() })
    }

    /// How far this tenant's log had got. `None`: this node has never seen it.
    pub fn recall(&self, tenant: &TenantId) -> Option<LogExtent> {
        self.state().logs.get(tenant.as_str()).cloned()
    }

    /// A change has committed records up to this number.
    pub fn note_number(&self, tenant: &TenantId, numbered: NumberedTo) {
        let numbers = BTreeMap::from([(numbered.stream.as_str().to_owned(), numbered.number)]);
        self.note(tenant, &LogExtent { numbers, ..LogExtent::default() });
    }

    /// The log was found to reach so far.
    pub fn note(&self, tenant: &TenantId, extent: &LogExtent) {
        let mut state = self.state();
        let known = state.logs.entry(tenant.as_str().to_owned()).or_default();
        let before = known.clone();
        known.grow(extent);
        let has_grown = *known != before;
        state.is_saved &= !has_grown;
    }

    /// Writes what is new. What another program wrote to the file meanwhile, and reaches further, is kept.
    pub fn save(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.is_saved {
            return Ok(());
        }
        for (tenant, extent) in read(&self.path)? {
            state.logs.entry(tenant).or_default().grow(&extent);
        }
        write(&self.path, &state.logs)?;
        state.is_saved = true;
        Ok(())
    }

    /// Sets the memory of one log back: the only way below.
    pub fn replace(&self, tenant: &TenantId, extent: LogExtent) -> io::Result<()> {
        let mut state = self.state();
        state.logs.insert(tenant.as_str().to_owned(), extent);
        write(&self.path, &state.logs)
    }

    /// Says to other programs that a node runs on this folder. `false`: another one does.
    pub fn lock_running(&self) -> io::Result<bool> {
        let path = self.path.with_file_name(LOCK);
        let file = private(fs::OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
        let is_ours = file.try_lock().is_ok();
        if is_ours {
            *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        }
        Ok(is_ours)
    }

    fn state(&self) -> MutexGuard<'_, MemoryState> {
        // Numbers only grow; what a thread left that panicked is still true.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> io::Result<HashMap<String, LogExtent>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            let why = format!(
                "{} does not read: {error}; restore it, or see the guide on the audit log",
                path.display()
            );
            io::Error::new(io::ErrorKind::InvalidData, why)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashMap::new()),
        Err(error) => Err(error),
    }
}

/// The new file takes the place of the old one whole, or not at all.
fn write(path: &Path, logs: &HashMap<String, LogExtent>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, logs)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
