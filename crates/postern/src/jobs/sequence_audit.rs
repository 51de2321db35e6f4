//! Gives log entries their place in the tree, and signs a checkpoint over it.
//!
//! Hashes, places and checkpoint commit together. A second sequencer that signs the same size loses on the
//! checkpoint's key and rolls back: two different trees of one size are never signed. Only records that bear this
//! installation's mark get a place, and none while one before it is missing.

use std::cmp::Ordering;
use std::collections::VecDeque;

use postern_audit::{Checkpoint, Signer, append, commitment, needed_hashes, root, verify_checkpoint};
use postern_core::event::RecordStream;

use crate::actions::accept_restore::is_accepted_as_lost;
use crate::actions::check_audit::{expect_nothing_lost, expect_ours};
pub use crate::audit_log::{AuditLogError, origin, signer};
use crate::audit_memory::LogExtent;
use crate::scope::Scope;
use crate::store::audit::{self, EntryRow};
use crate::store::{Change, StoreError};

/// Entries of each stream in one batch.
const BATCH: i64 = 500;

/// Sequences everything that waits, and says on `/readyz` and at the desk if it cannot.
pub async fn sequence_audit(scope: &Scope) -> Result<(), AuditLogError> {
    let outcome = sequence_all(scope).await;
    scope.tenant.activity.audit_health.set(outcome.as_ref().err());
    if let Err(error) = scope.app.audit_memory.save() {
        tracing::error!(%error, "what this node remembers of the audit log was not kept; trying again");
    }
    outcome
}

async fn sequence_all(scope: &Scope) -> Result<(), AuditLogError> {
    expect_nothing_lost(scope).await?;
    while audit::has_unsequenced(&scope.app.db, &scope.tenant.id).await? {
        if !sequence_batch(scope).await? {
            break;
        }
    }
    Ok(())
}

async fn sequence_batch(scope: &Scope) -> Result<bool, AuditLogError> {
    let signer = signer(scope)?;
    let mut change = scope.begin().await?;
    let mut queues = Vec::new();
    for stream in RecordStream::ALL {
        let entries = audit::list_unsequenced(&mut change, stream, BATCH).await?;
        expect_no_gap(scope, &mut change, stream, &entries).await?;
        queues.push(VecDeque::from(entries));
    }
    let entries = in_order(queues);
    if entries.is_empty() {
        return Ok(false);
    }
    let (size, known) = current_tree(&mut change, &signer).await?;
    let (mut commitments, mut places) =
        (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
    for entry in &entries {
        expect_ours(scope, entry)
            .map_err(|message| AuditLogError::Tampered(format!("the row {}: {message}", entry.id)))?;
        let nonce = entry.nonce.as_slice().try_into().map_err(|_| StoreError::Corrupt("log nonce"))?;
        let commitment = commitment(&nonce, &entry.body);
        places.push((entry.id.as_str(), commitment));
        commitments.push(commitment);
    }
    let first = i64::try_from(size).map_err(|_| StoreError::Corrupt("log size"))?;
    audit::save_places(&mut change, first, &places).await?;
    let grown = append(size, &known, &commitments)?;
    audit::insert_hashes(&mut change, &grown.new_hashes).await?;
    let checkpoint = Checkpoint { origin: signer.origin().to_owned(), size: grown.size, root: grown.root };
    let note = signer.sign(&checkpoint)?;
    let (size, at) = (i64::try_from(grown.size).map_err(|_| StoreError::Corrupt("log size"))?, change.at());
    audit::insert_checkpoint(&mut change, size, &note, at).await?;
    change.commit_unrecorded("the log's own places and checkpoint").await?;
    let root = data_encoding::HEXLOWER.encode(&grown.root);
    scope
        .app
        .audit_memory
        .note(&scope.tenant.id, &LogExtent { size: grown.size, root, ..LogExtent::default() });
    Ok(true)
}

/// Within a stream no number is left out: whoever deletes a record before it has its place stops the log.
async fn expect_no_gap(
    scope: &Scope,
    change: &mut Change<'_>,
    stream: RecordStream,
    entries: &[EntryRow],
) -> Result<(), AuditLogError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut expected = audit::find_number(change, stream).await?.unwrap_or_default() + 1;
    for entry in entries {
        if entry.number > expected && !is_accepted_as_lost(scope, stream, expected..=entry.number - 1).await?
        {
            let (from, to, stream) = (expected, entry.number - 1, stream.as_str());
            let message = format!(
                "records {from} to {to} of the stream {stream} were deleted before they had their place"
            );
            return Err(AuditLogError::Tampered(message));
        }
        expected = entry.number + 1;
    }
    Ok(())
}

/// One queue of two, in the order of time, each stream in the order of its numbers.
fn in_order(mut queues: Vec<VecDeque<EntryRow>>) -> Vec<EntryRow> {
    let mut merged = Vec::with_capacity(queues.iter().map(VecDeque::len).sum());
    loop {
        let first = queues.iter_mut().filter(|queue| !queue.is_empty()).min_by(|one, other| {
            one.front()
                .map(|entry| &entry.id)
                .partial_cmp(&other.front().map(|entry| &entry.id))
                .unwrap_or(Ordering::Equal)
        });
        match first.and_then(VecDeque::pop_front) {
            Some(entry) => merged.push(entry),
            None => return merged,
        }
    }
}

type GrowingTree = (u64, postern_audit::StoredHashes);

/// The tree as stored, checked against the last checkpoint that was signed over it.
async fn current_tree(change: &mut Change<'_>, signer: &Signer) -> Result<GrowingTree, AuditLogError> {
    let Some((_, note)) = audit::find_checkpoint_for(change).await? else {
        return Ok((0, GrowingTree::default().1));
    };
    let last = verify_checkpoint(&note, &signer.vkey())?;
    let known = audit::load_hashes(change, &needed_hashes(last.size)).await?;
    if root(last.size, &known)? != last.root {
        return Err(AuditLogError::Malformed(format!("the root of its {} entries differs", last.size)));
    }
    Ok((last.size, known))
}
