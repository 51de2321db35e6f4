//! Who calls, and what the policies say to them. A refusal is on the record before the caller hears of it.

use jiff::Timestamp;
use postern_core::case::{Case, CaseMark, MadeBy, Subject};
use postern_core::event::payload::AccessDenied;
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;
use postern_core::policy::{Action, CloseFinding, Denied, FindingFacts, Permit, Request, Staff};
use postern_core::tier::TierFloor;

use super::ActionError;
use super::earlier_cases::risk_left_behind;
use crate::config::Config;
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};
use crate::store::findings::{self, FindingRow};
use crate::store::persons::Person;
use crate::store::persons::made_by;
use crate::store::{Change, StoreError, contacts, persons, service_tokens, sessions, tenants};
use crate::texts::MessageId;

/// A signed-in caller, read from the directory for this request.
#[derive(Clone)]
pub struct Caller {
    /// Who.
    pub person: Person,
    /// Their session; for a token, the token's id.
    pub session: String,
    /// Whether the session was opened with a passkey.
    pub phishing_resistant: bool,
    /// When they last touched a passkey in this session. A token never did.
    pub stepped_up_at: Option<Timestamp>,
    /// When a factor of theirs, be it a code, last proved something in this session. In a token none ever did.
    pub factor_shown_at: Option<Timestamp>,
    /// When the session ends, if nothing is asked in it any more. A token has none.
    pub session_ends_at: Option<Timestamp>,
    /// Cases that they have taken up and that need the desk now: for the head of each page.
    pub waiting_cases: i64,
    /// The scopes, when a service token calls. `None`: the person calls.
    pub scopes: Option<Vec<String>>,
}

impl Caller {
    /// As policies see them.
    pub fn staff(&self) -> Staff {
        Staff {
            id: self.person.id.clone(),
            tenant: self.person.tenant.clone(),
            role: self.person.role,
            phishing_resistant: self.phishing_resistant,
            by_token: self.scopes.is_some(),
        }
    }

    /// For what is sensitive: a passkey was touched within the last five minutes. A service token cannot.
    pub fn expect_step_up(&self, now: Timestamp) -> Result<(), ActionError> {
        if self.scopes.is_none() && self.stepped_up_at.is_some_and(|at| is_fresh(at, now)) {
            Ok(())
        } else {
            Err(ActionError::StepUp)
        }
    }

    /// Whether they showed a factor of any kind in this session within the last five minutes: enough to end what is theirs,
    /// and to file a number or an address, which counts for nothing before its time. A service token never did.
    pub fn has_just_shown_factor(&self, now: Timestamp) -> bool {
        let shown = self.stepped_up_at.max(self.factor_shown_at);
        self.scopes.is_none() && shown.is_some_and(|at| is_fresh(at, now))
    }

    /// As records name them.
    pub fn actor(&self) -> Actor {
        let id = self.person.id.clone();
        match self.scopes {
            Some(_) => Actor::Token { id, token: self.session.clone() },
            None => Actor::Person { id },
        }
    }
}

/// Nodes' clocks differ by a little either way.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at).abs() <= Config::STEP_UP_LIFE
}

impl Caller {
    /// Begins a change that this caller makes to what is their own or the tenant's. Their session (or token) and their
    /// account are checked again inside it, and stay locked until it ends: a request that was under way when the session
    /// ended changes nothing.
    pub async fn change<'a>(&self, scope: &'a Scope) -> Result<Change<'a>, ActionError> {
        self.change_locking(scope, &[&self.person.id]).await
    }

    /// The same, for a change to somebody else's account: that person's row is locked too.
    pub async fn change_on<'a>(
        &self,
        scope: &'a Scope,
        subject: &PersonId,
    ) -> Result<Change<'a>, ActionError> {
        self.change_locking(scope, &[&self.person.id, subject]).await
    }

    /// The same, for a change in which a second person has a part.
    pub async fn change_among<'a>(
        &self,
        scope: &'a Scope,
        (subject, other): (&PersonId, &PersonId),
    ) -> Result<Change<'a>, ActionError> {
        self.change_locking(scope, &[&self.person.id, subject, other]).await
    }

    async fn change_locking<'a>(
        &self,
        scope: &'a Scope,
        rows: &[&PersonId],
    ) -> Result<Change<'a>, ActionError> {
        let mut change = scope.begin().await?;
        persons::lock_all(&mut change, rows).await?;
        let alive = match self.scopes {
            Some(_) => service_tokens::lock(&mut change, &self.session).await,
            None => sessions::lock(&mut change, &self.session).await,
        };
        let active = match alive {
            Ok(()) => persons::lock_active_as(&mut change, &self.person.id, self.person.role).await,
            ended => ended,
        };
        match active {
            Ok(()) => Ok(change),
            Err(StoreError::Conflict) => Err(ActionError::Wrong(MessageId("session-is-over"))),
            Err(other) => Err(other.into()),
        }
    }
}

