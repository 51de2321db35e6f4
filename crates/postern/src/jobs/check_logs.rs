//! Looks at every entry of every audit log, so that the desk can say how far it was verified, and when.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::{for_each, pause};
use crate::actions::check_audit::check_every_entry;
use crate::app::App;
use crate::audit_log::AuditLogError;
use crate::scope::Scope;

/// By then what the start wrote has its place.
const FIRST_AFTER: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_hours(6);

/// On each node for itself, soon after its start and every six hours.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    pause(&Notify::new(), FIRST_AFTER, &mut stop).await;
    while !*stop.borrow() {
        let scopes = app.tenants.list().into_iter().map(|tenant| Scope::of_job(&app, tenant)).collect();
        for_each(scopes, "checking the audit log", |scope| async move {
            check_log(&scope).await.map_err(|error| error.to_string())
        })
        .await;
        pause(&Notify::new(), EVERY, &mut stop).await;
    }
}

/// Looks at one log, and keeps what it found for the desk.
pub async fn check_log(scope: &Scope) -> Result<(), AuditLogError> {
    let check = check_every_entry(scope).await?;
    for problem in &check.problems {
        tracing::error!(problem, "the audit log is not what was signed");
    }
    scope.tenant.activity.audit_health.note_check(check);
    Ok(())
}
