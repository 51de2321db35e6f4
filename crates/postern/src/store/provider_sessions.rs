//! What a logout at an identity provider ends: sessions that began by it, and sign-ins on the way to one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{PersonId, TenantId};
use postern_core::signin::ProviderSession;

use super::{Change, Db, Result, micros, time};

/// A logout is remembered for so long: nothing that a provider issued before it counts at such an age, by any clock.
pub const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(15);

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

    /// What a sign-in that it ends holds one of: [`find_last_logout`].
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

/// Remembers that the provider has ended it, `at` by its clock. A sign-in by the same name that is being written waits, or is waited for.
pub async fn remember(change: &mut Change<'_>, what: LoggedOut<'_>, at: Timestamp) -> Result<()> {
    hold(change, what.held(), at).await.map(drop)
}

/// When the provider has last ended what a sign-in begins by, if it has of late. A logout of it that is being written waits, or is waited
/// for: one of the two sees the other.
pub async fn find_last_logout(
    change: &mut Change<'_>,
    begun_by: &ProviderSession,
) -> Result<Option<Timestamp>> {
    let session = begun_by.session.clone().unwrap_or_else(|| without_session(&begun_by.account));
    let names = BTreeSet::from([begun_by.account.clone(), session]);
    let last = hold(change, names, Timestamp::UNIX_EPOCH).await?;
    Ok((last > Timestamp::UNIX_EPOCH).then_some(last))
}

/// Makes sure that the rows are there and locks them, in their order. The answer: the last logout among them.
async fn hold(change: &mut Change<'_>, names: BTreeSet<String>, at: Timestamp) -> Result<Timestamp> {
    let (tenant, kept_until) = (change.tenant().clone(), micros(change.at() + REMEMBERED_FOR));
    let mut last = Timestamp::UNIX_EPOCH;
    for name in names {
        let (logged_out_at,): (i64,) = sqlx::query_as(
            "INSERT INTO provider_logouts (tenant_id, name, logged_out_at, kept_until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, name) DO UPDATE SET kept_until = $4, logged_out_at = \
             CASE WHEN provider_logouts.logged_out_at < $3 THEN $3 ELSE provider_logouts.logged_out_at END \
             RETURNING logged_out_at",
        )
        .bind(tenant.as_str())
        .bind(name)
        .bind(micros(at))
        .bind(kept_until)
        .fetch_one(change.conn())
        .await?;
        last = last.max(time(logged_out_at));
    }
    Ok(last)
}

/// Deletes what is remembered no more.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM provider_logouts WHERE tenant_id = $1 AND kept_until < $2")
        .bind(change.tenant().as_str().to_owned())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
