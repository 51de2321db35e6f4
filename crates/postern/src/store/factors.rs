//! Enrolled factors. Secrets are sealed for their row.

pub mod waiting;

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A factor. `sealed` holds the TOTP secret, or as JSON the passkey, the key of a phone, or seed and model of a hardware
    /// token; `credential_id` what a passkey, a phone or a linked account is known by; `last_step` the time step or the count of its last code, or when a phone last spoke.
    pub struct Factor {
        pub id: String,
        pub person_id: String,
        pub kind: String,
        pub label: String,
        pub sealed: Vec<u8>,
        pub credential_id: Option<String>,
        pub last_step: Option<i64>,
        pub clock_steps: i64,
        pub clock_late: i64,
        pub out_of_step_at: Option<i64>,
        pub second_step_only: i64,
        pub created_at: i64,
        pub usable_at: i64,
        pub last_used_at: Option<i64>,
        pub disabled_at: Option<i64>,
    }
}

const COLUMNS: &str = "id, person_id, kind, label, sealed, credential_id, last_step, clock_steps, clock_late, out_of_step_at, \
                       second_step_only, created_at, usable_at, last_used_at, disabled_at";

impl Factor {
    /// Where its secret is sealed for: in another person's row it does not open.
    pub fn place(tenant: &TenantId, person: &PersonId, id: &str) -> String {
        format!("factors/{tenant}/{person}/{id}/sealed")
    }

    /// Whether it opens anything now: not switched off, and past its wait.
    pub fn works(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && !self.waits(now)
    }

    /// Whether it still waits for its time, or for a second yes.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.usable_at > micros(now)
    }

    /// Whether it is a passkey that opens a session alone, which it does by verifying its user.
    pub fn opens_alone(&self) -> bool {
        self.is(FactorKind::Webauthn) && self.second_step_only == 0
    }

    /// How the clock of a code app is known to stand.
    pub fn clock(&self) -> PhoneClock {
        PhoneClock { steps: self.clock_steps, late: self.clock_late }
    }

    /// Whether it completes a sign-in, when it works: a linked account only begins one.
    pub fn completes_sign_in(&self) -> bool {
        FactorKind::parse(&self.kind).is_some_and(FactorKind::completes_sign_in)
    }

    /// Whether it proves a change of its owner's account, when it works.
    pub fn proves_change(&self) -> bool {
        FactorKind::parse(&self.kind).is_some_and(FactorKind::proves_change)
    }

    /// Its kind.
    pub fn is(&self, kind: FactorKind) -> bool {
        self.kind == kind.as_str()
    }
}

/// Whether a code of an app or a hardware token, and whether a passkey of theirs proves a change of their account now.
pub fn which_prove(own: &[Factor], now: Timestamp) -> (bool, bool) {
    let works = |kind| own.iter().any(|factor| factor.is(kind) && factor.works(now));
    (works(FactorKind::Totp) || works(FactorKind::HardwareToken), works(FactorKind::Webauthn))
}

/// More than anybody carries; a session that was stolen fills no table.
pub const MOST: usize = 20;

/// A person's factors, disabled ones included, oldest first.
pub async fn list(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Factor>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND person_id = $2 AND removed_at IS NULL \
         ORDER BY created_at, id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(db.reader())
        .await?)
}

/// How many factors of a kind there are in the organisation.
pub async fn count_of_kind(db: &Db, tenant: &TenantId, kind: FactorKind) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM factors WHERE tenant_id = $1 AND kind = $2 AND removed_at IS NULL";
    let (count,): (i64,) =
        sqlx::query_as(sql).bind(tenant.as_str()).bind(kind.as_str()).fetch_one(db.reader()).await?;
    Ok(count)
}

/// Every factor of a kind in the organisation, inside a change.
pub async fn list_of_kind(change: &mut Change<'_>, kind: FactorKind) -> Result<Vec<Factor>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND kind = $2 AND removed_at IS NULL ORDER BY person_id, id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(kind.as_str())
        .fetch_all(change.conn())
        .await?)
}

/// A person's factors inside a change, after the person's row was locked: nobody else changes them meanwhile.
pub async fn list_locked(change: &mut Change<'_>, person: &PersonId) -> Result<Vec<Factor>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND person_id = $2 AND removed_at IS NULL \
         ORDER BY created_at, id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(change.conn())
        .await?)
}

/// The passkey with this credential id, or the phone with this name.
pub async fn find_by_credential(db: &Db, tenant: &TenantId, credential: &str) -> Result<Option<Factor>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND credential_id = $2 AND removed_at IS NULL \
         AND disabled_at IS NULL"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(credential)
        .fetch_optional(db.reader())
        .await?)
}

/// A factor that is enrolled.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<Factor>> {
    let sql =
        format!("SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// Somebody's new factor.
pub struct NewFactor<'a> {
    pub id: &'a str,
    pub person: &'a PersonId,
    pub kind: FactorKind,
    pub label: &'a str,
    pub sealed: &'a [u8],
    pub credential_id: Option<&'a str>,
    pub last_step: Option<i64>,
    pub clock: PhoneClock,
    pub second_step_only: bool,
    /// Before it, it opens nothing. Nothing is given: at once.
    pub usable_at: Option<Timestamp>,
}

