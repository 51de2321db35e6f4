//! Enrolling a passkey after a pass: the same door as the code app's, and nothing is left to type.

use postern_core::event::payload::{EnrolledPasskey, MfaFactorEnrolled};
use postern_core::factor::FactorKind;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::add_passkey::is_key_to_desk;
use super::ceremony::{self, Challenge};
use super::lapse_case::lapse_overdue;
use super::on_record::Attempt;
use super::passkeys::registration::Registration;
use super::renew_backup_codes::{ShownCodes, new_codes};
use super::signed_in::account_status;
use super::{ActionError, enrol_totp, passkeys};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::flows::FlowRow;
use crate::store::persons::{Person, first_passkey};
use crate::store::{ceremonies, flows, persons};
use crate::texts::MessageId;

/// Staff's first passkey waits, and with nothing else enrolled nobody could come in meanwhile.
const CODE_APP_FIRST: MessageId = MessageId("code-app-before-passkey");

/// Whether a passkey can be the first factor of whoever enrols: it works at once.
pub async fn is_offered(scope: &Scope, row: &FlowRow) -> Result<bool, ActionError> {
    let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, row.flow.person());
    Ok(!is_key_to_desk(scope, person).await?
        || first_passkey::is_granted(db, tenant, person, scope.now).await?)
}

/// Asks the browser to make a passkey.
pub async fn start(scope: &Scope, row: &FlowRow) -> Result<Challenge, ActionError> {
    Attempt::of_flow("enrol_passkey", &row.flow).run(scope, || ask(scope, row)).await
}

async fn ask(scope: &Scope, row: &FlowRow) -> Result<Challenge, ActionError> {
    let person = load_enrolling(scope, row).await?;
    if !is_offered(scope, row).await? {
        return Err(ActionError::refused(CODE_APP_FIRST));
    }
    let held = passkeys::list(scope, &person.id).await?;
    let exclude = held.iter().map(|held| held.passkey.cred_id().clone()).collect();
    let (options, registration) = Registration::begin(scope, &person, exclude, false)?;
    let token = ceremony::begin(scope, CeremonyKind::EnrolPasskey, Some(&person.id), &registration).await?;
    Ok(Challenge { token, options })
}

/// Checks the new key; enrols it; returns the backup codes, which are shown this once and count when they are confirmed.
pub async fn finish(
    scope: &Scope,
    row: &FlowRow,
    token: &str,
    created: &RegisterPublicKeyCredential,
) -> Result<ShownCodes, ActionError> {
    Attempt::of_flow("enrol_passkey", &row.flow).run(scope, || enrol(scope, row, token, created)).await
}

async fn enrol(
    scope: &Scope,
    row: &FlowRow,
    token: &str,
    created: &RegisterPublicKeyCredential,
) -> Result<ShownCodes, ActionError> {
    let person = load_enrolling(scope, row).await?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::EnrolPasskey, person: Some(&person.id) };
    let registration: Registration = ceremony::load_state(scope, key).await?;
    let new = registration.finish(scope, created)?;
    let codes = new_codes(scope, &person.id).await?;
    lapse_overdue(scope, &person.id).await?;
    let mut change = scope.begin_for(&person.id).await?;
    ceremonies::consume(&mut change, key).await?;
    flows::end(&mut change, &row.id).await?;
    let let_in = first_passkey::consume(&mut change, &person.id).await?;
    if is_key_to_desk(scope, &person.id).await? && !let_in {
        return Err(ActionError::refused(CODE_APP_FIRST));
    }
    let factor = new.insert(scope, &mut change, &person.id, (None, None)).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::Webauthn,
        factor: &factor,
        proven_by: None,
        passkey: Some(EnrolledPasskey { second_step_only: false, waits_until: None }),
    };
    enrol_totp::complete(scope, change, &person.id, codes, enrolled).await
}

/// Whoever may enrol now.
async fn load_enrolling(scope: &Scope, row: &FlowRow) -> Result<Person, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    row.flow.expect_enrolment(account_status(scope, &person).await?)?;
    Ok(person)
}
