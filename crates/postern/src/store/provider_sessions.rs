//! What a logout at an identity provider ends: sessions that began by it, and sign-ins on the way to one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::{Change, Db, Result, micros};

/// What the provider names, as hashes: `postern_core::signin::ProviderSession`.
#[derive(Clone, Copy, Debug)]
pub enum LoggedOut<'a> {
    /// Everything of an account.
    Account(&'a str),
    /// One session there, whosever it is.
    Session(&'a str),
    /// One session of an account. What began by the account when the provider named no session is meant too: it may be the
    /// one.
    SessionOfAccount {
        /// The account.
        account: &'a str,
        /// The session.
        session: &'a str,
    },
}

impl<'a> LoggedOut<'a> {
    fn condition(self) -> &'static str {
        match self {
            Self::Account(_) => "provider_account = $3",
            Self::Session(_) => "provider_session = $3",
            Self::SessionOfAccount { .. } => {
                "provider_account = $3 AND (provider_session = $4 OR provider_session IS NULL)"
            }
        }
    }

    /// In the order of the condition's numbers.
    fn names(self) -> impl Iterator<Item = &'a str> {
        let (first, second) = match self {
            Self::Account(name) | Self::Session(name) => (name, None),
            Self::SessionOfAccount { account, session } => (account, Some(session)),
        };
        std::iter::once(first).chain(second)
    }
}

/// Whose they are.
pub async fn list_owners(
    db: &Db,
    tenant: &TenantId,
    what: LoggedOut<'_>,
    now: Timestamp,
) -> Result<Vec<PersonId>> {
    let condition = what.condition();
    let sql = format!(
        "SELECT person_id FROM sessions WHERE tenant_id = $1 AND ended_at IS NULL AND expires_at > $2 AND {condition} \
         UNION SELECT person_id FROM flows WHERE tenant_id = $1 AND ended_at IS NULL AND expires_at > $2 AND {condition}"
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(micros(now));
    for name in what.names() {
        query = query.bind(name);
    }
    let rows: Vec<(String,)> = query.fetch_all(db.reader()).await?;
    Ok(rows.into_iter().map(|(id,)| PersonId::new(id)).collect())
}

/// Ends them. The answer: how many sessions of whom. Sign-ins first: one that is being completed holds its row until the
/// session is there.
pub async fn end(change: &mut Change<'_>, what: LoggedOut<'_>) -> Result<BTreeMap<PersonId, u64>> {
    let (tenant, at, condition) = (change.tenant().clone(), micros(change.at()), what.condition());
    let mut ended = BTreeMap::new();
    for (table, sealed) in [("flows", ", sealed = NULL"), ("sessions", "")] {
        let sql = format!(
            "UPDATE {table} SET ended_at = $2{sealed} WHERE tenant_id = $1 AND ended_at IS NULL AND {condition} \
             RETURNING person_id"
        );
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        for name in what.names() {
            query = query.bind(name);
        }
        let rows: Vec<(String,)> = query.fetch_all(change.conn()).await?;
        for (person,) in rows {
            *ended.entry(PersonId::new(person)).or_default() += u64::from(table == "sessions");
        }
    }
    Ok(ended)
}
