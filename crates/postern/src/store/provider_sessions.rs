//! What a logout at an identity provider ends: sessions that began by it, and sign-ins on the way to one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::signin::ProviderSession;

use super::{Change, Db, Result, micros, time};

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

    /// What a sign-in that it ends holds one of: [`was_ended_since`].
    fn held(self) -> BTreeSet<String> {
        match self {
            Self::Account(name) | Self::Session(name) => BTreeSet::from([name.to_owned()]),
            Self::SessionOfAccount { account, session } => {
                BTreeSet::from([session.to_owned(), without_session(account)])
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

/// What began by an account when the provider named no session.
fn without_session(account: &str) -> String {
    format!("{account} without a session")
}

/// Remembers that the provider has ended it now. A sign-in by the same name that is being written waits, or is waited for.
pub async fn remember(change: &mut Change<'_>, what: LoggedOut<'_>) -> Result<()> {
    let now = change.at();
    hold(change, what.held(), now).await.map(drop)
}

/// Whether the provider has ended what a sign-in begins by since the browser was sent there. By our own clock alone: when the provider
/// issued what came back says nothing, because a code from before may be redeemed later. A logout of it that is being written waits, or
/// is waited for: one of the two sees the other.
pub async fn was_ended_since(
    change: &mut Change<'_>,
    begun_by: &ProviderSession,
    sent_there_at: Timestamp,
) -> Result<bool> {
    let session = begun_by.session.clone().unwrap_or_else(|| without_session(&begun_by.account));
    let names = BTreeSet::from([begun_by.account.clone(), session]);
    Ok(hold(change, names, Timestamp::UNIX_EPOCH).await? >= sent_there_at)
}

/// Makes sure that the rows are there and locks them, in their order. The answer: the last logout among them.
async fn hold(change: &mut Change<'_>, names: BTreeSet<String>, at: Timestamp) -> Result<Timestamp> {
    let tenant = change.tenant().clone();
    let mut last = Timestamp::UNIX_EPOCH;
    for name in names {
        let (heard_at,): (i64,) = sqlx::query_as(
            "INSERT INTO provider_logouts (tenant_id, name, heard_at) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, name) DO UPDATE SET heard_at = \
             CASE WHEN provider_logouts.heard_at < $3 THEN $3 ELSE provider_logouts.heard_at END RETURNING heard_at",
        )
        .bind(tenant.as_str())
        .bind(name)
        .bind(micros(at))
        .fetch_one(change.conn())
        .await?;
        last = last.max(time(heard_at));
    }
    Ok(last)
}

/// Deletes what was heard before: whoever was sent to the provider earlier comes back too late. What only held a name goes too.
pub async fn delete_heard_before(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM provider_logouts WHERE tenant_id = $1 AND heard_at < $2")
        .bind(change.tenant().as_str().to_owned())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
