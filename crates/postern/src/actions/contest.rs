//! "This was not me", from a link in a notice, without sign-in. Stopping is always allowed: it stops the case, or the new password that
//! waits, and suspends the account if something was changed already. It stops what the notice told of, and asks about the person's other open
//! requests: an owner whose own is among them must not stop that one by accident.

use jiff::{SignedDuration, Timestamp};
use postern_core::case::{Outcome, Stage, StopSource};
use postern_core::event::payload::{CaseContested, SessionRevoked, UserSuspended};
use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::{CaseId, PersonId};
use serde_json::json;
use zeroize::Zeroizing;

use super::disown_activity::{BY_LINK, found};
use super::end_access::{AccessEnd, end_access};
use super::end_waiting_password::{stop_beside_case, stop_by_notice};
use super::record_finding::record_finding;
use super::retry::retry;
use super::sender_limit::admit_request;
use super::{ActionError, CountedTry, RateLimit};
use crate::config::Config;
use crate::notify::{self, Notice, StaffNotice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::{CaseRow, queue};
use crate::store::contests::{Contest, ContestKind, NewContest};
use crate::store::{Change, StoreError, cases, contests, persons, time};
use crate::texts::MessageId;

/// Why an account is suspended.
const BY_OWNER: &str = "the owner said: this was not me";

/// What was stopped, and what is asked.
#[derive(Default)]
pub struct Stopped {
    /// The references of the requests that are stopped now.
    pub references: Vec<String>,
    /// Whether the account is suspended too.
    pub account_suspended: bool,
    /// Whether a new password that waited is stopped.
    pub password_stopped: bool,
    /// Other open requests in the person's name: are these theirs?
    pub others: Vec<CaseRow>,
    /// Stops one or all of the others, and nothing else.
    pub follow_up: Option<Zeroizing<String>>,
}

/// Which of the others.
#[derive(Clone, Copy, Debug)]
pub enum WhichOthers<'a> {
    /// The one with this reference.
    One(&'a str),
    /// Every one.
    All,
}

/// Stops what the notice told of. A code that asks which stops nothing by itself.
pub async fn contest(scope: &Scope, typed: &str) -> Result<Stopped, ActionError> {
    let (stopped, set) = retry(|| stop(scope, typed)).await?;
    if let Some((person, set_at)) = set {
        let person = persons::load(&scope.app.db, &scope.tenant.id, &person).await?;
        let of = (BY_LINK, EventKind::UserPasswordWaits, set_at);
        record_finding(scope, &found(scope, &person.login, of)).await?;
    }
    Ok(stopped)
}

/// Stops one of the requests that a code asks about, or all of them.
pub async fn contest_others(
    scope: &Scope,
    typed: &str,
    which: WhichOthers<'_>,
) -> Result<Stopped, ActionError> {
    retry(|| stop_others(scope, typed, which)).await
}

/// Whose new password a notice told of, and when that was set.
type SetPassword = (PersonId, Timestamp);

async fn stop(scope: &Scope, typed: &str) -> Result<(Stopped, Option<SetPassword>), ActionError> {
    let contest = find(scope, typed).await?;
    if contest.is_choice() {
        let others = open_choices(scope, &contest).await?;
        let follow_up = Some(Zeroizing::new(typed.trim().to_owned()));
        return Ok((Stopped { others, follow_up, ..Stopped::default() }, None));
    }
    let person = PersonId::new(&contest.person_id);
    let mut change = scope.begin_for(&person).await?;
    contests::consume(&mut change, &contest.id).await?;
    let mut stopped = Stopped::default();
    let set_at = contest.is_of_password().then(|| time(contest.created_at));
    match (&contest.case_id, set_at) {
        (Some(id), _) => {
            contest_case(scope, &mut change, &CaseId::new(id), &mut stopped).await?;
            stopped.password_stopped = stop_beside_case(scope, &mut change, &person).await?;
        }
        (None, Some(set_at)) => {
            stopped.password_stopped = stop_by_notice(scope, &mut change, &person, set_at).await?;
            stopped.account_suspended = !stopped.password_stopped;
        }
        // A notice without a case tells of a factor or a code: that is done already.
        (None, None) => stopped.account_suspended = true,
    }
    if stopped.account_suspended {
        suspend(scope, &mut change, &person).await?;
    }
    ask_about_others(scope, &mut change, &person, contest.case_id.as_deref(), &mut stopped).await?;
    let event = event(&person, contest.case_id.map(CaseId::new), &stopped, "a link in a notice");
    change.commit(&event).await?;
    Ok((stopped, set_at.map(|set_at| (person, set_at))))
}

async fn stop_others(scope: &Scope, typed: &str, which: WhichOthers<'_>) -> Result<Stopped, ActionError> {
    let contest = find(scope, typed).await?;
    let named: Vec<CaseRow> = open_choices(scope, &contest)
        .await?
        .into_iter()
        .filter(|row| if let WhichOthers::One(reference) = which { row.reference == reference } else { true })
        .collect();
    if named.is_empty() {
        return Err(ActionError::refused(MessageId("nothing-to-stop")));
    }
    let person = PersonId::new(&contest.person_id);
    let mut change = scope.begin_for(&person).await?;
    let (mut stopped, mut last) = (Stopped::default(), None);
    for row in &named {
        contests::consume_choice(&mut change, &contest.id, &row.id).await?;
        let mut one = Stopped::default();
        contest_case(scope, &mut change, &row.case_id(), &mut one).await?;
        let notified = event(&person, Some(row.case_id()), &one, "the question after a notice");
        if let Some(earlier) = last.replace(notified) {
            change.record(earlier);
        }
        stopped.account_suspended |= one.account_suspended;
        stopped.references.extend(one.references);
    }
    if stopped.account_suspended {
        suspend(scope, &mut change, &person).await?;
    }
    let Some(last) = last else { return Ok(stopped) };
    change.commit(&last).await?;
    stopped.others = open_choices(scope, &contest).await?;
    stopped.follow_up = Some(Zeroizing::new(typed.trim().to_owned()));
    Ok(stopped)
}

async fn find(scope: &Scope, typed: &str) -> Result<Contest, ActionError> {
    let now = scope.now;
    let found = contests::find_live(&scope.app.db, &scope.tenant.id, &token_hash(typed.trim()), now).await?;
    if let Some(contest) = found {
        return Ok(contest);
    }
    // Only a miss is paid for: one stranger's guesses at 256 bits must not stop the owners behind the same address.
    admit_request(scope).await?;
    let hour = CountedTry::in_window("contest", now, SignedDuration::from_hours(1));
    RateLimit::of_sender(scope, hour).await?.acquire(scope).await?;
    Err(ActionError::invalid("code", MessageId("wrong-contest-code")))
}

/// What a code still asks about.
async fn open_choices(scope: &Scope, contest: &Contest) -> Result<Vec<CaseRow>, ActionError> {
    let rows = contests::list_choices(&scope.app.db, &scope.tenant.id, &contest.id).await?;
    Ok(rows.into_iter().filter(|row| !row.is_stopped_for_good()).collect())
}

/// Stops the case. Its reset may have been done already: then the account is suspended too.
pub(super) async fn contest_case(
    scope: &Scope,
    change: &mut Change<'_>,
    id: &CaseId,
    stopped: &mut Stopped,
) -> Result<(), ActionError> {
    let row = cases::load(&scope.app.db, &scope.tenant.id, id).await?;
    let Some(case) = row.case(change.at())? else {
        return Ok(());
    };
    // Stopped before, or overtaken by another case that may have done the reset: suspend all the same. One that was
    // refused or withdrawn has nothing left to stop.
    match case.stage() {
        Stage::Contested { after_remedy, by: StopSource::Owner, .. } => {
            stopped.references.push(row.reference);
            stopped.account_suspended = *after_remedy;
            return Ok(());
        }
        Stage::Closed { outcome: Outcome::Superseded, .. } => {
            stopped.account_suspended = true;
            return Ok(());
        }
        _ => {}
    }
    let Ok(case) = case.contest(change.at()) else {
        return Ok(());
    };
    let (told, agent) = ((StaffNotice::CaseContested, &case), row.taken_by.as_deref());
    notify::tell_seniors_and_agent(scope, change, told, agent, &[]).await?;
    queue::hand_on(change, &row).await?;
    cases::save(change, &row, &case).await?;
    stopped.account_suspended = matches!(case.stage(), Stage::Contested { after_remedy: true, .. });
    stopped.references.push(row.reference);
    Ok(())
}

/// Other open requests in the person's name: whoever stopped one is asked about them, with a code for that alone.
async fn ask_about_others(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    named: Option<&str>,
    stopped: &mut Stopped,
) -> Result<(), ActionError> {
    let all = cases::list_of_person_locked(change, person).await?;
    let is_asked = |row: &CaseRow| {
        row.closed_at.is_none() && !row.is_stopped_for_good() && named != Some(row.id.as_str())
    };
    stopped.others = all.into_iter().filter(is_asked).collect();
    if stopped.others.is_empty() {
        return Ok(());
    }
    let token = scope.app.rng.token()?;
    let new = NewContest {
        token_hash: &token_hash(&token),
        person,
        case: None,
        kind: ContestKind::Choice,
        expires_at: change.at() + Config::FOLLOW_UP_LIFE,
    };
    let follow_up = contests::insert(change, &new).await?;
    for other in &stopped.others {
        contests::add_choice(change, &follow_up, &other.id).await?;
    }
    stopped.follow_up = Some(token);
    Ok(())
}

fn event(person: &PersonId, case: Option<CaseId>, stopped: &Stopped, by: &str) -> Event {
    let contested = CaseContested {
        account_suspended: stopped.account_suspended,
        stopped: stopped.password_stopped || !stopped.references.is_empty(),
        by,
    };
    let mut event = Event::new(Actor::Anonymous, contested).person(person);
    event.case = case;
    event
}

pub(super) async fn suspend(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<(), ActionError> {
    match persons::suspend(change, person, (BY_OWNER, None)).await {
        Ok(()) => {
            let event = Event::new(Actor::System, UserSuspended { why: "contested" })
                .person(person)
                .before(json!({ "suspended": false }));
            change.record(event);
            notify::announce(scope, change, person, None, Notice::AccountSuspended).await?;
        }
        Err(StoreError::Conflict) => persons::keep_suspended(change, person, BY_OWNER).await?,
        Err(other) => return Err(other.into()),
    }
    let ended = end_access(scope, change, person, AccessEnd::Suspension).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("contested") };
        change.record(Event::new(Actor::System, revoked).person(person));
    }
    Ok(())
}
