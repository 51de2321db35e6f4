//! People.

pub mod enrolment;
pub mod first_passkey;
mod locks;
pub mod made_by;
mod passwords;
mod readiness;
mod search;
mod summary;
mod suspension;
pub(super) mod words;

pub use locks::{lock_active, lock_active_as, lock_all, lock_unchanged};
pub use passwords::{
    expect_password, has_password, remove_password, save_changed_password, save_first_password,
};
pub use readiness::{DirectoryReadiness, load_readiness};
pub use search::{ListedPerson, PersonCursor, PersonPage, list, list_statements};
pub use summary::{PersonSummary, load_summary};
pub use suspension::{enable, enable_after, find_suspender, keep_suspended, suspend};

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use postern_core::case::Subject;
use postern_core::id::{PersonId, TenantId};
use postern_core::login;
use postern_core::person::Role;
use postern_core::search_words::fold;
use postern_core::tier::Tiers;
use sqlx::AssertSqlSafe;

use self::words::WordSource;
use super::row::row;
use super::{
    Change, Db, Result, StoreError, cases, in_pieces, micros, one_row, parameters, time, value_rows,
};

row! {
    /// A person as stored.
    pub struct PersonRow {
        pub id: String,
        pub login: String,
        pub name: String,
        pub tier: String,
        pub role: String,
        pub manager_id: Option<String>,
        pub password_hash: Option<String>,
        pub suspended_at: Option<i64>,
        pub suspended_why: Option<String>,
        pub tier_before: Option<String>,
        pub tier_before_until: Option<i64>,
    }
}

/// The columns of a [`PersonRow`].
pub(super) const COLUMNS: &str = "id, login, name, tier, role, manager_id, password_hash, suspended_at, suspended_why, \
     tier_before, tier_before_until";

/// A person.
#[derive(Clone)]
pub struct Person {
    pub id: PersonId,
    pub tenant: TenantId,
    pub login: String,
    pub name: String,
    /// By name: what it stands on, the organisation's settings say.
    pub tier: String,
    pub role: Role,
    pub manager: Option<PersonId>,
    pub password_hash: Option<String>,
    pub suspended_at: Option<Timestamp>,
    pub suspended_why: Option<String>,
    /// The tier that a change took away, and until when the stricter of the two counts.
    pub tier_before: Option<(String, Timestamp)>,
}

impl Person {
    pub(super) fn from_row(tenant: &TenantId, row: PersonRow) -> Result<Self> {
        Ok(Self {
            id: PersonId::new(row.id),
            tenant: tenant.clone(),
            login: row.login,
            name: row.name,
            tier: row.tier,
            role: Role::parse(&row.role).ok_or(StoreError::Corrupt("role"))?,
            manager: row.manager_id.map(PersonId::new),
            password_hash: row.password_hash,
            suspended_at: row.suspended_at.map(time),
            suspended_why: row.suspended_why,
            tier_before: row.tier_before.zip(row.tier_before_until.map(time)),
        })
    }

    /// As policies see them at `now`, in an organisation that has these tiers. Of a tier that was changed not long ago the
    /// stricter counts, so that one admin lowers nobody's tier in a minute.
    pub fn subject(&self, tiers: &Tiers, now: Timestamp) -> Subject {
        let tier = tiers.of(&self.tier);
        let before = self.tier_before.as_ref().filter(|(_, until)| now < *until);
        Subject {
            tenant: self.tenant.clone(),
            person: self.id.clone(),
            tier: before.map(|(name, _)| tiers.of(name)).map_or(tier.clone(), |before| before.max(tier)),
            role: self.role,
            manager: self.manager.clone(),
            suspended: self.suspended_at.is_some(),
        }
    }
}

/// Someone by the name they sign in with, in any spelling.
pub async fn find_by_login(db: &Db, tenant: &TenantId, typed: &str) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND login_key = $2");
    let row: Option<PersonRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(login::normalise(typed))
        .fetch_optional(db.reader())
        .await?;
    row.map(|row| Person::from_row(tenant, row)).transpose()
}

/// Who has these logins, given in their normal form, by login.
pub async fn list_ids_of_logins(
    db: &Db,
    tenant: &TenantId,
    keys: &BTreeSet<String>,
) -> Result<HashMap<String, PersonId>> {
    let (keys, mut found): (Vec<&String>, HashMap<_, _>) = (keys.iter().collect(), HashMap::new());
    for keys in in_pieces(&keys) {
        let places = parameters(2, keys.len());
        let sql =
            format!("SELECT login_key, id FROM persons WHERE tenant_id = $1 AND login_key IN ({places})");
        let mut query =
            sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
        for key in keys {
            query = query.bind((*key).clone());
        }
        let rows = query.fetch_all(db.reader()).await?;
        found.extend(rows.into_iter().map(|(key, id)| (key, PersonId::new(id))));
    }
    Ok(found)
}

