//! Reading a list of cases out. That it was read out is on the log.

use postern_core::event::Event;
use postern_core::event::payload::CaseExported;
use postern_core::policy::ExportCases;

use super::export_audit::wants_notice;
use super::{ActionError, Caller, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::cases::queue::{self, CaseListing, DeskList};

/// Notes that it begins; `query` says which list it is, as an address does. A person touches a passkey for it; every admin and
/// auditor is told, of a program's exports once a day. Nothing may be read out before.
pub async fn begin_export(
    scope: &Scope,
    caller: &Caller,
    (listing, query): (&CaseListing, &str),
) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ExportCases>(scope, caller).await?;
    if caller.scopes.is_none() {
        caller.expect_step_up(scope.now)?;
    }
    // What was searched for is often a name: it stays out of a log that is kept for years, and what is found is not counted before.
    let is_search = matches!(listing.list, DeskList::Search(_));
    let query = if is_search { "a search" } else { query };
    let cases =
        if is_search { None } else { Some(queue::count(&scope.app.db, &scope.tenant.id, listing).await?) };
    let event = Event::new(caller.actor(), CaseExported { cases, query }).policies(permit.policies());
    let mut change = scope.begin().await?;
    if wants_notice(&mut change, caller, "case_export").await? {
        let who = if caller.scopes.is_some() { "A service token of " } else { "" };
        let what = match cases {
            None => "what a search of the cases found".to_owned(),
            Some(1) => "a list of 1 case".to_owned(),
            Some(many) => format!("a list of {many} cases"),
        };
        let text = format!("{who}{} exported {what}.", caller.person.name);
        notify::notify_overseers(scope, &mut change, ("A list of cases was exported", &text, "/desk"))
            .await?;
    }
    Ok(change.commit(&event).await?)
}
