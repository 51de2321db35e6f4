//! The one door for writes: state, audit record and outbox, in one transaction, or nothing.
//!
//! Rows are locked in one order everywhere, so that no two changes wait for each other: the rows of persons first (in
//! the order of their ids), then rate-limit rows by key, then everything else; jobs and records are written at the very end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::id::TenantId;
use sqlx::{Any, Transaction};
use zeroize::Zeroizing;

use super::{Db, Engine, Result, StoreError, audit, jobs};
use crate::audit_memory::AuditMemory;
use crate::job::Job;
use crate::job_signal::JobSignal;
use crate::keys::TenantKeys;
use crate::request::RequestInfo;
use crate::rng::Rng;

/// What every change needs of the program.
#[derive(Clone, Copy)]
pub struct WriteContext<'a> {
    /// Where it is written.
    pub db: &'a Db,
    /// Ids and nonces.
    pub rng: &'a Rng,
    /// Marks its records.
    pub keys: &'a TenantKeys,
    /// Remembers how far the log got.
    pub memory: &'a AuditMemory,
    /// Told when a change has committed.
    pub jobs: &'a JobSignal,
    /// Whose request it is, for its records.
    pub request: &'a RequestInfo,
    /// Ids made so far, in this change and in those before it that share this counter.
    pub serial: &'a AtomicU16,
}

/// A write under way. Dropped without a commit, it never was.
pub struct Change<'a> {
    tx: Transaction<'static, Any>,
    tenant: TenantId,
    at: Timestamp,
    context: WriteContext<'a>,
    /// Records that go out with the commit.
    events: Vec<Event>,
    /// What is left for later, and for when.
    jobs: BTreeMap<Job, Timestamp>,
}

impl<'a> Change<'a> {
    /// Begins a change in one tenant, at one moment: everything it writes carries this time.
    pub async fn begin(context: WriteContext<'a>, tenant: &TenantId, at: Timestamp) -> Result<Change<'a>> {
        let tx = context.db.begin().await?;
        Ok(Self { tx, tenant: tenant.clone(), at, context, events: Vec::new(), jobs: BTreeMap::new() })
    }

    /// The tenant it writes in.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The moment it happens.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// A new id. The ids of one change, and of the changes that share its counter, sort in the order in which they were
    /// made.
    pub fn id(&self) -> Result<String> {
        // UUID version 7 keeps twelve bits here; whoever made 4,096 ids at one moment goes on unordered.
        let next = |serial: u16| Some(serial.saturating_add(1).min(0x0fff));
        let serial = self.context.serial.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        self.id_at(self.at, serial.unwrap_or(0x0fff))
    }

    /// The `serial`-th id of another moment than the change's own.
    pub(super) fn id_at(&self, moment: Timestamp, serial: u16) -> Result<String> {
        self.context.rng.id_in_order(moment, serial).map_err(|_| StoreError::Corrupt("random number"))
    }

    /// Random bytes for a record.
    pub(super) fn nonce(&self) -> Result<Zeroizing<[u8; 16]>> {
        self.context.rng.bytes().map_err(|_| StoreError::Corrupt("random number"))
    }

    /// The keys that records are marked with.
    pub(super) fn keys(&self) -> &'a TenantKeys {
        self.context.keys
    }

    /// Whose request it is.
    pub(super) fn request(&self) -> &'a RequestInfo {
        self.context.request
    }

    /// The end of a SELECT whose rows stay as they were read until the change ends. On SQLite there is one writer, who has
    /// every row.
    pub(super) fn row_lock(&self) -> &'static str {
        match self.context.db.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR NO KEY UPDATE",
        }
    }

    pub(super) fn conn(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.tx
    }

    /// One more record beside the one that [`Change::commit`] will write. It is written with the commit: what a record
    /// locks is locked last.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Leaves work for later, at `run_at` or after. Asked for twice, it is done once, at the earlier moment. Like records,
    /// jobs are written with the commit: many changes wake the same row.
    pub fn enqueue(&mut self, job: Job, run_at: Timestamp) {
        let known = self.jobs.entry(job).or_insert(run_at);
        *known = run_at.min(*known);
    }

    /// Writes the records and commits. There is no commit without one.
    pub async fn commit(mut self, event: &Event) -> Result<()> {
        self.events.push(event.clone());
        self.finish().await
    }

    /// Commits housekeeping that changes nothing anybody could ask about later; `why` says what that is.
    pub async fn commit_unrecorded(self, why: &'static str) -> Result<()> {
        tracing::trace!(why, "commit without a record of its own");
        self.finish().await
    }

    #[expect(clippy::disallowed_methods, reason = "the one door")]
    async fn finish(mut self) -> Result<()> {
        let events = std::mem::take(&mut self.events);
        if let Some((kind, what)) = events.iter().find_map(|event| Some((event.kind(), event.missing()?))) {
            return Err(StoreError::Unexplained { event: kind.as_str(), lacks: what });
        }
        let jobs: Vec<(Job, Timestamp)> = std::mem::take(&mut self.jobs).into_iter().collect();
        jobs::upsert_all(&mut self, &jobs).await?;
        let numbered = audit::insert_all(&mut self, &events).await?;
        self.tx.commit().await?;
        // A crash here means that this node remembers less than it wrote, never more.
        if let Some(numbered) = numbered {
            self.context.memory.note_number(&self.tenant, numbered);
            self.context.jobs.audit.notify_one();
        }
        if !jobs.is_empty() {
            self.context.jobs.due.notify_one();
        }
        Ok(())
    }
}
