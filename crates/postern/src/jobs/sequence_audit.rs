//! Gives log entries their place in the tree, and signs a checkpoint over it.
//!
//! Hashes, places and checkpoint commit together. A second sequencer that signs the same size loses on the
//! checkpoint's key and rolls back: two different trees of one size are never signed.

use postern_audit::{Checkpoint, Signer, append, commitment, needed_hashes, root, verify_checkpoint};

use crate::app::App;
use crate::store::{Change, StoreError, audit};

/// Entries in one batch.
const BATCH: i64 = 1_000;

/// Why the log did not grow.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored tree does not fit its last signed checkpoint. Nothing is signed until somebody looks.
    #[error(
        "the stored log does not fit its last checkpoint: {0}. Run `postern audit export` and `postern-verify`."
    )]
    Damaged(String),
}

/// The log's name in checkpoints.
pub fn origin(app: &App) -> String {
    format!("postern.invalid/{}", app.tenant)
}

/// The log's signing key.
pub fn signer(app: &App) -> Result<Signer, SequenceError> {
    Signer::new(&origin(app), &app.keys.audit_seed(app.tenant.as_str())).map_err(|e| damaged(&e))
}

/// Sequences everything that waits.
pub async fn sequence_audit(app: &App) -> Result<(), SequenceError> {
    while audit::has_unsequenced(&app.db, &app.tenant).await? {
        if !sequence_batch(app).await? {
            break;
        }
    }
    Ok(())
}

async fn sequence_batch(app: &App) -> Result<bool, SequenceError> {
    let signer = signer(app)?;
    let mut change = app.change().await?;
    let entries = audit::list_unsequenced(&mut change, BATCH).await?;
    if entries.is_empty() {
        return Ok(false);
    }
    let (size, known) = current_tree(&mut change, &signer).await?;
    let mut commitments = Vec::with_capacity(entries.len());
    for (offset, entry) in (0_i64..).zip(&entries) {
        let nonce = entry.nonce.as_slice().try_into().map_err(|_| StoreError::Corrupt("log nonce"))?;
        let commitment = commitment(&nonce, &entry.body);
        let seq = i64::try_from(size).map_err(|_| StoreError::Corrupt("log size"))? + offset;
        audit::save_seq(&mut change, &entry.id, seq, &commitment).await?;
        commitments.push(commitment);
    }
    let grown = append(size, &known, &commitments).map_err(|e| damaged(&e))?;
    audit::insert_hashes(&mut change, &grown.new_hashes).await?;
    let checkpoint = Checkpoint { origin: signer.origin().to_owned(), size: grown.size, root: grown.root };
    let note = signer.sign(&checkpoint).map_err(|e| damaged(&e))?;
    let (size, at) = (i64::try_from(grown.size).map_err(|_| StoreError::Corrupt("log size"))?, change.at());
    audit::insert_checkpoint(&mut change, size, &note, at).await?;
    change.commit_unrecorded("the log's own places and checkpoint").await?;
    Ok(true)
}

type Tree = (u64, postern_audit::StoredHashes);

/// The tree as stored, checked against the last checkpoint that was signed over it.
async fn current_tree(change: &mut Change<'_>, signer: &Signer) -> Result<Tree, SequenceError> {
    let Some((_, note)) = audit::find_checkpoint_for(change).await? else {
        return Ok((0, Tree::default().1));
    };
    let last = verify_checkpoint(&note, &signer.vkey()).map_err(|e| damaged(&e))?;
    let known = audit::load_hashes(change, &needed_hashes(last.size)).await?;
    if root(last.size, &known).map_err(|e| damaged(&e))? != last.root {
        return Err(SequenceError::Damaged(format!("the root of its {} entries differs", last.size)));
    }
    Ok((last.size, known))
}

fn damaged(error: &dyn std::error::Error) -> SequenceError {
    SequenceError::Damaged(error.to_string())
}
