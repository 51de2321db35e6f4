//! Addresses and numbers on file.

use std::collections::BTreeSet;

use postern_core::id::{ContactId, PersonId, TenantId};
use postern_core::login;

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A contact. `kind`: `email`, `mobile`, `office_phone`.
    pub struct Contact {
        pub id: String,
        pub kind: String,
        pub value: String,
        pub filed_at: i64,
        pub lost_at: Option<i64>,
    }
}

/// Whether we can call it.
pub fn is_phone(contact: &Contact) -> bool {
    contact.kind != "email"
}

/// A person's contacts, oldest first.
pub async fn list(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Contact>> {
    Ok(sqlx::query_as(
        "SELECT id, kind, value, filed_at, lost_at FROM contacts \
         WHERE tenant_id = $1 AND person_id = $2 AND removed_at IS NULL ORDER BY filed_at, id",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_all(db.reader())
    .await?)
}

/// Files a contact. Whoever files one knows that it is theirs: it is confirmed.
pub async fn insert(
    change: &mut Change<'_>,
    person: &PersonId,
    kind: &str,
    value: &str,
    filed_at: jiff::Timestamp,
) -> Result<ContactId> {
    let (tenant, id) = (change.tenant().clone(), change.id()?);
    sqlx::query(
        "INSERT INTO contacts (tenant_id, id, person_id, kind, value, value_key, filed_at, confirmed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(person.as_str())
    .bind(kind)
    .bind(value)
    .bind(login::normalise(value))
    .bind(micros(filed_at))
    .execute(change.conn())
    .await?;
    Ok(ContactId::new(id))
}

/// Who reported a contact of this person lost since then.
pub async fn list_reporters(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    since: jiff::Timestamp,
) -> Result<BTreeSet<PersonId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT lost_by FROM contacts \
         WHERE tenant_id = $1 AND person_id = $2 AND lost_at >= $3 AND lost_by IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(since))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(id,)| PersonId::new(id)).collect())
}

/// Notes that somebody no longer has a contact, and who said so. `Conflict` when it is not theirs, or noted already.
pub async fn mark_lost(change: &mut Change<'_>, person: &PersonId, id: &str, by: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE contacts SET lost_at = $4, lost_by = $5 WHERE tenant_id = $1 AND id = $2 AND person_id = $3 AND lost_at IS NULL \
         AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(person.as_str())
    .bind(at)
    .bind(by.as_str())
    .execute(change.conn())
    .await?;
    one_row(&done)
}
