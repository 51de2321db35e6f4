//! What the outside world will be told. Rows are written with the change that they tell of, and delivered afterwards.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_core::id::{CaseId, ContactId, PersonId, TenantId};

use sqlx::AssertSqlSafe;

use super::jobs::words;
use super::row::row;
use super::{Change, Db, Result, StoreError, cases, in_pieces, micros, parameters, time, value_rows};
use crate::job::{Job, JobKind};

row! {
    /// A message. `channel`: email, sms, voice. What stands from `attempts` on is its job's.
    pub struct Message {
        pub id: String,
        pub channel: String,
        pub recipient: String,
        pub subject: String,
        pub body: String,
        pub created_at: i64,
        pub delivered_at: Option<i64>,
        pub attempts: i64,
        pub last_error: Option<String>,
    }
}

impl Message {
    /// The work that sends it.
    pub fn kind(&self) -> JobKind {
        delivery(&self.channel, &self.id).kind()
    }
}

/// A message, and how far the job that sends it has come.
fn select(which: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT o.id, o.channel, o.recipient, o.subject, o.body, o.created_at, o.delivered_at, \
         COALESCE(j.attempts, 0) AS attempts, j.last_error \
         FROM outbox o LEFT JOIN jobs j ON j.tenant_id = o.tenant_id AND j.key = o.id AND j.kind IN ({}) {which}",
        words(JobKind::is_message)
    ))
}

/// A message to be sent once the change has committed.
pub struct NewMessage<'a> {
    pub channel: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    /// What it tells of; none of what is no notice to a person.
    pub about: Option<MessageSubject<'a>>,
}

/// What a notice tells of.
pub struct MessageSubject<'a> {
    /// The kind of notice.
    pub notice: &'a str,
    /// The case that it tells of.
    pub case: Option<&'a CaseId>,
    /// The contact on file that it goes to.
    pub contact: &'a str,
}

/// Adds messages to the change, and the jobs that send them.
pub async fn insert_all(change: &mut Change<'_>, new: &[NewMessage<'_>]) -> Result<()> {
    let ids = insert_rows(change, new).await?;
    for (id, new) in ids.iter().zip(new) {
        change.enqueue(delivery(new.channel, id), change.at());
    }
    Ok(())
}

/// Adds one message, and the job that sends it. The answer names it.
pub async fn insert(change: &mut Change<'_>, new: NewMessage<'_>) -> Result<String> {
    let channel = new.channel;
    let id = insert_rows(change, &[new]).await?.pop().ok_or(StoreError::NotFound)?;
    change.enqueue(delivery(channel, &id), change.at());
    Ok(id)
}

fn delivery(channel: &str, id: &str) -> Job {
    let message = id.to_owned();
    if channel == "email" { Job::DeliverMail { message } } else { Job::DeliverText { message } }
}

