//! What each remedy does to an account, what proves that it helped, and what is said of it. What it is, stands in
//! `postern_core::remedy`.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::event::payload::{
    MfaBackupCodesAdminGenerated, MfaFactorAdminReset, MfaFactorRemoved, SessionRevoked,
};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::remedy::Remedy;

use super::apply_remedy::state_before;
use super::end_access::{AccessEnd, end_access};
use super::{ActionError, Caller};
use crate::notify::Notice;
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::{Change, backup_codes, cases, ceremonies, enrolment_passes, factors, flows, sessions};
use crate::texts::MessageId;

/// What is said of a remedy: to its person, at the desk, and in the record.
#[derive(Debug)]
pub struct RemedyTexts {
    /// Told when the proof suffices.
    pub verified: Notice,
    /// Told when it is done.
    pub applied: Notice,
    /// Told when nobody came back in time after it.
    pub lapsed: Notice,
    /// The claimant page's name of the step.
    pub step: MessageId,
    /// To the claimant: identity checked, and the desk can go on.
    pub can_follow: MessageId,
    /// To the claimant, when it is done: where it stands.
    pub now: MessageId,
    /// And what to do next.
    pub next: MessageId,
    /// To the owner who objects too late: what was done.
    pub done: MessageId,
    /// What the claimant page can show then: `pass` or `backup_codes`.
    pub shows: &'static str,
    /// To the desk: what it does, on the button that does it.
    pub button: &'static str,
    /// To the desk, when it is done.
    pub desk_next: &'static str,
    /// In the record: what proved that the right person is back.
    pub proven_by: &'static str,
}

const FRESH_BACKUP_CODES: RemedyTexts = RemedyTexts {
    verified: Notice::CodesVerified,
    applied: Notice::BackupCodesReissued,
    lapsed: Notice::CodesLapsed,
    step: MessageId("step-new-codes"),
    can_follow: MessageId("new-codes-can-follow"),
    now: MessageId("new-codes-now"),
    next: MessageId("new-codes-next"),
    done: MessageId("new-codes-done"),
    shows: "backup_codes",
    button: "Let them have new codes",
    desk_next: "The person shows the codes on their own page, keeps them, and signs in with password and one of them. That closes \
        this case by itself. You never see the codes, and nobody should read one to you.",
    proven_by: "a full sign-in with one of the new backup codes",
};

const FACTOR_RESET: RemedyTexts = RemedyTexts {
    verified: Notice::CaseVerified,
    applied: Notice::FactorsReset,
    lapsed: Notice::CaseLapsed,
    step: MessageId("step-factors-removed"),
    can_follow: MessageId("reset-can-follow"),
    now: MessageId("reset-now"),
    next: MessageId("reset-next"),
    done: MessageId("reset-done"),
    shows: "pass",
    button: "Remove all factors now",
    desk_next: "The person shows the pass on their own page, signs in with password and pass, and enrols. Their next full sign-in \
        closes this case by itself. You never see the pass, and nobody should read it to you.",
    proven_by: "a full sign-in with the new factor",
};

/// What is said of it.
pub fn texts(remedy: Remedy) -> &'static RemedyTexts {
    match remedy {
        Remedy::FreshBackupCodes => &FRESH_BACKUP_CODES,
        Remedy::FactorReset => &FACTOR_RESET,
    }
}

/// Does to the account what the plan of the case says. The event is what the record will say; others may stand beside it.
pub(super) async fn carry_out(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    case: &Case,
    about: impl Fn(Event) -> Event,
) -> Result<Event, ActionError> {
    let (person, plan) = (&case.subject().person, &case.plan().hash());
    match case.remedy() {
        Remedy::FreshBackupCodes => {
            // The new ones are made when the person looks at them, and count when they have kept them.
            backup_codes::revoke_all(change, person).await?;
            Ok(about(Event::new(caller.actor(), MfaBackupCodesAdminGenerated { plan })))
        }
        Remedy::FactorReset => {
            let sessions = end_access(scope, change, person, AccessEnd::Reset).await?;
            change.record(about(Event::new(caller.actor(), SessionRevoked { sessions, why: None })));
            Ok(about(Event::new(caller.actor(), MfaFactorAdminReset::InCase { plan })))
        }
    }
}

/// Why, in the records of what was taken back.
pub(super) const WHY_STOPPED: &str = "the recovery was stopped";
const WHY_LAPSED: &str = "the recovery was not finished in time";

/// Takes back what the remedy of a case gave, before anybody has signed in with it. The answer: how many sessions ended.
pub(super) async fn take_back(
    scope: &Scope,
    change: &mut Change<'_>,
    actor: &Actor,
    stopped: &Case,
    about: &impl Fn(Event) -> Event,
) -> Result<u64, ActionError> {
    match stopped.remedy() {
        Remedy::FactorReset => {
            let held = factors::list_locked(change, &stopped.subject().person).await?;
            end_after_reset(scope, change, (actor, WHY_STOPPED), (stopped, &held), about).await
        }
        Remedy::FreshBackupCodes => end_codes(change, stopped).await,
    }
}

