//! `/desk/audit`: the whole story, filtered, and taken away as JSON Lines or CSV.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use postern_core::event::EventKind;
use postern_core::policy::ReadAudit;
use postern_core::spreadsheet::defused;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actions::{export_audit, permit_on_tenant};
use crate::scope::Scope;
use crate::store::audit::{AuditFilter, EntryRow};
use crate::store::persons;
use crate::web::api::audit_view::AuditPage;
use crate::web::extract::{Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

const PAGE_SIZE: i64 = 100;

/// The filter as typed: people by login, days as dates.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AuditForm {
    pub event: String,
    pub actor: String,
    pub person: String,
    pub case: String,
    pub from: String,
    pub until: String,
    pub before: String,
    pub format: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AuditLogPage {
    pub log: AuditPage,
    pub typed: AuditForm,
    /// The filter as a query string.
    pub query: String,
    /// Names of events.
    pub events: Vec<&'static str>,
}

impl PageView for AuditLogPage {
    const TEMPLATE: &'static str = "desk/audit.html";
}

/// `GET /desk/audit`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(typed): Query<AuditForm>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ReadAudit>(&scope, &caller).await?;
    let filter = filter(&scope, &typed).await?;
    let shown = AuditLogPage {
        log: AuditPage::load(&scope, &caller, &filter, PAGE_SIZE).await?,
        query: query(&typed),
        typed,
        events: EventKind::ALL.iter().map(|kind| kind.as_str()).collect(),
    };
    render(&scope, Some(&caller), shown)
}

/// `GET /desk/audit/export`
pub async fn export(
    scope: Scope,
    Signed(caller): Signed,
    Query(typed): Query<AuditForm>,
) -> Result<Response, Problem> {
    let filter = filter(&scope, &typed).await?;
    let entries = export_audit::export_audit(&scope, &caller, &filter).await?;
    let (kind, name, body) = if typed.format == "csv" {
        ("text/csv; charset=utf-8", "audit.csv", csv(&entries)?)
    } else {
        ("application/jsonl; charset=utf-8", "audit.jsonl", json_lines(&entries))
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body)
        .into_response())
}

async fn filter(scope: &Scope, typed: &AuditForm) -> Result<AuditFilter, Problem> {
    let day = |text: &str, end: bool| -> Result<Option<i64>, Problem> {
        if text.is_empty() {
            return Ok(None);
        }
        let date: jiff::civil::Date = text
            .parse()
            .map_err(|_| Problem::bad_request(format!("{text:?} is not a date like 2026-03-02")))?;
        let date = if end { date.tomorrow().unwrap_or(date) } else { date };
        let at = date
            .to_zoned_datetime(jiff::tz::TimeZone::UTC)
            .map_err(|e| Problem::bad_request(e.to_string()))?;
        Ok(Some(at.timestamp().as_microsecond()))
    };
    Ok(AuditFilter {
        event: typed.event.clone(),
        actor: person_id(scope, &typed.actor).await?,
        person: person_id(scope, &typed.person).await?,
        case: case_id(scope, &typed.case).await?,
        from: day(&typed.from, false)?,
        until: day(&typed.until, true)?,
        before: typed.before.clone(),
        without: &[],
    })
}

/// A login as typed, or an id. Somebody unknown matches nothing, rather than everything.
pub(in crate::web) async fn person_id(scope: &Scope, typed: &str) -> Result<String, Problem> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    let found = persons::find_by_login(&scope.app.db, &scope.tenant.id, typed).await?;
    Ok(found.map_or_else(|| typed.trim().to_owned(), |p| p.id.as_str().to_owned()))
}

/// A reference such as C-7K3M9Q, or an id.
pub(in crate::web) async fn case_id(scope: &Scope, typed: &str) -> Result<String, Problem> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    let found = crate::store::cases::find_by_reference(&scope.app.db, &scope.tenant.id, typed.trim()).await?;
    Ok(found.map_or_else(|| typed.trim().to_owned(), |row| row.id))
}

/// The filter as a query string, for the export links and the next page.
fn query(typed: &AuditForm) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let pairs = [
        ("event", &typed.event),
        ("actor", &typed.actor),
        ("person", &typed.person),
        ("case", &typed.case),
        ("from", &typed.from),
        ("until", &typed.until),
    ];
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

pub(in crate::web) fn json_lines(entries: &[EntryRow]) -> String {
    entries.iter().flat_map(|entry| [entry.body.as_str(), "\n"]).collect()
}

fn csv(entries: &[EntryRow]) -> Result<String, Problem> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |e: &dyn std::fmt::Display| Problem::internal(e.to_string());
    out.write_record(["seq", "at", "event", "actor", "person", "case", "reason", "detail"])
        .map_err(|e| failed(&e))?;
    for entry in entries {
        let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let fields = [
            entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            text("at"),
            entry.event.clone(),
            entry.actor_id.clone().unwrap_or_default(),
            entry.person_id.clone().unwrap_or_default(),
            entry.case_id.clone().unwrap_or_default(),
            defused(&text("reason")).into_owned(),
            body.get("detail").map(Value::to_string).unwrap_or_default(),
        ];
        out.write_record(fields).map_err(|e| failed(&e))?;
    }
    let bytes = out.into_inner().map_err(|e| failed(&e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
