//! Findings: what sign-in records show, kept until somebody closes it, and open again if it goes on.

pub mod notified;

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A finding as stored. `subject` tells subjects apart; `people` and `evidence` are JSON.
    pub struct FindingRow {
        pub id: String,
        pub rule: String,
        pub subject: String,
        pub subject_kind: String,
        pub subject_provider: Option<String>,
        pub subject_label: String,
        pub title: String,
        pub source: String,
        pub severity: String,
        pub severity_rank: i64,
        pub confidence: String,
        pub description: String,
        pub remediation: String,
        pub runbook: String,
        pub threshold: String,
        pub people: String,
        pub people_count: i64,
        pub since_at: i64,
        pub until_at: i64,
        pub record_count: i64,
        pub evidence: String,
        pub first_seen_at: i64,
        pub updated_at: i64,
        pub closed_at: Option<i64>,
        pub closed_by: Option<String>,
        pub closed_why: Option<String>,
        pub version: i64,
    }
}

const COLUMNS: &str = "id, rule, subject, subject_kind, subject_provider, subject_label, title, source, severity, \
                       severity_rank, confidence, description, remediation, runbook, threshold, people, people_count, \
                       since_at, until_at, record_count, evidence, first_seen_at, updated_at, closed_at, closed_by, \
                       closed_why, version";

/// From this rank on a finding is an incident.
pub const INCIDENT: i64 = 2;
/// From this rank on somebody has probably got in.
pub const LIKELY_BREACH: i64 = 3;

/// The rule that finds floods of requests to recover an account.
pub const RECOVERY_FLOOD: &str = "recovery_flood";

/// The rule of what owners said was not them.
pub const DISOWNED: &str = "disowned_activity";

/// A finding about everybody whom it names, as opposed to one about an address or a provider that names many.
const ABOUT_THEM: &str = "(subject_kind = 'person' OR severity_rank >= 3)";

impl FindingRow {
    /// Whether it is about everybody whom it names. Whom a stranger's guesses named is no verdict on their account.
    pub fn is_about_those_named(&self) -> bool {
        self.subject_kind == "person" || self.severity_rank >= LIKELY_BREACH
    }

    /// Whether it has to be treated as an attack on everybody whom it names.
    ///
    /// A flood of requests is none: whoever types a name makes one, and nothing has happened to the account. It must not
    /// push the owner's own request to a senior.
    pub fn is_attack_on_those_named(&self) -> bool {
        self.severity_rank >= INCIDENT && self.is_about_those_named() && self.rule != RECOVERY_FLOOD
    }
}

/// What a finding says, whenever it was first seen and whoever closed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub rule: String,
    pub subject: String,
    pub subject_kind: String,
    pub subject_provider: Option<String>,
    pub subject_label: String,
    pub title: String,
    pub source: String,
    pub severity: String,
    pub severity_rank: i64,
    pub confidence: String,
    pub description: String,
    pub remediation: String,
    pub runbook: String,
    pub threshold: String,
    /// JSON.
    pub people: String,
    pub people_count: i64,
    pub since_at: i64,
    pub until_at: i64,
    pub record_count: i64,
    /// JSON.
    pub evidence: String,
}

/// Which findings.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The closed ones, newest first; otherwise the open ones, worst first.
    pub closed: bool,
    /// One severity; empty for every one.
    pub severity: String,
}

/// Open findings of a rule, the newest first, at most five.
pub async fn list_open_of_rule(db: &Db, tenant: &TenantId, rule: &str) -> Result<Vec<FindingRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM findings WHERE tenant_id = $1 AND rule = $2 AND closed_at IS NULL ORDER BY id DESC LIMIT 5"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(rule)
        .fetch_all(db.reader())
        .await?)
}

/// Findings that match, at most 200.
pub async fn list(db: &Db, tenant: &TenantId, filter: &Filter) -> Result<Vec<FindingRow>> {
    list_page(db, tenant, filter, ("", 200)).await
}

