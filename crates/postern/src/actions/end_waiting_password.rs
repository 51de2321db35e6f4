//! What becomes of a new password that waits: its owner stops it, or its time comes and nothing spoke against it.

use jiff::Timestamp;
use postern_core::event::payload::{
    AlwaysTrue, ProvingFactor, SessionRevoked, UserPasswordChanged, UserPasswordStopped,
};
use postern_core::event::{Actor, Event, EventKind};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;

use super::disown_activity::{ON_ACCOUNT_PAGE, found};
use super::end_access::{AccessEnd, end_access};
use super::forgotten_password::{list_mailboxes, may_replace};
use super::on_record::Attempt;
use super::record_finding::record_finding;
use super::retry::retry;
use super::{ActionError, Caller, RateLimit};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::forgotten_passwords::{self, WaitingPassword};
use crate::store::{Change, StoreError, factors, flows, known_devices, outbox, persons, sessions, time};
use crate::texts::MessageId;

const BY_NOTICE: &str = "a link in a notice";

/// When the password that waits for the caller counts, where one does.
pub async fn find_own(scope: &Scope, caller: &Caller) -> Result<Option<Timestamp>, ActionError> {
    let found = forgotten_passwords::find_waiting(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    Ok(found.map(|waiting| time(waiting.takes_effect_at)))
}

/// Its owner stops it. That wants no factor: whoever says so may have lost theirs. An incident is opened, as for everything of which an
/// owner says that it was not them.
pub async fn stop_own(scope: &Scope, caller: &Caller) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: "stop_waiting_password", case: None, person };
    let asked_at = attempt.run(scope, || stop(scope, caller)).await?;
    let login = &caller.person.login;
    record_finding(scope, &found(scope, login, (ON_ACCOUNT_PAGE, EventKind::UserPasswordWaits, asked_at)))
        .await
}

async fn stop(scope: &Scope, caller: &Caller) -> Result<Timestamp, ActionError> {
    let person = &caller.person.id;
    let mut change = caller.change_on(scope, person).await?;
    let waiting = forgotten_passwords::find_waiting_locked(&mut change, person).await?;
    let waiting = waiting.ok_or_else(|| ActionError::refused(MessageId("no-new-password-waits")))?;
    forgotten_passwords::stop(&mut change, &waiting.id).await?;
    notify::announce(scope, &mut change, person, None, Notice::PasswordStopped).await?;
    let stopped = UserPasswordStopped { why: "the owner" };
    change.commit(&Event::new(caller.actor(), stopped).person(person)).await?;
    Ok(time(waiting.used_at))
}

/// Their owner says by the link in its notice that the one set then was not them. Unless it counts, or a later one does, everything that
/// is under way ends, later ones that wait as well: two such notices look alike. The account stays open, for nothing was changed yet. The
/// answer: whether it never counts.
pub(super) async fn stop_by_notice(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    used_at: Timestamp,
) -> Result<bool, ActionError> {
    if forgotten_passwords::may_count_since(change, person, used_at).await? {
        return Ok(false);
    }
    end_waiting_and_sessions(scope, change, person).await?;
    Ok(true)
}

