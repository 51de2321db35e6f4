//! Signing out, and ending other sessions of one's own: one, or all but this. That wants a factor, shown now or within the
//! last five minutes in this session, so that whoever has a cookie alone puts nobody out.

use postern_core::event::Event;
use postern_core::event::payload::{SessionEnded, SessionRevoked};

use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::{ActionError, Caller};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::{StoreError, flows, sessions};

/// Why, as the record says it of all the others.
const BY_OWNER: &str = "the owner ended them";

/// What is to end.
#[derive(Clone, Copy, Debug)]
pub enum SessionsToEnd<'a> {
    /// The one with this id.
    One(&'a str),
    /// Every one but that in which it is asked for.
    Others,
}

/// Ends the caller's own session. The way out wants nothing.
pub async fn sign_out(scope: &Scope, caller: &Caller) -> Result<(), ActionError> {
    let mut change = caller.change(scope).await?;
    sessions::end(&mut change, &caller.session).await?;
    let ended = SessionEnded { session: &caller.session };
    Ok(change.commit(&Event::new(caller.actor(), ended).person(&caller.person.id)).await?)
}

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::EndSession).await
}

/// Ends them. `token` names the ceremony, where a passkey proves it. Without a proof: a factor was shown a moment ago.
pub async fn end_session(
    scope: &Scope,
    caller: &Caller,
    which: SessionsToEnd<'_>,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: "end_session", case: None, person };
    attempt.run(scope, || end(scope, caller, which, (token, proof))).await
}

async fn end(
    scope: &Scope,
    caller: &Caller,
    which: SessionsToEnd<'_>,
    (token, proof): (&str, Option<&FactorProof>),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    if let SessionsToEnd::One(id) = which {
        expect_own(scope, caller, id).await?;
    }
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::EndSession, person: Some(person) };
    let fresh = factor_proof::check_unless_fresh(scope, caller, "end_session", (key, proof)).await?;
    let mut change = caller.change(scope).await?;
    if let Some(fresh) = fresh {
        fresh.use_up(scope, &mut change, key).await?;
    }
    let event = match which {
        SessionsToEnd::One(session) => {
            match sessions::end(&mut change, session).await {
                // Ended twice is ended.
                Err(StoreError::Conflict) => {
                    let why = "the session had ended; what proved it is used up";
                    return Ok(change.commit_unrecorded(why).await?);
                }
                other => other?,
            }
            Event::new(caller.actor(), SessionEnded { session })
        }
        SessionsToEnd::Others => {
            // Somebody who stands before the second step would be in a moment later.
            flows::end_all(&mut change, person).await?;
            let sessions = sessions::end_others(&mut change, person, &caller.session).await?;
            notify::announce(scope, &mut change, person, None, Notice::OtherSessionsEnded).await?;
            Event::new(caller.actor(), SessionRevoked { sessions, why: Some(BY_OWNER) })
        }
    };
    Ok(change.commit(&event.person(person)).await?)
}

/// Somebody else's is not there.
async fn expect_own(scope: &Scope, caller: &Caller, session: &str) -> Result<(), ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let own = sessions::list(db, tenant, &caller.person.id, scope.now).await?;
    if own.iter().any(|known| known.id == session) { Ok(()) } else { Err(ActionError::NotFound) }
}
