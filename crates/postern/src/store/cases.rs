//! Cases. What a row says is in `stored`, what was verified in `evidence`, which of them the desk lists in `queue`, whom their openings were told to in
//! `openings`, who else may come to hold a page in `joining`. The state machine is kept as a document; the row is guarded by its version.

mod evidence;
mod joining;
pub mod openings;
pub mod queue;
mod stored;
pub mod totals;

pub use joining::{NewHolder, save_joined};
pub use stored::{CaseRow, OpenedWith, STRANGERS_LAPSE_AFTER};

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use postern_core::case::{Case, ClaimantPage, Outcome, Stage};
use postern_core::id::{CaseId, PersonId, TenantId};
use postern_core::search_words::fold;

use super::row::row;
use super::{Change, Db, Result, StoreError, in_pieces, micros, one_row, parameters, time};
use crate::job::Job;
use stored::lapse_of_stranger;

/// A case with its evidence, of one moment: what was verified is read wherever the case is.
pub(super) const COLUMNS: &str = "cases.id, cases.reference, cases.person_id, cases.claimed_login, cases.phrase, cases.stage, \
    cases.document, cases.version, cases.opened_with, cases.after_password, cases.ip, cases.user_agent, cases.opened_at, cases.changed_at, \
    cases.closed_at, cases.opened_by, cases.announced_at, cases.taken_by, cases.stranger_since, \
    (SELECT string_agg(document, ',' ORDER BY number) FROM evidence \
    WHERE evidence.tenant_id = cases.tenant_id AND evidence.case_id = cases.id) AS evidence";

/// `lapses_at` is the last moment at which a case is open.
const JUST_AFTER: SignedDuration = SignedDuration::from_micros(1);

/// A new case.
pub struct NewCase<'a> {
    pub id: &'a CaseId,
    pub reference: &'a str,
    pub claimed_login: &'a str,
    pub claimant_page_token_hash: &'a str,
    pub phrase: &'a str,
    pub case: Option<&'a Case>,
    pub opened_with: OpenedWith,
    /// Whether whoever asks had shown the person's password, whatever else.
    pub after_password: bool,
    /// The member of staff who opens it for a caller.
    pub opened_by: Option<&'a PersonId>,
    pub ip: &'a str,
    pub user_agent: &'a str,
    /// Whether its owner is told of it in this very change.
    pub announced: bool,
}

/// Adds a case.
pub async fn insert(change: &mut Change<'_>, new: &NewCase<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let document = new.case.map(encode).transpose()?;
    sqlx::query(
        "INSERT INTO cases (tenant_id, id, reference, person_id, claimed_login, claimant_page_token_hash, phrase, \
         stage, document, version, ip, opened_at, changed_at, opened_with, user_agent, stranger_since, \
         claimant_page_expires_at, lapses_at, announced_at, opened_by, desk_from, escalated, claimed_key, after_password, \
          tier) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $11, $12, $13, $14, $15, $15, $16, $17, $11, $18, $19, $20, \
         (SELECT tier FROM persons WHERE tenant_id = $1 AND id = $4))",
    )
    .bind(tenant.as_str())
    .bind(new.id.as_str())
    .bind(new.reference)
    .bind(new.case.map(|case| case.subject().person.as_str().to_owned()))
    .bind(new.claimed_login)
    .bind(new.claimant_page_token_hash)
    .bind(new.phrase)
    .bind(new.case.map_or("verifying", |case| case.stage().as_str()))
    .bind(document)
    .bind(new.ip)
    .bind(at)
    .bind(new.opened_with.as_str())
    .bind(new.user_agent)
    .bind((new.opened_with == OpenedWith::Nothing).then_some(at))
    .bind(micros(later(change.at(), Case::PAGE_HOURS)))
    .bind(new.announced.then_some(at))
    .bind(new.opened_by.map(PersonId::as_str))
    .bind(i64::from(new.case.is_some_and(Case::is_escalated)))
    .bind(fold(new.claimed_login))
    .bind(i64::from(new.after_password))
    .execute(change.conn())
    .await?;
    if new.opened_with == OpenedWith::Nothing {
        wake_at_lapse_of_stranger(change);
    }
    change.enqueue(Job::LapseCases, later(change.at(), Case::PAGE_HOURS) + JUST_AFTER);
    Ok(())
}

