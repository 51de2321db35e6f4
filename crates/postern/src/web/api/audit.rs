//! The audit log, filtered: a page at a time, or taken away whole as JSON Lines.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use postern_core::event::EventKind;
use postern_core::policy::ReadAudit;
use serde::Deserialize;
use utoipa::IntoParams;

use super::audit_view::AuditPage;
use super::errors::ReadErrors;
use super::input::{PageLimit, Paged, Params, limit, moment};
use crate::actions::{export_audit, permit_on_tenant};
use crate::scope::Scope;
use crate::store::audit::AuditFilter;
use crate::web::desk::audit::{case_id, json_lines, person_id};
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
}

/// `GET /api/v1/audit`
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "list_audit",
    summary = "Read the audit log", description = "What the desk's page of it shows, newest first.",
    params(AuditQuery, PageLimit), security(("service_token" = ["audit:read"]), ("session" = [])),
    responses((status = 200, description = "The entries.", body = AuditPage), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Paged { params: typed, limit: most }: Paged<AuditQuery>,
) -> Result<Json<AuditPage>, Problem> {
    let caller = caller.with_scope(&scope, SCOPE).await?;
    permit_on_tenant::<ReadAudit>(&scope, &caller).await?;
    let limit = limit(most, MOST)?;
    let filter = filter(&scope, typed).await?;
    Ok(Json(AuditPage::load(&scope, &caller, &filter, limit).await?))
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
