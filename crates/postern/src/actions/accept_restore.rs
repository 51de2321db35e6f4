//! The operator says that the log may have less than it had: a backup was restored, or records are lost for good. This is
//! the only way back, and it is itself on the log.

use std::ops::RangeInclusive;

use postern_core::event::payload::{AuditRestoreAccepted, LogReach, LostNumbers};
use postern_core::event::{Actor, Event, EventKind, RecordStream};
use postern_core::reason::Reason;
use serde_json::Value;

use super::ActionError;
use super::check_audit::{expect_nothing_lost, expect_ours, expect_tail, extent};
use crate::audit_log::AuditLogError;
use crate::notify;
use crate::scope::Scope;
use crate::store::audit::{self, AuditFilter};

/// Accepts the log as it is now. `Refused` when it has everything.
pub async fn accept_restore(scope: &Scope, reason: &str) -> Result<Vec<LostNumbers>, ActionError> {
    let reason = Reason::parse(reason)?;
    let remembered = scope.app.audit_memory.recall(&scope.tenant.id).unwrap_or_default();
    let there = extent(scope).await?;
    let lost = list_lost(scope).await?;
    if lost.is_empty() && expect_nothing_lost(scope).await.is_ok() {
        let message = "The audit log has everything that this node remembers. There is nothing to accept.";
        return Err(ActionError::refused(message));
    }
    match expect_tail(scope, &there).await {
        Err(AuditLogError::Lost(why)) => {
            return Err(ActionError::refused(format!(
                "{why}. That is no older backup but a damaged database, and nothing that is accepted here repairs it: restore a \
                 whole backup first."
            )));
        }
        other => other?,
    }
    let accepted = AuditRestoreAccepted {
        there: LogReach { numbers: &there.numbers, size: there.size, root: &there.root },
        lost: &lost,
        by: "the operator, on the command line",
    };
    let event =
        Event::new(Actor::System, accepted).reason(&reason).before(serde_json::to_value(&remembered)?);
    let mut change = scope.begin().await?;
    let text = format!("The operator said that the log may have less than it had: {}", reason.as_str());
    notify::notify_overseers(
        scope,
        &mut change,
        ("A loss in the audit log was accepted", &text, "/desk/audit"),
    )
    .await?;
    change.commit(&event).await?;
    // Read again: the record that was just written counts.
    let now = extent(scope).await?;
    scope
        .app
        .audit_memory
        .replace(&scope.tenant.id, now)
        .map_err(|error| ActionError::Internal(error.to_string()))?;
    Ok(lost)
}

/// Gaps in the numbers of records that have no place yet, and numbers that were given out and that no record has.
async fn list_lost(scope: &Scope) -> Result<Vec<LostNumbers>, ActionError> {
    let given_out = audit::last_numbers(&scope.app.db, &scope.tenant.id).await?;
    let mut lost = Vec::new();
    for stream in RecordStream::ALL {
        let mut expected =
            audit::find_placed_number(&scope.app.db, &scope.tenant.id, stream).await?.unwrap_or_default() + 1;
        let mut waiting = audit::list_waiting_numbers(&scope.app.db, &scope.tenant.id, stream).await?;
        waiting.push(given_out.get(stream.as_str()).copied().unwrap_or_default() + 1);
        for number in waiting {
            if number > expected {
                lost.push(LostNumbers { stream: stream.as_str().to_owned(), from: expected, to: number - 1 });
            }
            expected = number + 1;
        }
    }
    Ok(lost)
}

/// Whether the operator has accepted that these records are gone.
pub(crate) async fn is_accepted_as_lost(
    scope: &Scope,
    stream: RecordStream,
    numbers: RangeInclusive<i64>,
) -> Result<bool, AuditLogError> {
    let filter =
        AuditFilter { event: EventKind::AuditRestoreAccepted.as_str().to_owned(), ..AuditFilter::default() };
    let accepted = audit::list(&scope.app.db, &scope.tenant.id, &filter, 100).await?;
    Ok(accepted.iter().filter(|entry| expect_ours(scope, entry).is_ok()).any(|entry| {
        let record: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        let lost: Vec<LostNumbers> = record
            .pointer("/detail/lost")
            .and_then(|lost| serde_json::from_value(lost.clone()).ok())
            .unwrap_or_default();
        lost.iter().any(|range| {
            range.stream == stream.as_str() && range.from <= *numbers.start() && range.to >= *numbers.end()
        })
    }))
}
