//! Codes that were sent to somebody who signs in, and the contacts that they may go to. A code is used by a guarded write: of two
//! that meet, one counts.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row, time};

row! {
    /// A code that was sent.
    pub struct SentCode {
        pub id: String,
        pub factor_id: String,
        pub message_id: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub ended_at: Option<i64>,
    }
}

row! {
    /// A contact that its owner made a second step of: on file, certain to be theirs and not lost, and the factor is not
    /// switched off. `kind` is the factor's.
    pub struct CodeContact {
        pub factor_id: String,
        pub kind: String,
        pub contact_id: String,
        pub value: String,
        pub filed_at: i64,
        pub confirmed_at: i64,
    }
}

/// What joins a factor to a contact that codes go to.
const IS_REACHED: &str = "c.tenant_id = f.tenant_id AND c.person_id = f.person_id AND f.credential_id = 'contact:' || c.id \
                          AND f.removed_at IS NULL AND f.disabled_at IS NULL AND c.removed_at IS NULL AND c.lost_at IS NULL \
                          AND c.confirmed_at IS NOT NULL";

/// What a factor whose codes go to this contact is known by: a contact is one factor, and no passkey is called so.
pub fn credential_of(contact: &str) -> String {
    format!("contact:{contact}")
}

impl SentCode {
    /// Whether it can be typed at `now`.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at > micros(now)
    }
}

impl CodeContact {
    /// Since when it is on file and certain to be theirs.
    pub fn known_since(&self) -> Timestamp {
        time(self.filed_at.max(self.confirmed_at))
    }
}

/// Where codes of this person may go, oldest factor first.
pub async fn list_contacts(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<CodeContact>> {
    let sql = format!(
        "SELECT f.id AS factor_id, f.kind, c.id AS contact_id, c.value, c.filed_at, c.confirmed_at \
         FROM factors f JOIN contacts c ON {IS_REACHED} \
         WHERE f.tenant_id = $1 AND f.person_id = $2 ORDER BY f.created_at, f.id"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(person.as_str());
    Ok(query.fetch_all(db.reader()).await?)
}

/// A code.
pub struct NewSentCode<'a> {
    pub id: &'a str,
    pub flow: &'a str,
    pub person: &'a PersonId,
    pub factor: &'a str,
    pub recipient_hash: &'a str,
    pub code_hash: &'a str,
    pub message: &'a str,
    pub expires_at: Timestamp,
}

/// Keeps it; the one before it in the same sign-in is dead.
pub async fn insert(change: &mut Change<'_>, new: &NewSentCode<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE sent_codes SET ended_at = $3 WHERE tenant_id = $1 AND flow_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(new.flow)
    .bind(at)
    .execute(change.conn())
    .await?;
    sqlx::query(
        "INSERT INTO sent_codes (tenant_id, id, flow_id, person_id, factor_id, recipient_hash, code_hash, message_id, \
         created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(tenant.as_str())
    .bind(new.id)
    .bind(new.flow)
    .bind(new.person.as_str())
    .bind(new.factor)
    .bind(new.recipient_hash)
    .bind(new.code_hash)
    .bind(new.message)
    .bind(at)
    .bind(micros(new.expires_at))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// When the next code may be sent to a person, and to this number or address, of which each gets `most` within `window`. `None`:
/// now. Whoever asks holds the lock of codes, so that no two count at once.
pub async fn find_next_at(
    change: &mut Change<'_>,
    (person, recipient_hash): (&PersonId, &str),
    (most, window): (i64, SignedDuration),
) -> Result<Option<Timestamp>> {
    let (tenant, now) = (change.tenant().clone(), change.at());
    let since = now.saturating_sub(window).unwrap_or(Timestamp::MIN);
    let mut next = None;
    for (column, value) in [("person_id", person.as_str()), ("recipient_hash", recipient_hash)] {
        let sql = format!(
            "SELECT created_at FROM sent_codes WHERE tenant_id = $1 AND {column} = $2 AND created_at > $3 \
             ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $4"
        );
        let row: Option<(i64,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(value)
            .bind(micros(since))
            .bind(most - 1)
            .fetch_optional(change.conn())
            .await?;
        next = next.max(row.map(|(at,)| time(at).saturating_add(window).unwrap_or(Timestamp::MAX)));
    }
    Ok(next)
}

/// The last one of a sign-in: the one that counts, whatever the clocks of the nodes say.
pub async fn find_of_flow(db: &Db, tenant: &TenantId, flow: &str) -> Result<Option<SentCode>> {
    let sql = "SELECT id, factor_id, message_id, created_at, expires_at, ended_at FROM sent_codes \
               WHERE tenant_id = $1 AND flow_id = $2 \
               ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC LIMIT 1";
    let query = sqlx::query_as(sql).bind(tenant.as_str()).bind(flow);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// Uses a code, once, in time, in the sign-in that asked, while it still goes to somebody. `Conflict`: it is not that.
pub async fn consume(change: &mut Change<'_>, (id, flow): (&str, &str), code_hash: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE sent_codes SET ended_at = $5 WHERE tenant_id = $1 AND id = $2 AND flow_id = $3 AND code_hash = $4 \
         AND ended_at IS NULL AND expires_at > $5 AND EXISTS (SELECT 1 FROM factors f JOIN contacts c ON {IS_REACHED} \
         WHERE f.tenant_id = $1 AND f.id = sent_codes.factor_id AND f.person_id = sent_codes.person_id)"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(flow)
        .bind(code_hash)
        .bind(at)
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Whether a message carries a code that counts no more.
pub async fn is_over(db: &Db, tenant: &TenantId, message: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM sent_codes WHERE tenant_id = $1 AND message_id = $2 \
               AND (ended_at IS NOT NULL OR expires_at <= $3)";
    let query = sqlx::query_as(sql).bind(tenant.as_str()).bind(message).bind(micros(now));
    let (over,): (i64,) = query.fetch_one(db.reader()).await?;
    Ok(over > 0)
}

/// Ends whatever was sent to a person.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE sent_codes SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// The factor whose codes go to this contact: its id and kind.
pub async fn find_factor_of(
    change: &mut Change<'_>,
    person: &PersonId,
    contact: &str,
) -> Result<Option<(String, String)>> {
    let tenant = change.tenant().clone();
    let row = sqlx::query_as(
        "SELECT id, kind FROM factors WHERE tenant_id = $1 AND person_id = $2 AND credential_id = $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(credential_of(contact))
    .fetch_optional(change.conn())
    .await?;
    Ok(row)
}

/// Deletes what ran out before `before`.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM sent_codes WHERE tenant_id = $1 AND expires_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
