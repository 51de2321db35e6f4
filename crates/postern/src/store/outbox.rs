//! What the outside world will be told. Rows are written with the change that they tell of, and delivered afterwards.

use jiff::Timestamp;
use postern_core::id::{CaseId, ContactId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, time};

row! {
    /// A message. `channel`: email, sms, voice.
    pub struct Message {
        pub id: String,
        pub tenant_id: String,
        pub channel: String,
        pub recipient: String,
        pub subject: String,
        pub body: String,
        pub created_at: i64,
        pub attempts: i64,
        pub delivered_at: Option<i64>,
        pub given_up_at: Option<i64>,
        pub last_error: Option<String>,
    }
}

const COLUMNS: &str = "id, tenant_id, channel, recipient, subject, body, created_at, attempts, delivered_at, \
                       given_up_at, last_error";

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

/// Adds a message to the change.
pub async fn insert(change: &mut Change<'_>, new: &NewMessage<'_>) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO outbox (tenant_id, id, channel, recipient, subject, body, created_at, next_at, attempts, notice, \
         case_id, contact_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, $8, $9, $10)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.channel)
    .bind(new.recipient)
    .bind(new.subject)
    .bind(new.body)
    .bind(at)
    .bind(new.about.as_ref().map(|about| about.notice))
    .bind(new.about.as_ref().and_then(|about| about.case).map(CaseId::as_str))
    .bind(new.about.as_ref().map(|about| about.contact))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Writes a message and takes it back, for a name that nobody has: so that a table that refuses messages refuses them
/// for every name, and no answer tells who exists.
pub async fn rehearse(change: &mut Change<'_>) -> Result<()> {
    let (subject, body) = ("nobody is told", "");
    let message =
        NewMessage { channel: "email", recipient: "nobody@postern.invalid", subject, body, about: None };
    insert(change, &message).await?;
    sqlx::query(
        "DELETE FROM outbox WHERE tenant_id = $1 AND recipient = $2 AND created_at = $3 AND subject = $4",
    )
    .bind(change.tenant().as_str().to_owned())
    .bind(message.recipient)
    .bind(micros(change.at()))
    .bind(message.subject)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Messages of these organisations whose time has come, oldest first: mail, or text and voice. The two never stand in each
/// other's way.
pub async fn list_due(db: &Db, tenants: &[&str], mail: bool, now: Timestamp) -> Result<Vec<Message>> {
    if tenants.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (3..).take(tenants.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND next_at <= $1 \
         AND (channel = 'email') = ($2 = 1) AND tenant_id IN ({}) ORDER BY next_at, id LIMIT 50",
        places.join(", ")
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(micros(now)).bind(i64::from(mail));
    let query = tenants.iter().fold(query, |query, tenant| query.bind(*tenant));
    Ok(query.fetch_all(db.reader()).await?)
}

/// Claims a message for one attempt: whoever moves `attempts` on from what was read may send it. Until `next_at` no
/// other node tries.
pub async fn claim(change: &mut Change<'_>, message: &Message, next_at: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE outbox SET attempts = attempts + 1, next_at = $4 \
         WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND delivered_at IS NULL AND given_up_at IS NULL",
    )
    .bind(&message.tenant_id)
    .bind(&message.id)
    .bind(message.attempts)
    .bind(micros(next_at))
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It arrived, or will never. The body of one that arrived is wiped: its link is live, and the owner has it now.
pub async fn settle(
    change: &mut Change<'_>,
    message: &Message,
    error: Option<&str>,
    give_up: bool,
) -> Result<()> {
    let at = micros(change.at());
    sqlx::query(
        "UPDATE outbox SET delivered_at = $3, given_up_at = $4, last_error = $5, \
         body = CASE WHEN $5 IS NULL THEN '' ELSE body END WHERE tenant_id = $1 AND id = $2",
    )
    .bind(&message.tenant_id)
    .bind(&message.id)
    .bind(error.is_none().then_some(at))
    .bind(give_up.then_some(at))
    .bind(error)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Keeps messages as if a relay had accepted them, with their text: in development `/dev/outbox` is the relay.
pub async fn accept_due(change: &mut Change<'_>, mail: bool) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE outbox SET delivered_at = $1, attempts = attempts + 1 WHERE tenant_id = $3 AND delivered_at IS NULL \
         AND given_up_at IS NULL AND next_at <= $1 AND (channel = 'email') = ($2 = 1)",
    )
    .bind(at)
    .bind(i64::from(mail))
    .bind(tenant.as_str())
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
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

/// The newest messages, for `/dev/outbox` and for tests.
pub async fn list_newest(db: &Db, tenant: &TenantId) -> Result<Vec<Message>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}