/// Their owner says by the link in another notice that what it told of was not them: what waits beside it was not either. The answer:
/// whether one waited.
pub(super) async fn stop_beside_case(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<bool, ActionError> {
    let waits = forgotten_passwords::find_waiting_locked(change, person).await?.is_some();
    if waits {
        end_waiting_and_sessions(scope, change, person).await?;
    }
    Ok(waits)
}

async fn end_waiting_and_sessions(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<(), ActionError> {
    if forgotten_passwords::end_all(change, person).await? {
        let stopped = UserPasswordStopped { why: BY_NOTICE };
        change.record(Event::new(Actor::Anonymous, stopped).person(person));
        notify::announce(scope, change, person, None, Notice::PasswordStopped).await?;
    }
    let sessions = end_access(scope, change, person, AccessEnd::Disowned { stays: None }).await?;
    if sessions > 0 {
        let revoked = SessionRevoked { sessions, why: Some("disowned") };
        change.record(Event::new(Actor::Anonymous, revoked).person(person));
    }
    Ok(())
}

/// Lets those count whose time has come.
pub async fn set_due_passwords(scope: &Scope) -> Result<(), ActionError> {
    for waiting in forgotten_passwords::list_due(&scope.app.db, &scope.tenant.id, scope.now).await? {
        match retry(|| set_due(scope, &waiting)).await {
            // Another node was faster, or somebody stopped it.
            Ok(()) | Err(ActionError::Conflict) => {}
            // One that can't be set holds up no other.
            Err(error) => {
                tracing::error!(waiting = %waiting.id, ?error, "a password that waited was not set; trying again");
            }
        }
    }
    Ok(())
}

async fn set_due(scope: &Scope, due: &WaitingPassword) -> Result<(), ActionError> {
    let id = PersonId::new(&due.person_id);
    let limit = RateLimit::of_person(scope, &id, FactorKind::Password, None).await?;
    let mut change = scope.begin_for(&id).await?;
    let waiting = forgotten_passwords::find_waiting_locked(&mut change, &id).await?;
    // Read again, now that the row is locked: it may have been stopped, or wait longer.
    let waiting = waiting.filter(|now| now.id == due.id && time(now.takes_effect_at) <= scope.now);
    let Some(waiting) = waiting else { return Ok(()) };
    let counts_from = find_end_of_wait(scope, &id, &waiting).await?;
    if counts_from > scope.now {
        forgotten_passwords::postpone(&mut change, &waiting.id, counts_from).await?;
        return Ok(change.commit_unrecorded("a new password waits for as long as its notice is out").await?);
    }
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    let against = what_speaks_against(scope, &person, &waiting).await?;
    let (Some(old), None) = (&person.password_hash, against) else {
        forgotten_passwords::stop(&mut change, &waiting.id).await?;
        notify::announce(scope, &mut change, &id, None, Notice::PasswordStopped).await?;
        let stopped = UserPasswordStopped { why: against.unwrap_or("there is no password any more") };
        return Ok(change.commit(&Event::new(Actor::System, stopped).person(&id)).await?);
    };
    forgotten_passwords::let_count(&mut change, &waiting.id).await?;
    persons::save_changed_password(&mut change, &id, (old, &waiting.password_hash)).await?;
    limit.clear(&mut change).await?;
    forgotten_passwords::end_all(&mut change, &id).await?;
    flows::end_all(&mut change, &id).await?;
    known_devices::revoke_all(&mut change, &id).await?;
    let ended = sessions::end_all(&mut change, &id).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("the password was changed") };
        change.record(Event::new(Actor::System, revoked).person(&id));
    }
    notify::announce(scope, &mut change, &id, None, Notice::PasswordWorks).await?;
    let kind = FactorKind::parse(&waiting.factor_kind).ok_or(StoreError::Corrupt("the kind of a factor"))?;
    let proven_by = ProvingFactor { kind, factor: &waiting.factor_id };
    let changed = UserPasswordChanged::AfterHold { after_hold: AlwaysTrue, proven_by };
    Ok(change.commit(&Event::new(Actor::System, changed).person(&id)).await?)
}

/// A day after a relay first accepted the notice of it, for another contact than the one whose link was used where another was written
/// to. While none has, nobody could stop it.
async fn find_end_of_wait(
    scope: &Scope,
    person: &PersonId,
    waiting: &WaitingPassword,
) -> Result<Timestamp, ActionError> {
    let (tenant, about) = (&scope.tenant.id, (person, Notice::PasswordWaits.as_str()));
    let written = outbox::list_accepted(&scope.app.db, tenant, about, time(waiting.used_at)).await?;
    let is_of_link = |(_, contact): &&(Option<Timestamp>, String)| *contact == waiting.contact_id;
    let elsewhere = written.iter().any(|one| !is_of_link(&one));
    let told = written.iter().filter(|one| !elsewhere || !is_of_link(one));
    let accepted_at = told.filter_map(|(accepted_at, _)| *accepted_at).min();
    let counts_from = accepted_at.unwrap_or(scope.now).saturating_add(Config::PASSWORD_WAIT);
    // While the organisation was suspended, what waits was postponed.
    Ok(counts_from.unwrap_or(Timestamp::MAX).max(time(waiting.takes_effect_at)))
}

/// Whatever let it wait must still be so when its time has come.
async fn what_speaks_against(
    scope: &Scope,
    person: &persons::Person,
    waiting: &WaitingPassword,
) -> Result<Option<&'static str>, ActionError> {
    if !may_replace(scope, person) {
        return Ok(Some("this way is not open to the person any more"));
    }
    let held = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    if !held.iter().any(|factor| factor.id == waiting.factor_id && factor.works(scope.now)) {
        return Ok(Some("the factor that proved it is gone"));
    }
    let mailboxes = list_mailboxes(scope, &person.id).await?;
    let is_there = mailboxes.iter().any(|mailbox| mailbox.id == waiting.contact_id);
    Ok((!is_there).then_some("the mailbox that its link went to is gone"))
}