row! {
    /// Where a case's page is held.
    pub struct CaseSource {
        pub ip: String,
        pub user_agent: String,
    }
}

/// Where its page is held, as the change sees it: also of a case that it has just opened.
pub async fn find_source(change: &mut Change<'_>, id: &CaseId) -> Result<Option<CaseSource>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as("SELECT ip, user_agent FROM cases WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(change.conn())
        .await?)
}

/// A case by id.
pub async fn load(db: &Db, tenant: &TenantId, id: &CaseId) -> Result<CaseRow> {
    find_where(db, tenant, "id", id.as_str()).await?.ok_or(StoreError::NotFound)
}

/// Which version a case is in.
pub async fn load_version(db: &Db, tenant: &TenantId, id: &CaseId) -> Result<i64> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT version FROM cases WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(db.reader())
        .await?;
    row.map(|(version,)| version).ok_or(StoreError::NotFound)
}

/// The case whose page is held by whoever has this token, until the page's end.
pub async fn find_by_claimant_page(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND claimant_page_token_hash = $2 \
         AND claimant_page_expires_at > $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(token_hash)
        .bind(micros(now))
        .fetch_optional(db.reader())
        .await?)
}

/// Open cases whose time is over, the longest first. At most 200.
pub async fn list_lapsed(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND (lapses_at < $2 \
         OR (stranger_since < $3 AND closed_at IS NULL AND stage = 'verifying')) ORDER BY lapses_at LIMIT 200"
    );
    let strangers = now.saturating_sub(STRANGERS_LAPSE_AFTER).unwrap_or(Timestamp::MIN);
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(now))
        .bind(micros(strangers))
        .fetch_all(db.reader())
        .await?)
}

/// Open cases of a person whose time is over.
pub async fn list_overdue(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND person_id = $2 AND closed_at IS NULL AND lapses_at < $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// When the next open case's time is over. `None`: none that could lapse is open.
pub async fn find_next_lapse(db: &Db, tenant: &TenantId) -> Result<Option<Timestamp>> {
    let (page, stranger): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT MIN(lapses_at) FROM cases WHERE tenant_id = $1), \
         (SELECT MIN(stranger_since) FROM cases WHERE tenant_id = $1 AND stranger_since IS NOT NULL \
         AND closed_at IS NULL AND stage = 'verifying')",
    )
    .bind(tenant.as_str())
    .fetch_one(db.reader())
    .await?;
    let stranger = stranger.map(|since| lapse_of_stranger(time(since)));
    Ok(page.map(time).into_iter().chain(stranger).min().map(|last| last + JUST_AFTER))
}

/// A case by the reference that people say to each other.
pub async fn find_by_reference(db: &Db, tenant: &TenantId, reference: &str) -> Result<Option<CaseRow>> {
    find_where(db, tenant, "reference", &reference.to_uppercase()).await
}

/// The references of these cases, by id; what is not there is left out.
pub async fn list_references(
    db: &Db,
    tenant: &TenantId,
    ids: &BTreeSet<&str>,
) -> Result<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let places = parameters(2, ids.len());
    let sql = format!("SELECT id, reference FROM cases WHERE tenant_id = $1 AND id IN ({places})");
    let mut query =
        sqlx::query_as::<_, (String, String)>(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for id in ids {
        query = query.bind((*id).to_owned());
    }
    Ok(query.fetch_all(db.reader()).await?.into_iter().collect())
}