/// Someone by id.
pub async fn find(db: &Db, tenant: &TenantId, id: &PersonId) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND id = $2");
    let row: Option<PersonRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(db.reader())
        .await?;
    row.map(|row| Person::from_row(tenant, row)).transpose()
}

/// Someone by id, who must exist.
pub async fn load(db: &Db, tenant: &TenantId, id: &PersonId) -> Result<Person> {
    find(db, tenant, id).await?.ok_or(StoreError::NotFound)
}

row! {
    /// Somebody as an export says it, with the manager's login.
    pub struct ExportRow {
        pub id: String,
        pub login: String,
        pub login_key: String,
        pub name: String,
        pub tier: String,
        pub role: String,
        pub manager: Option<String>,
    }
}

/// Everybody, by login, from behind `after` on, which is a login in its normal form; empty for the beginning.
pub async fn list_for_export(db: &Db, tenant: &TenantId, after: &str, most: i64) -> Result<Vec<ExportRow>> {
    Ok(sqlx::query_as(
        "SELECT p.id, p.login, p.login_key, p.name, p.tier, p.role, m.login AS manager FROM persons p \
         LEFT JOIN persons m ON m.tenant_id = p.tenant_id AND m.id = p.manager_id \
         WHERE p.tenant_id = $1 AND p.login_key > $2 ORDER BY p.login_key LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(after)
    .bind(most)
    .fetch_all(db.reader())
    .await?)
}

/// The names of these people, by id; who is not there is left out.
pub async fn list_names(db: &Db, tenant: &TenantId, ids: &BTreeSet<&str>) -> Result<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let places = parameters(2, ids.len());
    let sql = format!("SELECT id, name FROM persons WHERE tenant_id = $1 AND id IN ({places})");
    let mut query =
        sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for id in ids {
        query = query.bind((*id).to_owned());
    }
    Ok(query.fetch_all(db.reader()).await?.into_iter().collect())
}

/// How many people there are. It counts them one by one.
pub async fn count(db: &Db, tenant: &TenantId) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM persons WHERE tenant_id = $1")
        .bind(tenant.as_str())
        .fetch_one(db.reader())
        .await?;
    Ok(count)
}

/// How many people are on each tier that somebody is on, read inside the change.
pub async fn count_by_tier(change: &mut Change<'_>) -> Result<Vec<(String, i64)>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as("SELECT tier, COUNT(*) FROM persons WHERE tenant_id = $1 GROUP BY tier ORDER BY tier")
        .bind(tenant.as_str())
        .fetch_all(change.conn())
        .await?)
}

/// Whether somebody is anybody's manager.
pub async fn leads_somebody(db: &Db, tenant: &TenantId, id: &PersonId) -> Result<bool> {
    let found: Option<(String,)> =
        sqlx::query_as("SELECT id FROM persons WHERE tenant_id = $1 AND manager_id = $2 LIMIT 1")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_optional(db.reader())
            .await?;
    Ok(found.is_some())
}

/// Whether nobody is in the directory yet.
pub async fn is_empty(db: &Db, tenant: &TenantId) -> Result<bool> {
    let found: Option<(String,)> = sqlx::query_as("SELECT id FROM persons WHERE tenant_id = $1 LIMIT 1")
        .bind(tenant.as_str())
        .fetch_optional(db.reader())
        .await?;
    Ok(found.is_none())
}

/// Somebody new.
pub struct NewPerson<'a> {
    pub id: &'a PersonId,
    pub login: &'a str,
    pub name: &'a str,
    pub tier: &'a str,
    pub role: Role,
    pub manager: Option<&'a PersonId>,
    pub password_hash: Option<&'a str>,
}

/// Adds somebody. `Conflict` when the login is taken.
pub async fn insert(change: &mut Change<'_>, new: &NewPerson<'_>) -> Result<()> {
    insert_all(change, std::slice::from_ref(new)).await
}

/// Adds people. `Conflict` when one of the logins is taken.
pub async fn insert_all(change: &mut Change<'_>, new: &[NewPerson<'_>]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    for new in in_pieces(new) {
        let sql = format!(
            "INSERT INTO persons (tenant_id, created_at, id, login, login_key, name, name_key, tier, role, manager_id, \
             password_hash) VALUES {}",
            value_rows("$1, $2", 3, 9, new.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        for new in new {
            query = query.bind(new.id.as_str()).bind(new.login.trim()).bind(login::normalise(new.login));
            query = query.bind(new.name.trim()).bind(fold(new.name)).bind(new.tier).bind(new.role.as_str());
            query = query.bind(new.manager.map(PersonId::as_str)).bind(new.password_hash);
        }
        query.execute(change.conn()).await?;
    }
    words::insert_all(change, &words::of_newcomers(new)).await
}

/// What an admin changes about somebody, as it will be.
pub struct ChangedPerson<'a> {
    pub name: &'a str,
    pub manager: Option<&'a PersonId>,
    pub tier: &'a str,
    /// The one before, and until when the stricter of the two counts; none where the tier was raised.
    pub tier_before: Option<(&'a str, Timestamp)>,
}

/// Saves what was changed of somebody who was read as `read`. `Conflict` when name or tier are not what they were.
pub async fn save_changed(change: &mut Change<'_>, read: &Person, new: &ChangedPerson<'_>) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE persons SET name = $3, manager_id = $4, tier = $5, tier_before = $6, tier_before_until = $7, name_key = $10 \
         WHERE tenant_id = $1 AND id = $2 AND name = $8 AND tier = $9",
    )
    .bind(tenant.as_str())
    .bind(read.id.as_str())
    .bind(new.name)
    .bind(new.manager.map(PersonId::as_str))
    .bind(new.tier)
    .bind(new.tier_before.map(|(tier, _)| tier))
    .bind(new.tier_before.map(|(_, until)| micros(until)))
    .bind(&read.name)
    .bind(&read.tier)
    .bind(fold(new.name))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    if new.name != read.name {
        words::replace(change, &read.id, WordSource::Name, words::of_name(new.name)).await?;
    }
    cases::save_tier(change, &read.id, new.tier).await
}

