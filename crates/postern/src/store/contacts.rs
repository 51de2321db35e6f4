//! Addresses and numbers on file.

use postern_core::id::{ContactId, PersonId, TenantId};
use postern_core::login;

use super::row::row;
use super::{Change, Db, Result, micros};

row! {
    /// A contact. `kind`: `email`, `mobile`, `office_phone`.
    pub struct Contact {
        pub id: String,
        pub kind: String,
        pub value: String,
        pub filed_at: i64,
    }
}

/// Whether we can call it.
pub fn is_phone(contact: &Contact) -> bool {
    contact.kind != "email"
}

/// A person's contacts, oldest first.
pub async fn list(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Contact>> {
    Ok(sqlx::query_as(
        "SELECT id, kind, value, filed_at FROM contacts \
         WHERE tenant_id = $1 AND person_id = $2 AND removed_at IS NULL ORDER BY filed_at, id",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_all(db.reader())
    .await?)
}

/// Files a contact.
pub async fn insert(
    change: &mut Change<'_>,
    person: &PersonId,
    kind: &str,
    value: &str,
    filed_at: jiff::Timestamp,
) -> Result<ContactId> {
    let (tenant, id) = (change.tenant().clone(), change.id()?);
    sqlx::query(
        "INSERT INTO contacts (tenant_id, id, person_id, kind, value, value_key, filed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
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
