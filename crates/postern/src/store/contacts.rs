//! Addresses and numbers on file.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{ContactId, PersonId, TenantId};
use postern_core::login;
use postern_core::search_words::whole_words;
use sqlx::AssertSqlSafe;

use super::persons::words::{self, WordSource};
use super::row::row;
use super::{Change, Db, Result, StoreError, in_pieces, micros, one_row, parameters, value_rows};

row! {
    /// A contact. `kind`: `email`, `mobile`, `office_phone`.
    pub struct Contact {
        pub id: String,
        pub kind: String,
        pub value: String,
        pub filed_at: i64,
        pub filed_by: Option<String>,
        pub confirmed_at: Option<i64>,
        pub confirmed_by: Option<String>,
        pub lost_at: Option<i64>,
        pub removed_at: Option<i64>,
    }
}

const COLUMNS: &str = "id, kind, value, filed_at, filed_by, confirmed_at, confirmed_by, lost_at, removed_at";

/// What kinds there are.
pub const KINDS: [&str; 3] = ["email", "mobile", "office_phone"];

/// So long messages still go to a contact that was taken off the file: whoever took it off may not be its owner's friend.
/// Unit: days.
pub const TOLD_AFTER_REMOVAL_DAYS: i64 = 30;

/// Whether it is a number.
pub fn is_phone(contact: &Contact) -> bool {
    contact.kind != "email"
}

/// A person's contacts, oldest first.
pub async fn list(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Contact>> {
    let told = list_told(db, tenant, person, Timestamp::MAX).await?;
    Ok(told.into_iter().filter(|contact| contact.removed_at.is_none()).collect())
}

/// Where messages to a person go at `now`, oldest first: what is on file, and what was not long ago.
pub async fn list_told(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<Contact>> {
    let since = now
        .saturating_sub(SignedDuration::from_hours(24 * TOLD_AFTER_REMOVAL_DAYS))
        .unwrap_or(Timestamp::MIN);
    let sql = format!(
        "SELECT {COLUMNS} FROM contacts WHERE tenant_id = $1 AND person_id = $2 \
         AND (removed_at IS NULL OR removed_at > $3) ORDER BY filed_at, id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(since))
        .fetch_all(db.reader())
        .await?)
}

/// Who filed or attested a contact of this person, with the contact; removed ones too, for a call may have been before.
pub async fn list_filers(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<(ContactId, PersonId)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, filed_by FROM contacts WHERE tenant_id = $1 AND person_id = $2 AND filed_by IS NOT NULL \
         UNION SELECT id, confirmed_by FROM contacts WHERE tenant_id = $1 AND person_id = $2 AND confirmed_by IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(contact, filer)| (ContactId::new(contact), PersonId::new(filer))).collect())
}

/// A contact to file.
#[derive(Clone, Copy)]
pub struct NewContact<'a> {
    /// `email`, `mobile` or `office_phone`.
    pub kind: &'static str,
    /// The address or number.
    pub value: &'a str,
    /// Since when it is known to be on file.
    pub filed_at: Timestamp,
    /// Who files it; none for the demo, the first start and the operator.
    pub by: Option<&'a PersonId>,
    /// Whether whoever files it knows that it is theirs. An imported one waits until somebody attests it.
    pub is_confirmed: bool,
}

impl<'a> NewContact<'a> {
    /// Filed by nobody who could be named.
    pub fn of_nobody(kind: &'static str, value: &'a str, filed_at: Timestamp) -> Self {
        Self { kind, value, filed_at, by: None, is_confirmed: true }
    }
}

/// Files a contact.
pub async fn insert(change: &mut Change<'_>, person: &PersonId, new: &NewContact<'_>) -> Result<ContactId> {
    let mut ids = insert_all(change, &[(person, *new)]).await?;
    ids.pop().ok_or(StoreError::NotFound)
}

/// Files contacts, each of somebody.
pub async fn insert_all(
    change: &mut Change<'_>,
    new: &[(&PersonId, NewContact<'_>)],
) -> Result<Vec<ContactId>> {
    let tenant = change.tenant().clone();
    let mut ids = Vec::with_capacity(new.len());
    for new in in_pieces(new) {
        let sql = format!(
            "INSERT INTO contacts (tenant_id, id, person_id, kind, value, value_key, filed_at, filed_by, confirmed_at, confirmed_by) \
             VALUES {}",
            value_rows("$1", 2, 9, new.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str());
        for (person, new) in new {
            let (id, filed_at, by) = (change.id()?, micros(new.filed_at), new.by.map(PersonId::as_str));
            query = query.bind(id.clone()).bind(person.as_str()).bind(new.kind).bind(new.value);
            query = query.bind(login::normalise(new.value)).bind(filed_at).bind(by);
            query = query.bind(new.is_confirmed.then_some(filed_at)).bind(by.filter(|_| new.is_confirmed));
            ids.push(ContactId::new(id));
        }
        query.execute(change.conn()).await?;
    }
    let addresses = new.iter().filter(|(_, new)| new.kind == "email");
    let found_by = addresses.flat_map(|(person, new)| words::of_address(person, new.value));
    words::insert_all(change, &found_by.collect::<Vec<_>>()).await?;
    Ok(ids)
}

/// What is on file of these people and not lost, oldest first: whose it is, what it is, and the address or number.
pub async fn list_values_of(
    db: &Db,
    tenant: &TenantId,
    people: &[&str],
) -> Result<Vec<(String, String, String)>> {
    let mut found = Vec::new();
    for people in in_pieces(people) {
        let places = parameters(2, people.len());
        let sql = format!(
            "SELECT person_id, kind, value FROM contacts WHERE tenant_id = $1 AND person_id IN ({places}) \
             AND removed_at IS NULL AND lost_at IS NULL ORDER BY filed_at, id"
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
        for person in people {
            query = query.bind((*person).to_owned());
        }
        found.extend(query.fetch_all(db.reader()).await?);
    }
    Ok(found)
}

/// Notes whose word it is that an imported contact is theirs. `Conflict` when that is certain already, or it is not there.
pub async fn attest(change: &mut Change<'_>, person: &PersonId, id: &str, by: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE contacts SET confirmed_at = $4, confirmed_by = $5 WHERE tenant_id = $1 AND id = $2 AND person_id = $3 \
         AND confirmed_at IS NULL AND removed_at IS NULL",
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

/// Takes a contact off the file. `Conflict` when it is off already.
pub async fn remove(change: &mut Change<'_>, person: &PersonId, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE contacts SET removed_at = $4 WHERE tenant_id = $1 AND id = $2 AND person_id = $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    find_by_what_is_left(change, person).await
}

/// A person is found by the addresses that are on file.
async fn find_by_what_is_left(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let left: Vec<(String,)> = sqlx::query_as(
        "SELECT value FROM contacts WHERE tenant_id = $1 AND person_id = $2 AND kind = 'email' AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_all(change.conn())
    .await?;
    let left = left.iter().flat_map(|(value,)| whole_words(value)).collect();
    words::replace(change, person, WordSource::Email, left).await
}

/// Who reported a contact of this person lost since then.
pub async fn list_reporters(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    since: Timestamp,
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
