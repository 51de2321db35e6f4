//! An admin adds people by a file. First it is only read, and says row by row what would be done; then the same file is sent
//! again with the hash of that plan, and everything is done in one change, or nothing.
//!
//! Whoever is there already is left alone. No file gives power: roles are asked for one by one. What it says of numbers and
//! addresses is nobody's word: each proves nothing until an admin attests it. Nobody gets a set-up code by it.

use std::collections::{HashMap, HashSet};

use postern_core::event::Event;
use postern_core::event::payload::{UserAdded, UserImported};
use postern_core::id::PersonId;
use postern_core::login;
use postern_core::people_file::{
    DirectoryFacts, Newcomer, PeopleFile, PeopleFileError, PeopleImport, decode,
};
use postern_core::person::Role;
use postern_core::policy::{ManagePeople, Permit};
use sha2::{Digest as _, Sha256};

use super::add_contact::is_mail_address;
use super::retry::retry;
use super::{ActionError, Caller, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::contacts::{self, NewContact};
use crate::store::persons::{self, NewPerson, made_by};
use crate::store::{Change, StoreError};

/// What came of a file that was to be carried out.
pub enum ImportOutcome {
    /// Those of the plan are in the directory.
    Done(PeopleImport),
    /// It would do something else now than what was shown: nothing was done.
    Differs(PeopleImport),
}

/// Says what a file would do, and does nothing.
pub async fn preview_import(
    scope: &Scope,
    caller: &Caller,
    bytes: &[u8],
) -> Result<PeopleImport, ActionError> {
    permit_on_tenant::<ManagePeople>(scope, caller).await?;
    let file = PeopleFile::parse(&decode(bytes)?)?;
    Ok(plan(scope, &file).await?.0)
}

/// Does what a file says, if that is what was shown: `shown` is the hash of that plan.
pub async fn import_people(
    scope: &Scope,
    caller: &Caller,
    bytes: &[u8],
    shown: &str,
) -> Result<ImportOutcome, ActionError> {
    let permit = permit_on_tenant::<ManagePeople>(scope, caller).await?;
    let text = decode(bytes)?;
    let file = PeopleFile::parse(&text)?;
    caller.expect_step_up(scope.now)?;
    let file_sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&text));
    let done = retry(|| import(scope, caller, (&permit, &file, &file_sha256), shown)).await;
    match done {
        // Somebody added one of them since we looked.
        Err(ActionError::Conflict) => Ok(ImportOutcome::Differs(plan(scope, &file).await?.0)),
        other => other,
    }
}

async fn import(
    scope: &Scope,
    caller: &Caller,
    (permit, file, file_sha256): (&Permit<ManagePeople>, &PeopleFile, &str),
    shown: &str,
) -> Result<ImportOutcome, ActionError> {
    let (plan, directory) = plan(scope, file).await?;
    if plan.plan_hash() != shown || !plan.problems.is_empty() {
        return Ok(ImportOutcome::Differs(plan));
    }
    if plan.newcomers.is_empty() {
        return Err(ActionError::refused("Everybody in the file is here already. Nothing was changed."));
    }
    let mut change = caller.change(scope).await?;
    let people = insert(scope, &mut change, caller, &plan, directory).await?;
    for (newcomer, id) in plan.newcomers.iter().zip(&people) {
        let added = UserAdded::InDirectory {
            login: &newcomer.login,
            role: Role::Person,
            tier: &newcomer.tier,
            by: None,
        };
        change.record(Event::new(caller.actor(), added).person(id).policies(permit.policies()));
    }
    let count = plan.newcomers.len();
    let added = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    let text = format!("{} added {added} by a file.", caller.person.name);
    notify::notify_overseers(scope, &mut change, ("People were added by a file", &text, "/desk/people"))
        .await?;
    let imported = UserImported { people: count, left_alone: plan.known.len(), file_sha256 };
    change.commit(&Event::new(caller.actor(), imported).policies(permit.policies())).await?;
    Ok(ImportOutcome::Done(plan))
}

/// What the file would do now, and who has the logins that it names.
async fn plan(
    scope: &Scope,
    file: &PeopleFile,
) -> Result<(PeopleImport, HashMap<String, PersonId>), StoreError> {
    let directory = persons::list_ids_of_logins(&scope.app.db, &scope.tenant.id, &file.login_keys()).await?;
    let logins: HashSet<String> = directory.keys().cloned().collect();
    let tiers = &scope.tenant.settings.tiers;
    Ok((file.check(&DirectoryFacts { logins: &logins, tiers, is_mail_address }), directory))
}

/// Adds those of a plan, each with what the file says of them. `Conflict` when somebody has one of the logins by now.
async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    plan: &PeopleImport,
    mut directory: HashMap<String, PersonId>,
) -> Result<Vec<PersonId>, ActionError> {
    let mut people = Vec::with_capacity(plan.newcomers.len());
    for newcomer in &plan.newcomers {
        let id = PersonId::new(scope.app.rng.id(scope.now)?);
        directory.insert(login::normalise(&newcomer.login), id.clone());
        people.push(id);
    }
    let rows = plan.newcomers.iter().zip(&people).map(|(newcomer, id)| NewPerson {
        id,
        login: &newcomer.login,
        name: &newcomer.name,
        tier: &newcomer.tier,
        role: Role::Person,
        // The plan was made with this directory, so that whoever is named is in it.
        manager: newcomer.manager.as_ref().and_then(|key| directory.get(key)),
        password_hash: None,
    });
    persons::insert_all(change, &rows.collect::<Vec<_>>()).await?;
    made_by::save_all(change, &people, &caller.person.id).await?;
    let filed_at = change.at();
    let contacts = plan.newcomers.iter().zip(&people).flat_map(|(newcomer, id)| {
        let by = Some(&caller.person.id);
        contacts_of(newcomer)
            .map(move |(kind, value)| (id, NewContact { kind, value, filed_at, by, is_confirmed: false }))
    });
    contacts::insert_all(change, &contacts.collect::<Vec<_>>()).await?;
    Ok(people)
}

fn contacts_of(newcomer: &Newcomer) -> impl Iterator<Item = (&'static str, &str)> {
    let numbers = [("mobile", &newcomer.mobile), ("office_phone", &newcomer.office_phone)];
    let numbers = numbers.into_iter().filter_map(|(kind, number)| Some((kind, number.as_deref()?)));
    std::iter::once(("email", newcomer.email.as_str())).chain(numbers)
}

impl From<PeopleFileError> for ActionError {
    fn from(error: PeopleFileError) -> Self {
        Self::invalid("csv", error.to_string())
    }
}
