//! Somebody else holds a case's page from now on: whoever came by its reference.

use postern_core::case::Case;

use super::{CaseRow, OpenedWith, save};
use crate::store::{Change, Result, micros, one_row};

/// Who holds a page from now on.
pub struct NewHolder<'a> {
    /// What the case is called from now on.
    pub reference: &'a str,
    pub claimant_page_token_hash: &'a str,
    pub phrase: &'a str,
    pub with: OpenedWith,
    pub ip: &'a str,
    pub user_agent: &'a str,
}

/// Gives a case's page to somebody else, in the version that was read; the token of before opens nothing any more. What the page's
/// case is now is saved with it, where there is one: a stranger's has none.
pub async fn save_joined(
    change: &mut Change<'_>,
    read: &CaseRow,
    case: Option<&Case>,
    holder: &NewHolder<'_>,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE cases SET claimant_page_token_hash = $4, phrase = $5, opened_with = $6, after_password = 0, ip = $7, user_agent = $8, \
         version = version + $9, changed_at = $10, reference = $11 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND closed_at IS NULL \
         AND (CASE WHEN announced_at IS NULL THEN 0 ELSE 1 END) = $12",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(read.version)
    .bind(holder.claimant_page_token_hash)
    .bind(holder.phrase)
    .bind(holder.with.as_str())
    .bind(holder.ip)
    .bind(holder.user_agent)
    .bind(i64::from(case.is_none()))
    .bind(at)
    .bind(holder.reference)
    // Whether the owner is told of the join hangs on whether they heard of the opening.
    .bind(i64::from(read.announced_at.is_some()))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    match case {
        Some(case) => save(change, read, case).await,
        None => Ok(()),
    }
}
