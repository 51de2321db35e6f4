//! Trusted contacts: who has asked whom, and what came of it. Whoever changes a row holds the rows of both persons, so that no two
//! changes that meet pass a bound together; each write guards itself besides.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::trusted_contact::{ASK_LIFE, REMINDED_EVERY, TrustEnd, TrustStage};
use sqlx::AssertSqlSafe;

use super::row::row;
use super::{Change, Db, Result, StoreError, micros, one_row, time};
use crate::job::Job;

/// What has ended longer ago says nothing any more: the records do. Unit: days.
const ENDED_KEPT_DAYS: i64 = 30;

row! {
    /// One that has not ended.
    pub struct TrustedContact {
        pub id: String,
        /// Who chose.
        pub person_id: String,
        /// Who was chosen; none where what was typed means nobody who can be asked.
        pub trusted_id: Option<String>,
        /// The login or mail address, as its owner typed it.
        pub typed: String,
        pub asked_at: i64,
        pub accepted_at: Option<i64>,
        /// Of an ask: when it lapses. Of one who accepted: when the owner is reminded next.
        pub due_at: i64,
        pub owner_name: String,
        pub trusted_name: Option<String>,
        /// Of the contact's own account.
        pub suspended_at: Option<i64>,
    }
}

impl TrustedContact {
    /// Whose it is.
    pub fn owner(&self) -> PersonId {
        PersonId::new(&self.person_id)
    }

    /// How far it is; an ask whose time is over may still be here.
    pub fn stage(&self) -> TrustStage {
        match self.accepted_at {
            Some(_) => TrustStage::Accepted,
            None => TrustStage::Asked { until: time(self.due_at) },
        }
    }

    /// Whether they have accepted, and their own account is open.
    pub fn counts(&self) -> bool {
        self.stage().counts(self.suspended_at.is_some())
    }
}

const ROWS: &str = "SELECT t.id, t.person_id, t.trusted_id, t.typed, t.asked_at, t.accepted_at, t.due_at, o.name AS owner_name, \
     c.name AS trusted_name, c.suspended_at FROM trusted_contacts t \
     JOIN persons o ON o.tenant_id = t.tenant_id AND o.id = t.person_id \
     LEFT JOIN persons c ON c.tenant_id = t.tenant_id AND c.id = t.trusted_id \
     WHERE t.tenant_id = $1 AND t.ended_at IS NULL";

/// Those of a person that count, as [`TrustedContact::counts`] says it: `$1` is the tenant, `$2` the owner.
pub(super) const COUNTING: &str = "SELECT COUNT(*) FROM trusted_contacts t \
     JOIN persons c ON c.tenant_id = t.tenant_id AND c.id = t.trusted_id AND c.suspended_at IS NULL \
     WHERE t.tenant_id = $1 AND t.person_id = $2 AND t.accepted_at IS NOT NULL AND t.ended_at IS NULL";

/// An ask.
pub struct NewTrustedContact<'a> {
    pub person: &'a PersonId,
    pub trusted: Option<&'a PersonId>,
    pub typed: &'a str,
}

/// What a person has chosen and for whom they are chosen, oldest first, without what has lapsed at `now`.
pub async fn list_around(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<TrustedContact>> {
    let sql = format!("{ROWS} AND (t.person_id = $2 OR t.trusted_id = $2) ORDER BY t.asked_at, t.id");
    let rows: Vec<TrustedContact> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(db.reader())
        .await?;
    Ok(rows.into_iter().filter(|row| !matches!(row.stage().as_of(now), TrustStage::Ended(_))).collect())
}

/// The same of whom a person has chosen, read inside a change that holds their row.
pub async fn list_chosen_locked(change: &mut Change<'_>, person: &PersonId) -> Result<Vec<TrustedContact>> {
    let (tenant, now) = (change.tenant().clone(), change.at());
    let sql = format!("{ROWS} AND t.person_id = $2 ORDER BY t.asked_at, t.id");
    let rows: Vec<TrustedContact> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(change.conn())
        .await?;
    Ok(rows.into_iter().filter(|row| !matches!(row.stage().as_of(now), TrustStage::Ended(_))).collect())
}

/// How many a person serves, and how many asks wait for them.
pub async fn count_served_locked(change: &mut Change<'_>, trusted: &PersonId) -> Result<(i64, i64)> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    Ok(sqlx::query_as(
        "SELECT COUNT(accepted_at), COUNT(CASE WHEN accepted_at IS NULL AND due_at > $3 THEN 1 END) FROM trusted_contacts \
         WHERE tenant_id = $1 AND trusted_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(trusted.as_str())
    .bind(at)
    .fetch_one(change.conn())
    .await?)
}