/// Asks the policies about a case.
pub async fn permit_on_case<A: Action>(
    scope: &Scope,
    caller: &Caller,
    case: &Case,
) -> Result<Permit<A>, ActionError> {
    let staff = caller.staff();
    match scope.tenant.policies.authorize(&Request::on_case(&staff, case)) {
        Ok(permit) => Ok(permit),
        Err(denied) => {
            let event = denial::<A>(caller, &denied).person(&case.subject().person).case(case.id());
            scope.begin().await?.commit(&event).await?;
            Err(ActionError::Denied(denied))
        }
    }
}

/// Asks the policies about the organisation.
pub async fn permit_on_tenant<A: Action>(scope: &Scope, caller: &Caller) -> Result<Permit<A>, ActionError> {
    let staff = caller.staff();
    match scope.tenant.policies.authorize(&Request::on_tenant(&staff, &scope.tenant.id)) {
        Ok(permit) => Ok(permit),
        Err(denied) => {
            scope.begin().await?.commit(&denial::<A>(caller, &denied)).await?;
            Err(ActionError::Denied(denied))
        }
    }
}

/// Asks the policies about a person in the directory.
pub async fn permit_on_person<A: Action>(
    scope: &Scope,
    caller: &Caller,
    person: &Person,
) -> Result<Permit<A>, ActionError> {
    let (staff, subject) = (caller.staff(), person.subject(&scope.tenant.settings.tiers, scope.now));
    match scope.tenant.policies.authorize(&Request::on_person(&staff, &subject)) {
        Ok(permit) => Ok(permit),
        Err(denied) => {
            let event = denial::<A>(caller, &denied).person(&person.id);
            scope.begin().await?.commit(&event).await?;
            Err(ActionError::Denied(denied))
        }
    }
}

/// Asks the policies about a finding.
pub async fn permit_on_finding(
    scope: &Scope,
    caller: &Caller,
    row: &FindingRow,
) -> Result<Permit<CloseFinding>, ActionError> {
    let facts = finding_facts(scope, caller, row).await?;
    let staff = caller.staff();
    match scope.tenant.policies.authorize(&Request::on_finding(&staff, &facts)) {
        Ok(permit) => Ok(permit),
        Err(denied) => {
            scope.begin().await?.commit(&denial::<CloseFinding>(caller, &denied)).await?;
            Err(ActionError::Denied(denied))
        }
    }
}

/// A finding as policies see it. Of those whom it is about, only the caller matters to them, and only the caller is
/// asked for: a stranger can have thousands named.
pub async fn finding_facts(
    scope: &Scope,
    caller: &Caller,
    row: &FindingRow,
) -> Result<FindingFacts, ActionError> {
    let keys = persons::list_login_keys(&scope.app.db, &caller.person).await?;
    let is_about_caller = findings::is_about(&scope.app.db, &scope.tenant.id, &row.id, &keys).await?;
    let severities = ["notice", "warning", "incident", "likely_breach"];
    Ok(FindingFacts {
        id: row.id.clone(),
        tenant: scope.tenant.id.clone(),
        // A severity that this version does not know is treated like the worst.
        severity: severities
            .into_iter()
            .find(|severity| *severity == row.severity)
            .unwrap_or("likely_breach"),
        people: is_about_caller.then(|| caller.person.id.clone()).into_iter().collect(),
    })
}

/// A token tried what its scopes do not allow.
pub async fn record_missing_scope(scope: &Scope, caller: &Caller, wanted: &str) -> Result<(), ActionError> {
    let message = "the token lacks the scope";
    let denied = AccessDenied { action: wanted, message, ..AccessDenied::default() };
    Ok(scope.begin().await?.commit(&Event::new(caller.actor(), denied)).await?)
}

fn denial<A: Action>(caller: &Caller, denied: &Denied) -> Event {
    let on_record = AccessDenied {
        action: A::NAME,
        message: &denied.message(),
        errors: Some(&denied.errors),
        ..AccessDenied::default()
    };
    Event::new(caller.actor(), on_record).policies(&denied.policies)
}

