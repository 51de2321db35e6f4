//! Fresh backup codes: shown once, and good from the moment at which their owner says that they are kept. Until then those
//! from before stay as they are: an answer that got lost leaves nobody with codes that nobody saw.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::MfaBackupCodesGenerated;
use postern_core::factor::code::{BackupCode, PlainCode};
use postern_core::id::{CaseId, PersonId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::ceremony::{self, Challenge};
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::{ActionError, Caller};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::backup_codes::{self, NewCodeSet};
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::{Change, ceremonies};

/// Backup codes in a set.
pub(super) const CODES: usize = 10;

/// Codes that were just made. They count when their owner has confirmed that they are kept.
pub struct ShownCodes {
    /// The codes, as people write them down.
    pub codes: Vec<String>,
    /// Names the confirmation that they wait for.
    pub token: Zeroizing<String>,
}

/// What is kept until somebody says, where they were shown, that they are kept.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingCodes {
    pub(super) set: String,
    pub(super) shown_on: CodePage,
}

/// The page on which codes are shown. Whoever has another page, or a session that came later, says nothing about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub(super) enum CodePage {
    /// The account page, in this session.
    Account { session: String },
    /// The claimant page of this case.
    Claimant { case: CaseId },
    /// The page on which somebody has just enrolled.
    Enrolment,
}

/// Asks a passkey for the proof that new codes want.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::RenewBackupCodes).await
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
    let asked = factor_proof::load_asked(scope, key, proof).await?;
    let right = factor_proof::check(scope, caller, "renew_backup_codes", (proof, asked.as_ref())).await?;
    let new = new_codes(scope, person).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    let page = CodePage::Account { session: caller.session.clone() };
    let shown = show(scope, &mut change, person, (new, page), None).await?;
    let generated =
        MfaBackupCodesGenerated { count: CODES, proven_by: Some(proven_by.on_record()), shown_on: None };
    change.commit(&Event::new(caller.actor(), generated).person(person)).await?;
    Ok(shown)
}

/// Writes codes that wait for their owner's word into the change. `of_case`: whose remedy they are, and when it lapses.
pub(super) async fn show(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (new, shown_on): (NewCodes, CodePage),
    of_case: Option<(&CaseId, Timestamp)>,
) -> Result<ShownCodes, ActionError> {
    let set = backup_codes::insert(change, person, &NewCodeSet { of_case, ..new.set() }).await?;
    let token = scope.app.rng.token()?;
    let state = serde_json::to_string(&PendingCodes { set, shown_on })?;
    let expires_at = change.at() + ceremony::life(CeremonyKind::ConfirmBackupCodes);
    let id = token_hash(&token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmBackupCodes, person: Some(person) };
    ceremonies::insert(change, key, &state, expires_at).await?;
    Ok(ShownCodes { codes: new.shown, token })
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
