//! Reading the directory out, in the columns that an import reads. That it was read out is on the log.

use postern_core::event::Event;
use postern_core::event::payload::UserExported;
use postern_core::policy::ManagePeople;

use super::export_audit::wants_notice;
use super::{ActionError, Caller, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::persons;

/// Notes that it begins. A person touches a passkey for it; every admin and auditor is told, of a program's exports once a
/// day. Nothing may be read out before.
pub async fn begin_export(scope: &Scope, caller: &Caller) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ManagePeople>(scope, caller).await?;
    if caller.scopes.is_none() {
        caller.expect_step_up(scope.now)?;
    }
    let people = persons::count(&scope.app.db, &scope.tenant.id).await?;
    let event = Event::new(caller.actor(), UserExported { people }).policies(permit.policies());
    let mut change = scope.begin().await?;
    if wants_notice(&mut change, caller, "people_export").await? {
        let who = if caller.scopes.is_some() { "A service token of " } else { "" };
        let text = format!("{who}{} exported the directory: {people} people.", caller.person.name);
        notify::notify_overseers(scope, &mut change, ("The directory was exported", &text, "/desk/people"))
            .await?;
    }
    Ok(change.commit(&event).await?)
}
