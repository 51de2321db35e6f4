//! Is the log what this installation wrote? Marks and numbers are checked with the key file, and how far the log reaches
//! with what this node remembers. Reads only.

use postern_audit::{StoreFinding, StoredHashes, append, commitment, needed_hashes, root, verify_checkpoint};
use postern_core::event::RecordStream;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use crate::audit_health::LogCheck;
use crate::audit_log::{AuditLogError, signer};
use crate::audit_memory::LogExtent;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::audit::{self, EntryRow};

/// Entries that are looked at together.
const BATCH: i64 = 5_000;
/// The same beside requests, which wait no longer than these take.
const PIECE: i64 = 200;
/// Problems that are named.
const NAMED: usize = 20;

/// How far the log in the database reaches.
pub async fn extent(scope: &Scope) -> Result<LogExtent, AuditLogError> {
    let (numbers, newest) = (
        audit::last_numbers(&scope.app.db, &scope.tenant.id).await?,
        audit::find_checkpoint(&scope.app.db, &scope.tenant.id).await?,
    );
    let Some((_, note)) = newest else {
        return Ok(LogExtent { numbers, ..LogExtent::default() });
    };
    let head = verify_checkpoint(&note, &signer(scope)?.vkey())?;
    Ok(LogExtent { numbers, size: head.size, root: data_encoding::HEXLOWER.encode(&head.root) })
}

/// Compares the log with what this node remembers of it, and its numbers with what was given out. Quick: no entry but the
/// last is read.
pub async fn expect_nothing_lost(scope: &Scope) -> Result<(), AuditLogError> {
    // What is remembered was committed before the database is asked.
    let remembered = scope.app.audit_memory.recall(&scope.tenant.id).unwrap_or_default();
    let there = extent(scope).await?;
    let newest = audit::newest_numbers(&scope.app.db, &scope.tenant.id).await?;
    for stream in RecordStream::ALL.map(RecordStream::as_str) {
        let number =
            |of: &std::collections::BTreeMap<String, i64>| of.get(stream).copied().unwrap_or_default();
        let wanted = number(&remembered.numbers).max(number(&there.numbers));
        if number(&newest) < wanted {
            let from = number(&newest) + 1;
            return Err(AuditLogError::Lost(format!(
                "records {from} to {wanted} of the stream {stream} are gone"
            )));
        }
    }
    expect_same_tree(scope, &remembered, &there).await
}

async fn expect_same_tree(
    scope: &Scope,
    remembered: &LogExtent,
    there: &LogExtent,
) -> Result<(), AuditLogError> {
    if there.size < remembered.size {
        let (then, now) = (remembered.size, there.size);
        return Err(AuditLogError::Lost(format!("it had {then} signed entries, and has {now}")));
    }
    if remembered.size > 0 {
        let known =
            audit::find_hashes(&scope.app.db, &scope.tenant.id, &needed_hashes(remembered.size)).await?;
        let is_same = root(remembered.size, &known)
            .is_ok_and(|root| data_encoding::HEXLOWER.encode(&root) == remembered.root);
        if !is_same {
            let size = remembered.size;
            return Err(AuditLogError::Lost(format!(
                "its first {size} entries are not those that were signed"
            )));
        }
    }
    expect_tail(scope, there).await
}

/// Whether the last entry that was signed is there.
pub(super) async fn expect_tail(scope: &Scope, there: &LogExtent) -> Result<(), AuditLogError> {
    let Some(last) = there.size.checked_sub(1).and_then(|last| i64::try_from(last).ok()) else {
        return Ok(());
    };
    if audit::list_sequenced(&scope.app.db, &scope.tenant.id, last, 1).await?.is_empty() {
        return Err(AuditLogError::Lost(format!("entry {last}, the last one that was signed, is gone")));
    }
    Ok(())
}

