//! What happened in a case, from the audit log: who did what, when and why.

use std::collections::HashMap;

use jiff::Timestamp;
use postern_core::event::EventKind;
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::remedy::Remedy;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::actions::Caller;
use crate::scope::Scope;
use crate::store::audit::{self, AuditFilter, HistoryRow};
use crate::store::persons::{self, Person};
use crate::web::problem::Problem;

/// Newest entries that are shown of a case.
const MOST: i64 = 200;

/// Of a person, whose whole story is the audit page's.
const MOST_OF_PERSON: i64 = 30;

/// What stands on the audit page alone, for those who read it: what did not happen; and who somebody's trusted contacts are, whom
/// nobody shall talk an agent into naming.
const AUDIT_PAGE_ALONE: [EventKind; 4] = [
    EventKind::AccessDenied,
    EventKind::StepRefused,
    EventKind::TrustedContactAccepted,
    EventKind::TrustedContactEnded,
];

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct TimelineEntry {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The kind of event, as in the audit log: `case.opened`.
    pub event: String,
    /// What that means.
    pub title: &'static str,
    /// The same, after who did it: "refused the case of Ana Ferreira".
    pub sentence: String,
    /// What it was about, where its kind does not say it: the kind of proof, the remedy.
    pub about: Option<String>,
    /// Who did it: a name; none for the server itself and for whoever is not signed in.
    pub actor: Option<String>,
    /// Whether it was somebody who is not signed in.
    pub is_anonymous: bool,
    /// What they wrote.
    pub reason: Option<String>,
}

impl TimelineEntry {
    /// Of a case, newest first. A program that may not read the audit log is told nothing.
    pub async fn list_of_case(scope: &Scope, caller: &Caller, case: &str) -> Result<Vec<Self>, Problem> {
        let filter = AuditFilter { case: case.to_owned(), ..AuditFilter::default() };
        Self::list(scope, caller, (filter, MOST), &[&caller.person]).await
    }

    /// Of a person, newest first: what was done on their account and in their cases, and what they did themselves.
    pub async fn list_of_person(
        scope: &Scope,
        caller: &Caller,
        person: &Person,
    ) -> Result<Vec<Self>, Problem> {
        let filter = AuditFilter { person: person.id.to_string(), ..AuditFilter::default() };
        Self::list(scope, caller, (filter, MOST_OF_PERSON), &[&caller.person, person]).await
    }

    /// `known`: people whose names need not be looked up.
    async fn list(
        scope: &Scope,
        caller: &Caller,
        (filter, most): (AuditFilter, i64),
        known: &[&Person],
    ) -> Result<Vec<Self>, Problem> {
        if caller.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope == "audit:read")) {
            return Ok(Vec::new());
        }
        let filter = AuditFilter { without: &AUDIT_PAGE_ALONE, ..filter };
        let rows = audit::list_history(&scope.app.db, &scope.tenant.id, &filter, most).await?;
        let read = |row: HistoryRow| (serde_json::from_str::<Value>(&row.body).unwrap_or_default(), row);
        let rows: Vec<(Value, HistoryRow)> = rows.into_iter().map(read).collect();
        let actors = rows.iter().filter_map(|(_, row)| row.actor_id.as_deref());
        let concerned = rows.iter().filter_map(|(_, row)| row.person_id.as_deref());
        let colleagues = rows.iter().filter_map(|(body, row)| handed_to(body, row));
        let is_unknown = |id: &&str| known.iter().all(|person| person.id.as_str() != *id);
        let people = actors.chain(concerned).chain(colleagues).filter(is_unknown).collect();
        let mut names = persons::list_names(&scope.app.db, &scope.tenant.id, &people).await?;
        names.extend(known.iter().map(|person| (person.id.to_string(), person.name.clone())));
        Ok(rows.into_iter().map(|(body, row)| Self::of(&body, row, &names)).collect())
    }

    fn of(body: &Value, row: HistoryRow, names: &HashMap<String, String>) -> Self {
        let colleague = handed_to(body, &row).and_then(|id| names.get(id));
        let actor = row.actor_id.map(|id| names.get(&id).cloned().unwrap_or(id));
        let person = row.person_id.as_deref().and_then(|id| names.get(id)).map_or("somebody", String::as_str);
        let kind = EventKind::parse(&row.event);
        Self {
            sentence: kind
                .map_or_else(|| row.event.clone(), |kind| kind.phrase().replace("{person}", person)),
            is_anonymous: body.pointer("/actor/type").and_then(Value::as_str) == Some("anonymous"),
            at: row.at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            title: kind.map_or("", EventKind::meaning),
            about: colleague.map(|name| format!("To {name}")).or_else(|| body.get("detail").and_then(about)),
            actor,
            reason: body.get("reason").and_then(Value::as_str).map(str::to_owned),
            event: row.event,
        }
    }
}

/// The id of the colleague to whom the case went.
fn handed_to<'a>(body: &'a Value, row: &HistoryRow) -> Option<&'a str> {
    let detail = body.get("detail").filter(|_| row.event == EventKind::CaseHandedOver.as_str())?;
    detail.get("to").and_then(Value::as_str)
}

/// What the record is about, in the desk's words.
pub fn about(detail: &Value) -> Option<String> {
    let word = |field: &str| detail.get(field).and_then(Value::as_str);
    let kind = word("kind").and_then(Kind::parse).map(Kind::title);
    let outcome = word("outcome")
        .and_then(|word| EvidenceOutcome::ALL.into_iter().find(|outcome| outcome.as_str() == word));
    match (kind, outcome) {
        (Some(kind), Some(outcome)) => Some(format!("{kind}: {}", outcome.title())),
        (Some(kind), None) => Some(kind.to_owned()),
        _ => word("remedy").and_then(Remedy::parse).map(|remedy| remedy.title().to_owned()),
    }
}
