//! Looks at each organisation's part of the watched folder once a second, and has its files taken in: new ones, and those
//! that grow.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use postern_core::id::TenantId;
use postern_signals::report::printable;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::actions::ActionError;
use crate::actions::import_watched_file::{
    FileSnapshot, UnchangedFor, import_watched_file, is_claimed, is_unreadable,
};
use crate::app::App;
use crate::scope::Scope;
use crate::store::watched_files::{self, WatchedFile};

const EVERY: Duration = Duration::from_secs(1);
/// What has not changed for so long is whole.
const SETTLED: Duration = Duration::from_secs(2);
/// What has not changed for so long, by our own clock, is not going to.
const AT_REST: SignedDuration = SignedDuration::from_mins(5);
/// What somebody has begun to read and has not finished after so long is begun anew.
const ABANDONED: Duration = Duration::from_mins(2);
/// One look reads for so long.
const AT_A_TIME: Duration = Duration::from_secs(5);
/// Folders within folders.
const DEEPEST: usize = 5;
/// Files that are watched.
const MOST: usize = 10_000;
/// Longest path below the folder, in bytes.
const LONGEST: usize = 500;

/// Runs until `stop` turns true. Without a folder there is nothing to do.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Some(folder) = app.config.signals.import_folder.clone() else { return };
    let mut watchers: HashMap<TenantId, FolderWatcher> = HashMap::new();
    while !*stop.borrow() {
        for scope in Scope::of_served(&app) {
            let span = tracing::info_span!("tenant", tenant = %scope.tenant.id);
            let watcher = watchers.entry(scope.tenant.id.clone()).or_default();
            let folder = folder.join(&scope.tenant.slug);
            if let Err(error) = watcher.look(&scope, &folder, &stop).instrument(span.clone()).await {
                span.in_scope(|| tracing::error!(%error, "the watched folder was not read; trying again"));
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// A file as it was last found on the disk.
struct FoundFile {
    size: i64,
    modified_at: i64,
    since: Instant,
    since_at: Timestamp,
}

#[derive(Default)]
struct FolderWatcher {
    /// As kept in the database; read anew when another node was faster.
    known: Option<HashMap<String, WatchedFile>>,
    found: HashMap<String, FoundFile>,
    /// Files that another node reads, or that were left in the middle, and since when that is known.
    claims: HashMap<String, Instant>,
    has_complained: bool,
}

impl FolderWatcher {
    async fn look(
        &mut self,
        scope: &Scope,
        folder: &Path,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), ActionError> {
        let began = Instant::now();
        let mut known = match self.known.take() {
            Some(known) => known,
            None => load(scope).await?,
        };
        let root = folder.to_owned();
        let listed = tokio::task::spawn_blocking(move || list(&root)).await;
        let listed = listed.map_err(|error| ActionError::Internal(error.to_string()))?;
        let files = match listed {
            Ok(files) => files,
            Err(error) => {
                if !self.has_complained {
                    tracing::error!(%error, folder = %folder.display(), "the watched folder cannot be read");
                }
                self.has_complained = true;
                self.known = Some(known);
                return Ok(());
            }
        };
        self.has_complained = false;
        let now = Instant::now();
        let there: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        self.found.retain(|path, _| there.contains(path.as_str()));
        self.claims.retain(|path, _| there.contains(path.as_str()));
        for file in files {
            let seen = self.settle(file, (now, scope.now));
            if !is_new(&seen, known.get(&seen.path)) || self.is_anothers(&seen, known.get(&seen.path), now) {
                continue;
            }
            let mut has_more = true;
            while has_more && !*stop.borrow() {
                // Another organisation's files wait too; this one goes on at the next look.
                if began.elapsed() > AT_A_TIME {
                    self.known = Some(known);
                    return Ok(());
                }
                match import_watched_file(&scope.later(), &seen, known.get(&seen.path)).await {
                    Ok(Some(progress)) => {
                        has_more = progress.has_more;
                        known.insert(progress.file.path.clone(), progress.file);
                    }
                    Ok(None) => has_more = false,
                    // Another node reads it; what it has kept is known at the next look.
                    Err(ActionError::Conflict) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        }
        // What another node reads is looked up again until it is done.
        self.known = Some(known).filter(|_| self.claims.is_empty());
        Ok(())
    }

    fn is_anothers(&mut self, seen: &FileSnapshot, known: Option<&WatchedFile>, now: Instant) -> bool {
        if !known.is_some_and(is_claimed) {
            self.claims.remove(&seen.path);
            return false;
        }
        let since = *self.claims.entry(seen.path.clone()).or_insert(now);
        now.duration_since(since) < ABANDONED
    }

    fn settle(&mut self, mut seen: FileSnapshot, (now, now_at): (Instant, Timestamp)) -> FileSnapshot {
        let fresh =
            || FoundFile { size: seen.size, modified_at: seen.modified_at, since: now, since_at: now_at };
        let found = self.found.entry(seen.path.clone()).or_insert_with(fresh);
        if (found.size, found.modified_at) != (seen.size, seen.modified_at) {
            *found = fresh();
        }
        let is_settled = now.duration_since(found.since) >= SETTLED;
        seen.rest = match now_at.duration_since(found.since_at) {
            rested if is_settled && rested >= AT_REST => UnchangedFor::Long,
            _ if is_settled => UnchangedFor::Short,
            _ => UnchangedFor::None,
        };
        seen
    }
}

/// Most files are as they were: those are not even opened.
fn is_new(seen: &FileSnapshot, known: Option<&WatchedFile>) -> bool {
    known.is_none_or(|known| {
        (known.size, known.modified_at) != (seen.size, seen.modified_at)
            || (known.read_bytes != seen.size && (known.problem.is_none() || is_unreadable(known)))
    })
}

async fn load(scope: &Scope) -> Result<HashMap<String, WatchedFile>, ActionError> {
    let files = watched_files::list(&scope.app.db, &scope.tenant.id).await?;
    Ok(files.into_iter().map(|file| (file.path.clone(), file)).collect())
}

/// The folder is made where it is not there yet; it may be a link.
fn list(folder: &Path) -> io::Result<Vec<FileSnapshot>> {
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let mut files = Vec::new();
    list_below(&folder, &folder, DEEPEST, &mut files)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn list_below(root: &Path, folder: &Path, deeper: usize, files: &mut Vec<FileSnapshot>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden || files.len() >= MOST {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && deeper > 0 => {
                // A folder that cannot be read keeps nobody from the others.
                let _ = list_below(root, &entry.path(), deeper - 1, files);
            }
            Ok(kind) if !kind.is_dir() => files.extend(seen(root, &entry.path())),
            _ => {}
        }
    }
    Ok(())
}

/// `None`: not a file, or one that lies elsewhere. A link is followed only to what is in the folder.
fn seen(root: &Path, path: &Path) -> Option<FileSnapshot> {
    let at: PathBuf = path.canonicalize().ok()?;
    if !at.starts_with(root) {
        return None;
    }
    let about = fs::metadata(&at).ok().filter(fs::Metadata::is_file)?;
    let path = path.strip_prefix(root).ok()?.to_string_lossy().into_owned();
    // PostgreSQL keeps no zero byte, and an index no path of any length.
    let path = if path.len() > LONGEST { return None } else { printable(&path) };
    let since_epoch = about.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(FileSnapshot {
        path,
        at,
        size: i64::try_from(about.len()).ok()?,
        modified_at: i64::try_from(since_epoch.as_micros()).unwrap_or(0),
        rest: UnchangedFor::None,
    })
}
