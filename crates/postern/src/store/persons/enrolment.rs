//! Whether somebody ever enrolled. Whoever did comes back by a case, and never by a set-up code.

use postern_core::id::PersonId;

use crate::store::{Change, Result};

/// Removed factors count, and so does a recovery that gave nothing yet: whoever is left with a password alone after a reset has
/// enrolled. A completed sign-in leaves a session, also when it has ended.
pub(super) const EVER: &str = "SELECT COUNT(*) FROM persons p WHERE p.tenant_id = $1 AND p.id = $2 AND (\
    EXISTS (SELECT 1 FROM factors f WHERE f.tenant_id = $1 AND f.person_id = $2) \
    OR EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = $1 AND s.person_id = $2) \
    OR EXISTS (SELECT 1 FROM cases c WHERE c.tenant_id = $1 AND c.person_id = $2 AND c.remedied_at IS NOT NULL))";

/// Whether somebody ever had a factor, signed in, or was recovered, read inside the change.
pub async fn is_enrolled_locked(change: &mut Change<'_>, id: &PersonId) -> Result<bool> {
    let tenant = change.tenant().clone();
    let query = sqlx::query_as(EVER).bind(tenant.as_str()).bind(id.as_str());
    let (count,): (i64,) = query.fetch_one(change.conn()).await?;
    Ok(count > 0)
}