/// Whether this installation wrote the record, and its columns say what it says. The answer says what is wrong.
pub fn expect_ours(scope: &Scope, entry: &EntryRow) -> Result<(), String> {
    let mac = scope.tenant.keys.record_mac(&entry.nonce, &entry.body);
    if !bool::from(mac.ct_eq(&entry.mac)) {
        return Err(
            "it does not bear this installation's mark: it was put in or altered in the database".into()
        );
    }
    let record: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let columns = [
        ("id", "/id", Some(&entry.id)),
        ("at", "/at", Some(&entry.at)),
        ("event", "/event", Some(&entry.event)),
        ("actor_id", "/actor/id", entry.actor_id.as_ref()),
        ("person_id", "/person", entry.person_id.as_ref()),
        ("case_id", "/case", entry.case_id.as_ref()),
        ("stream", "/stream", Some(&entry.stream)),
    ];
    for (column, pointer, stored) in columns {
        let recorded = text(pointer);
        if recorded.as_ref() != stored {
            return Err(format!("the column {column} says {stored:?}, and the record {recorded:?}"));
        }
    }
    if record.pointer("/number").and_then(Value::as_i64) != Some(entry.number) {
        return Err("the column number says something else than the record".into());
    }
    Ok(())
}

/// Looks at every entry under the newest checkpoint: each is ours, none is missing, and together they are what was signed.
pub async fn check_every_entry(scope: &Scope) -> Result<LogCheck, AuditLogError> {
    let mut check = LogCheck { at: scope.now, ..LogCheck::default() };
    match expect_nothing_lost(scope).await {
        Err(AuditLogError::Lost(message)) => check.problems.push(message),
        other => other?,
    }
    let Some((_, note)) = audit::find_checkpoint(&scope.app.db, &scope.tenant.id).await? else {
        return Ok(check);
    };
    let signed = verify_checkpoint(&note, &signer(scope)?.vkey())?;
    let mut known = StoredHashes::new();
    while check.entries < signed.size {
        let from = i64::try_from(check.entries).map_err(|_| StoreError::Corrupt("log size"))?;
        let most = i64::try_from(signed.size).unwrap_or(i64::MAX).saturating_sub(from).min(PIECE);
        let piece = audit::list_sequenced(&scope.app.db, &scope.tenant.id, from, most).await?;
        let mut commitments = Vec::with_capacity(piece.len());
        for (seq, entry) in (from..).zip(&piece).take_while(|(seq, entry)| entry.seq == Some(*seq)) {
            let nonce = entry.nonce.as_slice().try_into().map_err(|_| StoreError::Corrupt("log nonce"))?;
            commitments.push(commitment(&nonce, &entry.body));
            check.problems.extend(expect_ours(scope, entry).err().map(|why| format!("entry {seq}: {why}")));
        }
        if commitments.is_empty() {
            check.problems.push(format!("entry {from} is gone"));
            break;
        }
        let grown = append(check.entries, &known, &commitments)?;
        known.extend(grown.new_hashes);
        let needed = needed_hashes(grown.size);
        known.retain(|index, _| needed.contains(index));
        check.entries = grown.size;
    }
    if check.problems.is_empty() && root(signed.size, &known)? != signed.root {
        check.problems.push(format!("its {} entries are not those that were signed", signed.size));
    }
    check.problems.truncate(NAMED);
    Ok(check)
}

/// Everything that is wrong with the store, for an export: every entry is read.
pub async fn check_store(scope: &Scope) -> Result<Vec<StoreFinding>, AuditLogError> {
    let mut findings = Vec::new();
    if let Err(AuditLogError::Lost(message)) = expect_nothing_lost(scope).await {
        findings.push(StoreFinding { seq: None, message });
    }
    let mut next = 0;
    loop {
        let entries = audit::list_sequenced(&scope.app.db, &scope.tenant.id, next, BATCH).await?;
        let Some(last) = entries.last().and_then(|entry| entry.seq) else { break };
        next = last + 1;
        findings.extend(entries.iter().filter_map(|entry| {
            let message = expect_ours(scope, entry).err()?;
            Some(StoreFinding { seq: entry.seq.and_then(|seq| u64::try_from(seq).ok()), message })
        }));
    }
    for entry in audit::list_waiting(&scope.app.db, &scope.tenant.id, BATCH).await? {
        if let Err(message) = expect_ours(scope, &entry) {
            findings.push(StoreFinding {
                seq: None,
                message: format!("the row {} has no place yet, and {message}", entry.id),
            });
        }
    }
    Ok(findings)
}
