//! The operator's way back for somebody whom nobody at the desk may help: the last admin, or somebody whose password was
//! guessed at a hundred times (P5). Whoever can run this holds the database anyway; that it was run is recorded, and
//! told to every contact.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::factor::code::{CodeKind as _, EnrolmentPass, PlainCode};
use postern_core::id::PersonId;
use postern_core::reason::Reason;
use zeroize::Zeroizing;

use super::ActionError;
use super::add_person::{keep_set_up_code, new_set_up_code};
use super::force_mfa_reset::{remove_everything, state_before};
use crate::app::App;
use crate::notify::{self, Notice};
use crate::store::passes::NewPass;
use crate::store::{Change, passes, persons, throttles};

/// What the person needs now.
pub enum Given {
    /// Goes with the password they have.
    Pass(String),
    /// Lets them set a password.
    SetUpCode(String),
}

/// Removes a person's factors, and the password too if asked.
pub async fn recover_person(
    app: &App,
    login: &str,
    reason: &str,
    new_password: bool,
) -> Result<Given, ActionError> {
    let reason = Reason::parse(reason)?;
    let person = persons::find_by_login(&app.db, &app.tenant, login).await?;
    let Some(person) = person else {
        return Err(ActionError::invalid("login", format!("Nobody signs in as {login:?}.")));
    };
    let before = state_before(app, &person.id).await?;
    let (pass, pass_hash) = new_pass(app, &person.id).await?;
    let (code, code_hash) = new_set_up_code(app, &person.id).await?;
    let mut change = app.change().await?;
    remove_everything(&mut change, &person.id).await?;
    forget_guesses(&mut change, &person.id).await?;
    notify::announce(app, &mut change, &person.id, None, Notice::FactorsReset).await?;
    let given = if new_password {
        persons::remove_password(&mut change, &person.id).await?;
        keep_set_up_code(&mut change, &person.id, &code_hash).await?;
        Given::SetUpCode(code)
    } else {
        let expires_at = change.at() + app.config.pass_life;
        let new = NewPass {
            purpose: EnrolmentPass::PURPOSE,
            person: &person.id,
            case: None,
            hash: &pass_hash,
            expires_at,
        };
        passes::replace(&mut change, &new).await?;
        Given::Pass(pass)
    };
    let event = Event::new(EventKind::MfaFactorAdminReset, Actor::System)
        .person(&person.id)
        .reason(&reason)
        .before(before)
        .detail(
            serde_json::json!({ "by": "the operator, on the command line", "new_password": new_password }),
        );
    change.commit(&event).await?;
    Ok(given)
}

async fn new_pass(app: &App, person: &PersonId) -> Result<(String, String), ActionError> {
    let code = PlainCode::<EnrolmentPass>::from_random(&*app.rng.bytes::<16>()?);
    let hash = app.hashing.hash(Zeroizing::new(code.hash_input(person)), *app.rng.bytes::<16>()?).await?;
    Ok((code.reveal(), hash))
}

async fn forget_guesses(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    for kind in ["password", "totp", "backup_code", "pass"] {
        throttles::forget(change, &format!("person:{person}:{kind}")).await?;
    }
    Ok(())
}
