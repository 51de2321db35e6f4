//! A signed checkpoint goes where the operator of the database cannot reach it: to the log on stderr, to a folder on other
//! media, and to the auditors' mailboxes. Whoever kept one can tell whether the log was rewritten since.

use std::io::Write as _;
use std::path::Path;

use jiff::SignedDuration;
use postern_audit::verify_checkpoint;
use postern_core::person::Role;

use super::ActionError;
use crate::audit_log::signer;
use crate::notify;
use crate::scope::Scope;
use crate::store::{audit, locks, persons};

/// Auditors get one mail in so long.
const MAIL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// When the last was mailed.
const LAST_MAIL: &str = "checkpoint_mail";
/// Held while one is mailed.
const LOCK_TO_MAIL: &str = "checkpoint";

/// Publishes the newest checkpoint; does nothing for an empty log.
pub async fn publish_checkpoint(scope: &Scope) -> Result<(), ActionError> {
    let Some((size, note)) = audit::find_checkpoint(&scope.app.db, &scope.tenant.id).await? else {
        return Ok(());
    };
    let vkey = signer(scope)?.vkey();
    // What does not verify is not ours, and is not passed on as if it were.
    verify_checkpoint(&note, &vkey)
        .map_err(|error| ActionError::Internal(format!("a stored checkpoint: {error}")))?;
    tracing::info!(size, checkpoint = ?note, key = vkey, "the audit log's newest checkpoint");
    if let Some(folder) = &scope.app.config.checkpoint_folder
        && let Err(error) = keep_in(&folder.join(&scope.tenant.slug), size, &note)
    {
        tracing::error!(%error, folder = %folder.display(), "a checkpoint was not kept in the folder for checkpoints");
    }
    mail(scope, &note, &vkey).await
}

/// One file for each size, in the organisation's own folder. One that is there is left as it is.
fn keep_in(folder: &Path, size: i64, note: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("checkpoint-{size:012}"));
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(note.as_bytes()).and_then(|()| file.sync_all()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

async fn mail(scope: &Scope, note: &str, vkey: &str) -> Result<(), ActionError> {
    let auditors = persons::list_with_roles(&scope.app.db, &scope.tenant.id, &[Role::Auditor]).await?;
    if auditors.is_empty() {
        return Ok(());
    }
    let mut change = scope.begin().await?;
    // What another node has just mailed is seen now.
    locks::acquire(&mut change, LOCK_TO_MAIL).await?;
    let since = change.at().saturating_sub(MAIL_EVERY).unwrap_or(change.at());
    if locks::find_last_acquired(&mut change, LAST_MAIL).await?.is_some_and(|last| last > since) {
        return Ok(());
    }
    locks::acquire(&mut change, LAST_MAIL).await?;
    notify::send_checkpoint(scope, &mut change, &auditors, (note, vkey)).await?;
    Ok(change.commit_unrecorded("a mail with a checkpoint that is in the database").await?)
}
