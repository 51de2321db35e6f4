//! Fresh backup codes: shown once, and good from the moment at which their owner says that they are kept. Until then those
//! from before stay as they are: an answer that got lost leaves nobody with codes that nobody saw.

use jiff::Timestamp;
use postern_core::event::payload::{MfaBackupCodesConfirmed, MfaBackupCodesGenerated};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{BackupCode, PlainCode};
use postern_core::id::{CaseId, PersonId};
use postern_core::signin::FlowError;
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::SecurityKeyAuthentication;
use zeroize::Zeroizing;

use super::ceremony::{self, Challenge};
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::{ActionError, Caller, passkeys};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::backup_codes::{self, NewCodeSet};
use crate::store::cases::CaseRow;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, StoreError, ceremonies, persons, throttles};

/// Backup codes in a set.
const CODES: usize = 10;

const NOT_WAITING: &str = "These codes were shown too long ago, or newer ones were made. They open nothing. Sign in and make \
                           new ones on your account page.";

/// Codes that were just made. They count when their owner has confirmed that they are kept.
pub struct ShownCodes {
    /// The codes, as people write them down.
    pub codes: Vec<String>,
    /// Names the confirmation that they wait for.
    pub token: Zeroizing<String>,
}

/// What is kept until the owner confirms.
#[derive(Serialize, Deserialize)]
struct PendingCodes {
    set: String,
    /// Whether contacts hear of them: those that came with a new factor were announced with it.
    announced: bool,
}

/// Asks a passkey for the proof that new codes want.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    let person = &caller.person.id;
    let held = passkeys::list_working(scope, person).await?;
    if held.is_empty() {
        let words = "You have no passkey that works. Type a code from your app.";
        return Err(ActionError::Refused(words.to_owned()));
    }
    let (options, asked) = passkeys::ask_any(scope, &held)?;
    let token = ceremony::begin(scope, CeremonyKind::RenewBackupCodes, Some(person), &asked).await?;
    Ok(Challenge { token, options })
}

/// Makes new codes for whoever shows a factor that they have. `token` names the ceremony, where a passkey proves it.
pub async fn renew_backup_codes(
    scope: &Scope,
    caller: &Caller,
    (token, proof): (&str, &FactorProof),
) -> Result<ShownCodes, ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: "renew_backup_codes", case: None, person };
    attempt.run(scope, || renew(scope, caller, (token, proof))).await
}

async fn renew(
    scope: &Scope,
    caller: &Caller,
    (token, proof): (&str, &FactorProof),
) -> Result<ShownCodes, ActionError> {
    let person = &caller.person.id;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::RenewBackupCodes, person: Some(person) };
    let asked: Option<SecurityKeyAuthentication> = match proof {
        FactorProof::Code(_) => None,
        FactorProof::Assertion(_) => Some(ceremony::load_state(scope, key).await?),
    };
    let right = factor_proof::check(scope, caller, "renew_backup_codes", (proof, asked.as_ref())).await?;
    let new = new_codes(scope, person).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    let shown = show(scope, &mut change, person, (new, false), None).await?;
    let generated =
        MfaBackupCodesGenerated { count: CODES, proven_by: Some(proven_by.on_record()), shown_on: None };
    change.commit(&Event::new(caller.actor(), generated).person(person)).await?;
    Ok(shown)
}

/// Writes codes that wait for their owner's word into the change. `announced`: their contacts hear of them anyway.
pub(super) async fn show(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (new, announced): (NewCodes, bool),
    of_case: Option<(&CaseId, Timestamp)>,
) -> Result<ShownCodes, ActionError> {
    let set = backup_codes::insert(change, person, &NewCodeSet { of_case, ..new.set() }).await?;
    let token = scope.app.rng.token()?;
    let state = serde_json::to_string(&PendingCodes { set, announced })?;
    let expires_at = change.at() + ceremony::life(CeremonyKind::ConfirmBackupCodes);
    let id = token_hash(&token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmBackupCodes, person: Some(person) };
    ceremonies::insert(change, key, &state, expires_at).await?;
    Ok(ShownCodes { codes: new.shown, token })
}

