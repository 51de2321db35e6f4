//! The first steps into an account: a set-up code and a new password lead to enrolment. The same page makes the first
//! admin of a new installation; no default account exists.

use std::path::PathBuf;

use jiff::SignedDuration;
use postern_core::event::payload::{PassIssued, PassRejected, UserAdded, UserPasswordChanged};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{CodeKind as _, PlainCode, SetUpCode};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::signin::{AccountStatus, Flow, FlowError};
use postern_core::tier::TierFloor;
use zeroize::Zeroizing;

use super::add_contact::read_contact;
use super::add_person::{keep_set_up_code, new_set_up_code};
use super::new_password::check_new_password;
use super::sign_in::Begun;
use super::{ActionError, CountedTry, RateLimit, enrol_totp, refuse_hidden};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::contacts::NewContact;
use crate::store::enrolment_passes::EnrolmentPassRow;
use crate::store::persons::first_passkey;
use crate::store::persons::{NewPerson, Person};
use crate::store::{contacts, enrolment_passes, persons, tenants};
use crate::texts::MessageId;

const WRONG: MessageId = MessageId("wrong-set-up-code");

/// What was typed.
pub struct SetUp<'a> {
    /// The set-up code.
    pub code: &'a str,
    /// The login; the first admin chooses it.
    pub login: &'a str,
    /// The first admin's name; ignored for others.
    pub name: &'a str,
    /// Where notices go; wanted of the first admin, ignored for others.
    pub email: &'a str,
    /// The new password.
    pub password: Zeroizing<String>,
}

/// Makes a code for the first admin, when there is nobody at all.
pub async fn offer_first_admin(scope: &Scope) -> Result<Option<String>, ActionError> {
    if !persons::is_empty(&scope.app.db, &scope.tenant.id).await? {
        return Ok(None);
    }
    let now = scope.now;
    let earlier =
        enrolment_passes::find_live_for_nobody(&scope.app.db, &scope.tenant.id, SetUpCode::PURPOSE, now)
            .await?;
    let person = PersonId::new(match earlier {
        Some(pass) => pass.person_id,
        None => scope.app.rng.id(now)?,
    });
    let (code, hash) = new_set_up_code(scope, &person).await?;
    let mut change = scope.begin().await?;
    keep_set_up_code(&mut change, &person, &hash).await?;
    change.commit(&Event::new(Actor::System, PassIssued::FirstAdmin).person(&person)).await?;
    Ok(Some(code))
}

/// Where `postern serve` leaves the first admin's code when nobody looks at its terminal.
pub fn code_file(scope: &Scope) -> PathBuf {
    scope.app.config.data.join(format!("first-admin-code-{}.txt", scope.tenant.slug))
}

/// Deletes that file: the code was used, or a new one is made.
pub fn forget_code_file(scope: &Scope) {
    match std::fs::remove_file(code_file(scope)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "the file with the first admin's code is still there");
        }
        _ => {}
    }
}