/// Takes back what came of a remedy, when the day has gone by without a sign-in: a case that nobody proved leaves no way in, and no
/// enrolment under way.
pub(super) async fn take_back_unproven(
    scope: &Scope,
    change: &mut Change<'_>,
    lapsed: &Case,
) -> Result<(), ActionError> {
    let person = &lapsed.subject().person;
    enrolment_passes::revoke_of_case(change, lapsed.id()).await?;
    // They have ended by themselves; whoever confirms them late makes nothing of it.
    backup_codes::revoke_of_case(change, lapsed.id()).await?;
    // The factors from before stay with new codes; and what a newer case gave is not this one's to take.
    if lapsed.remedy() != Remedy::FactorReset || is_followed(change, lapsed).await? {
        return Ok(());
    }
    let held = factors::list_locked(change, person).await?;
    let about = |event: Event| event.person(person).case(lapsed.id());
    let by = (&Actor::System, WHY_LAPSED);
    let sessions = end_after_reset(scope, change, by, (lapsed, &held), &about).await?;
    if sessions > 0 {
        let revoked = SessionRevoked { sessions, why: Some(WHY_LAPSED) };
        change.record(about(Event::new(Actor::System, revoked)));
    }
    Ok(())
}

/// Whether another case of the person had its remedy after this one.
async fn is_followed(change: &mut Change<'_>, case: &Case) -> Result<bool, ActionError> {
    let now = change.at();
    for row in cases::list_of_person_locked(change, &case.subject().person).await? {
        let other = row.case(now)?.and_then(|other| other.remedied_at());
        if other > case.remedied_at() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Nothing from before the reset is left, so whatever there is came with it.
async fn end_after_reset(
    scope: &Scope,
    change: &mut Change<'_>,
    (actor, why): (&Actor, &'static str),
    (case, held): (&Case, &[Factor]),
    about: &impl Fn(Event) -> Event,
) -> Result<u64, ActionError> {
    let person = &case.subject().person;
    let before = state_before(change, person, held).await?;
    let ended = end_access(scope, change, person, AccessEnd::Reset).await?;
    for factor in held {
        let gone = MfaFactorRemoved::ByOthers { kind: &factor.kind, factor: &factor.id, why };
        change.record(about(Event::new(actor.clone(), gone)).before(before.clone()));
    }
    Ok(ended)
}

/// The factors are the owner's from before, and stay: the codes go, with what was begun with them.
async fn end_codes(change: &mut Change<'_>, stopped: &Case) -> Result<u64, ActionError> {
    let person = &stopped.subject().person;
    backup_codes::revoke_of_case(change, stopped.id()).await?;
    flows::end_all(change, person).await?;
    ceremonies::end_all(change, person).await?;
    let Some(since) = stopped.remedied_at() else { return Ok(0) };
    Ok(sessions::end_since(change, person, since).await?)
}

/// Whether a full sign-in by this method proves that the remedy helped the right person (rung 4). If so, what it gave is
/// theirs.
pub(super) async fn is_proven_by(
    change: &mut Change<'_>,
    case: &Case,
    method: &str,
) -> Result<bool, ActionError> {
    match case.remedy() {
        // The factors from before still work: an everyday sign-in proves nothing about who holds the codes.
        Remedy::FreshBackupCodes => {
            let with_code = method == FactorKind::BackupCode.as_str();
            if !with_code || !backup_codes::are_live_of_case(change, case.id()).await? {
                return Ok(false);
            }
            backup_codes::keep_of_case(change, case.id()).await?;
            Ok(true)
        }
        // Nothing from before is left, so it was with something new.
        Remedy::FactorReset => Ok(true),
    }
}

/// Why a remedy would let nobody in.
pub fn why_useless(remedy: Remedy, held: &[Factor], now: Timestamp) -> Option<&'static str> {
    match remedy {
        // A backup code stands in for a factor, and opens nothing without one on the account.
        Remedy::FreshBackupCodes => {
            (!held.iter().any(|factor| factor.works(now) && factor.completes_sign_in())).then_some(
                "Backup codes would open nothing: no sign-in method of this person works. The reset helps.",
            )
        }
        Remedy::FactorReset => None,
    }
}

/// A remedy that would let nobody in is neither proposed nor applied.
pub(super) fn expect_use(remedy: Remedy, held: &[Factor], now: Timestamp) -> Result<(), ActionError> {
    why_useless(remedy, held, now).map_or(Ok(()), |why| Err(ActionError::refused(why)))
}