/// Who says that codes are kept, and where they were shown.
#[derive(Clone, Copy)]
pub enum KeptBy<'a> {
    /// Their owner, on the account page.
    Owner(&'a Caller),
    /// Whoever holds the claimant page of a case.
    ClaimantPage(&'a CaseRow),
    /// Whoever has just enrolled, and is not signed in yet.
    Enrolment,
}

/// The codes that were shown are kept: from now on they are good, and those from before are not. Said twice, as after an
/// answer that got lost, it is said once.
pub async fn confirm_backup_codes(scope: &Scope, by: KeptBy<'_>, token: &str) -> Result<(), ActionError> {
    // Nobody's codes: nothing that the record would be about.
    let person = by.person(scope, token).await?.ok_or_else(not_waiting)?;
    let (actor, case) = by.on_record(&person);
    let attempt = Attempt { actor, step: "confirm_backup_codes", case: case.as_ref(), person: Some(&person) };
    attempt.run(scope, || confirm(scope, by, (&person, token))).await
}

async fn confirm(
    scope: &Scope,
    by: KeptBy<'_>,
    (person, token): (&PersonId, &str),
) -> Result<(), ActionError> {
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmBackupCodes, person: Some(person) };
    let Some(state) = ceremonies::find_live(&scope.app.db, &scope.tenant.id, key, scope.now).await? else {
        return said_before(scope, person, key).await;
    };
    let PendingCodes { set, announced } = serde_json::from_str(&state)?;
    let mut change = match by {
        KeptBy::Owner(caller) => caller.change(scope).await?,
        KeptBy::ClaimantPage(_) | KeptBy::Enrolment => {
            let mut change = scope.begin().await?;
            match persons::lock_active(&mut change, person).await {
                Err(StoreError::Conflict) => return Err(FlowError::Closed.into()),
                other => other?,
            }
            change
        }
    };
    let confirmed = async {
        ceremonies::consume(&mut change, key).await?;
        backup_codes::confirm(&mut change, person, &set).await
    };
    match confirmed.await {
        Err(StoreError::Conflict) => return Err(not_waiting()),
        other => other?,
    }
    // Earlier guesses were at codes that are good no more (NIST SP 800-63B-4 §3.2.2).
    throttles::forget(&mut change, &RateLimitKey::of_person(person, FactorKind::BackupCode)).await?;
    if !announced {
        notify::announce(scope, &mut change, person, None, Notice::BackupCodesRenewed).await?;
    }
    let (actor, case) = by.on_record(person);
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
                ceremonies::find_person(&scope.app.db, &scope.tenant.id, &id, kind).await?
            }
        })
    }

    /// Who it is on the record, and of which case.
    fn on_record(self, person: &PersonId) -> (Actor, Option<CaseId>) {
        match self {
            Self::Owner(caller) => (caller.actor(), None),
            Self::ClaimantPage(row) => (Actor::Anonymous, Some(row.case_id())),
            Self::Enrolment => (Actor::Person { id: person.clone() }, None),
        }
    }
}

/// Fine, where these very codes are the person's live ones.
async fn said_before(scope: &Scope, person: &PersonId, key: CeremonyKey<'_>) -> Result<(), ActionError> {
    let state = ceremonies::find_ended(&scope.app.db, &scope.tenant.id, key).await?;
    let said: PendingCodes = serde_json::from_str(&state.ok_or_else(not_waiting)?)?;
    let live = backup_codes::find_set(&scope.app.db, &scope.tenant.id, person, scope.now).await?;
    if live.is_some_and(|(set, _)| set == said.set) { Ok(()) } else { Err(not_waiting()) }
}

fn not_waiting() -> ActionError {
    ActionError::Refused(NOT_WAITING.to_owned())
}

/// A new set: what to show, its salt, and what to store.
pub(crate) struct NewCodes {
    shown: Vec<String>,
    salt: Vec<u8>,
    hashes: Vec<Vec<u8>>,
}

impl NewCodes {
    /// As they are stored.
    pub(crate) fn set(&self) -> NewCodeSet<'_> {
        NewCodeSet { salt: &self.salt, hashes: &self.hashes, of_case: None }
    }
}

/// Makes them. Slow on purpose: before any change is begun.
pub(crate) async fn new_codes(scope: &Scope, person: &PersonId) -> Result<NewCodes, ActionError> {
    let salt = scope.app.rng.bytes::<16>()?.to_vec();
    let (mut shown, mut hashes) = (Vec::with_capacity(CODES), Vec::with_capacity(CODES));
    for _ in 0..CODES {
        let code = PlainCode::<BackupCode>::from_random(&*scope.app.rng.bytes::<16>()?);
        let input = Zeroizing::new(code.hash_input(person));
        hashes.push(scope.app.hashing.digest(input, salt.clone()).await?);
        shown.push(code.reveal());
    }
    Ok(NewCodes { shown, salt, hashes })
}
