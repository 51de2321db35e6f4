//! A ceremony: the server asks, the browser answers in time, once, and for what it was asked.

use jiff::SignedDuration;
use postern_core::id::PersonId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::ActionError;
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{self, CeremonyKey, CeremonyKind};
use crate::texts::MessageId;

const TOO_LATE: ActionError = ActionError::Wrong(MessageId("passkey-took-too-long"));

/// A ceremony that began: its cookie's token, and what the browser is asked.
pub struct Challenge {
    /// Names the ceremony.
    pub token: Zeroizing<String>,
    /// Options for the browser.
    pub options: serde_json::Value,
}

/// How long the server waits for the answer.
pub(super) fn life(kind: CeremonyKind) -> SignedDuration {
    match kind {
        // Installing an app, or waiting for a mail, takes longer than touching a key; saving ten codes may take a walk to the printer.
        CeremonyKind::AddTotp | CeremonyKind::ConfirmContact => Config::FLOW_LIFE * 3,
        CeremonyKind::EnrolPush => Config::FLOW_LIFE * 2,
        CeremonyKind::ConfirmBackupCodes => Config::FLOW_LIFE * 6,
        _ => Config::FLOW_LIFE,
    }
}

/// Keeps the server's half of a ceremony. `person` is empty where the answer will tell who it is.
pub(super) async fn begin(
    scope: &Scope,
    kind: CeremonyKind,
    person: Option<&PersonId>,
    state: &impl Serialize,
) -> Result<Zeroizing<String>, ActionError> {
    let token = scope.app.rng.token()?;
    let state = serde_json::to_string(state)?;
    let mut change = scope.begin().await?;
    let expires_at = change.at() + life(kind);
    let key = CeremonyKey { id: &token_hash(&token), kind, person };
    ceremonies::insert(&mut change, key, &state, expires_at).await?;
    change.commit_unrecorded("a challenge; its answer is recorded").await?;
    Ok(token)
}

/// The server's half. One that was begun for something else, or for somebody else, is not found.
pub(super) async fn load_state<T: DeserializeOwned>(
    scope: &Scope,
    key: CeremonyKey<'_>,
) -> Result<T, ActionError> {
    let state = ceremonies::find_live(&scope.app.db, &scope.tenant.id, key, scope.now).await?;
    Ok(serde_json::from_str(&state.ok_or(TOO_LATE)?)?)
}
