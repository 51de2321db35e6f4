//! Reading the log out. That it was read is itself on the log.

use postern_core::event::{Event, EventKind};
use postern_core::policy::ReadAudit;
use serde_json::json;

use super::{ActionError, Caller, permit_on_tenant};
use crate::app::App;
use crate::store::audit::{self, EntryRow, Filter};

/// Most entries in one export; the rest follows from the cursor.
pub const MOST: i64 = 50_000;

/// Entries that match, newest first.
pub async fn export_audit(app: &App, caller: &Caller, filter: &Filter) -> Result<Vec<EntryRow>, ActionError> {
    let permit = permit_on_tenant::<ReadAudit>(app, caller).await?;
    let entries = audit::list(&app.db, &app.tenant, filter, MOST).await?;
    let event = Event::new(EventKind::AuditExported, caller.actor())
        .policies(permit.policies())
        .detail(json!({ "entries": entries.len(), "event": filter.event, "person": filter.person, "case": filter.case }));
    app.change().await?.commit(&event).await?;
    Ok(entries)
}
