//! The one door for writes: state, audit record and outbox, in one transaction, or nothing.

use std::cell::Cell;

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::id::TenantId;
use sqlx::{Any, Transaction};

use super::{Db, Result, StoreError, audit};
use crate::rng::Rng;

/// A write under way. Dropped without a commit, it never was.
pub struct Change<'a> {
    tx: Transaction<'static, Any>,
    tenant: TenantId,
    at: Timestamp,
    rng: &'a Rng,
    /// Ids made so far.
    serial: Cell<u16>,
}

impl<'a> Change<'a> {
    /// Begins a change in one tenant, at one moment: everything it writes carries this time.
    pub async fn begin(db: &Db, tenant: &TenantId, at: Timestamp, rng: &'a Rng) -> Result<Change<'a>> {
        Ok(Self { tx: db.begin().await?, tenant: tenant.clone(), at, rng, serial: Cell::new(0) })
    }

    /// The tenant it writes in.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The moment it happens.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// A new id. The ids of one change sort in the order in which they were made.
    pub fn id(&self) -> Result<String> {
        // UUID version 7 keeps twelve bits here; a change that made 4,096 ids goes on unordered.
        let serial = self.serial.get();
        self.serial.set(serial.saturating_add(1).min(0x0fff));
        self.rng.id_in_order(self.at, serial).map_err(|_| StoreError::Corrupt("random number"))
    }

    /// The `serial`-th id of another moment than the change's own.
    pub(super) fn id_at(&self, moment: Timestamp, serial: u16) -> Result<String> {
        self.rng.id_in_order(moment, serial).map_err(|_| StoreError::Corrupt("random number"))
    }

    pub(super) fn conn(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.tx
    }

    /// One more record beside the one that [`Change::commit`] will write.
    pub async fn record(&mut self, event: &Event) -> Result<()> {
        let nonce = self.rng.bytes::<16>().map_err(|_| StoreError::Corrupt("random number"))?;
        let id = self.id()?;
        audit::insert(self, id, event, nonce.as_slice()).await
    }

    /// Writes the record and commits. There is no commit without one.
    #[expect(clippy::disallowed_methods, reason = "the one door")]
    pub async fn commit(mut self, event: &Event) -> Result<()> {
        self.record(event).await?;
        Ok(self.tx.commit().await?)
    }

    /// Commits housekeeping that changes nothing anybody could ask about later; `why` says what that is.
    #[expect(clippy::disallowed_methods, reason = "the one door")]
    pub async fn commit_unrecorded(self, why: &'static str) -> Result<()> {
        tracing::trace!(why, "commit without a record");
        Ok(self.tx.commit().await?)
    }
}
