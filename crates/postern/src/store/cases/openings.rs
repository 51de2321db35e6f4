//! Openings: which of them the owner was told of, which wait for a digest, and how many there were.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{PersonId, TenantId};

use super::{COLUMNS, CaseRow};
use crate::store::row::row;
use crate::store::{Change, Db, Result, micros, one_row, time};

row! {
    /// A case as somebody opened it.
    pub struct Opening {
        pub person_id: Option<String>,
        pub claimed_login: String,
        pub ip: String,
        pub opened_at: i64,
    }
}

/// Whether a person has another case that is open and not contested, or was opened since then; read inside the change, which has locked the
/// person's row.
pub async fn has_another(change: &mut Change<'_>, person: &PersonId, since: Timestamp) -> Result<bool> {
    let tenant = change.tenant().clone();
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT opened_at FROM cases \
         WHERE tenant_id = $1 AND person_id = $2 AND (opened_at > $3 OR (closed_at IS NULL AND stage <> 'contested')) LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(since))
    .fetch_optional(change.conn())
    .await?;
    Ok(row.is_some())
}

/// The owner is notified of one opening now. `Conflict` when they were already.
pub async fn mark_announced(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE cases SET announced_at = $3 WHERE tenant_id = $1 AND id = $2 AND announced_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// People with openings that wait for a digest: the oldest since `gathered` or before, and the last digest before
/// `last_digest`. At most 50.
pub async fn list_people_to_notify(
    db: &Db,
    tenant: &TenantId,
    gathered: Timestamp,
    last_digest: Timestamp,
) -> Result<Vec<PersonId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT p.id FROM persons p WHERE p.tenant_id = $1 AND (p.openings_notified_at IS NULL OR p.openings_notified_at <= $3) \
         AND p.id IN (SELECT person_id FROM cases WHERE tenant_id = $1 AND announced_at IS NULL \
         AND person_id IS NOT NULL AND opened_at <= $2) ORDER BY p.id LIMIT 50",
    )
    .bind(tenant.as_str())
    .bind(micros(gathered))
    .bind(micros(last_digest))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(id,)| PersonId::new(id)).collect())
}

/// When the next digest is due: so long after the oldest opening that waits (the first of `waits`), and so long after the
/// person's last digest (the second). `None`: nobody has one that waits.
pub async fn find_next_digest(
    db: &Db,
    tenant: &TenantId,
    waits: (SignedDuration, SignedDuration),
) -> Result<Option<Timestamp>> {
    let micros_of = |wait: SignedDuration| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let (next,): (Option<i64>,) = sqlx::query_as(
        "SELECT MIN(CASE WHEN p.openings_notified_at + $3 > c.oldest + $2 THEN p.openings_notified_at + $3 \
         ELSE c.oldest + $2 END) FROM persons p \
         JOIN (SELECT person_id, MIN(opened_at) AS oldest FROM cases WHERE tenant_id = $1 AND announced_at IS NULL \
         AND person_id IS NOT NULL GROUP BY person_id) c ON c.person_id = p.id WHERE p.tenant_id = $1",
    )
    .bind(tenant.as_str())
    .bind(micros_of(waits.0))
    .bind(micros_of(waits.1))
    .fetch_one(db.reader())
    .await?;
    Ok(next.map(time))
}

/// Locks the person's row and notes that a digest goes out. `Conflict` when another one did since `last_digest`.
pub async fn begin_digest(change: &mut Change<'_>, person: &PersonId, last_digest: Timestamp) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE persons SET openings_notified_at = $3 \
         WHERE tenant_id = $1 AND id = $2 AND (openings_notified_at IS NULL OR openings_notified_at <= $4)",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .bind(micros(last_digest))
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Takes every opening of a person that waits for a digest, oldest first: they are announced by this change.
pub async fn take_gathered(change: &mut Change<'_>, person: &PersonId) -> Result<Vec<CaseRow>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE cases SET announced_at = $3 \
         WHERE tenant_id = $1 AND person_id = $2 AND announced_at IS NULL RETURNING {COLUMNS}"
    );
    let mut rows: Vec<CaseRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(at)
        .fetch_all(change.conn())
        .await?;
    rows.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
    Ok(rows)
}

/// Openings since then, oldest first; of very many the newest.
pub async fn list_since(db: &Db, tenant: &TenantId, since: Timestamp, most: i64) -> Result<Vec<Opening>> {
    let mut rows: Vec<Opening> = sqlx::query_as(
        "SELECT person_id, claimed_login, ip, opened_at FROM cases WHERE tenant_id = $1 AND opened_at > $2 \
         ORDER BY opened_at DESC LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .bind(most)
    .fetch_all(db.reader())
    .await?;
    rows.reverse();
    Ok(rows)
}
