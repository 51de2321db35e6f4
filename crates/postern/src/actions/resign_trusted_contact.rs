//! A trusted contact gives it up. Nobody is held to it: a session is enough, and the owner is told.

use postern_core::trusted_contact::TrustEnd;

use super::on_record::Attempt;
use super::trusted_contacts::{end, load_choosing};
use super::{ActionError, Caller};
use crate::scope::Scope;

/// The caller is somebody's trusted contact no more.
pub async fn resign_trusted_contact(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: "resign_trusted_contact", case: None, person };
    attempt.run(scope, || resign(scope, caller, id)).await
}

async fn resign(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let row = load_choosing(scope, caller, id).await?;
    let mut change = caller.change_on(scope, &row.owner()).await?;
    let event = end(scope, &mut change, &row, (TrustEnd::Resigned, caller.actor())).await?;
    Ok(change.commit(&event).await?)
}
