//! The passkeys of a person, unsealed for a ceremony.

use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use super::ActionError;
use crate::app::App;
use crate::store::factors::{self, Factor};
use crate::store::{Change, StoreError};

/// A passkey with the row that holds it.
pub(super) struct HeldPasskey {
    pub factor: Factor,
    pub passkey: Passkey,
}

impl HeldPasskey {
    /// Opens a row.
    pub(super) fn unseal(app: &App, factor: Factor) -> Result<Self, ActionError> {
        let plain = app.keys.unseal(&place(app, &factor), &factor.sealed)?;
        Ok(Self { passkey: serde_json::from_slice(&plain)?, factor })
    }

    /// It signed: its counter may have moved. `Conflict` when it was removed meanwhile.
    pub(super) async fn save_used(
        mut self,
        app: &App,
        change: &mut Change<'_>,
        result: &AuthenticationResult,
    ) -> Result<(), ActionError> {
        self.passkey.update_credential(result);
        let plain = serde_json::to_vec(&self.passkey)?;
        let sealed = app.keys.seal(&app.rng, &place(app, &self.factor), &plain)?;
        match factors::save_passkey(change, &self.factor.id, &sealed).await {
            Err(StoreError::Conflict) => Err(ActionError::Conflict),
            other => Ok(other?),
        }
    }
}

/// A person's passkeys that work now.
pub(super) async fn list(app: &App, person: &PersonId) -> Result<Vec<HeldPasskey>, ActionError> {
    let factors = factors::list(&app.db, &app.tenant, person).await?;
    let working = factors.into_iter().filter(|f| f.is(FactorKind::Webauthn) && f.disabled_at.is_none());
    working.map(|factor| HeldPasskey::unseal(app, factor)).collect()
}

fn place(app: &App, factor: &Factor) -> String {
    Factor::place(&app.tenant, &PersonId::new(&factor.person_id), &factor.id)
}
