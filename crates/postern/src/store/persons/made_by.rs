//! Who was made or changed by whom.

use jiff::Timestamp;
use postern_core::case::MadeBy;
use postern_core::id::{PersonId, TenantId};

use super::super::{Change, Db, Result, micros, one_row};

/// Notes who made somebody, or changed their role, tier or manager: for a week they count as that one.
pub async fn save(change: &mut Change<'_>, id: &PersonId, by: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done =
        sqlx::query("UPDATE persons SET changed_by = $3, changed_at = $4 WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(by.as_str())
            .bind(at)
            .execute(change.conn())
            .await?;
    one_row(&done)
}

/// Who of staff and managers, those for whom a role waits too, counts as whom now, a set-up included. Whoever changed `subject` gave them their manager, so
/// the manager of a case's person counts as changed too.
pub async fn load(db: &Db, tenant: &TenantId, subject: Option<&PersonId>, now: Timestamp) -> Result<MadeBy> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT p.id, p.changed_by FROM persons p WHERE p.tenant_id = $1 AND p.changed_at > $2 \
         AND p.changed_by IS NOT NULL AND (p.role <> 'person' OR EXISTS \
         (SELECT 1 FROM persons r WHERE r.tenant_id = $1 AND r.manager_id = p.id) OR EXISTS \
         (SELECT 1 FROM power_grants g WHERE g.tenant_id = $1 AND g.person_id = p.id AND g.role IS NOT NULL \
         AND g.decided_at IS NULL)) \
         UNION SELECT s.manager_id, s.changed_by FROM persons s WHERE s.tenant_id = $1 AND s.id = $3 \
         AND s.changed_at > $2 AND s.changed_by IS NOT NULL AND s.manager_id IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(micros(MadeBy::since(now)))
    .bind(subject.map(PersonId::as_str))
    .fetch_all(db.reader())
    .await?;
    let mut made_by = MadeBy::default();
    for (person, by) in rows {
        made_by.insert(PersonId::new(person), PersonId::new(by));
    }
    Ok(made_by)
}
