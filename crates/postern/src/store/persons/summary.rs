//! Somebody, and what there is to say of them beside their row, in one statement: the pages about a person are asked for most, and each statement
//! costs more than what it looks up.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::person::Role;
use sqlx::{AssertSqlSafe, FromRow as _};

use super::enrolment::EVER;
use super::{COLUMNS, Person, PersonRow};
use crate::store::backup_codes::LEFT;
use crate::store::row::row;
use crate::store::trusted_contacts::COUNTING;
use crate::store::{Db, Result, StoreError, micros};

row! {
    struct SummaryRow {
        manager_name: Option<String>,
        waiting_roles: Option<String>,
        ever: i64,
        codes_left: i64,
        callable: i64,
        leads: i64,
        first_passkey: i64,
        trusted: i64,
    }
}

/// What there is of a person.
pub struct PersonSummary {
    /// Their row.
    pub person: Person,
    /// The name of their manager, if one is on file.
    pub manager_name: Option<String>,
    /// The highest desk role that was asked for and waits.
    pub waiting_role: Option<Role>,
    /// Whether they ever had a factor, signed in, or were recovered.
    pub is_enrolled: bool,
    /// Backup codes that can still be used.
    pub codes_left: i64,
    /// Numbers that may be called in a case of now.
    pub callable_numbers: i64,
    /// Whether they are anybody's manager.
    pub leads_somebody: bool,
    /// Trusted contacts of theirs that count.
    pub trusted_contacts: i64,
    /// Whether a first passkey of theirs would work at once.
    pub first_passkey_granted: bool,
}

/// At `now`. A number counts that is certain to be theirs since `latest` or before.
pub async fn load_summary(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    (now, latest): (Timestamp, Timestamp),
) -> Result<PersonSummary> {
    let sql = format!(
        "SELECT (SELECT m.name FROM persons m WHERE m.tenant_id = $1 AND m.id = o.manager_id) AS manager_name, \
         (SELECT string_agg(g.role, ' ') FROM power_grants g WHERE g.tenant_id = $1 AND g.person_id = $2 \
         AND g.role IS NOT NULL AND g.decided_at IS NULL) AS waiting_roles, \
         {COLUMNS}, ({EVER}) AS ever, ({LEFT}) AS codes_left, ({COUNTING}) AS trusted, \
         (SELECT COUNT(*) FROM contacts n WHERE n.tenant_id = $1 AND n.person_id = $2 AND n.kind <> 'email' \
         AND n.removed_at IS NULL AND n.lost_at IS NULL AND n.filed_at <= $4 AND n.confirmed_at <= $4) AS callable, \
         CASE WHEN EXISTS (SELECT 1 FROM persons r WHERE r.tenant_id = $1 AND r.manager_id = $2) THEN 1 ELSE 0 END AS leads, \
         CASE WHEN o.first_passkey_until > $3 THEN 1 ELSE 0 END AS first_passkey \
         FROM persons o WHERE o.tenant_id = $1 AND o.id = $2"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .bind(micros(latest))
        .fetch_optional(db.reader())
        .await?;
    let row = row.ok_or(StoreError::NotFound)?;
    let person = Person::from_row(tenant, PersonRow::from_row(&row)?)?;
    let row = SummaryRow::from_row(&row)?;
    let words = row.waiting_roles.unwrap_or_default();
    let roles = words.split_whitespace().map(|role| Role::parse(role).ok_or(StoreError::Corrupt("role")));
    Ok(PersonSummary {
        person,
        manager_name: row.manager_name,
        waiting_role: roles.collect::<Result<Vec<Role>>>()?.into_iter().max_by_key(|role| role.rank()),
        is_enrolled: row.ever > 0,
        codes_left: row.codes_left,
        callable_numbers: row.callable,
        leads_somebody: row.leads > 0,
        trusted_contacts: row.trusted,
        first_passkey_granted: row.first_passkey > 0,
    })
}