async fn find_where(
    db: &Db,
    tenant: &TenantId,
    column: &'static str,
    value: &str,
) -> Result<Option<CaseRow>> {
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND {column} = $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(value)
        .fetch_optional(db.reader())
        .await?)
}

/// Cases whose hold may begin: those that wait for a notice, and those that were ready before the tier was raised. At most
/// 200: the former before the latter, the longest first.
pub async fn list_awaiting_notice(db: &Db, tenant: &TenantId) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND stage IN ('awaiting_notice', 'ready') \
         ORDER BY CASE stage WHEN 'awaiting_notice' THEN 0 ELSE 1 END, changed_at LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// Whether any of these cases is one of those, read inside a change.
pub async fn may_begin_hold(change: &mut Change<'_>, ids: &BTreeSet<String>) -> Result<bool> {
    let tenant = change.tenant().clone();
    let ids: Vec<&String> = ids.iter().collect();
    for ids in in_pieces(&ids) {
        let sql = format!(
            "SELECT id FROM cases WHERE tenant_id = $1 AND id IN ({}) AND stage IN ('awaiting_notice', 'ready') LIMIT 1",
            parameters(2, ids.len())
        );
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str());
        for id in ids {
            query = query.bind(id.as_str());
        }
        let found: Option<(String,)> = query.fetch_optional(change.conn()).await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Cases whose hold runs, read inside a change.
pub async fn list_on_hold(change: &mut Change<'_>) -> Result<Vec<CaseRow>> {
    let tenant = change.tenant().clone();
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND stage = 'on_hold' ORDER BY id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(change.conn()).await?)
}

const OF_PERSON: &str = "FROM cases WHERE tenant_id = $1 AND person_id = $2 ORDER BY opened_at DESC";

/// A person's cases, newest first, read inside a change.
pub async fn list_of_person_locked(change: &mut Change<'_>, person: &PersonId) -> Result<Vec<CaseRow>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {OF_PERSON}")))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(change.conn())
        .await?)
}

/// A person's cases, newest first.
pub async fn list_of_person(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<CaseRow>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {OF_PERSON}")))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(db.reader())
        .await?)
}

/// A person's cases that were refused or contested, or in which proof was rejected, since then. What a claimant can do by
/// themselves is none of it, so that a flood of requests cannot push one out of the list. At most 200, newest first.
pub async fn list_marked(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    since: Timestamp,
) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND person_id = $2 AND marked_at >= $3 \
         ORDER BY marked_at DESC LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(since))
        .fetch_all(db.reader())
        .await?)
}

/// A person's cases that were closed since then and left no mark that counts: withdrawn ones are among them. At most 50,
/// newest first.
pub async fn list_closed_unmarked(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    since: Timestamp,
) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND person_id = $2 AND marked_at IS NULL AND closed_at >= $3 \
         ORDER BY closed_at DESC LIMIT 50"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(since))
        .fetch_all(db.reader())
        .await?)
}

/// Open cases of the people whom `manager` leads, but for those that were stopped for good: what waits for a senior's look still has
/// its end.
pub async fn list_open_of_reports(db: &Db, tenant: &TenantId, manager: &PersonId) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND closed_at IS NULL AND person_id IN \
         (SELECT id FROM persons WHERE tenant_id = $1 AND manager_id = $2) AND (stage <> 'contested' OR lapses_at IS NOT NULL) \
         ORDER BY CASE WHEN stranger_since IS NULL THEN 0 ELSE 1 END, opened_at LIMIT 50"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(manager.as_str())
        .fetch_all(db.reader())
        .await?)
}

/// A person is on another tier from now on: the lists know it of their open cases.
pub(super) async fn save_tier(change: &mut Change<'_>, person: &PersonId, tier: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let sql = "UPDATE cases SET tier = $3 WHERE tenant_id = $1 AND person_id = $2 AND closed_at IS NULL AND tier <> $3";
    sqlx::query(sql).bind(tenant.as_str()).bind(person.as_str()).bind(tier).execute(change.conn()).await?;
    Ok(())
}

