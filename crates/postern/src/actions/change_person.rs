//! An admin changes who somebody is to the desk: name, manager, tier, desk role. What makes an account easier to take waits: of two
//! tiers the stricter counts for a week, a new manager counts as the admin for a week, and a role waits for a second admin.

use jiff::SignedDuration;
use postern_core::case::MadeBy;
use postern_core::event::Event;
use postern_core::event::payload::{AlwaysTrue, UserChanged};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::ChangePerson;
use postern_core::reason::Reason;
use postern_core::tier::Tier;
use serde_json::json;

use super::decide_on_power::stop_powers_of;
use super::on_record::Attempt;
use super::request_power::{Power, request_power};
use super::{ActionError, Caller, permit_on_person, refuse_hidden};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::persons::{self, ChangedPerson, Person, made_by};
use crate::store::{Change, power_grants};

/// How somebody is to be from now on, as typed.
#[derive(Clone, Copy)]
pub struct WantedPerson<'a> {
    /// The name.
    pub name: &'a str,
    /// The manager's login; empty for none.
    pub manager: &'a str,
    /// The name of one of the organisation's tiers.
    pub tier: &'a str,
    /// Desk role.
    pub role: Role,
    /// How they stood when the caller looked, as [`as_shown`] says it; none where the caller names only what is to be different.
    pub seen: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
}

/// What a form about somebody has shown: it goes with the form, so that a form that is old undoes nothing.
pub fn as_shown(person: &Person) -> String {
    let manager = person.manager.as_ref().map_or("", PersonId::as_str);
    [person.name.as_str(), manager, person.tier.as_str(), person.role.as_str()].join(" | ")
}

/// What differs from how they are.
struct Differences<'a> {
    name: Option<&'a str>,
    /// Who the manager is to be, changed or not.
    manager: Option<PersonId>,
    is_manager_new: bool,
    tier: Option<&'a str>,
    /// The tier that counts until now, where less proof suffices for the new one.
    lowers_from: Option<Tier>,
    role: Option<Role>,
}

impl Differences<'_> {
    fn changes_at_once(&self) -> bool {
        self.name.is_some() || self.is_manager_new || self.tier.is_some()
    }
}

/// Changes them.
pub async fn change_person(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    wanted: WantedPerson<'_>,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "change_person", case: None, person: Some(person) };
    attempt.run(scope, || change(scope, caller, person, wanted)).await
}

async fn change(
    scope: &Scope,
    caller: &Caller,
    id: &PersonId,
    wanted: WantedPerson<'_>,
) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let new = differences(scope, &person, &wanted).await?;
    let reason = Reason::parse(wanted.reason)?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, id).await?;
    persons::lock_unchanged(&mut change, &person.subject(&scope.tenant.settings.tiers, scope.now)).await?;
    let lowered = new.role.filter(|role| !waits(person.role, *role));
    if let Some(role) = new.role.filter(|role| waits(person.role, *role)) {
        expect_none_waits(&mut change, id).await?;
        let name = new.name.unwrap_or(&person.name);
        request_power(scope, &mut change, caller, (id, name, Power::Role(role)), Some(&reason)).await?;
        if !new.changes_at_once() {
            // Nothing is changed yet: that it was asked for is on the record by itself.
            return Ok(change.commit_unrecorded("that a role was asked for is on the record").await?);
        }
    }
    save(&mut change, caller, &person, &new).await?;
    if let Some(role) = lowered {
        persons::save_role(&mut change, id, role, &caller.person.id).await?;
        stop_powers_of(scope, &mut change, id).await?;
    }
    notify::announce(scope, &mut change, id, None, Notice::PersonChanged).await?;
    if new.lowers_from.is_some() || lowered.is_some() {
        let text = format!("{} changed the tier or the desk role of {}.", caller.person.name, person.name);
        let page = format!("/desk/people/{id}");
        notify::notify_overseers(scope, &mut change, ("A tier or a desk role was changed", &text, &page))
            .await?;
    }
    let manager = new.manager.as_ref().map_or("", PersonId::as_str);
    let changed = UserChanged {
        name: new.name,
        manager: new.is_manager_new.then_some(manager),
        tier: new.tier,
        lowers_tier: new.lowers_from.as_ref().map(|_| AlwaysTrue),
        role: lowered,
    };
    let event =
        Event::new(caller.actor(), changed).person(id).reason(&reason).policies(permit.policies()).before(
            json!({
                "name": person.name, "manager": person.manager, "tier": person.tier, "role": person.role,
            }),
        );
    Ok(change.commit(&event).await?)
}

