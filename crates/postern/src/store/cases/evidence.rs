//! What was verified in a case: rows that are added with the change that moves it, and never changed.

use postern_core::case::Case;
use postern_core::evidence::Evidence;

use super::CaseRow;
use crate::store::{Change, Result, StoreError, micros, value_rows};

/// Adds what the case holds beyond what was read with its row. The row's version, which the change has moved on, guards the
/// numbers.
pub(super) async fn insert_new(change: &mut Change<'_>, read: &CaseRow, case: &Case) -> Result<()> {
    let tenant = change.tenant().clone();
    let known = read.evidence()?.len();
    let new: Vec<(i64, &Evidence)> = (1..).zip(case.evidence()).skip(known).collect();
    if new.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO evidence (tenant_id, case_id, number, kind, class, channel, attested_by, outcome, recorded_at, \
         document) VALUES {}",
        value_rows("$1, $2", 3, 8, new.len())
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(case.id().as_str());
    for (number, piece) in new {
        let kind = piece.kind();
        query = query
            .bind(number)
            .bind(kind.as_str())
            .bind(kind.class().as_str())
            .bind(kind.channel())
            .bind(piece.attested_by.as_str())
            .bind(piece.outcome.as_str())
            .bind(micros(piece.at))
            .bind(serde_json::to_string(piece).map_err(|_| StoreError::Corrupt("evidence"))?);
    }
    query.execute(change.conn()).await?;
    Ok(())
}