/// A page of the findings that match: those that follow the one with the id `after`, wherever that one stands by now.
pub async fn list_page(
    db: &Db,
    tenant: &TenantId,
    filter: &Filter,
    (after, most): (&str, i64),
) -> Result<Vec<FindingRow>> {
    let (closed, order) = if filter.closed {
        ("IS NOT NULL", ["closed_at", "id"].as_slice())
    } else {
        ("IS NULL", ["severity_rank", "until_at", "id"].as_slice())
    };
    let (place, descending) = (order.join(", "), order.join(" DESC, "));
    let sql = format!(
        "SELECT {COLUMNS} FROM findings WHERE tenant_id = $1 AND closed_at {closed} AND ($2 = '' OR severity = $2) \
         AND ($3 = '' OR ({place}) < (SELECT {place} FROM findings WHERE tenant_id = $1 AND id = $3)) \
         ORDER BY {descending} DESC LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(&filter.severity)
        .bind(after)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// Open findings that name one of these logins, at most 200: those about them first, then worst first, so that no
/// number of findings about addresses hides one about them.
pub async fn list_open_of(db: &Db, tenant: &TenantId, login_keys: &[String]) -> Result<Vec<FindingRow>> {
    if login_keys.is_empty() {
        return Ok(Vec::new());
    }
    // The plus keeps SQLite from walking over every open finding, to look for these few.
    let sql = format!(
        "SELECT {COLUMNS} FROM findings WHERE tenant_id = $1 AND +closed_at IS NULL AND id IN \
         (SELECT finding_id FROM finding_people WHERE tenant_id = $1 AND login_key IN ({})) \
         ORDER BY CASE WHEN {ABOUT_THEM} THEN 0 ELSE 1 END, severity_rank DESC, until_at DESC, id DESC LIMIT 200",
        places(2, login_keys)
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for key in login_keys {
        query = query.bind(key.clone());
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// Whether a finding is about somebody with one of these logins, however many others it names.
pub async fn is_about(db: &Db, tenant: &TenantId, id: &str, login_keys: &[String]) -> Result<bool> {
    if login_keys.is_empty() {
        return Ok(false);
    }
    let sql = format!(
        "SELECT COUNT(*) FROM findings f JOIN finding_people p ON p.tenant_id = f.tenant_id AND p.finding_id = f.id \
         WHERE f.tenant_id = $1 AND f.id = $2 AND {ABOUT_THEM} AND p.login_key IN ({})",
        places(3, login_keys)
    );
    let mut query =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str().to_owned()).bind(id.to_owned());
    for key in login_keys {
        query = query.bind(key.clone());
    }
    let (count,): (i64,) = query.fetch_one(db.reader()).await?;
    Ok(count > 0)
}

/// `$2, $3, …`: one for each.
fn places(first: usize, values: &[String]) -> String {
    let places: Vec<String> = (first..first + values.len()).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// Open findings about a provider as a whole, or a policy of it.
pub async fn list_open_wide(db: &Db, tenant: &TenantId) -> Result<Vec<FindingRow>> {
    // The plus: as above, from walking over all of them in this order.
    let sql = format!(
        "SELECT {COLUMNS} FROM findings WHERE tenant_id = $1 AND closed_at IS NULL \
         AND subject_kind IN ('tenant', 'policy') ORDER BY +severity_rank DESC, until_at DESC, id DESC LIMIT 50"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// A finding by id.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<FindingRow>> {
    let sql = format!("SELECT {COLUMNS} FROM findings WHERE tenant_id = $1 AND id = $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(db.reader())
        .await?)
}

/// How many incidents are open.
pub async fn count_open_incidents(db: &Db, tenant: &TenantId) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM findings WHERE tenant_id = $1 AND closed_at IS NULL AND severity_rank >= $2",
    )
    .bind(tenant.as_str())
    .bind(INCIDENT)
    .fetch_one(db.reader())
    .await?;
    Ok(count)
}

/// The same for every organisation that has any. The operator's own query: it crosses organisations.
pub async fn count_open_incidents_of_all(db: &Db) -> Result<Vec<(TenantId, i64)>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT tenant_id, COUNT(*) FROM findings WHERE closed_at IS NULL AND severity_rank >= $1 GROUP BY tenant_id",
    )
    .bind(INCIDENT)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(tenant, count)| (TenantId::new(tenant), count)).collect())
}

const SAME: &str = "FROM findings WHERE tenant_id = $1 AND rule = $2 AND subject = $3 AND since_at <= $4 AND until_at >= $5 \
                    ORDER BY until_at DESC LIMIT 1";

/// What makes two findings one: rule, subject, and a stretch of time that reaches into the other's.
pub struct Sameness<'a> {
    pub rule: &'a str,
    pub subject: &'a str,
    /// The other begins no later than this.
    pub begins_by: i64,
    /// The other ends no earlier than this.
    pub ends_after: i64,
}

