//! Before the first byte of an upload is kept: may they, have they paid, is there room?

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use jiff::SignedDuration;
use postern_core::policy::{ImportSignIns, Permit};
use tokio::sync::{AcquireError, OwnedSemaphorePermit};

use crate::actions::{ActionError, Caller, CountedTry, RateLimit};
use crate::app::App;
use crate::scope::Scope;

/// How the files of uploads are called. They lie beside the database.
pub const UPLOAD_PREFIX: &str = "import-";
/// So long somebody waits for a slot, without sending anything.
const PATIENCE: Duration = Duration::from_secs(5);
/// An upload has ten minutes. What is as old as this was left by a process that died.
const LEFT_OVER: SignedDuration = SignedDuration::from_mins(15);

/// A slot to send a log, paid for.
pub struct Admission {
    pub(super) permit: Permit<ImportSignIns>,
    pub(super) limit: RateLimit,
    pub(super) slots: AdmissionSlots,
}

/// A place among those who bring files: the organisation's own, and the process's. Given back when the last who holds it lets go.
pub(crate) type AdmissionSlots = Arc<[OwnedSemaphorePermit; 2]>;

/// Takes a slot, and pays for it: what does not fit has cost something, so a broken program slows itself down. One that
/// works does not.
pub async fn admit_import(
    scope: &Scope,
    caller: &Caller,
    permit: Permit<ImportSignIns>,
) -> Result<Admission, ActionError> {
    if !permit.covers(scope.tenant.id.as_str()) {
        return Err(ActionError::NotFound);
    }
    let slots = acquire_slots(scope).await?;
    let hour = CountedTry::in_window("import", scope.now, SignedDuration::from_hours(1));
    let limit = RateLimit::of_resource("caller", &caller.session, hour);
    limit.acquire(scope).await?;
    Ok(Admission { permit, limit, slots })
}

/// Waits a little for a place.
pub(crate) async fn acquire_slots(scope: &Scope) -> Result<AdmissionSlots, ActionError> {
    let acquire = async {
        let own = Arc::clone(&scope.tenant.activity.importing.0).acquire_owned().await?;
        Ok::<_, AcquireError>([own, Arc::clone(&scope.app.importing).acquire_owned().await?])
    };
    let slots = tokio::time::timeout(PATIENCE, acquire).await.map_err(|_| {
        ActionError::Busy("Other files are being taken in. Nothing was read. Try again in a minute.")
    })?;
    Ok(Arc::new(slots.map_err(|error| ActionError::Internal(error.to_string()))?))
}

/// Deletes what uploads left in the data folder when their process died.
pub async fn delete_left_over_uploads(app: &App) -> Result<(), ActionError> {
    let (folder, now) = (app.config.data.clone(), app.clock.now());
    let before = now.saturating_sub(LEFT_OVER).unwrap_or(now).as_second();
    let work = move || delete_older(&folder, u64::try_from(before).unwrap_or(0));
    let deleted = tokio::task::spawn_blocking(work).await;
    let deleted = deleted.map_err(|error| ActionError::Internal(error.to_string()))?;
    deleted.map_err(|error| ActionError::Internal(format!("the data folder: {error}")))
}

fn delete_older(folder: &Path, before: u64) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        let modified = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let is_upload = about.is_file() && entry.file_name().to_string_lossy().starts_with(UPLOAD_PREFIX);
        if is_upload && modified < before {
            tracing::info!(file = %entry.path().display(), "an upload was left half done, and is deleted");
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
