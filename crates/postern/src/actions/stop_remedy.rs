//! What a remedy gave ends, when somebody stops its case before the person has signed in with it. The account is not suspended: the
//! password alone leads nowhere, and the owner asks anew.

use postern_core::case::{Case, StopSource};
use postern_core::event::Event;
use postern_core::event::payload::{CaseContested, SessionRevoked};
use postern_core::reason::Reason;

use super::remedies::{WHY_STOPPED, take_back};
use super::{ActionError, Caller};
use crate::notify::{self, Notice, StaffNotice};
use crate::scope::Scope;
use crate::store::Change;
use crate::store::cases::{CaseRow, queue};

/// A program may refuse and escalate while nothing has changed. What a remedy gave, a person takes away.
pub(super) fn expect_person_after_remedy(caller: &Caller, case: &Case) -> Result<(), ActionError> {
    if caller.scopes.is_some() && case.remedied_at().is_some() {
        return Err(ActionError::refused(
            "The remedy was applied. A program stops nothing of what it gave: somebody at the desk does.",
        ));
    }
    Ok(())
}

/// Ends it in the change that moves the case, and tells the owner and the desk. `stopped` is the case after the stop; the answer is the
/// record of whose word it was.
pub(super) async fn stop_remedy(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    (row, stopped): (&CaseRow, &Case),
    (reason, policies): (&Reason, &[String]),
) -> Result<Event, ActionError> {
    let person = &stopped.subject().person;
    let about = |event: Event| event.person(person).case(stopped.id()).reason(reason).policies(policies);
    let ended = take_back(scope, change, &caller.actor(), stopped, &about).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some(WHY_STOPPED) };
        change.record(about(Event::new(caller.actor(), revoked)));
    }
    let (by, told) = match stopped.stop().map(|stop| stop.source) {
        Some(StopSource::Manager) => ("the manager, after the remedy", StaffNotice::VouchDenied),
        Some(StopSource::Escalation) => ("the desk, until a senior decides", StaffNotice::CaseEscalated),
        _ => ("the desk, after the remedy", StaffNotice::CaseStopped),
    };
    notify::announce(scope, change, person, Some(stopped.id()), Notice::RecoveryStopped).await?;
    let (told, agent) = ((told, stopped), row.taken_by.as_deref());
    notify::tell_seniors_and_agent(scope, change, told, agent, &[&caller.person.id]).await?;
    queue::hand_on(change, row).await?;
    let contested = CaseContested { account_suspended: false, stopped: true, by };
    Ok(about(Event::new(caller.actor(), contested)))
}
