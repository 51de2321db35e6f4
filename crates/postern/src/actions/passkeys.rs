//! The passkeys of a person, unsealed for a ceremony.

pub(super) mod registration;

use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, Passkey, PublicKeyCredential, SecurityKey, SecurityKeyAuthentication,
};

use super::ActionError;
use super::signed_in::Failed;
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::store::{Change, StoreError};

/// What a passkey knows its owner by.
pub fn user_handle(person: &PersonId) -> Result<Uuid, ActionError> {
    Uuid::parse_str(person.as_str()).map_err(|e| ActionError::Internal(e.to_string()))
}

/// A passkey with the row that holds it.
pub(super) struct HeldPasskey {
    pub factor: Factor,
    pub passkey: Passkey,
}

impl HeldPasskey {
    /// Opens a row.
    pub(super) fn unseal(scope: &Scope, factor: Factor) -> Result<Self, ActionError> {
        let plain = scope.tenant.keys.unseal(&place(scope, &factor), &factor.sealed)?;
        Ok(Self { passkey: serde_json::from_slice(&plain)?, factor })
    }

    /// It signed: its counter may have moved. `Conflict` when it was removed meanwhile.
    pub(super) async fn save_used(
        mut self,
        scope: &Scope,
        change: &mut Change<'_>,
        result: &AuthenticationResult,
    ) -> Result<(), ActionError> {
        self.passkey.update_credential(result);
        let plain = serde_json::to_vec(&self.passkey)?;
        let sealed = scope.tenant.keys.seal(&scope.app.rng, &place(scope, &self.factor), &plain)?;
        match factors::save_passkey(change, &self.factor.id, &sealed).await {
            Err(StoreError::Conflict) => Err(ActionError::Conflict),
            other => Ok(other?),
        }
    }
}

/// What is recorded of a sign-in by a key that does not open in the row where it stands: somebody has written it there.
pub(super) fn moved_key() -> Failed<'static> {
    let detail = Some("what is stored as this key was not sealed for its row".to_owned());
    Failed { method: FactorKind::Webauthn.as_str(), cause: "factor_disabled", detail }
}

/// What a stored passkey says of where it is kept. The crate gives it to nobody else, so its form is read.
#[derive(Deserialize)]
struct StoredPasskey {
    cred: StoredCredential,
}

#[derive(Deserialize)]
struct StoredCredential {
    backup_eligible: bool,
    backup_state: bool,
}

/// Whether a passkey said, when it was last used, that a copy is kept outside its device. One that cannot be read has none: its owner
/// is told to add another, and not that nothing can happen.
pub fn is_synced(scope: &Scope, factor: &Factor) -> bool {
    let plain = scope.tenant.keys.unseal(&place(scope, factor), &factor.sealed).ok();
    let stored = plain.and_then(|plain| serde_json::from_slice::<StoredPasskey>(&plain).ok());
    stored.is_some_and(|stored| stored.cred.backup_eligible && stored.cred.backup_state)
}

/// A person's passkeys and security keys that work now.
pub(super) async fn list_working(scope: &Scope, person: &PersonId) -> Result<Vec<HeldPasskey>, ActionError> {
    unseal_working(scope, factors::list(&scope.app.db, &scope.tenant.id, person).await?)
}

/// Those of a person's factors. Err: one of them does not open in its row.
pub(super) fn unseal_working(scope: &Scope, own: Vec<Factor>) -> Result<Vec<HeldPasskey>, ActionError> {
    let working = own.into_iter().filter(|factor| factor.is(FactorKind::Webauthn) && factor.works(scope.now));
    working.map(|factor| HeldPasskey::unseal(scope, factor)).collect()
}

/// All of them, those that wait or were switched off included.
pub(super) async fn list(scope: &Scope, person: &PersonId) -> Result<Vec<HeldPasskey>, ActionError> {
    let factors = factors::list(&scope.app.db, &scope.tenant.id, person).await?;
    let keys = factors.into_iter().filter(|factor| factor.is(FactorKind::Webauthn));
    keys.map(|factor| HeldPasskey::unseal(scope, factor)).collect()
}

/// A challenge for any of these after something else was shown: a passkey has to verify its user, as it always does; a
/// security key need not.
pub(super) fn ask_any(
    scope: &Scope,
    held: &[HeldPasskey],
) -> Result<(Value, SecurityKeyAuthentication), ActionError> {
    // The crate keeps what it demands of a key with the key: both kinds are stored alike.
    let keys: Result<Vec<SecurityKey>, _> =
        held.iter().map(|held| serde_json::from_value(serde_json::to_value(&held.passkey)?)).collect();
    let (options, state) = scope.tenant.webauthn.start_securitykey_authentication(&keys?)?;
    let mut options = serde_json::to_value(&options)?;
    // The hint would have browsers ask for a key on USB where the passkey is in the phone.
    if let Some(members) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
        members.remove("hints");
    }
    Ok((options, state))
}

/// Which of these answered. `None`: the answer is wrong, or its key does not work any more.
pub(super) fn answered(
    scope: &Scope,
    held: Vec<HeldPasskey>,
    (state, answer): (&SecurityKeyAuthentication, &PublicKeyCredential),
) -> Option<(HeldPasskey, AuthenticationResult)> {
    let result = scope.tenant.webauthn.finish_securitykey_authentication(answer, state).ok()?;
    let held = held.into_iter().find(|held| held.passkey.cred_id() == result.cred_id())?;
    Some((held, result))
}

fn place(scope: &Scope, factor: &Factor) -> String {
    Factor::place(&scope.tenant.id, &PersonId::new(&factor.person_id), &factor.id)
}
