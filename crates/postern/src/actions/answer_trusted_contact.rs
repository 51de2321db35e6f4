//! Who was asked to be a trusted contact says yes or no. A session is enough: what they may confirm one day, they prove then. The owner
//! is told.

use postern_core::event::Event;
use postern_core::event::payload::TrustedContactAccepted;
use postern_core::trusted_contact::{MOST_SERVED, TrustEnd};

use super::on_record::Attempt;
use super::trusted_contacts::{end, load_choosing, over};
use super::{ActionError, Caller};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::trusted_contacts;
use crate::texts::MessageId;

/// What they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustAnswer {
    /// Yes.
    Accept,
    /// No.
    Decline,
}

/// Answers an ask to the caller.
pub async fn answer_trusted_contact(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    answer: TrustAnswer,
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: "answer_trusted_contact", case: None, person };
    match answer {
        TrustAnswer::Accept => attempt.run(scope, || accept(scope, caller, id)).await,
        TrustAnswer::Decline => attempt.run(scope, || decline(scope, caller, id)).await,
    }
}

async fn accept(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let row = load_choosing(scope, caller, id).await?;
    let (me, owner) = (&caller.person.id, row.owner());
    // Both rows are held: of answers that meet, none is the one too many.
    let mut change = caller.change_on(scope, &owner).await?;
    row.stage().accept(change.at()).map_err(|_| over())?;
    let (served, _) = trusted_contacts::count_served_locked(&mut change, me).await?;
    if served >= MOST_SERVED {
        let full = MessageId("trusted-by-enough").with("count", MOST_SERVED);
        return Err(ActionError::refused(full));
    }
    trusted_contacts::accept(&mut change, &row.id, me).await?;
    notify::announce(scope, &mut change, &owner, None, Notice::TrustedContactAccepted).await?;
    let accepted = TrustedContactAccepted { trusted_contact: &row.id };
    Ok(change.commit(&Event::new(caller.actor(), accepted).person(&owner)).await?)
}

async fn decline(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let row = load_choosing(scope, caller, id).await?;
    let mut change = caller.change_on(scope, &row.owner()).await?;
    let event = end(scope, &mut change, &row, (TrustEnd::Declined, caller.actor())).await?;
    Ok(change.commit(&event).await?)
}
