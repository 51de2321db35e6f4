//! What a remedy gave ends, when somebody stops its case before the person has signed in with it. The account is not suspended: the
//! password alone leads nowhere, and the owner asks anew.

use postern_core::case::{Case, StopSource};
use postern_core::event::Event;
use postern_core::event::payload::{CaseContested, MfaFactorRemoved, SessionRevoked};
use postern_core::id::PersonId;
use postern_core::reason::Reason;
use postern_core::remedy::Remedy;

use super::apply_remedy::state_before;
use super::end_access::{AccessEnd, end_access};
use super::{ActionError, Caller};
use crate::notify::{self, Notice, StaffNotice};
use crate::scope::Scope;
use crate::store::cases::{CaseRow, queue};
use crate::store::{Change, backup_codes, ceremonies, factors, flows, sessions};

/// Why, in the records of what ended.
const WHY: &str = "the recovery was stopped";

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
    let ended = match stopped.remedy() {
        // Nothing from before the reset is left, so whatever there is came with it.
        Remedy::FactorReset => end_after_reset(scope, change, caller, person, &about).await?,
        Remedy::FreshBackupCodes => end_codes(change, stopped).await?,
    };
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some(WHY) };
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

async fn end_after_reset(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    person: &PersonId,
    about: &impl Fn(Event) -> Event,
) -> Result<u64, ActionError> {
    let held = factors::list_locked(change, person).await?;
    let before = state_before(change, person, &held).await?;
    let ended = end_access(scope, change, person, AccessEnd::Reset).await?;
    for factor in &held {
        let gone = MfaFactorRemoved::ByOthers { kind: &factor.kind, factor: &factor.id, why: WHY };
        change.record(about(Event::new(caller.actor(), gone)).before(before.clone()));
    }
    Ok(ended)
}

/// The factors are the owner's from before, and stay: the codes go, with what was begun with them.
async fn end_codes(change: &mut Change<'_>, stopped: &Case) -> Result<u64, ActionError> {
    let person = &stopped.subject().person;
    backup_codes::revoke_of_case(change, stopped.id()).await?;
    flows::end_all(change, person).await?;
    ceremonies::end_all(change, person).await?;
    let Some(since) = stopped.remedied_at() else { return Ok(0) };
    Ok(sessions::end_since(change, person, since).await?)
}