async fn insert_rows(change: &mut Change<'_>, new: &[NewMessage<'_>]) -> Result<Vec<String>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let mut ids = Vec::with_capacity(new.len());
    for new in in_pieces(new) {
        let sql = format!(
            "INSERT INTO outbox (tenant_id, created_at, id, channel, recipient, subject, body, notice, case_id, contact_id) \
             VALUES {}",
            value_rows("$1, $2", 3, 8, new.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        for new in new {
            let (id, about) = (change.id()?, new.about.as_ref());
            query =
                query.bind(id.clone()).bind(new.channel).bind(new.recipient).bind(new.subject).bind(new.body);
            query = query.bind(about.map(|about| about.notice));
            query = query.bind(about.and_then(|about| about.case).map(CaseId::as_str));
            query = query.bind(about.map(|about| about.contact));
            ids.push(id);
        }
        query.execute(change.conn()).await?;
    }
    Ok(ids)
}

/// Writes a message and takes it back, for a name that nobody has: so that a table that refuses messages refuses them
/// for every name, and no answer tells who exists.
pub async fn rehearse(change: &mut Change<'_>) -> Result<()> {
    let (subject, body) = ("nobody is told", "");
    let message =
        NewMessage { channel: "email", recipient: "nobody@postern.invalid", subject, body, about: None };
    let ids = insert_rows(change, &[message]).await?;
    sqlx::query("DELETE FROM outbox WHERE tenant_id = $1 AND id = $2")
        .bind(change.tenant().as_str().to_owned())
        .bind(ids.first())
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Messages by their ids, read inside a change.
pub async fn list(change: &mut Change<'_>, ids: &[&str]) -> Result<Vec<Message>> {
    let tenant = change.tenant().clone();
    let which = format!("WHERE o.tenant_id = $1 AND o.id IN ({})", parameters(2, ids.len()));
    let mut query = sqlx::query_as(select(&which)).bind(tenant.as_str());
    for id in ids {
        query = query.bind(*id);
    }
    Ok(query.fetch_all(change.conn()).await?)
}

/// A message, and how far it has come.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<Message>> {
    let query = sqlx::query_as(select("WHERE o.tenant_id = $1 AND o.id = $2"));
    Ok(query.bind(tenant.as_str()).bind(id).fetch_optional(db.reader()).await?)
}

/// They arrived. Their texts are wiped, unless development shows them: a link in one is live, and the owner has it now. What
/// waits for one is woken.
pub async fn mark_delivered(change: &mut Change<'_>, ids: &[&str], keep_text: bool) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let mut told = BTreeSet::new();
    for ids in in_pieces(ids) {
        let sql = format!(
            "UPDATE outbox SET delivered_at = $2, body = CASE WHEN $3 = 1 THEN body ELSE '' END \
             WHERE tenant_id = $1 AND id IN ({}) AND delivered_at IS NULL RETURNING case_id",
            parameters(4, ids.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        query = query.bind(i64::from(keep_text));
        for id in ids {
            query = query.bind(*id);
        }
        let cases: Vec<(Option<String>,)> = query.fetch_all(change.conn()).await?;
        told.extend(cases.into_iter().filter_map(|(case,)| case));
    }
    if cases::may_begin_hold(change, &told).await? {
        change.enqueue(Job::StartHolds, change.at());
    }
    Ok(())
}

/// They are not sent any more, and what they said is gone.
pub async fn wipe(change: &mut Change<'_>, ids: &[&str]) -> Result<()> {
    let tenant = change.tenant().clone();
    for ids in in_pieces(ids) {
        let which = parameters(2, ids.len());
        let sql = format!(
            "UPDATE outbox SET body = '' WHERE tenant_id = $1 AND id IN ({which}) AND delivered_at IS NULL"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str());
        for id in ids {
            query = query.bind(*id);
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// What was left before then went out when it was written, and nothing is to be done for it any more: the demo's past, which was never
/// on its way.
pub async fn deliver_past(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let delivered = "UPDATE outbox SET delivered_at = created_at WHERE tenant_id = $1 AND created_at < $2";
    let done = format!(
        "DELETE FROM jobs WHERE tenant_id = $1 AND created_at < $2 AND kind IN ({})",
        words(JobKind::is_message)
    );
    for sql in [delivered.to_owned(), done] {
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(micros(before));
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// The first moment at which a relay accepted a notice of this kind, written since then, for a contact that counts: one that
/// is confirmed and older than the case, neither lost nor among `except`. With its contact.
pub async fn find_accepted(
    db: &Db,
    tenant: &TenantId,
    (case, notice): (&CaseId, &str),
    (opened_at, since): (Timestamp, Timestamp),
    except: &[&ContactId],
) -> Result<Option<(Timestamp, ContactId)>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT o.delivered_at, c.id FROM outbox o \
         JOIN contacts c ON c.tenant_id = o.tenant_id AND c.id = o.contact_id \
         WHERE o.tenant_id = $1 AND o.case_id = $2 AND o.notice = $3 AND o.created_at >= $4 AND o.delivered_at IS NOT NULL \
         AND c.confirmed_at < $5 AND c.filed_at < $5 AND c.lost_at IS NULL AND c.removed_at IS NULL \
         ORDER BY o.delivered_at, o.id",
    )
    .bind(tenant.as_str())
    .bind(case.as_str())
    .bind(notice)
    .bind(micros(since))
    .bind(micros(opened_at))
    .fetch_all(db.reader())
    .await?;
    let counts = |id: &str| except.iter().all(|used| used.as_str() != id);
    Ok(rows.into_iter().find(|(_, id)| counts(id)).map(|(at, id)| (time(at), ContactId::new(id))))
}

/// To which contacts of a person that are certain to be theirs a notice of this kind was written since then, and when a relay
/// accepted each.
pub async fn list_accepted(
    db: &Db,
    tenant: &TenantId,
    (person, notice): (&PersonId, &str),
    since: Timestamp,
) -> Result<Vec<(Option<Timestamp>, String)>> {
    let rows: Vec<(Option<i64>, String)> = sqlx::query_as(
        "SELECT o.delivered_at, c.id FROM outbox o JOIN contacts c ON c.tenant_id = o.tenant_id AND c.id = o.contact_id \
         WHERE o.tenant_id = $1 AND c.person_id = $2 AND o.notice = $3 AND o.created_at >= $4 \
         AND c.confirmed_at IS NOT NULL AND c.lost_at IS NULL AND c.removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(notice)
    .bind(micros(since))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(accepted_at, contact)| (accepted_at.map(time), contact)).collect())
}

/// The newest messages, for `/dev/outbox` and for tests.
pub async fn list_newest(db: &Db, tenant: &TenantId) -> Result<Vec<Message>> {
    let sql = select("WHERE o.tenant_id = $1 ORDER BY o.created_at DESC, o.id DESC LIMIT 200");
    Ok(sqlx::query_as(sql).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}
