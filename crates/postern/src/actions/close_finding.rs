//! A finding is closed, with a reason. If it goes on, it is open again.

use std::sync::atomic::Ordering;

use postern_core::event::Event;
use postern_core::event::payload::IncidentClosed;
use postern_core::reason::Reason;
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_finding};
use crate::scope::Scope;
use crate::store::{findings, time};

/// Which finding, and which version of it was looked at. Without one, what is there now.
#[derive(Clone, Copy)]
pub struct Which<'a> {
    /// Its id.
    pub id: &'a str,
    /// As it was shown.
    pub version: Option<i64>,
}

/// Closes a finding. `Conflict` when it has grown since it was looked at.
pub async fn close_finding(
    scope: &Scope,
    caller: &Caller,
    which: Which<'_>,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "close_finding", case: None, person: None };
    attempt.run(scope, || close(scope, caller, which, reason)).await?;
    let open = findings::count_open_incidents(&scope.app.db, &scope.tenant.id).await?;
    scope.tenant.activity.open_incidents.store(open, Ordering::Relaxed);
    Ok(())
}

async fn close(scope: &Scope, caller: &Caller, which: Which<'_>, reason: &str) -> Result<(), ActionError> {
    let row =
        findings::find(&scope.app.db, &scope.tenant.id, which.id).await?.ok_or(ActionError::NotFound)?;
    let permit = permit_on_finding(scope, caller, &row).await?;
    let reason = Reason::parse(reason)?;
    if row.closed_at.is_some() {
        return Err(ActionError::refused("It is closed already."));
    }
    let closed =
        IncidentClosed { finding: &row.id, rule: &row.rule, title: &row.title, severity: &row.severity };
    let event = Event::new(caller.actor(), closed)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({
            "finding": row.id, "severity": row.severity, "records": row.record_count, "until": time(row.until_at),
        }));
    if which.version.is_some_and(|version| version != row.version) {
        return Err(ActionError::Conflict);
    }
    let mut change = caller.change(scope).await?;
    findings::close(&mut change, &row, &caller.person.id, reason.as_str()).await?;
    Ok(change.commit(&event).await?)
}
