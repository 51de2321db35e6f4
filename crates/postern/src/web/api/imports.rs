//! What was taken in.

use std::collections::BTreeMap;

use axum::Json;
use jiff::Timestamp;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::ReadErrors;
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::imports::{self, ImportRow};
use crate::store::{persons, time};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const AHEAD: &str = "Most times lie ahead of our clock: is the log in local time? What is ahead is analysed when its time has come.";

/// Imports, those with the newest records first, at most 200.
#[derive(Serialize, ToSchema)]
pub struct ImportList {
    /// The imports.
    imports: Vec<ImportLine>,
}

/// A log that was taken in: an upload, or a file of the watched folder.
#[derive(Serialize, ToSchema)]
pub struct ImportLine {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub source: String,
    /// `api`, `page` or `folder`; `demo` for the demo's invented records.
    pub via: String,
    /// Who sent it; null for the watched folder and for the demo.
    pub by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it last brought something.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    /// False while it is read, and of one that was broken off. A watched file may grow all the same.
    pub finished: bool,
    /// Records and damaged lines.
    pub records: i64,
    /// Sign-ins, and changes that bear on one.
    pub attempts: i64,
    /// Of these, kept.
    pub stored: i64,
    /// Of these, known from before.
    pub repeated: i64,
    /// Of these, older than records are kept, more than a day ahead, or without a time.
    pub out_of_time: i64,
    /// Of these, more than two minutes ahead of our clock: they are analysed when their time has come.
    pub ahead: i64,
    /// What became of its sign-ins, in plain words: how many are new, and why the others are not.
    pub summary: String,
    /// What is probably wrong with the log as a whole.
    pub hint: Option<&'static str>,
    /// Records that are no sign-ins.
    pub of_other_kinds: i64,
    /// Their kinds: the first twenty.
    pub other_kinds: BTreeMap<String, i64>,
    /// Lines that could not be read.
    pub malformed: i64,
    /// The first twenty of them.
    pub malformed_lines: Vec<MalformedLineView>,
    /// What kept it from being read to its end.
    pub problem: Option<String>,
}

/// A line that could not be read.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MalformedLineView {
    /// Its number, from 1.
    pub line: u64,
    /// Why, without its content.
    pub why: String,
}

impl ImportLine {
    /// One import.
    pub async fn load(scope: &Scope, id: &str) -> Result<Self, Problem> {
        let row = imports::find(&scope.app.db, &scope.tenant.id, id).await?.ok_or_else(Problem::not_found)?;
        Self::of(scope, row).await
    }

    /// Imports for the page and for the API.
    pub async fn list(scope: &Scope) -> Result<Vec<Self>, Problem> {
        let mut lines = Vec::new();
        for row in imports::list(&scope.app.db, &scope.tenant.id).await? {
            lines.push(Self::of(scope, row).await?);
        }
        Ok(lines)
    }

    async fn of(scope: &Scope, row: ImportRow) -> Result<Self, Problem> {
        let by = match &row.by_id {
            Some(id) => {
                persons::find(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?.map(|p| p.name)
            }
            None => None,
        };
        Ok(Self {
            summary: summary(&row, scope.tenant.settings.keep.as_hours() / 24),
            id: row.id,
            source: row.source,
            via: row.via,
            by,
            started_at: time(row.started_at),
            changed_at: time(row.changed_at),
            finished: row.is_finished == 1,
            records: row.records,
            attempts: row.attempts,
            stored: row.stored,
            repeated: row.repeated,
            out_of_time: row.out_of_time,
            ahead: row.ahead,
            hint: (row.ahead * 2 > row.attempts).then_some(AHEAD),
            of_other_kinds: row.unrecognised_records,
            other_kinds: serde_json::from_str(&row.unrecognised_kinds).unwrap_or_default(),
            malformed: row.malformed_records,
            malformed_lines: serde_json::from_str(&row.malformed_lines).unwrap_or_default(),
            problem: row.problem,
        })
    }
}

/// `keep_days`: how long records are kept.
fn summary(row: &ImportRow, keep_days: i64) -> String {
    let mut parts = vec![format!("{} of {} new", row.stored, row.attempts)];
    if row.repeated > 0 {
        parts.push(format!("{} known before", row.repeated));
    }
    if row.out_of_time > 0 {
        parts.push(format!(
            "{} left out: older than the {keep_days} days that records are kept, more than a day ahead, or without a time",
            row.out_of_time
        ));
    }
    if row.ahead > 0 {
        parts.push(format!("{} ahead of our clock, analysed when their time has come", row.ahead));
    }
    parts.join("; ") + "."
}

/// `GET /api/v1/sign-ins/imports`
#[utoipa::path(get, path = "/api/v1/sign-ins/imports", tag = "sign-ins", operation_id = "list_imports",
    summary = "What was taken in", description = "Uploads, and the files of the watched folder.",
    security(("service_token" = ["signins:import"]), ("session" = [])),
    responses((status = 200, description = "The imports.", body = ImportList), ReadErrors))]
pub async fn list(scope: Scope, caller: ApiCaller) -> Result<Json<ImportList>, Problem> {
    let caller = caller.with_scope(&scope, "signins:import").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(ImportList { imports: ImportLine::list(&scope).await? }))
}
