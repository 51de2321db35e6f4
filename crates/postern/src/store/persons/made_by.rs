//! Who was made or changed by whom.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_core::case::MadeBy;
use postern_core::id::{PersonId, TenantId};

use sqlx::AssertSqlSafe;

use super::super::{Change, Db, Result, in_pieces, micros, parameters, value_rows};

/// Notes who made somebody, or changed their role, tier or manager: for a week they count as that one. Another's change stays noted
/// beside it.
pub async fn save(change: &mut Change<'_>, id: &PersonId, by: &PersonId) -> Result<()> {
    save_all(change, std::slice::from_ref(id), by).await
}

/// The same of several people.
pub async fn save_all(change: &mut Change<'_>, ids: &[PersonId], by: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    for ids in in_pieces(ids) {
        let sql = format!(
            "INSERT INTO person_changes (tenant_id, by_id, changed_at, person_id) VALUES {} \
             ON CONFLICT (tenant_id, person_id, by_id) DO UPDATE SET changed_at = excluded.changed_at",
            value_rows("$1, $2, $3", 4, 1, ids.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(by.as_str()).bind(at);
        for id in ids {
            query = query.bind(id.as_str());
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// Whoever sets up with a code that others made counts as those for a week from now.
pub(super) async fn renew(change: &mut Change<'_>, id: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query("UPDATE person_changes SET changed_at = $3 WHERE tenant_id = $1 AND person_id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(at)
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Who of staff, of those for whom a role waits, and of `involved` counts as whom now, a set-up included. Whoever changed `subject` gave
/// them their manager, so the manager of a case's person counts as changed too. So is whoever made anybody, at the desk still or not: a chain
/// of makers goes through them. Others are left out: in the week after a directory was imported everybody in it was made by somebody.
pub async fn load(
    db: &Db,
    tenant: &TenantId,
    (subject, involved): (Option<&PersonId>, &BTreeSet<&PersonId>),
    now: Timestamp,
) -> Result<MadeBy> {
    let involved_too = if involved.is_empty() {
        String::new()
    } else {
        format!(
            "SELECT i.id FROM persons i WHERE i.tenant_id = $1 AND i.id IN ({}) UNION ",
            parameters(4, involved.len())
        )
    };
    // The plus keeps SQLite from walking over all changes of the week, to look for these few.
    let sql = format!(
        "SELECT c.person_id, c.by_id FROM person_changes c WHERE c.tenant_id = $1 AND +c.changed_at > $2 AND c.person_id IN \
         ({involved_too}SELECT p.id FROM persons p WHERE p.tenant_id = $1 AND p.role <> 'person' UNION SELECT g.person_id FROM power_grants g \
         WHERE g.tenant_id = $1 AND g.role IS NOT NULL AND g.decided_at IS NULL UNION SELECT s.manager_id FROM persons s \
         WHERE s.tenant_id = $1 AND s.id = $3 AND s.manager_id IS NOT NULL \
         UNION SELECT b.by_id FROM person_changes b WHERE b.tenant_id = $1 AND b.changed_at > $2) \
         UNION SELECT s.manager_id, c.by_id FROM person_changes c \
         JOIN persons s ON s.tenant_id = c.tenant_id AND s.id = c.person_id \
         WHERE c.tenant_id = $1 AND c.person_id = $3 AND c.changed_at > $2 AND s.manager_id IS NOT NULL"
    );
    let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql))
        .bind(tenant.as_str().to_owned())
        .bind(micros(MadeBy::since(now)))
        .bind(subject.map(ToString::to_string));
    for person in involved {
        query = query.bind(person.to_string());
    }
    let mut made_by = MadeBy::default();
    for (person, by) in query.fetch_all(db.reader()).await? {
        made_by.insert(PersonId::new(person), PersonId::new(by));
    }
    Ok(made_by)
}
