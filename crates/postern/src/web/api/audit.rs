//! The audit log, filtered: a page at a time, or taken away whole as JSON Lines.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use postern_core::event::{Audience, EventKind, OcsfActivity, SecurityEventType};
use postern_core::policy::ReadAudit;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::errors::ReadErrors;
use super::input::{Params, limit, moment};
use crate::actions::{export_audit, permit_on_tenant};
use crate::scope::Scope;
use crate::store::audit::{self, AuditFilter, EntryRow};
use crate::web::desk::audit::{announced_to, case_id, json_lines, person_id};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const SCOPE: &str = "audit:read";
const MOST: i64 = 1000;

/// Which entries. What is left out matches everything.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    /// The event's name.
    #[param(example = "mfa.factor_admin_reset")]
    event: Option<String>,
    /// Who did it: a login or an id.
    #[param(example = "sam")]
    actor: Option<String>,
    /// To whom: a login or an id.
    #[param(example = "ana")]
    person: Option<String>,
    /// In which case: its reference or its id.
    #[param(example = "C-7K3M9Q")]
    case: Option<String>,
    /// Not before, RFC 3339.
    #[param(example = "2026-03-01T00:00:00Z")]
    from: Option<String>,
    /// Before, RFC 3339.
    #[param(example = "2026-04-01T00:00:00Z")]
    until: Option<String>,
    /// The cursor: the `next` of the answer before.
    before: Option<String>,
    /// Entries in one answer: 1 to 1000, 100 when left out. An export takes no limit.
    limit: Option<i64>,
}

/// Entries, newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    entries: Vec<AuditEntry>,
    /// Send it as `before` for the entries that follow; null at the end.
    next: Option<String>,
}

/// One entry of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the tamper-evident log; null within the first second.
    seq: Option<i64>,
    /// What the event's name means.
    meaning: Option<&'static str>,
    /// Whom such an entry is announced to: `owner` (the person whom it concerns), `admins`, `overseers` (admins and
    /// auditors), `seniors` (and admins). Empty for nobody, and where that depends on more than the entry says.
    announced_to: Vec<&'static str>,
    /// What the event is in OCSF; null where nothing fits.
    ocsf: Option<OcsfEntry>,
    /// The event type in CAEP or RISC; null where none fits.
    #[schema(example = "https://schemas.openid.net/secevent/caep/event-type/credential-change")]
    security_event: Option<&'static str>,
    /// What is proven: `id`, `at`, `tenant`, `event`, `actor`, `person`, `case`, `reason`, `before`, `detail`,
    /// `policies`, `request`.
    #[schema(value_type = Object)]
    entry: Value,
}

/// What an event is in OCSF 1.8.0.
#[derive(Serialize, ToSchema)]
pub struct OcsfEntry {
    /// The class.
    #[schema(example = 3001)]
    class_uid: u32,
    /// The activity within it.
    #[schema(example = 11)]
    activity_id: u32,
    /// Both in one number.
    #[schema(example = 300_111)]
    type_uid: u32,
}

/// `GET /api/v1/audit`
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "list_audit",
    summary = "Read the audit log", description = "Newest first.",
    params(AuditQuery), security(("service_token" = ["audit:read"]), ("session" = [])),
    responses((status = 200, description = "The entries.", body = AuditPage), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(typed): Params<AuditQuery>,
) -> Result<Json<AuditPage>, Problem> {
    let caller = caller.with_scope(&scope, SCOPE).await?;
    permit_on_tenant::<ReadAudit>(&scope, &caller).await?;
    let limit = limit(typed.limit, MOST)?;
    // One more than asked for says whether there is more.
    let mut rows =
        audit::list(&scope.app.db, &scope.tenant.id, &filter(&scope, typed).await?, limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Json(AuditPage { entries: rows.iter().map(AuditEntry::from).collect(), next }))
}

/// `GET /api/v1/audit/export`
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", operation_id = "export_audit",
    summary = "Export the audit log",
    description = "One entry per line, newest first, up to 50,000; the rest follows with the last line's `id` as `before`. \
        That the log was read out is itself on the log.",
    params(AuditQuery), security(("service_token" = ["audit:read"]), ("session" = [])),
    responses((status = 200, description = "JSON Lines.", body = String, content_type = "application/jsonl"), ReadErrors))]
pub async fn export(
    scope: Scope,
    caller: ApiCaller,
    Params(typed): Params<AuditQuery>,
) -> Result<impl IntoResponse, Problem> {
    let caller = caller.with_scope(&scope, SCOPE).await?;
    if typed.limit.is_some() {
        return Err(Problem::bad_request(
            "An export takes no limit: narrow it with from, until and the other filters.",
        ));
    }
    let entries = export_audit::export_audit(&scope, &caller, &filter(&scope, typed).await?).await?;
    Ok(([(header::CONTENT_TYPE, "application/jsonl; charset=utf-8")], json_lines(&entries)))
}

async fn filter(scope: &Scope, typed: AuditQuery) -> Result<AuditFilter, Problem> {
    let event = typed.event.unwrap_or_default();
    if !event.is_empty() && EventKind::parse(&event).is_none() {
        return Err(Problem::bad_request(
            "event must be one of the event names, such as mfa.factor_admin_reset.",
        ));
    }
    Ok(AuditFilter {
        event,
        actor: person_id(scope, &typed.actor.unwrap_or_default()).await?,
        person: person_id(scope, &typed.person.unwrap_or_default()).await?,
        case: case_id(scope, &typed.case.unwrap_or_default()).await?,
        from: moment("from", typed.from.as_deref())?,
        until: moment("until", typed.until.as_deref())?,
        before: typed.before.unwrap_or_default(),
        without: &[],
    })
}

impl From<OcsfActivity> for OcsfEntry {
    fn from(ocsf: OcsfActivity) -> Self {
        Self { class_uid: ocsf.class_uid(), activity_id: ocsf.activity_id(), type_uid: ocsf.type_uid() }
    }
}

impl From<&EntryRow> for AuditEntry {
    fn from(row: &EntryRow) -> Self {
        let entry: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let kind = EventKind::parse(&row.event);
        Self {
            seq: row.seq,
            meaning: kind.map(EventKind::meaning),
            announced_to: announced_to(kind, &entry).map(Audience::as_str).collect(),
            ocsf: kind.and_then(EventKind::ocsf).map(OcsfEntry::from),
            security_event: kind.and_then(EventKind::security_event).map(SecurityEventType::uri),
            entry,
        }
    }
}
