//! What ends with a person's access: after a reset, when somebody said "this was not me", and when the operator lets them
//! back in. One list, so that nothing is forgotten in one of the three; a test reads the schema and holds it to this list.

use postern_core::event::payload::MfaFactorRemoved;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use serde_json::json;

use super::ActionError;
use super::decide_on_power::stop_powers_of;
use super::revoke_tokens_of::revoke_tokens_of;
use crate::scope::Scope;
use crate::store::factors::{self, waiting};
use crate::store::{Change, backup_codes, ceremonies, enrolment_passes, flows, known_devices, sessions};

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessEnd {
    /// Every way in goes: the person enrols anew.
    Reset,
    /// The account is shut: what the person has is theirs again when it is opened. What was added and does not work yet
    /// may be the intruder's, and never will.
    Suspension,
}

/// What becomes of the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowEnd {
    /// They open nothing any more.
    Ends,
    /// Those that do not work yet never will; the others stay.
    WaitingEnds,
    /// They stay, because they open nothing, or end by rules of their own.
    Stays,
}

/// Every table with a person's rows: what a reset does to them, and what a suspension does.
pub const TABLES: [(&str, RowEnd, RowEnd); 15] = [
    ("factors", RowEnd::Ends, RowEnd::WaitingEnds),
    ("backup_code_sets", RowEnd::Ends, RowEnd::WaitingEnds),
    ("enrolment_passes", RowEnd::Ends, RowEnd::Ends),
    ("flows", RowEnd::Ends, RowEnd::Ends),
    ("ceremonies", RowEnd::Ends, RowEnd::Ends),
    ("sessions", RowEnd::Ends, RowEnd::Ends),
    // They slow nobody down while the account is shut, and their owner is to have them again.
    ("known_devices", RowEnd::Ends, RowEnd::Stays),
    ("power_grants", RowEnd::Ends, RowEnd::Ends),
    ("service_tokens", RowEnd::Ends, RowEnd::Ends),
    ("contacts", RowEnd::Stays, RowEnd::Stays),
    // Whoever ends the access says what becomes of the person's other cases.
    ("cases", RowEnd::Stays, RowEnd::Stays),
    ("contests", RowEnd::Stays, RowEnd::Stays),
    ("sign_ins", RowEnd::Stays, RowEnd::Stays),
    ("audit_entries", RowEnd::Stays, RowEnd::Stays),
    ("persons", RowEnd::Stays, RowEnd::Stays),
];

/// Ends it, in the change that is the reason. The answer: how many sessions ended.
pub(super) async fn end_access(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    end: AccessEnd,
) -> Result<u64, ActionError> {
    match end {
        AccessEnd::Reset => {
            factors::remove_all(change, person).await?;
            backup_codes::revoke_all(change, person).await?;
            known_devices::revoke_all(change, person).await?;
        }
        AccessEnd::Suspension => {
            remove_waiting_passkeys(change, person).await?;
            backup_codes::revoke_unconfirmed(change, person).await?;
        }
    }
    enrolment_passes::revoke(change, person, None).await?;
    flows::end_all(change, person).await?;
    ceremonies::end_all(change, person).await?;
    stop_powers_of(scope, change, person).await?;
    revoke_tokens_of(change, person).await?;
    Ok(sessions::end_all(change, person).await?)
}

/// What was added and does not work yet never will.
async fn remove_waiting_passkeys(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    let removed = waiting::remove_all_waiting(change, person).await?;
    if removed > 0 {
        let gone = MfaFactorRemoved::Waiting { kind: FactorKind::Webauthn, why: "contested" };
        let event =
            Event::new(Actor::System, gone).person(person).before(json!({ "waiting_passkeys": removed }));
        change.record(event);
    }
    Ok(())
}
