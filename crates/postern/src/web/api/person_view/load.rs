//! Reads what the view of a person shows.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use postern_core::case::{Case, Stage};
use postern_core::id::PersonId;
use postern_core::policy::{AddNote, AllowedActions, ChangePerson, OpenCaseForCaller};

use super::{
    CaseOfPerson, ContactOnFile, LockOfPerson, ManagerOfPerson, MayOnPerson, PersonDetail, SessionOfPerson,
    TierBefore,
};
use crate::actions::Caller;
use crate::actions::lift_lock::{AccountLock, list_locks};
use crate::browser_label::browser_label;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::{Contact, is_phone};
use crate::store::persons::Person;
use crate::store::sessions::Session;
use crate::store::{cases, contacts, factors, persons, sessions, time};
use crate::texts::Language;
use crate::web::api::case_view::TimelineEntry;
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::desk::verb::offers_on_person;
use crate::web::desk::{case_label, outcome_label, stage_label};
use crate::web::factor_view::FactorView;
use crate::web::problem::Problem;

/// Newest cases that are shown.
const CASES: usize = 20;

impl PersonDetail {
    /// Everything the desk sees of somebody.
    pub async fn load(scope: &Scope, caller: &Caller, id: &PersonId) -> Result<Self, Problem> {
        let (db, tenant, now) = (&scope.app.db, &scope.tenant.id, scope.now);
        let when = (now, scope.tenant.settings.callable_if_filed_by(now));
        let summary = persons::load_summary(db, tenant, id, when).await?;
        let person = summary.person;
        let enrolled = factors::list(db, tenant, id).await?;
        let open = sessions::list(db, tenant, id, now).await?;
        let locks = locks_of(scope, id).await?;
        let subject = person.subject(&scope.tenant.settings.tiers, now);
        let waits = locks.iter().any(|lock| lock.until.is_some());
        let allowed = scope.tenant.policies.allowed_on_person(&caller.staff(), &subject);
        let may = MayOnPerson::of(&allowed);
        let verbs = offers_on_person(&allowed, (&subject, waits));
        Ok(Self {
            tier_floor: scope.tenant.settings.tiers.of(&person.tier).floor().as_str(),
            tier_before: tier_before(&person, now),
            role: person.role.as_str(),
            role_that_waits: summary.waiting_role.map(postern_core::person::Role::as_str),
            manager: person.manager.as_ref().zip(summary.manager_name).map(ManagerOfPerson::from),
            suspended_at: person.suspended_at,
            suspended_by: suspended_by(scope, &person).await?,
            is_enrolled: summary.is_enrolled,
            factors: enrolled.iter().map(|factor| FactorView::of(factor, now)).collect(),
            locks,
            backup_codes_left: summary.codes_left,
            trusted_contacts: summary.trusted_contacts,
            sessions: open.into_iter().map(SessionOfPerson::from).collect(),
            contacts: contacts_of(scope, id).await?,
            cases: CaseOfPerson::list(scope, id).await?,
            diagnosis: DiagnosisView::load(scope, &person).await?,
            timeline: TimelineEntry::list_of_person(scope, caller, &person).await?,
            may,
            verbs,
            id: person.id.to_string(),
            name: person.name,
            login: person.login,
            tier: person.tier,
            suspended_why: person.suspended_why,
        })
    }
}

async fn locks_of(scope: &Scope, id: &PersonId) -> Result<Vec<LockOfPerson>, Problem> {
    let locks = list_locks(scope, id).await?.into_iter();
    let lock = |lock: AccountLock| LockOfPerson {
        kind: lock.kind.as_str(),
        title: lock.kind.title(),
        until: lock.until,
    };
    Ok(locks.map(lock).collect())
}

async fn suspended_by(scope: &Scope, person: &Person) -> Result<Option<String>, Problem> {
    if person.suspended_at.is_none() {
        return Ok(None);
    }
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let Some(by) = persons::find_suspender(db, tenant, &person.id).await? else { return Ok(None) };
    Ok(persons::find(db, tenant, &by).await?.map(|by| by.name))
}

fn tier_before(person: &Person, now: Timestamp) -> Option<TierBefore> {
    let (tier, until) = person.tier_before.as_ref()?;
    (now < *until && *tier != person.tier).then(|| TierBefore { tier: tier.clone(), counts_until: *until })
}