/// How many asks of a person there were within the life of one, ended or not.
pub async fn count_asked_locked(change: &mut Change<'_>, person: &PersonId) -> Result<i64> {
    let (tenant, since) = (change.tenant().clone(), micros(change.at() - ASK_LIFE));
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM trusted_contacts WHERE tenant_id = $1 AND person_id = $2 AND asked_at > $3",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(since)
    .fetch_one(change.conn())
    .await?;
    Ok(count)
}

/// Whether the one has not ended between these two, and whether there was an ask within the life of one.
pub async fn look_at_pair(
    change: &mut Change<'_>,
    (person, trusted): (&PersonId, &PersonId),
) -> Result<(bool, bool)> {
    let (tenant, since) = (change.tenant().clone(), micros(change.at() - ASK_LIFE));
    let (live, asked): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(CASE WHEN ended_at IS NULL THEN 1 END), COUNT(CASE WHEN asked_at > $4 THEN 1 END) \
         FROM trusted_contacts WHERE tenant_id = $1 AND person_id = $2 AND trusted_id = $3",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(trusted.as_str())
    .bind(since)
    .fetch_one(change.conn())
    .await?;
    Ok((live > 0, asked > 0))
}

/// Asks. The answer: its id. `Conflict` when the two are a pair already.
pub async fn insert(change: &mut Change<'_>, new: &NewTrustedContact<'_>) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, change.at());
    let lapses_at = at + ASK_LIFE;
    let done = sqlx::query(
        "INSERT INTO trusted_contacts (tenant_id, id, person_id, trusted_id, typed, asked_at, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.person.as_str())
    .bind(new.trusted.map(PersonId::as_str))
    .bind(new.typed)
    .bind(micros(at))
    .bind(micros(lapses_at))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    change.enqueue(Job::ReviewTrustedContacts, lapses_at);
    Ok(id)
}

/// The contact says yes; once a year from now on the owner is reminded. `Conflict` when it was answered, has lapsed or ended.
pub async fn accept(change: &mut Change<'_>, id: &str, trusted: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), change.at());
    let reminded_at = at + REMINDED_EVERY;
    let done = sqlx::query(
        "UPDATE trusted_contacts SET accepted_at = $4, due_at = $5 WHERE tenant_id = $1 AND id = $2 AND trusted_id = $3 \
         AND accepted_at IS NULL AND ended_at IS NULL AND due_at > $4",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(trusted.as_str())
    .bind(micros(at))
    .bind(micros(reminded_at))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    change.enqueue(Job::ReviewTrustedContacts, reminded_at);
    Ok(())
}

/// Ends one, as it was read. `Conflict` when it was answered or has ended meanwhile.
pub async fn end(change: &mut Change<'_>, read: &TrustedContact, how: TrustEnd) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let as_read = if read.accepted_at.is_some() { "NOT NULL" } else { "NULL" };
    let sql = format!(
        "UPDATE trusted_contacts SET ended_at = $3, how_ended = $4 \
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND accepted_at IS {as_read}"
    );
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(&read.id)
        .bind(at)
        .bind(how.as_str())
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// What time has brought by `now`, at most 200.
pub async fn list_due(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<Vec<TrustedContact>> {
    let sql = format!("{ROWS} AND t.due_at <= $2 ORDER BY t.due_at, t.id LIMIT 200");
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// When time brings something next.
pub async fn find_next_due(db: &Db, tenant: &TenantId) -> Result<Option<Timestamp>> {
    let sql = "SELECT MIN(due_at) FROM trusted_contacts WHERE tenant_id = $1 AND ended_at IS NULL";
    let (next,): (Option<i64>,) = sqlx::query_as(sql).bind(tenant.as_str()).fetch_one(db.reader()).await?;
    Ok(next.map(time))
}

/// The owner of one that is due hears of all of them now, and again in a year. `Conflict` when another node was faster.
pub async fn save_reminded(change: &mut Change<'_>, due: &TrustedContact) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), change.at());
    let next = micros(at + REMINDED_EVERY);
    let done = sqlx::query(
        "UPDATE trusted_contacts SET due_at = $4 WHERE tenant_id = $1 AND id = $2 AND due_at <= $3 \
         AND accepted_at IS NOT NULL AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&due.id)
    .bind(micros(at))
    .bind(next)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    sqlx::query(
        "UPDATE trusted_contacts SET due_at = $3 WHERE tenant_id = $1 AND person_id = $2 \
         AND accepted_at IS NOT NULL AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&due.person_id)
    .bind(next)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Deletes what has ended 30 days before `now` or earlier.
pub async fn delete_ended(change: &mut Change<'_>, now: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let before = now.saturating_sub(jiff::SignedDuration::from_hours(24 * ENDED_KEPT_DAYS));
    sqlx::query("DELETE FROM trusted_contacts WHERE tenant_id = $1 AND ended_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before.map_err(|_| StoreError::Corrupt("time"))?))
        .execute(change.conn())
        .await?;
    Ok(())
}
