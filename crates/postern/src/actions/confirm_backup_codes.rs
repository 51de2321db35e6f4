//! Backup codes are kept: from now on they are good, and those from before are not. Said on the page that showed them, while
//! whoever sees that page may still see it.

use postern_core::event::payload::MfaBackupCodesConfirmed;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::{CaseId, PersonId};
use postern_core::remedy::Remedy;
use postern_core::signin::FlowError;

use super::on_record::Attempt;
use super::renew_backup_codes::{CODES, CodePage, PendingCodes};
use super::show_pass::can_show;
use super::{ActionError, Caller};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, StoreError, backup_codes, cases, ceremonies, persons, throttles};
use crate::texts::MessageId;

const NOT_WAITING: MessageId = MessageId("codes-shown-too-long-ago");

/// Who says that codes are kept.
#[derive(Clone, Copy)]
pub enum KeptBy<'a> {
    /// Their owner, on the account page.
    Owner(&'a Caller),
    /// Whoever holds the claimant page of a case.
    ClaimantPage(&'a CaseRow),
    /// Whoever has just enrolled, and is not signed in yet.
    Enrolment,
}

/// Makes the codes good that `token` names. Said twice, as after an answer that got lost, it is said once.
pub async fn confirm_backup_codes(scope: &Scope, by: KeptBy<'_>, token: &str) -> Result<(), ActionError> {
    let person = by.person(scope, token).await?;
    if person.is_none() && matches!(by, KeptBy::Enrolment) {
        // Nobody's codes: nothing that the record would be about.
        return Err(not_waiting());
    }
    let (actor, case) = by.on_record(person.as_ref());
    let attempt =
        Attempt { actor, step: "confirm_backup_codes", case: case.as_ref(), person: person.as_ref() };
    attempt.run(scope, || confirm(scope, by, (person.as_ref(), token))).await
}

/// Who has just enrolled, and said that the codes are kept that `token` names.
pub async fn find_enrolled(scope: &Scope, token: &str) -> Result<Option<PersonId>, ActionError> {
    let Some(person) = KeptBy::Enrolment.person(scope, token).await? else { return Ok(None) };
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmBackupCodes, person: Some(&person) };
    let is_kept = ceremonies::find_ended(&scope.app.db, &scope.tenant.id, key).await?.is_some();
    Ok(is_kept.then_some(person))
}

async fn confirm(
    scope: &Scope,
    by: KeptBy<'_>,
    (person, token): (Option<&PersonId>, &str),
) -> Result<(), ActionError> {
    let person = person.ok_or_else(not_waiting)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmBackupCodes, person: Some(person) };
    let Some(state) = ceremonies::find_live(&scope.app.db, &scope.tenant.id, key, scope.now).await? else {
        return said_before(scope, by, key).await;
    };
    let pending: PendingCodes = serde_json::from_str(&state)?;
    if pending.shown_on != by.page() {
        return Err(not_waiting());
    }
    let Some(mut change) = by.change(scope, person).await? else { return said_before(scope, by, key).await };
    let confirmed = async {
        ceremonies::consume(&mut change, key).await?;
        backup_codes::confirm(&mut change, person, &pending.set).await
    };
    match confirmed.await {
        Err(StoreError::Conflict) => {
            drop(change);
            return said_before(scope, by, key).await;
        }
        other => other?,
    }
    // Earlier guesses were at codes that are good no more (NIST SP 800-63B-4 §3.2.2).
    throttles::forget(&mut change, &RateLimitKey::of_person(person, FactorKind::BackupCode)).await?;
    // Those that came with a new factor, or with a remedy, were announced with it.
    let announced = !matches!(by, KeptBy::Owner(_));
    if !announced {
        notify::announce(scope, &mut change, person, None, Notice::BackupCodesRenewed).await?;
    }
    let (actor, case) = by.on_record(Some(person));
    let mut event = Event::new(actor, MfaBackupCodesConfirmed { count: CODES, announced }).person(person);
    event.case = case;
    Ok(change.commit(&event).await?)
}

impl KeptBy<'_> {
    /// Whose codes they are. After an enrolment only the token says so.
    async fn person(self, scope: &Scope, token: &str) -> Result<Option<PersonId>, ActionError> {
        Ok(match self {
            Self::Owner(caller) => Some(caller.person.id.clone()),
            Self::ClaimantPage(row) => row.person_id.as_deref().map(PersonId::new),
            Self::Enrolment => {
                let (id, kind) = (token_hash(token), CeremonyKind::ConfirmBackupCodes);
                let found = ceremonies::find_person(&scope.app.db, &scope.tenant.id, &id, kind).await?;
                found.and_then(|(person, state)| {
                    let pending: PendingCodes = serde_json::from_str(&state).ok()?;
                    (pending.shown_on == CodePage::Enrolment).then_some(person)
                })
            }
        })
    }

    /// The page on which they see the codes.
    fn page(self) -> CodePage {
        match self {
            Self::Owner(caller) => CodePage::Account { session: caller.session.clone() },
            Self::ClaimantPage(row) => CodePage::Claimant { case: row.case_id() },
            Self::Enrolment => CodePage::Enrolment,
        }
    }

    /// The change in which they may still see it: the session lives, the case was remedied and nothing came after it, the
    /// account is open. `None`: the case has moved on.
    async fn change<'s>(
        self,
        scope: &'s Scope,
        person: &PersonId,
    ) -> Result<Option<Change<'s>>, ActionError> {
        let case = match self {
            Self::Owner(caller) => return Ok(Some(caller.change(scope).await?)),
            Self::Enrolment => None,
            Self::ClaimantPage(row) => {
                let case = row.case(scope.now)?.filter(|case| can_show(case, Remedy::FreshBackupCodes));
                let Some(case) = case else { return Ok(None) };
                Some((row, case))
            }
        };
        let mut change = scope.begin().await?;
        match persons::lock_active(&mut change, person).await {
            Err(StoreError::Conflict) => return Err(FlowError::Closed.into()),
            other => other?,
        }
        if let Some((row, case)) = case {
            // Moves the version on: of two requests at once, one that confirms and one that shows anew, one goes through.
            match cases::save(&mut change, row, &case).await {
                Err(StoreError::Conflict) => return Ok(None),
                other => other?,
            }
        }
        Ok(Some(change))
    }

    /// Who it is on the record, and of which case.
    fn on_record(self, person: Option<&PersonId>) -> (Actor, Option<CaseId>) {
        match (self, person) {
            (Self::Owner(caller), _) => (caller.actor(), None),
            (Self::ClaimantPage(row), _) => (Actor::Anonymous, Some(row.case_id())),
            (Self::Enrolment, Some(person)) => (Actor::Person { id: person.clone() }, None),
            (Self::Enrolment, None) => (Actor::Anonymous, None),
        }
    }
}

/// Fine, where these very codes are the person's live ones, and were said to be kept on this page.
async fn said_before(scope: &Scope, by: KeptBy<'_>, key: CeremonyKey<'_>) -> Result<(), ActionError> {
    let state = ceremonies::find_ended(&scope.app.db, &scope.tenant.id, key).await?;
    let said: PendingCodes = serde_json::from_str(&state.ok_or_else(not_waiting)?)?;
    let person = key.person.ok_or_else(not_waiting)?;
    let live = backup_codes::find_set(&scope.app.db, &scope.tenant.id, person, scope.now).await?;
    let is_live = live.is_some_and(|(set, _)| set == said.set);
    if is_live && said.shown_on == by.page() { Ok(()) } else { Err(not_waiting()) }
}

fn not_waiting() -> ActionError {
    ActionError::refused(NOT_WAITING)
}