async fn contacts_of(scope: &Scope, id: &PersonId) -> Result<Vec<ContactOnFile>, Problem> {
    let listed = contacts::list_told(&scope.app.db, &scope.tenant.id, id, scope.now).await?;
    let filers = |contact: &'_ Contact| [contact.filed_by.clone(), contact.confirmed_by.clone()];
    let ids: Vec<String> = listed.iter().flat_map(filers).flatten().collect();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let names = persons::list_names(&scope.app.db, &scope.tenant.id, &ids).await?;
    Ok(listed.into_iter().map(|contact| ContactOnFile::of(scope, contact, &names)).collect())
}

impl ContactOnFile {
    /// Numbers of a person that were on file long enough to be rung.
    pub async fn list_callable(scope: &Scope, id: &PersonId) -> Result<Vec<String>, Problem> {
        let on_file = contacts_of(scope, id).await?.into_iter();
        Ok(on_file.filter(|one| one.desk_may == "call_and_notify").map(|one| one.value).collect())
    }

    fn of(scope: &Scope, contact: Contact, names: &HashMap<String, String>) -> Self {
        let name =
            |id: &Option<String>| id.as_ref().map(|id| names.get(id).cloned().unwrap_or_else(|| id.clone()));
        let counts_from = contact.confirmed_at.map(|at| time(at.max(contact.filed_at)));
        let age = scope.tenant.settings.contact_min_age;
        let callable_from = counts_from.map(|at| at.saturating_add(age).unwrap_or(Timestamp::MAX));
        let is_old_enough = callable_from.is_some_and(|from| from <= scope.now);
        let desk_may = match &contact {
            Contact { removed_at: Some(_), .. } => "removed",
            Contact { lost_at: Some(_), .. } => "lost",
            Contact { confirmed_at: None, .. } => "unattested",
            contact if !is_phone(contact) => "notify",
            _ if is_old_enough => "call_and_notify",
            _ => "too_fresh",
        };
        let filed_at = time(contact.filed_at);
        Self {
            filed_by: name(&contact.filed_by),
            attested_by: name(
                &contact.confirmed_by.clone().filter(|by| Some(by) != contact.filed_by.as_ref()),
            ),
            days: scope.now.duration_since(filed_at).as_hours().div_euclid(24),
            filed_at,
            confirmed_at: contact.confirmed_at.map(time),
            lost_at: contact.lost_at.map(time),
            removed_at: contact.removed_at.map(time),
            desk_may,
            callable_from: callable_from.filter(|_| desk_may == "too_fresh"),
            id: contact.id,
            kind: contact.kind,
            value: contact.value,
        }
    }
}

impl CaseOfPerson {
    /// Those of a person, newest first.
    pub async fn list(scope: &Scope, id: &PersonId) -> Result<Vec<Self>, Problem> {
        let mut rows = cases::list_of_person(&scope.app.db, &scope.tenant.id, id).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.opened_at));
        rows.truncate(CASES);
        rows.into_iter().map(|row| Self::of(row, scope.now)).collect()
    }

    fn of(row: CaseRow, now: Timestamp) -> Result<Self, Problem> {
        let case = row.case(now)?;
        let stage_label = match case.as_ref().map(Case::stage) {
            Some(Stage::Closed { outcome, .. }) => outcome_label(outcome.as_str()),
            _ => case.as_ref().map_or_else(|| stage_label(&row.stage), |case| case_label(case, now)),
        };
        Ok(Self {
            stage: case.map_or_else(|| row.stage.clone(), |case| case.stage().as_str().to_owned()),
            stage_label,
            opened_at: time(row.opened_at),
            closed_at: row.closed_at.map(time),
            id: row.id,
            reference: row.reference,
        })
    }
}

impl From<(&PersonId, String)> for ManagerOfPerson {
    fn from((id, name): (&PersonId, String)) -> Self {
        Self { id: id.to_string(), name }
    }
}

impl From<Session> for SessionOfPerson {
    fn from(session: Session) -> Self {
        Self {
            browser: browser_label(Language::English, &session.user_agent),
            ip: session.ip,
            by_passkey: session.phishing_resistant == 1,
            created_at: time(session.created_at),
            last_seen_at: time(session.last_seen_at),
        }
    }
}

impl MayOnPerson {
    fn of(allowed: &AllowedActions<'_>) -> Self {
        Self {
            change: allowed.contains::<ChangePerson>(),
            open_case: allowed.contains::<OpenCaseForCaller>(),
            add_note: allowed.contains::<AddNote>(),
        }
    }
}
