//! A passkey or a security key as the second step, after the password: the only place for a key that does not verify
//! its user.

use postern_core::factor::FactorKind;
use webauthn_rs::prelude::{PublicKeyCredential, SecurityKeyAuthentication};

use super::ActionError;
use super::ceremony::{self, Challenge};
use super::on_record::Attempt;
use super::passkeys::{self, HeldPasskey, moved_key};
use super::signed_in::{Failed, SignedIn, account_status, begin_completion, complete, failed};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::sign_ins::AFTER_PASSWORD;
use crate::store::{ceremonies, factors, flows, persons};
use crate::texts::MessageId;

const WRONG: ActionError = ActionError::Wrong(MessageId("not-your-key"));

/// Asks for any key of the person whose password was right.
pub async fn start(scope: &Scope, row: &FlowRow) -> Result<Challenge, ActionError> {
    Attempt::of_flow("use_passkey", &row.flow).run(scope, || ask(scope, row)).await
}

async fn ask(scope: &Scope, row: &FlowRow) -> Result<Challenge, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    row.flow.clone().show(FactorKind::Webauthn, account_status(scope, &person).await?)?.signed_in()?;
    let held = list_keys(scope, &person).await?;
    if held.is_empty() {
        return Err(ActionError::refused(MessageId("no-passkey-here")));
    }
    let (options, state) = passkeys::ask_any(scope, &held)?;
    let token = ceremony::begin(scope, CeremonyKind::SecondStep, Some(&person.id), &state).await?;
    Ok(Challenge { token, options })
}

/// Checks the browser's answer and completes the sign-in.
pub async fn finish(
    scope: &Scope,
    row: &FlowRow,
    token: &str,
    answer: &PublicKeyCredential,
) -> Result<SignedIn, ActionError> {
    Attempt::of_flow("use_passkey", &row.flow).run(scope, || sign_in(scope, row, token, answer)).await
}

async fn sign_in(
    scope: &Scope,
    row: &FlowRow,
    token: &str,
    answer: &PublicKeyCredential,
) -> Result<SignedIn, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::SecondStep, person: Some(&person.id) };
    let assurance =
        row.flow.clone().show(FactorKind::Webauthn, account_status(scope, &person).await?)?.signed_in()?;
    let state: SecurityKeyAuthentication = ceremony::load_state(scope, key).await?;
    let held = list_keys(scope, &person).await?;
    let Some((held, result)) = passkeys::answered(scope, held, (&state, answer)) else {
        let detail = Some(AFTER_PASSWORD.to_owned());
        let attempt = Failed { method: FactorKind::Webauthn.as_str(), cause: "mfa_wrong_code", detail };
        failed(scope, Some(&person), &person.login, attempt).await?;
        return Err(WRONG);
    };
    let mut change = begin_completion(scope, &person).await?;
    ceremonies::consume(&mut change, key).await?;
    held.save_used(scope, &mut change, &result).await?;
    flows::end(&mut change, &row.id).await?;
    complete(scope, change, &person, &assurance, FactorKind::Webauthn.as_str()).await
}

/// The person's keys that work.
async fn list_keys(scope: &Scope, person: &Person) -> Result<Vec<HeldPasskey>, ActionError> {
    let own = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    match passkeys::unseal_working(scope, own) {
        Err(error) => {
            failed(scope, Some(person), &person.login, moved_key()).await?;
            Err(error)
        }
        held => held,
    }
}