/// Takes a set-up code and sets the password.
pub async fn set_up(scope: &Scope, typed: SetUp<'_>) -> Result<Begun, ActionError> {
    // First the limiter, then the code, then the password: nothing that costs is done for whoever has not paid.
    // By the hour: a stranger who guesses at a newcomer's name must not shut the newcomer out for good.
    let hour = CountedTry::in_window("set_up", scope.now, SignedDuration::from_hours(1));
    let limit = RateLimit::of_unknown_login(typed.login, hour);
    limit.acquire(scope).await?;
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, typed.login).await?;
    let Some(pass) = find_right_pass(scope, person.as_ref(), typed.code).await? else {
        let event = Event::new(Actor::Anonymous, PassRejected::SetUpCode);
        scope.begin().await?.commit(&event).await?;
        return Err(ActionError::invalid("code", WRONG));
    };
    let called = [typed.login, typed.name, scope.tenant.name.as_str()];
    if let Err(weak) = check_new_password(scope, "password", (&typed.password, &called)).await {
        let mut change = scope.begin().await?;
        limit.clear(&mut change).await?;
        change.commit_unrecorded("the code was right; only the password has to be another").await?;
        return Err(weak);
    }
    let hash = scope.app.hashing.hash(typed.password.clone(), *scope.app.rng.bytes::<16>()?).await?;
    let id = PersonId::new(&pass.person_id);
    let begun = Begun { token: scope.app.rng.token()?, flow: enrolling(&id)? };
    let mut change = scope.begin_for(&id).await?;
    enrolment_passes::consume(&mut change, &pass.id).await?;
    if person.is_some() {
        persons::save_first_password(&mut change, &id, &hash).await?;
        notify::announce(scope, &mut change, &id, None, Notice::PasswordSet).await?;
    } else {
        insert_first_admin(&mut change, &id, &typed, &hash).await?;
    }
    enrol_totp::begin(scope, &mut change, &begun).await?;
    let actor = Actor::Person { id: id.clone() };
    change.commit(&Event::new(actor, UserPasswordChanged::Set).person(&id)).await?;
    if person.is_none() {
        forget_code_file(scope);
    }
    Ok(begun)
}

/// The password is the one that was chosen just now, and the set-up code stands for the pass.
fn enrolling(id: &PersonId) -> Result<Flow, FlowError> {
    let new = AccountStatus::NEW;
    let flow = Flow::begin(id.clone(), new).show(FactorKind::Password, new)?.going_on()?;
    flow.show(FactorKind::EnrolmentPass, new)?.going_on()
}

async fn insert_first_admin(
    change: &mut crate::store::Change<'_>,
    id: &PersonId,
    typed: &SetUp<'_>,
    hash: &str,
) -> Result<(), ActionError> {
    for (field, value) in [("login", typed.login), ("name", typed.name), ("email", typed.email)] {
        if value.trim().is_empty() || value.chars().count() > 100 {
            return Err(ActionError::invalid(field, MessageId("wanted-up-to").with("count", 100_usize)));
        }
        refuse_hidden(field, value)?;
    }
    read_contact("email", "email", typed.email)?;
    let row = NewPerson {
        id,
        login: typed.login,
        name: typed.name,
        tier: TierFloor::Privileged.as_str(),
        role: Role::Admin,
        manager: None,
        password_hash: Some(hash),
    };
    // The tenant's row is held, so that of two first admins one finds somebody there.
    tenants::lock(change).await?;
    if persons::exist(change).await? {
        return Err(ActionError::invalid("code", WRONG));
    }
    persons::insert(change, &row).await?;
    let at = change.at();
    // Nobody is there yet who could say yes.
    first_passkey::grant(change, id, at + Config::FIRST_PASSKEY_LIFE).await?;
    contacts::insert(change, id, &NewContact::of_nobody("email", typed.email.trim(), at)).await?;
    change.record(Event::new(Actor::System, UserAdded::FirstAdmin).person(id));
    Ok(())
}

async fn find_right_pass(
    scope: &Scope,
    person: Option<&Person>,
    typed: &str,
) -> Result<Option<EnrolmentPassRow>, ActionError> {
    let now = scope.now;
    let live = match person {
        Some(person) => {
            enrolment_passes::find_live(&scope.app.db, &scope.tenant.id, &person.id, SetUpCode::PURPOSE, now)
                .await?
        }
        None => {
            enrolment_passes::find_live_for_nobody(&scope.app.db, &scope.tenant.id, SetUpCode::PURPOSE, now)
                .await?
        }
    };
    let owner = PersonId::new(live.as_ref().map(|pass| pass.person_id.clone()).unwrap_or_default());
    let input = PlainCode::<SetUpCode>::parse(typed).map(|code| code.hash_input(&owner)).unwrap_or_default();
    let right =
        scope.app.hashing.verify(Zeroizing::new(input), live.as_ref().map(|pass| pass.hash.clone())).await?;
    Ok(live.filter(|_| right))
}
