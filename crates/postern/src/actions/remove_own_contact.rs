//! A person takes a number or an address of their own off the file. A factor proves that it is them, everybody on file is told, and
//! messages go there for 30 days more: it may be the owner whom somebody wants to keep from hearing.

use postern_core::event::Event;
use postern_core::event::payload::ContactRemoved;
use postern_core::reason::Reason;
use serde_json::json;

use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::remove_contact::take_off_file;
use super::{ActionError, Caller};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::{contacts, time};

const STEP: &str = "remove_own_contact";

/// Takes it off the file. `token` names the ceremony, where a passkey proves it; without a proof one was shown a moment ago.
pub async fn remove_own_contact(
    scope: &Scope,
    caller: &Caller,
    contact: &str,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || remove(scope, caller, contact, (token, proof))).await
}

async fn remove(
    scope: &Scope,
    caller: &Caller,
    contact: &str,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let on_file = contacts::list(&scope.app.db, &scope.tenant.id, person).await?;
    if !on_file.iter().any(|known| known.id == contact) {
        return Err(ActionError::NotFound);
    }
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ChangeContacts, person: Some(person) };
    let fresh = factor_proof::check_unless_fresh(scope, caller, STEP, (key, proof)).await?;
    let reason = Reason::parse("Its owner took it off the file on the account page")?;
    let mut change = caller.change(scope).await?;
    if let Some(fresh) = fresh {
        fresh.use_up(scope, &mut change, key).await?;
    }
    let latest = scope.tenant.settings.callable_if_filed_by(scope.now);
    let found = take_off_file(scope, &mut change, person, (contact, latest), caller).await?;
    let event = Event::new(caller.actor(), ContactRemoved { contact, kind: &found.kind })
        .person(person)
        .reason(&reason)
        .before(json!({ "filed_at": time(found.filed_at).to_string(), "filed_by": found.filed_by }));
    Ok(change.commit(&event).await?)
}
