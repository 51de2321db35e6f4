//! What the outside world will be told. Rows are written with the change that they tell of, and delivered afterwards.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::row::row;
use super::{Change, Db, Result, micros};

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
}

/// Adds a message to the change.
pub async fn insert(change: &mut Change<'_>, new: &NewMessage<'_>) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO outbox (tenant_id, id, channel, recipient, subject, body, created_at, next_at, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.channel)
    .bind(new.recipient)
    .bind(new.subject)
    .bind(new.body)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Writes a message and takes it back, for a name that nobody has: so that a table that refuses messages refuses them
/// for every name, and no answer tells who exists.
pub async fn rehearse(change: &mut Change<'_>) -> Result<()> {
    let (subject, body) = ("nobody is told", "");
    let message = NewMessage { channel: "email", recipient: "nobody@postern.invalid", subject, body };
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

/// Messages whose time has come, oldest first: mail, or text and voice. The two never stand in each other's way.
pub async fn list_due(db: &Db, mail: bool, now: Timestamp) -> Result<Vec<Message>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND next_at <= $1 AND (channel = 'email') = ($2 = 1) \
         ORDER BY next_at, id LIMIT 50"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(micros(now))
        .bind(i64::from(mail))
        .fetch_all(db.reader())
        .await?)
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

/// The newest messages, for `/dev/outbox` and for tests.
pub async fn list_newest(db: &Db, tenant: &TenantId) -> Result<Vec<Message>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}
