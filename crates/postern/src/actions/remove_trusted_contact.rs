//! A person removes a trusted contact, or takes an ask back. A factor proves that it is them, and everybody on file is told: whoever
//! has only a session must not take away what may let the owner back in.

use postern_core::trusted_contact::TrustEnd;

use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::trusted_contacts::{end, load_chosen};
use super::{ActionError, Caller};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};

const STEP: &str = "remove_trusted_contact";

/// Removes one. `token` names the ceremony, where a passkey proves it; without a proof one was shown a moment ago.
pub async fn remove_trusted_contact(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || remove(scope, caller, id, (token, proof))).await
}

async fn remove(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let row = load_chosen(scope, caller, id).await?;
    let ceremony = token_hash(token);
    let key = CeremonyKey { id: &ceremony, kind: CeremonyKind::ChangeTrustedContacts, person: Some(person) };
    let fresh = factor_proof::check_unless_fresh(scope, caller, STEP, (key, proof)).await?;
    let mut change = caller.change(scope).await?;
    if let Some(fresh) = fresh {
        fresh.use_up(scope, &mut change, key).await?;
    }
    let event = end(scope, &mut change, &row, (TrustEnd::Removed, caller.actor())).await?;
    Ok(change.commit(&event).await?)
}
