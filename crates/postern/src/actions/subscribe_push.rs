//! A phone says where it can be woken: a subscription of Web Push, as its browser gave it. The address is a stranger's word, so
//! that it must be one of the internet at large.

use data_encoding::BASE64URL_NOPAD;
use postern_core::factor::FactorKind;
use postern_core::factor::push::PushStatement;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ActionError;
use super::push_devices::{self, PushDeviceState};
use super::retry::retry;
use crate::public_address::{plain_endpoint, public_endpoint};
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::store::persons;
use crate::texts::MessageId;

/// A point of P-256, uncompressed.
const PUBLIC_KEY_BYTES: usize = 65;
/// The secret beside it.
const AUTH_BYTES: usize = 16;

/// Where a browser can be woken, and how it is written to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushSubscription {
    /// The address at the push service.
    pub endpoint: String,
    /// The browser's key, in base64url.
    pub p256dh: String,
    /// The secret that goes with it, in base64url.
    pub auth: String,
}

/// A phone that can be woken.
pub struct WakeablePhone {
    /// Which.
    pub factor: String,
    /// Where.
    pub subscription: PushSubscription,
}

/// What a phone sends. An empty endpoint: it wants to be woken no more.
#[derive(Clone, Copy)]
pub struct NewSubscription<'a> {
    /// The hash of its key.
    pub device: &'a str,
    /// When it says so, in milliseconds since 1970.
    pub at: i64,
    /// Where.
    pub subscription: &'a PushSubscription,
    /// Over all of it.
    pub signature: &'a str,
}

/// Keeps where a phone can be woken.
pub async fn subscribe_push(scope: &Scope, new: NewSubscription<'_>) -> Result<(), ActionError> {
    retry(|| keep(scope, new)).await
}

async fn keep(scope: &Scope, new: NewSubscription<'_>) -> Result<(), ActionError> {
    let PushSubscription { endpoint, p256dh, auth } = new.subscription;
    let said = PushStatement::Subscribe { device: new.device, at: new.at, endpoint, p256dh, auth };
    let device = push_devices::find_speaking(scope, (new.device, new.at), (&said, new.signature)).await?;
    let subscription = if endpoint.is_empty() {
        None
    } else {
        checked_endpoint(scope, endpoint)?;
        expect_bytes("p256dh", p256dh, PUBLIC_KEY_BYTES)?;
        expect_bytes("auth", auth, AUTH_BYTES)?;
        Some(new.subscription.clone())
    };
    save(scope, &device.person, (&device.factor.id, subscription)).await
}

/// So many bytes in base64url, as RFC 8291 wants them.
fn expect_bytes(field: &'static str, text: &str, bytes: usize) -> Result<(), ActionError> {
    let read = BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes());
    if read.is_ok_and(|read| read.len() == bytes) {
        return Ok(());
    }
    Err(ActionError::invalid(field, MessageId("not-a-phone-key")))
}

/// Forgets a subscription that its push service does not know any more.
pub async fn forget(scope: &Scope, factor: &str) -> Result<(), ActionError> {
    let Some(found) = factors::find(&scope.app.db, &scope.tenant.id, factor).await? else { return Ok(()) };
    save(scope, &PersonId::new(&found.person_id), (factor, None)).await
}

/// With the person's row locked: nobody removes the phone meanwhile.
async fn save(
    scope: &Scope,
    person: &PersonId,
    (factor, subscription): (&str, Option<PushSubscription>),
) -> Result<(), ActionError> {
    let mut change = scope.begin().await?;
    persons::lock_all(&mut change, &[person]).await?;
    let held = factors::list_locked(&mut change, person).await?;
    let Some(held) = held.into_iter().find(|held| held.id == factor && held.is(FactorKind::Push)) else {
        return Ok(());
    };
    let place = Factor::place(&scope.tenant.id, person, factor);
    let state: PushDeviceState = serde_json::from_slice(&scope.tenant.keys.unseal(&place, &held.sealed)?)?;
    let state = serde_json::to_vec(&PushDeviceState { subscription, ..state })?;
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, &state)?;
    factors::save_sealed(&mut change, factor, &sealed).await?;
    Ok(change.commit_unrecorded("where a phone can be woken").await?)
}

/// The phones of a person's that work and can be woken.
pub async fn list_wakeable(scope: &Scope, person: &PersonId) -> Result<Vec<WakeablePhone>, ActionError> {
    let held = factors::list(&scope.app.db, &scope.tenant.id, person).await?;
    let phones = held.iter().filter(|factor| factor.is(FactorKind::Push) && factor.works(scope.now));
    let mut found = Vec::new();
    for phone in phones {
        let place = Factor::place(&scope.tenant.id, person, &phone.id);
        let state: PushDeviceState =
            serde_json::from_slice(&scope.tenant.keys.unseal(&place, &phone.sealed)?)?;
        found.extend(
            state.subscription.map(|subscription| WakeablePhone { factor: phone.id.clone(), subscription }),
        );
    }
    Ok(found)
}

/// The address, if something may be sent there. In development anything goes, on this machine.
pub fn checked_endpoint(scope: &Scope, endpoint: &str) -> Result<Url, ActionError> {
    let url = if scope.app.is_development() { plain_endpoint(endpoint) } else { public_endpoint(endpoint) };
    url.ok_or_else(|| ActionError::invalid("endpoint", MessageId("not-a-push-service")))
}
