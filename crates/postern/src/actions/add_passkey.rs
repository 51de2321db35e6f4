//! A person adds a passkey to their own account, from a session that two factors opened.

use postern_core::event::{Event, EventKind};
use postern_core::factor::FactorKind;
use serde_json::json;
use uuid::Uuid;
use webauthn_rs::prelude::{CredentialID, Passkey, PasskeyRegistration, RegisterPublicKeyCredential};

use super::ceremony::{self, Challenge};
use super::{ActionError, Caller};
use crate::app::App;
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::{Factor, NewFactor};
use crate::store::{StoreError, ceremonies, factors};

/// Asks the browser to make a passkey.
pub async fn start(app: &App, caller: &Caller) -> Result<Challenge, ActionError> {
    let person = &caller.person;
    check_assurance(app, caller).await?;
    let user = Uuid::parse_str(person.id.as_str()).map_err(|e| ActionError::Internal(e.to_string()))?;
    let exclude = enrolled_credentials(app, caller).await?;
    let (options, registration) =
        app.webauthn.start_passkey_registration(user, &person.login, &person.name, Some(exclude))?;
    let mut options = serde_json::to_value(&options)?;
    // Signing in without a login needs a credential that the device can find by itself.
    if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
        *selection =
            json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" });
    }
    let token = ceremony::begin(app, CeremonyKind::AddPasskey, Some(&person.id), &registration).await?;
    Ok(Challenge { token, options })
}

/// Checks the browser's answer and enrols the passkey.
pub async fn finish(
    app: &App,
    caller: &Caller,
    token: &str,
    answer: &RegisterPublicKeyCredential,
) -> Result<(), ActionError> {
    check_assurance(app, caller).await?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddPasskey, person: Some(&caller.person.id) };
    let registration: PasskeyRegistration = ceremony::load_state(app, key).await?;
    let passkey = app
        .webauthn
        .finish_passkey_registration(answer, &registration)
        .map_err(|_| ActionError::Wrong("The passkey was not accepted. Try again, or use another device."))?;
    let credential = data_encoding::BASE64URL_NOPAD.encode(passkey.cred_id());
    let mut change = caller.change(app).await?;
    ceremonies::consume(&mut change, key).await?;
    let factor_id = change.id()?;
    let place = Factor::place(&app.tenant, &caller.person.id, &factor_id);
    let sealed = app.keys.seal(&app.rng, &place, &serde_json::to_vec(&passkey)?)?;
    let factor = NewFactor {
        id: &factor_id,
        person: &caller.person.id,
        kind: FactorKind::Webauthn,
        label: "Passkey",
        sealed: &sealed,
        credential_id: Some(&credential),
        last_step: None,
    };
    match factors::insert(&mut change, &factor).await {
        Err(StoreError::Conflict) => return Err(ActionError::Wrong("This passkey is enrolled already.")),
        other => other?,
    }
    notify::announce(app, &mut change, &caller.person.id, None, Notice::FactorEnrolled).await?;
    let event = Event::new(EventKind::MfaFactorEnrolled, caller.actor())
        .person(&caller.person.id)
        .detail(json!({ "kind": "webauthn", "factor": factor_id }));
    change.commit(&event).await?;
    Ok(())
}

/// Who has a passkey adds the next one with it, and the first one is added right after signing in: a code that was
/// talked out of somebody an hour ago must not turn into a key to the desk.
async fn check_assurance(app: &App, caller: &Caller) -> Result<(), ActionError> {
    let factors = factors::list(&app.db, &app.tenant, &caller.person.id).await?;
    let has_passkey = factors.iter().any(|f| f.is(FactorKind::Webauthn) && f.disabled_at.is_none());
    if has_passkey && !caller.phishing_resistant {
        let words = "Sign in with the passkey that you have; then you can add another one.";
        return Err(ActionError::Refused(words.to_owned()));
    }
    let age = app.clock.now().duration_since(caller.since);
    if age > Config::FRESH_SIGN_IN {
        let words = "Sign in again: a passkey can be added in the first ten minutes after signing in.";
        return Err(ActionError::Refused(words.to_owned()));
    }
    Ok(())
}

async fn enrolled_credentials(app: &App, caller: &Caller) -> Result<Vec<CredentialID>, ActionError> {
    let mut found = Vec::new();
    for factor in factors::list(&app.db, &app.tenant, &caller.person.id).await? {
        if factor.is(FactorKind::Webauthn) {
            let plain = app
                .keys
                .unseal(&Factor::place(&app.tenant, &caller.person.id, &factor.id), &factor.sealed)?;
            found.push(serde_json::from_slice::<Passkey>(&plain)?.cred_id().clone());
        }
    }
    Ok(found)
}
