//! Sign-ins under way.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{PersonId, TenantId};
use postern_core::signin::Flow;

use super::{Change, Db, Result, StoreError, micros, one_row, time};

/// A flow as stored. `sealed` holds the secret being enrolled.
#[derive(Clone)]
pub struct FlowRow {
    pub id: String,
    pub flow: Flow,
    pub sealed: Option<Vec<u8>>,
    pub expires_at: i64,
}

impl FlowRow {
    /// Where the secret being enrolled is sealed for: in another person's sign-in it does not open.
    pub fn place(tenant: &TenantId, person: &PersonId, id: &str) -> String {
        format!("flows/{tenant}/{person}/{id}/sealed")
    }
}

/// A flow that is still going. One that another version wrote, and this one does not read, is over: it lives for minutes.
pub async fn find_live(db: &Db, tenant: &TenantId, id: &str, now: Timestamp) -> Result<Option<FlowRow>> {
    let found: Option<(String, String, Option<Vec<u8>>, i64)> = sqlx::query_as(
        "SELECT id, state, sealed, expires_at FROM flows \
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?;
    Ok(found.and_then(|(id, state, sealed, expires_at)| {
        let flow = serde_json::from_str(&state).ok()?;
        Some(FlowRow { id, flow, sealed, expires_at })
    }))
}

/// Begins a flow.
pub async fn insert(change: &mut Change<'_>, id: &str, flow: &Flow, expires_at: Timestamp) -> Result<()> {
    let (tenant, at, there) = (change.tenant().clone(), micros(change.at()), flow.provider_session());
    sqlx::query(
        "INSERT INTO flows (tenant_id, id, person_id, state, created_at, expires_at, provider_account, provider_session) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(flow.person().as_str())
    .bind(encode(flow)?)
    .bind(at)
    .bind(micros(expires_at))
    .bind(there.map(|there| there.account.as_str()))
    .bind(there.and_then(|there| there.session.as_deref()))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Keeps the secret being enrolled.
pub async fn save_sealed(change: &mut Change<'_>, id: &str, sealed: &[u8]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done =
        sqlx::query("UPDATE flows SET sealed = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $4")
            .bind(tenant.as_str())
            .bind(id)
            .bind(sealed)
            .bind(at)
            .execute(change.conn())
            .await?;
    one_row(&done)
}

/// A flow waits until then for what it was sent, but never longer than `most` after its beginning. The answer: until when.
/// `Conflict`: it is over.
pub async fn extend(
    change: &mut Change<'_>,
    id: &str,
    (until, most): (Timestamp, SignedDuration),
) -> Result<Timestamp> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let most = i64::try_from(most.as_micros()).unwrap_or(i64::MAX);
    let row: Option<(i64,)> = sqlx::query_as(
        "UPDATE flows SET expires_at = CASE WHEN expires_at > $4 THEN expires_at WHEN created_at + $5 > $4 THEN $4 \
         WHEN created_at + $5 > expires_at THEN created_at + $5 ELSE expires_at END \
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3 RETURNING expires_at",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(micros(until))
    .bind(most)
    .fetch_optional(change.conn())
    .await?;
    row.map(|(until,)| time(until)).ok_or(StoreError::Conflict)
}

/// Ends a flow, once and in time: of two parallel requests that would finish it, one wins.
pub async fn end(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE flows SET ended_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL \
         AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Ends every flow of a person: a reset or a suspension must not leave one open.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE flows SET ended_at = $3, sealed = NULL WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

fn encode(flow: &Flow) -> Result<String> {
    serde_json::to_string(flow).map_err(|_| StoreError::Corrupt("sign-in"))
}

/// Deletes flows that ran out before `before`.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM flows WHERE tenant_id = $1 AND expires_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
