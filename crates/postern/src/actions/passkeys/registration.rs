//! The making of a passkey, or of a security key that is good after the password only.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CredentialID, Passkey, PasskeyRegistration, RegisterPublicKeyCredential, SecurityKeyRegistration,
    WebauthnError,
};

use crate::actions::ActionError;
use crate::actions::passkeys::user_handle;
use crate::scope::Scope;
use crate::store::factors::{self, Factor, NewFactor};
use crate::store::persons::Person;
use crate::store::{Change, StoreError};
use crate::texts::MessageId;

/// The server's half, while the browser works.
#[derive(Serialize, Deserialize)]
pub(in crate::actions) enum Registration {
    /// Found by the device, and verifies its user: opens a session alone.
    Passkey(PasskeyRegistration),
    /// Good after the password only.
    SecurityKey(SecurityKeyRegistration),
}

/// A key that the browser made and that fits what it was asked.
pub(in crate::actions) struct NewKey {
    /// As it is kept: both kinds alike.
    passkey: Passkey,
    pub second_step_only: bool,
}

impl Registration {
    /// Options for the browser, and what its answer is held to.
    pub(in crate::actions) fn begin(
        scope: &Scope,
        person: &Person,
        exclude: Vec<CredentialID>,
        second_step_only: bool,
    ) -> Result<(Value, Self), ActionError> {
        let (login, name, exclude) = (&person.login, &person.name, Some(exclude));
        let user = user_handle(&person.id)?;
        if second_step_only {
            let (options, state) = scope
                .tenant
                .webauthn
                .start_securitykey_registration(user, login, name, exclude, None, None)?;
            let mut options = serde_json::to_value(&options)?;
            // The crate asks for protection that makes a key without a PIN useless.
            if let Some(members) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
                members.remove("extensions");
            }
            return Ok((options, Self::SecurityKey(state)));
        }
        let (options, state) =
            scope.tenant.webauthn.start_passkey_registration(user, login, name, exclude)?;
        let mut options = serde_json::to_value(&options)?;
        // Signing in without a login needs a credential that the device can find by itself.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            *selection = json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" });
        }
        Ok((options, Self::Passkey(state)))
    }

    /// Checks the browser's answer.
    pub(in crate::actions) fn finish(
        self,
        scope: &Scope,
        created: &RegisterPublicKeyCredential,
    ) -> Result<NewKey, ActionError> {
        match self {
            Self::Passkey(state) => {
                let made = scope.tenant.webauthn.finish_passkey_registration(created, &state);
                Ok(NewKey { passkey: made.map_err(|why| not_accepted(&why))?, second_step_only: false })
            }
            Self::SecurityKey(state) => {
                let made = scope.tenant.webauthn.finish_securitykey_registration(created, &state);
                let key = made.map_err(|why| not_accepted(&why))?;
                let passkey = serde_json::from_value(serde_json::to_value(&key)?)?;
                Ok(NewKey { passkey, second_step_only: true })
            }
        }
    }
}

impl NewKey {
    /// Adds it to the person's account; answers with its id.
    pub(in crate::actions) async fn insert(
        &self,
        scope: &Scope,
        change: &mut Change<'_>,
        person: &PersonId,
        (label, usable_at): (Option<&str>, Option<Timestamp>),
    ) -> Result<String, ActionError> {
        let id = change.id()?;
        let place = Factor::place(&scope.tenant.id, person, &id);
        let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, &serde_json::to_vec(&self.passkey)?)?;
        let plain_label = if self.second_step_only { "Security key" } else { "Passkey" };
        let factor = NewFactor {
            id: &id,
            person,
            kind: FactorKind::Webauthn,
            label: label.unwrap_or(plain_label),
            sealed: &sealed,
            credential_id: Some(&data_encoding::BASE64URL_NOPAD.encode(self.passkey.cred_id())),
            last_step: None,
            clock: PhoneClock::default(),
            second_step_only: self.second_step_only,
            usable_at,
        };
        match factors::insert(change, &factor).await {
            Err(StoreError::Conflict) => Err(ActionError::Wrong(MessageId("passkey-enrolled-already"))),
            other => Ok(other.map(|()| id)?),
        }
    }
}

fn not_accepted(why: &WebauthnError) -> ActionError {
    tracing::debug!(%why, "a new passkey was not accepted");
    match why {
        WebauthnError::UserNotVerified => ActionError::Wrong(MessageId("key-did-not-check-you")),
        _ => ActionError::Wrong(MessageId("passkey-not-accepted")),
    }
}
