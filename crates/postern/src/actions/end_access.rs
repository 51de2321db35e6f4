//! What ends with a person's access: after a reset, when somebody said "this was not me", in a notice or on the account page, and
//! when the operator lets them back in. One list, so that nothing is forgotten in one of them; a test holds it to every table of the schema.

use postern_core::event::payload::MfaFactorRemoved;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use serde_json::json;

use super::ActionError;
use super::decide_on_power::stop_powers_of;
use super::forgotten_password::end_waiting;
use super::revoke_tokens_of::revoke_tokens_of;
use super::trusted_contacts::end_recent;
use crate::scope::Scope;
use crate::store::factors::{self, waiting};
use crate::store::persons::first_passkey;
use crate::store::{
    Change, backup_codes, ceremonies, enrolment_passes, flows, known_devices, push_requests, sent_codes,
    sessions,
};

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessEnd<'a> {
    /// Every way in goes: the person enrols anew.
    Reset,
    /// The account is shut: what the person has is theirs again when it is opened. What was added and does not work yet
    /// may be the intruder's, and never will.
    Suspension,
    /// The owner said of something on the account that it was not them: the same, and browsers are known no more. Where they have just
    /// shown a factor, the session in which they said it stays.
    Disowned { stays: Option<&'a str> },
}

/// Ends it, in the change that is the reason. The answer: how many sessions ended.
pub(super) async fn end_access(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    end: AccessEnd<'_>,
) -> Result<u64, ActionError> {
    match end {
        AccessEnd::Reset => {
            factors::remove_all(change, person).await?;
            backup_codes::revoke_all(change, person).await?;
            known_devices::revoke_all(change, person).await?;
        }
        AccessEnd::Suspension | AccessEnd::Disowned { .. } => {
            remove_waiting_passkeys(change, person).await?;
            backup_codes::revoke_unconfirmed(change, person).await?;
            if end != AccessEnd::Suspension {
                known_devices::revoke_all(change, person).await?;
            }
        }
    }
    enrolment_passes::revoke(change, person, None).await?;
    flows::end_all(change, person).await?;
    push_requests::end_all(change, person).await?;
    sent_codes::end_all(change, person).await?;
    end_waiting(change, person, "access ended").await?;
    ceremonies::end_all(change, person).await?;
    end_recent(scope, change, person).await?;
    // Whoever let a first passkey in at once did so for what ends here.
    first_passkey::consume(change, person).await?;
    stop_powers_of(scope, change, person).await?;
    revoke_tokens_of(change, person).await?;
    Ok(match end {
        AccessEnd::Disowned { stays: Some(own) } => sessions::end_others(change, person, own).await?,
        _ => sessions::end_all(change, person).await?,
    })
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