/// Whether a change of role waits for a second admin: more power does, and so does taking it from those who stop one admin, or see
/// what one does. Otherwise one who is phished sends all the others away first. An auditor reads what no agent does, so either is
/// more than the other.
fn waits(from: Role, to: Role) -> bool {
    let stops_admins = matches!(from, Role::Senior | Role::Admin | Role::Auditor);
    stops_admins || (to.is_staff() && to.rank() >= from.rank())
}

/// Inside the change, with the person's row locked: of two requests at once one is the first.
async fn expect_none_waits(change: &mut Change<'_>, id: &PersonId) -> Result<(), ActionError> {
    let waiting = power_grants::list_waiting_of(change, id).await?;
    if waiting.iter().any(|grant| grant.role.is_some() && grant.person_id == id.as_str()) {
        let message = "A desk role waits for them already: a second admin says yes to it, or stops it.";
        return Err(ActionError::invalid("role", message));
    }
    Ok(())
}

async fn save(
    change: &mut Change<'_>,
    caller: &Caller,
    person: &Person,
    new: &Differences<'_>,
) -> Result<(), ActionError> {
    let until = change.at() + SignedDuration::from_hours(24 * MadeBy::DAYS);
    let changed = ChangedPerson {
        name: new.name.unwrap_or(&person.name),
        manager: new.manager.as_ref(),
        tier: new.tier.unwrap_or(&person.tier),
        tier_before: match (&new.lowers_from, new.tier) {
            (Some(counted), _) => Some((counted.as_str(), until)),
            (None, Some(_)) => None,
            (None, None) => person.tier_before.as_ref().map(|(tier, until)| (tier.as_str(), *until)),
        },
    };
    persons::save_changed(change, person, &changed).await?;
    // A name alone gives nobody power over anybody.
    if new.is_manager_new || new.tier.is_some() || new.role.is_some() {
        made_by::save(change, &person.id, &caller.person.id).await?;
    }
    Ok(())
}

async fn differences<'a>(
    scope: &Scope,
    person: &Person,
    wanted: &WantedPerson<'a>,
) -> Result<Differences<'a>, ActionError> {
    if wanted.seen.is_some_and(|seen| seen != as_shown(person)) {
        let message = "Somebody changed this person since you opened the form. Open it again, and look at what is there now.";
        return Err(ActionError::refused(message));
    }
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(ActionError::invalid("name", "Wanted, up to 100 characters."));
    }
    refuse_hidden("name", name)?;
    let tiers = &scope.tenant.settings.tiers;
    let Some(tier) = tiers.find(wanted.tier) else {
        return Err(ActionError::invalid("tier", "Choose one of the organisation's tiers."));
    };
    let manager = manager(scope, person, wanted.manager.trim()).await?;
    // Not the one on file: it may have been lowered already this week, and two steps are one.
    let counts = person.subject(tiers, scope.now).tier;
    let new = Differences {
        name: (name != person.name).then_some(name),
        is_manager_new: manager != person.manager,
        manager,
        tier: (wanted.tier != person.tier).then_some(wanted.tier),
        lowers_from: (wanted.tier != person.tier && *tier < counts).then_some(counts),
        role: (wanted.role != person.role).then_some(wanted.role),
    };
    if new.name.is_none() && !new.is_manager_new && new.tier.is_none() && new.role.is_none() {
        return Err(ActionError::refused("Nothing differs from how it is. Nothing was changed."));
    }
    Ok(new)
}

async fn manager(scope: &Scope, person: &Person, login: &str) -> Result<Option<PersonId>, ActionError> {
    if login.is_empty() {
        return Ok(None);
    }
    let found = persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?;
    let message = "Nobody signs in with this name. Add the manager first.";
    let manager = found.ok_or_else(|| ActionError::invalid("manager", message))?;
    if manager.id == person.id {
        return Err(ActionError::invalid("manager", "Nobody is their own manager."));
    }
    Ok(Some(manager.id))
}