/// The finding that this one belongs to.
pub async fn find_same(db: &Db, tenant: &TenantId, same: &Sameness<'_>) -> Result<Option<FindingRow>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {SAME}")))
        .bind(tenant.as_str())
        .bind(same.rule)
        .bind(same.subject)
        .bind(same.begins_by)
        .bind(same.ends_after)
        .fetch_optional(db.reader())
        .await?)
}

/// The same, read inside the change.
pub async fn find_same_for(change: &mut Change<'_>, same: &Sameness<'_>) -> Result<Option<FindingRow>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {SAME}")))
        .bind(tenant.as_str())
        .bind(same.rule)
        .bind(same.subject)
        .bind(same.begins_by)
        .bind(same.ends_after)
        .fetch_optional(change.conn())
        .await?)
}

/// Adds a finding.
pub async fn insert(change: &mut Change<'_>, new: &Content) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    let sql = format!(
        "INSERT INTO findings (tenant_id, id, rule, subject, subject_kind, subject_provider, subject_label, title, source, \
         severity, severity_rank, confidence, description, remediation, runbook, threshold, people, people_count, \
         since_at, until_at, record_count, evidence, first_seen_at, updated_at, version) VALUES ({}, $23, 1)",
        (1..=23).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(&id);
    let query = query.bind(&new.rule).bind(&new.subject).bind(&new.subject_kind).bind(&new.subject_provider);
    bind_rest(query, new).bind(at).execute(change.conn()).await?;
    Ok(id)
}

type AnyQuery<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_rest<'q>(query: AnyQuery<'q>, content: &'q Content) -> AnyQuery<'q> {
    query
        .bind(&content.subject_label)
        .bind(&content.title)
        .bind(&content.source)
        .bind(&content.severity)
        .bind(content.severity_rank)
        .bind(&content.confidence)
        .bind(&content.description)
        .bind(&content.remediation)
        .bind(&content.runbook)
        .bind(&content.threshold)
        .bind(&content.people)
        .bind(content.people_count)
        .bind(content.since_at)
        .bind(content.until_at)
        .bind(content.record_count)
        .bind(&content.evidence)
}

/// Keeps what a finding has grown to. `reopen`: whoever closed it did not know of this.
pub async fn save(
    change: &mut Change<'_>,
    known: &FindingRow,
    content: &Content,
    reopen: bool,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let reopened = if reopen { ", closed_at = NULL, closed_by = NULL, closed_why = NULL" } else { "" };
    let sql = format!(
        "UPDATE findings SET subject_label = $4, title = $5, source = $6, severity = $7, severity_rank = $8, \
         confidence = $9, description = $10, remediation = $11, runbook = $12, threshold = $13, people = $14, \
         people_count = $15, since_at = $16, until_at = $17, record_count = $18, evidence = $19, \
         updated_at = $20, version = version + 1{reopened} WHERE tenant_id = $1 AND id = $2 AND version = $3"
    );
    let query =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(&known.id).bind(known.version);
    let done = bind_rest(query, content).bind(at).execute(change.conn()).await?;
    one_row(&done)
}

/// Notes whom a finding concerns.
pub async fn add_people(change: &mut Change<'_>, id: &str, login_keys: &[String]) -> Result<()> {
    let tenant = change.tenant().clone();
    for key in login_keys {
        sqlx::query(
            "INSERT INTO finding_people (tenant_id, login_key, finding_id) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, login_key, finding_id) DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(key)
        .bind(id)
        .execute(change.conn())
        .await?;
    }
    Ok(())
}

/// Closes an open finding, as it was when it was looked at: one that has grown since is a `Conflict`.
pub async fn close(change: &mut Change<'_>, known: &FindingRow, by: &PersonId, why: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE findings SET closed_at = $4, closed_by = $5, closed_why = $6, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&known.id)
    .bind(known.version)
    .bind(at)
    .bind(by.as_str())
    .bind(why)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Deletes findings that were closed before then, and open ones below an incident whose last record is older.
pub async fn delete_before(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    const OLD: &str = "tenant_id = $1 AND (closed_at < $2 OR (closed_at IS NULL AND severity_rank < $3 \
                       AND until_at < $2 AND updated_at < $2))";
    let tenant = change.tenant().clone();
    for sql in [
        format!(
            "DELETE FROM finding_people WHERE tenant_id = $1 AND finding_id IN (SELECT id FROM findings WHERE {OLD})"
        ),
        format!("DELETE FROM findings WHERE {OLD}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(micros(before))
            .bind(INCIDENT)
            .execute(change.conn())
            .await?;
    }
    Ok(())
}