/// A case with its row, as it stands now. A stranger's case gets a stand-in nobody, so that it can be refused.
pub async fn case_for(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
) -> Result<(CaseRow, Case, Timestamp), ActionError> {
    let now = scope.now;
    let row = match cases::load(&scope.app.db, &scope.tenant.id, id).await {
        Ok(row) => row,
        Err(StoreError::NotFound) => {
            // Another organisation's case, or a guess: alike for the caller, and on the record.
            let named: String = id.as_str().chars().filter(|c| !c.is_control()).take(40).collect();
            let denied = AccessDenied {
                action: "find a case",
                message: "there is no such case here",
                case: Some(&named),
                ..AccessDenied::default()
            };
            scope.begin().await?.commit(&Event::new(caller.actor(), denied)).await?;
            return Err(ActionError::NotFound);
        }
        Err(other) => return Err(other.into()),
    };
    let case = match case_now(scope, &row, now).await? {
        Some((case, person)) => {
            let attacks = count_attacks(scope, &person).await?;
            let left_behind = risk_left_behind(scope, &person.id, &row, now).await?;
            case.with_incidents(attacks).with_left_behind(left_behind)
        }
        None => stranger(scope, id, now),
    };
    Ok((row, case, now))
}

/// The case as it stands now, with its person as they are now: the stricter of then and now holds. `None`: a stranger's.
pub async fn case_now(
    scope: &Scope,
    row: &CaseRow,
    now: Timestamp,
) -> Result<Option<(Case, Person)>, ActionError> {
    let Some(id) = &row.person_id else { return Ok(None) };
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    let Some(case) = row.case_of(person.subject(&scope.tenant.settings.tiers, scope.now))? else {
        return Ok(None);
    };
    let since = CaseMark::since(now);
    let reporters = contacts::list_reporters(&scope.app.db, &scope.tenant.id, &person.id, since).await?;
    let case = among_whom(scope, case.with_contact_reporters(reporters), now).await?;
    let case = with_filers(scope, case).await?;
    let case = scope.tenant.policies.look_again(case, now);
    Ok(Some((row.as_it_stands(case, now), person)))
}

/// The case, with who filed the numbers that were called in it: again after each call, before it is asked whether the proof
/// suffices.
pub(super) async fn with_filers(scope: &Scope, case: Case) -> Result<Case, ActionError> {
    let filers = contacts::list_filers(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    Ok(case.with_contact_filers(filers.iter().map(|(contact, filer)| (contact, filer))))
}

/// The case, with who was made or changed by whom in the last seven days. In an organisation that is younger nobody would be
/// left; there a hold of a day stands in.
async fn among_whom(scope: &Scope, case: Case, now: Timestamp) -> Result<Case, ActionError> {
    if tenants::load_created_at(&scope.app.db, &scope.tenant.id).await? > MadeBy::since(now) {
        return Ok(case.in_young_organisation());
    }
    let about = (Some(&case.subject().person), &case.involved());
    let made_by = made_by::load(&scope.app.db, &scope.tenant.id, about, now).await?;
    Ok(case.with_made_by(made_by))
}

/// A second yes comes from somebody who counts as another person.
pub async fn expect_other_than(scope: &Scope, own: &PersonId, first: &PersonId) -> Result<(), ActionError> {
    let both = [own, first].into_iter().collect();
    let made_by = made_by::load(&scope.app.db, &scope.tenant.id, (None, &both), scope.now).await?;
    if made_by.counts_as(own) == made_by.counts_as(first) {
        let message = "One of you got their role from the other, or you both from one admin, less than seven days ago: for \
                       so long you count as one person.";
        return Err(ActionError::refused(message));
    }
    Ok(())
}

/// Open attacks on a person's account. That somebody guessed at it among many others is none.
async fn count_attacks(scope: &Scope, person: &Person) -> Result<i64, ActionError> {
    let keys = persons::list_login_keys(&scope.app.db, person).await?;
    let open = findings::list_open_of(&scope.app.db, &scope.tenant.id, &keys).await?;
    let attacks = open.iter().filter(|row| row.is_attack_on_those_named()).count();
    Ok(i64::try_from(attacks).unwrap_or(i64::MAX))
}

fn stranger(scope: &Scope, id: &CaseId, now: Timestamp) -> Case {
    let subject = Subject {
        tenant: scope.tenant.id.clone(),
        person: PersonId::new("nobody"),
        tier: TierFloor::Standard.into(),
        role: Role::Person,
        manager: None,
        suspended: false,
    };
    Case::open(id.clone(), subject, now)
}