/// Moves a case on from the version that was read. `Conflict` when somebody else moved it first. A case that somebody
/// has worked on is no stranger's any more. No page is bound before its owner was notified of its opening: also `Conflict`.
pub async fn save(change: &mut Change<'_>, read: &CaseRow, case: &Case) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE cases SET stage = $4, document = $5, version = version + 1, changed_at = $6, closed_at = $7, \
         stranger_since = CASE WHEN $8 = 1 THEN NULL ELSE stranger_since END, marked_at = $9, \
         claimant_page_expires_at = $10, lapses_at = $11, outcome = $13, remedied_at = $14, queue_rank = $15, \
         negative_risk = $16, escalated = $17, desk_from = $18, handled_by = $19 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND ($12 = 0 OR announced_at IS NOT NULL)",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(read.version)
    .bind(case.stage().as_str())
    .bind(encode(case)?)
    .bind(at)
    .bind((!case.stage().is_open()).then_some(at))
    .bind(i64::from(case.is_attended()))
    .bind(marked_at(case))
    .bind(micros(case.claimant_page_expires_at()))
    .bind(case.lapses_at().map(micros))
    .bind(i64::from(matches!(case.claimant_page(), ClaimantPage::Bound { .. })))
    .bind(outcome(case))
    .bind(case.remedied_at().map(micros))
    .bind(i64::from(!matches!(case.stage(), Stage::Contested { .. })))
    .bind(-case.own_risk())
    .bind(i64::from(case.is_escalated()))
    .bind(case.needs_desk_from().map(micros))
    .bind(case.handled_by().map(PersonId::as_str))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    evidence::insert_new(change, read, case).await?;
    if let Some(last) = case.lapses_at() {
        change.enqueue(Job::LapseCases, last + JUST_AFTER);
    }
    if matches!(case.stage(), Stage::AwaitingNotice { .. } | Stage::Ready { .. }) {
        change.enqueue(Job::StartHolds, change.at());
    }
    Ok(())
}

/// Closes a stranger's case, which has no document: `stage` says how, `withdrawn`, `lapsed`, or `closed` where `by` refused it.
pub async fn close_stranger(
    change: &mut Change<'_>,
    read: &CaseRow,
    stage: &'static str,
    by: Option<&PersonId>,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let after_closing = micros(later(change.at(), Case::CLOSED_CLAIMANT_PAGE_HOURS));
    let done = sqlx::query(
        "UPDATE cases SET stage = $5, version = version + 1, changed_at = $4, closed_at = $4, \
         claimant_page_expires_at = CASE WHEN $5 = 'lapsed' THEN claimant_page_expires_at ELSE $6 END, \
         lapses_at = NULL, desk_from = NULL, handled_by = $7, outcome = $8 \
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND person_id IS NULL AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(read.version)
    .bind(at)
    .bind(stage)
    .bind(after_closing)
    .bind(by.map(PersonId::as_str))
    .bind(if stage == "closed" { Outcome::Refused.as_str() } else { stage })
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A stranger's case of this moment is closed when its time is over.
fn wake_at_lapse_of_stranger(change: &mut Change<'_>) {
    change.enqueue(Job::LapseCases, lapse_of_stranger(change.at()) + JUST_AFTER);
}

fn later(moment: Timestamp, hours: i64) -> Timestamp {
    moment.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}

/// When it left the newest of the marks that count for other cases.
fn marked_at(case: &Case) -> Option<i64> {
    case.marks().iter().filter(|mark| mark.kind.counts()).map(|mark| micros(mark.at)).max()
}

fn outcome(case: &Case) -> Option<&'static str> {
    if let Stage::Closed { outcome, .. } = case.stage() { Some(outcome.as_str()) } else { None }
}

fn encode(case: &Case) -> Result<String> {
    serde_json::to_string(case).map_err(|_| StoreError::Corrupt("case"))
}
