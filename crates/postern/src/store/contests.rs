//! "This was not me": one token per notice, good for a month. That of a notice is good once, for what it told of; one that
//! asks which of several requests were not yours is good for each of those.

use jiff::Timestamp;
use postern_core::id::{CaseId, PersonId, TenantId};

use super::cases::CaseRow;
use super::row::row;
use super::{Change, Db, Result, StoreError, cases, in_pieces, micros, one_row, value_rows};

row! {
    /// A token that can still be used.
    pub struct Contest {
        pub id: String,
        pub person_id: String,
        pub case_id: Option<String>,
        pub kind: String,
        pub created_at: i64,
    }
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContestKind {
    /// Once, for what its notice told of.
    Notice,
    /// The same, where that was a new password that waits: set in the change that wrote the notice.
    Password,
    /// For each of the cases that it names.
    Choice,
}

impl ContestKind {
    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Password => "password",
            Self::Choice => "choice",
        }
    }
}

impl Contest {
    /// Whether its notice told of a new password that waits.
    pub fn is_of_password(&self) -> bool {
        self.kind == ContestKind::Password.as_str()
    }

    /// Whether it asks which.
    pub fn is_choice(&self) -> bool {
        self.kind == ContestKind::Choice.as_str()
    }
}

/// A new token.
pub struct NewContest<'a> {
    pub token_hash: &'a str,
    pub person: &'a PersonId,
    pub case: Option<&'a CaseId>,
    pub kind: ContestKind,
    pub expires_at: Timestamp,
}

/// Adds a token. The answer is its id.
pub async fn insert(change: &mut Change<'_>, new: &NewContest<'_>) -> Result<String> {
    let mut ids = insert_all(change, std::slice::from_ref(new)).await?;
    ids.pop().ok_or(StoreError::NotFound)
}

/// Adds tokens.
pub async fn insert_all(change: &mut Change<'_>, new: &[NewContest<'_>]) -> Result<Vec<String>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let mut ids = Vec::with_capacity(new.len());
    for new in in_pieces(new) {
        let sql = format!(
            "INSERT INTO contests (tenant_id, created_at, id, token_hash, person_id, case_id, kind, expires_at) VALUES {}",
            value_rows("$1, $2", 3, 6, new.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        for new in new {
            let id = change.id()?;
            query = query.bind(id.clone()).bind(new.token_hash).bind(new.person.as_str());
            query = query.bind(new.case.map(CaseId::as_str)).bind(new.kind.as_str());
            query = query.bind(micros(new.expires_at));
            ids.push(id);
        }
        query.execute(change.conn()).await?;
    }
    Ok(ids)
}

/// Names one of the cases that a token asks about.
pub async fn add_choice(change: &mut Change<'_>, contest: &str, case: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("INSERT INTO contest_choices (tenant_id, contest_id, case_id) VALUES ($1, $2, $3)")
        .bind(tenant.as_str())
        .bind(contest)
        .bind(case)
        .execute(change.conn())
        .await?;
    Ok(())
}

/// The cases that a token asks about and that were not stopped through it, oldest first.
pub async fn list_choices(db: &Db, tenant: &TenantId, contest: &str) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {} FROM cases WHERE tenant_id = $1 AND closed_at IS NULL AND id IN \
         (SELECT case_id FROM contest_choices WHERE tenant_id = $1 AND contest_id = $2 AND used_at IS NULL) \
         ORDER BY opened_at, id",
        cases::COLUMNS
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(contest)
        .fetch_all(db.reader())
        .await?)
}

/// Uses a token for one of its cases, once. `Conflict` when it does not name it, or was used for it.
pub async fn consume_choice(change: &mut Change<'_>, contest: &str, case: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE contest_choices SET used_at = $4 \
         WHERE tenant_id = $1 AND contest_id = $2 AND case_id = $3 AND used_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(contest)
    .bind(case)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A live token.
pub async fn find_live(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Contest>> {
    Ok(sqlx::query_as(
        "SELECT id, person_id, case_id, kind, created_at FROM contests \
         WHERE tenant_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Uses a token, once and in time.
pub async fn consume(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done =
        sqlx::query("UPDATE contests SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3")
            .bind(tenant.as_str())
            .bind(id)
            .bind(at)
            .execute(change.conn())
            .await?;
    one_row(&done)
}
