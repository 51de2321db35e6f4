//! Enrolling a code app after a pass: the secret waits, sealed, in the flow; a right code makes it a factor.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{BackupCode, PlainCode};
use postern_core::factor::totp::{self, Check};
use postern_core::id::PersonId;
use serde_json::json;
use zeroize::Zeroizing;

use super::ActionError;
use super::on_record::Attempt;
use super::sign_in::Begun;
use super::signed_in::account_status;
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::factors::{Factor, NewFactor};
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, backup_codes, factors, flows, persons, throttles};

/// Backup codes in a set.
const CODES: usize = 10;

/// What the enrolment page shows.
pub struct Secret {
    /// Who enrols.
    pub person: Person,
    /// The secret.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Opens a flow that may enrol, with a fresh secret in it.
pub(super) async fn begin(scope: &Scope, change: &mut Change<'_>, begun: &Begun) -> Result<(), ActionError> {
    let id = token_hash(&begun.token);
    let secret = scope.app.rng.bytes::<{ totp::SECRET_BYTES }>()?;
    let sealed = scope.tenant.keys.seal(
        &scope.app.rng,
        &FlowRow::place(&scope.tenant.id, begun.flow.person(), &id),
        secret.as_slice(),
    )?;
    // Scanning a code and saving ten others takes longer than typing a password.
    let expires_at = change.at() + Config::FLOW_LIFE * 3;
    flows::insert(change, &id, &begun.flow, expires_at).await?;
    flows::save_sealed(change, &id, &sealed).await?;
    Ok(())
}

/// The secret that waits in the flow.
pub async fn secret(scope: &Scope, row: &FlowRow) -> Result<Secret, ActionError> {
    let flow = row.flow()?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, flow.person()).await?;
    flow.enrolling(account_status(scope, &person).await?)?;
    let sealed =
        row.sealed.as_deref().ok_or_else(|| ActionError::Internal("no secret in the flow".to_owned()))?;
    let bytes = scope.tenant.keys.unseal(&FlowRow::place(&scope.tenant.id, &person.id, &row.id), sealed)?;
    Ok(Secret { person, bytes })
}

/// Checks the first code; enrols; returns the backup codes, which are shown this once.
pub async fn enrol_totp(scope: &Scope, row: &FlowRow, code: &str) -> Result<Vec<String>, ActionError> {
    let flow = row.flow()?;
    let attempt =
        Attempt { actor: Actor::Anonymous, step: "enrol_totp", case: None, person: Some(flow.person()) };
    attempt.run(scope, || enrol(scope, row, code)).await
}

async fn enrol(scope: &Scope, row: &FlowRow, code: &str) -> Result<Vec<String>, ActionError> {
    let Secret { person, bytes } = secret(scope, row).await?;
    let step = match totp::check(&bytes, code, scope.now.as_second(), None) {
        Check::Accepted { step } => step,
        Check::ClockOff { steps } => {
            let off = totp::clock_drift(steps);
            return Err(ActionError::invalid(
                "code",
                format!(
                    "The code fits, but your phone's clock is {off}. Set it to automatic in the phone's date and time \
                     settings, then type the next code."
                ),
            ));
        }
        Check::Reused | Check::Wrong => {
            return Err(ActionError::invalid(
                "code",
                "This is not the code. Type the six digits that the app shows now for this account.",
            ));
        }
    };
    let (codes, salt, hashes) = new_codes(scope, &person.id).await?;
    let mut change = scope.begin_for(&person.id).await?;
    flows::end(&mut change, &row.id).await?;
    let id = change.id()?;
    let sealed =
        scope.tenant.keys.seal(&scope.app.rng, &Factor::place(&scope.tenant.id, &person.id, &id), &bytes)?;
    let factor = NewFactor {
        id: &id,
        person: &person.id,
        kind: FactorKind::Totp,
        label: "Code app",
        sealed: &sealed,
        credential_id: None,
        last_step: Some(step),
        second_step_only: true,
        usable_at: None,
    };
    factors::insert(&mut change, &factor).await?;
    backup_codes::replace(&mut change, &person.id, &salt, &hashes).await?;
    // Bound anew: the old counts go with the old factors (NIST SP 800-63B-4 §3.2.2).
    for kind in ["totp", "backup_code", "pass"] {
        throttles::forget(&mut change, &RateLimitKey::of_person(&person.id, kind)).await?;
    }
    notify::announce(scope, &mut change, &person.id, None, Notice::FactorEnrolled).await?;
    let actor = || Actor::Person { id: person.id.clone() };
    let generated = Event::new(EventKind::MfaBackupCodesGenerated, actor())
        .person(&person.id)
        .detail(json!({ "count": codes.len() }));
    change.record(generated);
    let enrolled = Event::new(EventKind::MfaFactorEnrolled, actor())
        .person(&person.id)
        .detail(json!({ "kind": "totp", "factor": id }));
    change.commit(&enrolled).await?;
    Ok(codes)
}

type NewCodes = (Vec<String>, Vec<u8>, Vec<Vec<u8>>);

/// A new set: what to show, its salt, and what to store.
pub(crate) async fn new_codes(scope: &Scope, person: &PersonId) -> Result<NewCodes, ActionError> {
    let salt = scope.app.rng.bytes::<16>()?.to_vec();
    let (mut shown, mut hashes) = (Vec::with_capacity(CODES), Vec::with_capacity(CODES));
    for _ in 0..CODES {
        let code = PlainCode::<BackupCode>::from_random(&*scope.app.rng.bytes::<16>()?);
        let input = Zeroizing::new(code.hash_input(person));
        hashes.push(scope.app.hashing.digest(input, salt.clone()).await?);
        shown.push(code.reveal());
    }
    Ok((shown, salt, hashes))
}
