//! Phones that approve sign-ins, as the server knows them: a public key each, sealed in the row of the factor. A phone has no
//! session and no cookie; whatever it says, it signs.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::factor::push::{CLOCK_TOLERANCE, PushKey, PushStatement};
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};

use super::ActionError;
use super::sender_limit::admit_request;
use super::subscribe_push::PushSubscription;
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::store::{StoreError, persons};
use crate::texts::MessageId;

/// What is kept of a phone, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct PushDeviceState {
    /// Its public key, as it was sent.
    pub key: String,
    /// Where it can be woken.
    pub subscription: Option<PushSubscription>,
}

/// A phone that works, of somebody whose account is open.
pub(super) struct PushDevice {
    pub factor: Factor,
    pub person: PersonId,
    key: PushKey,
}

impl PushDevice {
    /// Whether it signed this.
    pub fn signed(&self, scope: &Scope, statement: &PushStatement<'_>, signature: &str) -> bool {
        self.key.signed(&statement.text(&origin(scope)), signature)
    }
}

/// What the row of a phone is found by. No passkey has such an id: what a browser names as the id of a passkey leads to none of
/// these, and the other way round.
pub(super) fn credential_id(device: &str) -> String {
    format!("push:{device}")
}

/// Where a statement counts.
pub(super) fn origin(scope: &Scope) -> String {
    scope.tenant.origin.origin().ascii_serialization()
}

/// The phone with the key of this hash.
pub(super) async fn find(scope: &Scope, device: &str) -> Result<Option<PushDevice>, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let found = factors::find_by_credential(db, tenant, &credential_id(device)).await?;
    let Some(factor) = found.filter(|factor| factor.is(FactorKind::Push) && factor.works(scope.now)) else {
        return Ok(None);
    };
    let person = persons::load(db, tenant, &PersonId::new(&factor.person_id)).await?;
    if person.suspended_at.is_some() {
        return Ok(None);
    }
    let sealed = scope.tenant.keys.unseal(&Factor::place(tenant, &person.id, &factor.id), &factor.sealed)?;
    let state: PushDeviceState = serde_json::from_slice(&sealed)?;
    let key = PushKey::parse(&state.key)
        .ok_or_else(|| ActionError::Internal("the key of a phone does not read".to_owned()))?;
    Ok(Some(PushDevice { factor, person: person.id, key }))
}

/// The phone that says something at a moment of its own, which counts once.
pub(super) async fn find_speaking(
    scope: &Scope,
    (device, at): (&str, i64),
    (statement, signature): (&PushStatement<'_>, &str),
) -> Result<PushDevice, ActionError> {
    let is_of_now =
        Timestamp::from_millisecond(at).is_ok_and(|at| at.duration_since(scope.now).abs() <= CLOCK_TOLERANCE);
    let found = find(scope, device).await?;
    let Some(found) = found.filter(|found| is_of_now && found.signed(scope, statement, signature)) else {
        return Err(refuse(scope).await);
    };
    let mut change = scope.begin().await?;
    match factors::save_spoken(&mut change, &found.factor.id, at).await {
        Ok(()) => change.commit_unrecorded("when a phone last spoke").await?,
        Err(StoreError::Conflict) => {
            drop(change);
            return Err(refuse(scope).await);
        }
        Err(other) => return Err(other.into()),
    }
    Ok(found)
}

/// One answer for a phone that nobody has, one that was removed, a signature that is wrong or was seen before, and a clock that
/// is off. Only it is paid for: a phone of ours is never held up by whoever shares its address.
pub(super) async fn refuse(scope: &Scope) -> ActionError {
    match admit_request(scope).await {
        Ok(()) => ActionError::Wrong(MessageId("phone-not-known")),
        Err(throttled) => throttled,
    }
}
