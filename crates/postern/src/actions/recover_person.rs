//! The operator's way back for somebody whom nobody at the desk may help: the last admin, or somebody whose password was
//! guessed at a hundred times (P5). Whoever can run this holds the database anyway; that it was run is recorded, and
//! told to every contact.

use postern_core::event::payload::{
    AlwaysTrue, CaseClosed, MfaFactorAdminReset, SessionRevoked, UserEnabled, UserPasswordChanged,
};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{CodeKind as _, EnrolmentPass, PlainCode};
use postern_core::id::PersonId;
use postern_core::reason::Reason;
use serde_json::json;
use zeroize::Zeroizing;

use super::ActionError;
use super::add_person::{keep_set_up_code, new_set_up_code};
use super::apply_remedy::state_before;
use super::end_access::{AccessEnd, end_access};
use super::lapse_case::lapse_overdue;
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::enrolment_passes::NewEnrolmentPass;
use crate::store::persons::first_passkey;
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, cases, enrolment_passes, factors, persons, throttles};

/// What the person needs now.
pub enum IssuedCredential {
    /// Goes with the password they have.
    EnrolmentPass(String),
    /// Lets them set a password.
    SetUpCode(String),
}

/// Removes a person's factors, and the password too if asked; enables the account if it was suspended.
pub async fn recover_person(
    scope: &Scope,
    login: &str,
    reason: &str,
    new_password: bool,
) -> Result<IssuedCredential, ActionError> {
    let reason = Reason::parse(reason)?;
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?;
    let Some(person) = person else {
        return Err(ActionError::invalid("login", format!("Nobody signs in as {login:?}.")));
    };
    let (pass, pass_hash) = new_pass(scope, &person.id).await?;
    let (code, code_hash) = new_set_up_code(scope, &person.id).await?;
    lapse_overdue(scope, &person.id).await?;
    let mut change = scope.begin_for(&person.id).await?;
    let held = factors::list_locked(&mut change, &person.id).await?;
    let before = state_before(&mut change, &person.id, &held).await?;
    let sessions = end_access(scope, &mut change, &person.id, AccessEnd::Reset).await?;
    supersede_all(&mut change, &person.id).await?;
    let about = |event: Event| event.person(&person.id).reason(&reason);
    change.record(about(Event::new(Actor::System, SessionRevoked { sessions, why: None })));
    if let Some(why) = &person.suspended_why {
        persons::enable(&mut change, &person.id).await?;
        let enabled = about(Event::new(Actor::System, UserEnabled));
        change.record(enabled.before(json!({ "suspended": true, "why": why })));
    }
    forget_guesses(&mut change, &person.id).await?;
    let until = change.at() + Config::FIRST_PASSKEY_LIFE;
    first_passkey::grant(&mut change, &person.id, until).await?;
    notify::announce(scope, &mut change, &person.id, None, Notice::FactorsReset).await?;
    let given = if new_password {
        persons::remove_password(&mut change, &person.id).await?;
        let gone = UserPasswordChanged::Removed { removed: AlwaysTrue };
        change.record(about(Event::new(Actor::System, gone)));
        keep_set_up_code(&mut change, &person.id, &code_hash).await?;
        IssuedCredential::SetUpCode(code)
    } else {
        let expires_at = change.at() + scope.tenant.settings.enrolment_pass_life;
        let new = NewEnrolmentPass {
            purpose: EnrolmentPass::PURPOSE,
            person: &person.id,
            case: None,
            hash: &pass_hash,
            expires_at,
        };
        enrolment_passes::replace(&mut change, &new).await?;
        IssuedCredential::EnrolmentPass(pass)
    };
    let reset = MfaFactorAdminReset::ByOperator { by: "the operator, on the command line", new_password };
    change.commit(&about(Event::new(Actor::System, reset)).before(before)).await?;
    Ok(given)
}

/// Whatever was open in the person's name ends here: a page that somebody else holds must show no pass any more.
async fn supersede_all(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    let now = change.at();
    for row in cases::list_of_person_locked(change, person).await? {
        let Some(case) = row.case(now)? else { continue };
        if !case.stage().is_open() {
            continue;
        }
        let case = case.overrule(now);
        cases::save(change, &row, &case).await?;
        let closed = CaseClosed::Superseded { by: "the operator" };
        change.record(Event::new(Actor::System, closed).person(person).case(case.id()));
    }
    Ok(())
}

async fn new_pass(scope: &Scope, person: &PersonId) -> Result<(String, String), ActionError> {
    let code = PlainCode::<EnrolmentPass>::from_random(&*scope.app.rng.bytes::<16>()?);
    let hash = scope
        .app
        .hashing
        .hash(Zeroizing::new(code.hash_input(person)), *scope.app.rng.bytes::<16>()?)
        .await?;
    Ok((code.reveal(), hash))
}

/// No count of wrong guesses of before keeps them out.
pub(super) async fn forget_guesses(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    for kind in FactorKind::ALL {
        throttles::forget(change, &RateLimitKey::of_person(person, *kind)).await?;
    }
    Ok(())
}