/// Adds a factor. `Conflict` when the passkey or the phone is already enrolled, by anybody.
pub async fn insert(change: &mut Change<'_>, new: &NewFactor<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "INSERT INTO factors (tenant_id, id, person_id, kind, label, sealed, credential_id, last_step, \
         second_step_only, usable_at, created_at, clock_steps, clock_late) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(tenant.as_str())
    .bind(new.id)
    .bind(new.person.as_str())
    .bind(new.kind.as_str())
    .bind(new.label)
    .bind(new.sealed)
    .bind(new.credential_id)
    .bind(new.last_step)
    .bind(i64::from(new.second_step_only))
    .bind(new.usable_at.map_or(at, micros))
    .bind(at)
    .bind(new.clock.steps)
    .bind(new.clock.late)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Takes a time step, once, and keeps what its code says of the clock: the guard refuses a step at or below the last one, on every node
/// and in every race.
pub async fn save_step(change: &mut Change<'_>, id: &str, (step, clock): (i64, PhoneClock)) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET last_step = $3, last_used_at = $4, clock_steps = $5, clock_late = $6, out_of_step_at = NULL \
         WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL AND disabled_at IS NULL AND usable_at <= $4 \
         AND (last_step IS NULL OR last_step < $3)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(step)
    .bind(at)
    .bind(clock.steps)
    .bind(clock.late)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A hardware token showed a code that is right for one that was pressed too often. It is no longer there: that is fine.
pub async fn save_out_of_step(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE factors SET out_of_step_at = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL AND disabled_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A passkey was used; its counter moved.
pub async fn save_passkey(change: &mut Change<'_>, id: &str, sealed: &[u8]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET sealed = $3, last_used_at = $4 WHERE tenant_id = $1 AND id = $2 \
         AND removed_at IS NULL AND disabled_at IS NULL AND usable_at <= $4",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(sealed)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// What is kept of a factor has changed, and it was not used.
pub async fn save_sealed(change: &mut Change<'_>, id: &str, sealed: &[u8]) -> Result<()> {
    let tenant = change.tenant().clone();
    let done =
        sqlx::query("UPDATE factors SET sealed = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL")
            .bind(tenant.as_str())
            .bind(id)
            .bind(sealed)
            .execute(change.conn())
            .await?;
    one_row(&done)
}

/// A factor was shown that keeps nothing of it.
pub async fn save_used(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 \
         AND removed_at IS NULL AND disabled_at IS NULL AND usable_at <= $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A phone spoke at `step`, which must be later than the last time: what it signed counts once, on every node.
pub async fn save_spoken(change: &mut Change<'_>, id: &str, step: i64) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE factors SET last_step = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL \
         AND disabled_at IS NULL AND (last_step IS NULL OR last_step < $3)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(step)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Stops the factors of one kind until they are bound again.
pub async fn disable_kind(change: &mut Change<'_>, person: &PersonId, kind: FactorKind) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET disabled_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND kind = $3 \
         AND removed_at IS NULL AND disabled_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(kind.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Names a factor of a person's.
pub async fn save_label(change: &mut Change<'_>, person: &PersonId, id: &str, label: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE factors SET label = $4 WHERE tenant_id = $1 AND person_id = $2 AND id = $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(id)
    .bind(label)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// How many with a desk role have no passkey: the desk is closed to them.
pub async fn count_staff_without_passkey(db: &Db, tenant: &TenantId) -> Result<i64> {
    // Both conditions: the one for the index of staff, the other so that SQLite walks along it, and not along everybody.
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM persons p WHERE p.tenant_id = $1 AND p.role <> 'person' \
         AND p.role IN ('auditor', 'agent', 'senior', 'admin') AND p.suspended_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM factors f WHERE f.tenant_id = $1 AND f.person_id = p.id AND f.kind = 'webauthn' \
         AND f.removed_at IS NULL)",
    )
    .bind(tenant.as_str())
    .fetch_one(db.reader())
    .await?;
    Ok(count)
}

/// Removes a factor of a person's. Its secret is overwritten, and a passkey frees its credential id.
pub async fn remove(change: &mut Change<'_>, person: &PersonId, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET removed_at = $4, sealed = $5, credential_id = NULL \
         WHERE tenant_id = $1 AND person_id = $2 AND id = $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(id)
    .bind(at)
    .bind(Vec::<u8>::new())
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Removes every factor of a person. Secrets are overwritten, and passkeys free their credential id.
pub async fn remove_all(change: &mut Change<'_>, person: &PersonId) -> Result<u64> {
    let (tenant, at): (TenantId, Timestamp) = (change.tenant().clone(), change.at());
    let done = sqlx::query(
        "UPDATE factors SET removed_at = $3, sealed = $4, credential_id = NULL \
         WHERE tenant_id = $1 AND person_id = $2 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(at))
    .bind(Vec::<u8>::new())
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}
