//! Reading the log out. That it was read is itself on the log.

use jiff::SignedDuration;
use postern_core::event::Event;
use postern_core::event::payload::AuditExported;
use postern_core::policy::ReadAudit;

use super::{ActionError, Caller, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::audit::{self, AuditFilter, EntryRow};
use crate::store::{Change, StoreError, locks};

/// Most entries in one export; the rest follows from the cursor.
pub const MOST: i64 = 50_000;

/// Entries that match, newest first. A person touches a passkey for it; every admin and auditor is told, of a program's
/// exports once a day.
pub async fn export_audit(
    scope: &Scope,
    caller: &Caller,
    filter: &AuditFilter,
) -> Result<Vec<EntryRow>, ActionError> {
    let permit = permit_on_tenant::<ReadAudit>(scope, caller).await?;
    if caller.scopes.is_none() {
        caller.expect_step_up(scope.now)?;
    }
    let entries = audit::list(&scope.app.db, &scope.tenant.id, filter, MOST).await?;
    let exported = AuditExported {
        entries: entries.len(),
        event: &filter.event,
        person: &filter.person,
        case: &filter.case,
    };
    let event = Event::new(caller.actor(), exported).policies(permit.policies());
    let mut change = scope.begin().await?;
    if wants_notice(&mut change, caller, "audit_export").await? {
        let who = if caller.scopes.is_some() { "A service token of " } else { "" };
        let text =
            format!("{who}{} exported {} entries of the audit log.", caller.person.name, entries.len());
        notify::notify_overseers(scope, &mut change, ("The audit log was exported", &text, "/desk/audit"))
            .await?;
    }
    change.commit(&event).await?;
    Ok(entries)
}

/// Whether such an export is told of: each by a person, and of a program's one a day.
pub(super) async fn wants_notice(
    change: &mut Change<'_>,
    caller: &Caller,
    what: &str,
) -> Result<bool, StoreError> {
    if caller.scopes.is_none() {
        return Ok(true);
    }
    let slot = format!("{what}:{}", caller.session);
    let day_ago = change.at().saturating_sub(SignedDuration::from_hours(24)).unwrap_or(change.at());
    if locks::find_last_acquired(change, &slot).await?.is_some_and(|last| last > day_ago) {
        return Ok(false);
    }
    locks::acquire(change, &slot).await?;
    Ok(true)
}