/// Whether anybody is there, read inside the change.
pub async fn exist(change: &mut Change<'_>) -> Result<bool> {
    let tenant = change.tenant().clone();
    let found: Option<(String,)> = sqlx::query_as("SELECT id FROM persons WHERE tenant_id = $1 LIMIT 1")
        .bind(tenant.as_str())
        .fetch_optional(change.conn())
        .await?;
    Ok(found.is_some())
}

/// Those whom these logins of outside providers mean: by the name they sign in with here, or by a mail address on file.
/// Each with the login that means them; at most 200.
pub async fn list_meant_by(
    db: &Db,
    tenant: &TenantId,
    login_keys: &[String],
) -> Result<Vec<(String, Person)>> {
    if login_keys.is_empty() {
        return Ok(Vec::new());
    }
    let places = parameters(2, login_keys.len());
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("p.{column}")).collect();
    let columns = columns.join(", ");
    let sql = format!(
        "SELECT p.login_key AS meant_by, {columns} FROM persons p WHERE p.tenant_id = $1 AND p.login_key IN ({places}) \
         UNION SELECT c.value_key AS meant_by, {columns} FROM contacts c \
         JOIN persons p ON p.tenant_id = c.tenant_id AND p.id = c.person_id \
         WHERE c.tenant_id = $1 AND c.kind = 'email' AND c.removed_at IS NULL AND c.value_key IN ({places}) LIMIT 200"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for key in login_keys {
        query = query.bind(key.clone());
    }
    let rows = query.fetch_all(db.reader()).await?;
    let read = |row: &sqlx::any::AnyRow| {
        use sqlx::{FromRow as _, Row as _};
        let person = Person::from_row(tenant, PersonRow::from_row(row)?)?;
        Ok((row.try_get("meant_by")?, person))
    };
    rows.iter().map(read).collect()
}

/// The logins that mean a person at outside providers: the name they sign in with here, and their mail addresses on
/// file.
pub async fn list_login_keys(db: &Db, person: &Person) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT value_key FROM contacts WHERE tenant_id = $1 AND person_id = $2 AND kind = 'email' \
         AND removed_at IS NULL ORDER BY filed_at LIMIT 20",
    )
    .bind(person.tenant.as_str())
    .bind(person.id.as_str())
    .fetch_all(db.reader())
    .await?;
    let mut keys = vec![login::normalise(&person.login)];
    keys.extend(rows.into_iter().map(|(key,)| key).filter(|key| !key.is_empty()));
    keys.dedup();
    Ok(keys)
}

/// Those with one of these desk roles whose accounts are open.
pub async fn list_with_roles(db: &Db, tenant: &TenantId, roles: &[Role]) -> Result<Vec<Person>> {
    let mut found = Vec::new();
    for role in roles {
        let sql = format!(
            "SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND role <> 'person' AND role = $2 \
             AND suspended_at IS NULL ORDER BY id LIMIT 200"
        );
        let rows: Vec<PersonRow> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(role.as_str())
            .fetch_all(db.reader())
            .await?;
        for row in rows {
            found.push(Person::from_row(tenant, row)?);
        }
    }
    Ok(found)
}

/// Whoever works on cases and whose account is open, by name; at most 500.
pub async fn list_at_desk(db: &Db, tenant: &TenantId) -> Result<Vec<Person>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND role <> 'person' AND role IN ('agent', 'senior', 'admin') \
         AND suspended_at IS NULL ORDER BY name, id LIMIT 500"
    );
    let rows: Vec<PersonRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?;
    rows.into_iter().map(|row| Person::from_row(tenant, row)).collect()
}

/// Gives somebody a desk role; the admin who asked for it stands beside it.
pub async fn save_role(change: &mut Change<'_>, id: &PersonId, role: Role, by: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE persons SET role = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(role.as_str())
        .execute(change.conn())
        .await?;
    one_row(&done)?;
    made_by::save(change, id, by).await
}
