//! Enrolling a code app after a pass: the secret waits, sealed, in the flow; a right code makes it a factor.

use jiff::Timestamp;
use postern_core::event::payload::{MfaBackupCodesGenerated, MfaFactorEnrolled};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::{self, Check, PhoneClock};
use postern_core::id::PersonId;
use zeroize::Zeroizing;

use super::ActionError;
use super::lapse_case::lapse_overdue;
use super::on_record::Attempt;
use super::renew_backup_codes::{self, CodePage, NewCodes, ShownCodes, new_codes};
use super::sign_in::Begun;
use super::signed_in::account_status;
use super::use_totp::clock_is_off;
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::factors::{Factor, NewFactor};
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, factors, flows, persons, throttles};
use crate::texts::{ErrorText, MessageId};

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
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    row.flow.expect_enrolment(account_status(scope, &person).await?)?;
    let sealed =
        row.sealed.as_deref().ok_or_else(|| ActionError::Internal("no secret in the flow".to_owned()))?;
    let bytes = scope.tenant.keys.unseal(&FlowRow::place(&scope.tenant.id, &person.id, &row.id), sealed)?;
    Ok(Secret { person, bytes })
}

/// Checks the first code; enrols; returns the backup codes, which are shown this once and count when they are confirmed.
pub async fn enrol_totp(scope: &Scope, row: &FlowRow, code: &str) -> Result<ShownCodes, ActionError> {
    Attempt::of_flow("enrol_totp", &row.flow).run(scope, || enrol(scope, row, code)).await
}

async fn enrol(scope: &Scope, row: &FlowRow, code: &str) -> Result<ShownCodes, ActionError> {
    let Secret { person, bytes } = secret(scope, row).await?;
    let step =
        check_first_code(&bytes, code, scope.now).map_err(|message| ActionError::invalid("code", message))?;
    let new = new_codes(scope, &person.id).await?;
    lapse_overdue(scope, &person.id).await?;
    let mut change = scope.begin_for(&person.id).await?;
    flows::end(&mut change, &row.id).await?;
    let id = insert_totp(scope, &mut change, &person.id, (&bytes, step), None).await?;
    let enrolled = MfaFactorEnrolled { kind: FactorKind::Totp, factor: &id, proven_by: None, passkey: None };
    complete(scope, change, &person.id, new, enrolled).await
}

/// What every enrolment after a pass ends with, whatever was enrolled: backup codes, a notice, and a record.
pub(super) async fn complete(
    scope: &Scope,
    mut change: Change<'_>,
    person: &PersonId,
    new: NewCodes,
    enrolled: MfaFactorEnrolled<'_>,
) -> Result<ShownCodes, ActionError> {
    let shown =
        renew_backup_codes::show(scope, &mut change, person, (new, CodePage::Enrolment), None).await?;
    // Bound anew: the old counts go with the old factors (NIST SP 800-63B-4 §3.2.2).
    for kind in
        [FactorKind::Totp, FactorKind::HardwareToken, FactorKind::BackupCode, FactorKind::EnrolmentPass]
    {
        throttles::forget(&mut change, &RateLimitKey::of_person(person, kind)).await?;
    }
    notify::announce(scope, &mut change, person, None, Notice::FactorEnrolled).await?;
    let actor = || Actor::Person { id: person.clone() };
    let generated = MfaBackupCodesGenerated { count: shown.codes.len(), proven_by: None, shown_on: None };
    change.record(Event::new(actor(), generated).person(person));
    change.commit(&Event::new(actor(), enrolled).person(person)).await?;
    Ok(shown)
}

/// Enrols a code app. `step`: the time step of the code that showed that it holds the secret. The answer: its id.
pub(super) async fn insert_totp(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (secret, step): (&[u8], i64),
    label: Option<&str>,
) -> Result<String, ActionError> {
    let id = change.id()?;
    let place = Factor::place(&scope.tenant.id, person, &id);
    let factor = NewFactor {
        id: &id,
        person,
        kind: FactorKind::Totp,
        label: label.unwrap_or(FactorKind::Totp.title()),
        sealed: &scope.tenant.keys.seal(&scope.app.rng, &place, secret)?,
        credential_id: None,
        last_step: Some(step),
        clock: PhoneClock::default(),
        second_step_only: true,
        usable_at: None,
    };
    factors::insert(change, &factor).await?;
    Ok(id)
}

/// The first code of a new app shows that it holds the secret. The answer: its time step. Err: what the person is told.
pub(super) fn check_first_code(secret: &[u8], code: &str, now: Timestamp) -> Result<i64, ErrorText> {
    match totp::check(secret, code, now.as_second(), (None, PhoneClock::default())) {
        Check::Accepted { step, .. } => Ok(step),
        Check::ClockOff { steps } => Err(clock_is_off(steps).into()),
        Check::Reused | Check::Wrong => Err(MessageId("first-code-wrong").into()),
    }
}
