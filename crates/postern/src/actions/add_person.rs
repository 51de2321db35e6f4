//! An admin adds somebody. The answer is a set-up code, shown once, with which the person sets a password and enrols.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::UserAdded;
use postern_core::factor::code::{CodeKind as _, PlainCode, SetUpCode};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::ManagePeople;
use zeroize::Zeroizing;

use super::add_contact::read_contact;
use super::request_power::{Power, request_power};
use super::retry::retry;
use super::{ActionError, Caller, permit_on_tenant, refuse_hidden};
use crate::config::Config;
use crate::scope::Scope;
use crate::store::contacts::NewContact;
use crate::store::enrolment_passes::NewEnrolmentPass;
use crate::store::persons::NewPerson;
use crate::store::persons::made_by;
use crate::store::{Change, StoreError, contacts, enrolment_passes, persons};

/// What the admin typed.
pub struct Details<'a> {
    /// The name to sign in with.
    pub login: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// What is at stake: the name of one of the organisation's tiers.
    pub tier: &'a str,
    /// Desk role.
    pub role: Role,
    /// The manager's login; empty for none.
    pub manager: &'a str,
    /// Where notices go; empty for none.
    pub email: &'a str,
    /// Office number; empty for none.
    pub office_phone: &'a str,
}

/// Somebody was added.
pub struct AddedPerson {
    /// With it, once, the person sets a password and enrols.
    pub set_up_code: String,
    /// When the desk role works if no second admin says yes before; `None` without one.
    pub role_waits_until: Option<Timestamp>,
}

/// Adds a person. A desk role waits for a second admin.
pub async fn add_person(
    scope: &Scope,
    caller: &Caller,
    new: &Details<'_>,
) -> Result<AddedPerson, ActionError> {
    retry(|| add(scope, caller, new)).await
}

async fn add(scope: &Scope, caller: &Caller, new: &Details<'_>) -> Result<AddedPerson, ActionError> {
    let permit = permit_on_tenant::<ManagePeople>(scope, caller).await?;
    check(new)?;
    if scope.tenant.settings.tiers.find(new.tier).is_none() {
        return Err(ActionError::invalid("tier", "Choose one of the organisation's tiers."));
    }
    let manager =
        match new.manager.trim() {
            "" => None,
            login => Some(persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?.ok_or_else(
                || ActionError::invalid("manager", "Nobody signs in with this name. Add the manager first."),
            )?),
        };
    if new.role.is_staff() {
        caller.expect_step_up(scope.now)?;
    }
    let person = PersonId::new(scope.app.rng.id(scope.now)?);
    let (code, hash) = new_set_up_code(scope, &person).await?;
    let mut change = caller.change(scope).await?;
    let row = NewPerson {
        id: &person,
        login: new.login,
        name: new.name,
        tier: new.tier,
        role: Role::Person,
        manager: manager.as_ref().map(|m| &m.id),
        password_hash: None,
    };
    match persons::insert(&mut change, &row).await {
        Err(StoreError::Conflict) => {
            return Err(ActionError::invalid("login", "Somebody signs in with this name already."));
        }
        other => other?,
    }
    made_by::save(&mut change, &person, &caller.person.id).await?;
    for (kind, value) in [("email", new.email), ("office_phone", new.office_phone)] {
        if !value.trim().is_empty() {
            let new = NewContact {
                kind,
                value: &read_contact(kind, kind, value)?,
                filed_at: change.at(),
                by: Some(&caller.person.id),
                is_confirmed: true,
            };
            contacts::insert(&mut change, &person, &new).await?;
        }
    }
    keep_set_up_code(&mut change, &person, &hash).await?;
    let added = UserAdded::InDirectory { login: new.login.trim(), role: new.role, tier: new.tier, by: None };
    let event = Event::new(caller.actor(), added).person(&person).policies(permit.policies());
    let role_waits_until = if new.role.is_staff() {
        let asked = (&person, new.name.trim(), Power::Role(new.role));
        Some(request_power(scope, &mut change, caller, asked, None).await?)
    } else {
        None
    };
    change.commit(&event).await?;
    Ok(AddedPerson { set_up_code: code, role_waits_until })
}

/// What is typed must be somebody whom notices can reach.
fn check(new: &Details<'_>) -> Result<(), ActionError> {
    for (field, value) in [("login", new.login), ("name", new.name)] {
        if value.trim().is_empty() || value.chars().count() > 100 {
            return Err(ActionError::invalid(field, "Wanted, up to 100 characters."));
        }
    }
    for (field, value) in
        [("login", new.login), ("name", new.name), ("email", new.email), ("office_phone", new.office_phone)]
    {
        refuse_hidden(field, value)?;
    }
    if new.email.trim().is_empty() {
        return Err(ActionError::invalid("email", "Wanted: notices must reach the person somewhere."));
    }
    read_contact("email", "email", new.email)?;
    if !new.office_phone.trim().is_empty() {
        read_contact("office_phone", "office_phone", new.office_phone)?;
    }
    Ok(())
}

/// A set-up code and its hash.
pub(crate) async fn new_set_up_code(
    scope: &Scope,
    person: &PersonId,
) -> Result<(String, String), ActionError> {
    let code = PlainCode::<SetUpCode>::from_random(&*scope.app.rng.bytes::<16>()?);
    let hash = scope
        .app
        .hashing
        .hash(Zeroizing::new(code.hash_input(person)), *scope.app.rng.bytes::<16>()?)
        .await?;
    Ok((code.reveal(), hash))
}

/// Keeps a set-up code; an earlier one is dead.
pub(crate) async fn keep_set_up_code(
    change: &mut Change<'_>,
    person: &PersonId,
    hash: &str,
) -> Result<(), ActionError> {
    let expires_at = change.at() + Config::SET_UP_LIFE;
    let pass = NewEnrolmentPass { purpose: SetUpCode::PURPOSE, person, case: None, hash, expires_at };
    enrolment_passes::replace(change, &pass).await?;
    Ok(())
}
