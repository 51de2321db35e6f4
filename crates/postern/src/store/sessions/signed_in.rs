//! Who asks, in one statement: it is read for each request.

use std::sync::LazyLock;

use jiff::Timestamp;
use postern_core::id::TenantId;
use postern_core::session_limits::SessionLimits;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::{Session, is_live};
use crate::store::persons::{Person, PersonRow};
use crate::store::{Db, Result, micros, time};

/// A live session, whose it is, and what waits for them.
pub struct LiveSession {
    /// The session.
    pub session: Session,
    /// Its owner, suspended or not.
    pub person: Person,
    /// Of staff: the cases that they have taken up and that need the desk now.
    pub waiting_cases: i64,
}

struct LiveSessionRow {
    session: Session,
    person: PersonRow,
    waiting_cases: i64,
}

impl<'r> FromRow<'r, AnyRow> for LiveSessionRow {
    fn from_row(row: &'r AnyRow) -> std::result::Result<Self, sqlx::Error> {
        let session = Session::from_row(row)?;
        let person = PersonRow {
            id: session.person_id.clone(),
            login: row.try_get("login")?,
            name: row.try_get("name")?,
            tier: row.try_get("tier")?,
            role: row.try_get("role")?,
            manager_id: row.try_get("manager_id")?,
            password_hash: row.try_get("password_hash")?,
            suspended_at: row.try_get("suspended_at")?,
            suspended_why: row.try_get("suspended_why")?,
            tier_before: row.try_get("tier_before")?,
            tier_before_until: row.try_get("tier_before_until")?,
        };
        Ok(Self { session, person, waiting_cases: row.try_get("waiting_cases")? })
    }
}

impl LiveSession {
    /// When it ends, if it was last used then.
    pub fn end(&self, last_used_at: Timestamp) -> Timestamp {
        let Session { aal, created_at, expires_at, .. } = self.session;
        let limits = SessionLimits::of(self.person.role, aal);
        limits.end(time(created_at), last_used_at).min(time(expires_at))
    }
}

static BY_TOKEN: LazyLock<String> = LazyLock::new(|| {
    let is_live = is_live("p.role");
    format!(
        "SELECT s.id, s.person_id, s.aal, s.phishing_resistant, s.amr, s.ip, s.user_agent, s.created_at, s.last_seen_at, \
         s.expires_at, s.stepped_up_at, s.factor_shown_at, s.factor_shown_hash, p.login, p.name, p.tier, p.role, p.manager_id, p.password_hash, p.suspended_at, \
         p.suspended_why, p.tier_before, p.tier_before_until, CASE WHEN p.role = 'person' THEN 0 ELSE \
         (SELECT COUNT(*) FROM cases c WHERE c.tenant_id = $1 AND c.closed_at IS NULL AND c.stranger_since IS NULL \
         AND c.taken_by = p.id AND c.desk_from <= $3) END AS waiting_cases \
         FROM sessions s JOIN persons p ON p.tenant_id = s.tenant_id AND p.id = s.person_id \
         WHERE s.tenant_id = $1 AND s.token_hash = $2 AND {is_live}"
    )
});

/// By the hash of the session's token: not ended, and not past any of its limits.
pub async fn find_signed_in(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<LiveSession>> {
    let row: Option<LiveSessionRow> = sqlx::query_as(sqlx::AssertSqlSafe(BY_TOKEN.as_str()))
        .bind(tenant.as_str())
        .bind(token_hash)
        .bind(micros(now))
        .fetch_optional(db.reader())
        .await?;
    row.map(|LiveSessionRow { session, person, waiting_cases }| {
        Ok(LiveSession { session, person: Person::from_row(tenant, person)?, waiting_cases })
    })
    .transpose()
}
