//! A passkey, alone or as second step: the browser finds the credential, so that no login is asked for and none can
//! be probed.

use postern_core::factor::FactorKind;
use postern_core::signin::{Flow, FlowProgress, ShownFactor};
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential};

use super::ActionError;
use super::ceremony::{self, Challenge};
use super::passkeys::{HeldPasskey, moved_key};
use super::retry::retry;
use super::signed_in::{Failed, SignedIn, account_status, begin_completion, complete, failed};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::persons::Person;
use crate::store::{ceremonies, factors, persons, time};
use crate::texts::MessageId;
use postern_core::id::PersonId;

const WRONG: ActionError = ActionError::Wrong(MessageId("unknown-passkey"));

/// Asks for any passkey of this site.
pub async fn start(scope: &Scope) -> Result<Challenge, ActionError> {
    let (options, state) = scope.tenant.webauthn.start_discoverable_authentication()?;
    let mut options = serde_json::to_value(&options)?;
    // The button asks now; the crate's default would wait for the browser's autofill.
    if let Some(members) = options.as_object_mut() {
        members.remove("mediation");
    }
    let token = ceremony::begin(scope, CeremonyKind::SignIn, None, &state).await?;
    Ok(Challenge { token, options })
}

/// Checks the browser's answer.
pub async fn finish(
    scope: &Scope,
    token: &str,
    answer: &PublicKeyCredential,
) -> Result<SignedIn, ActionError> {
    retry(|| check(scope, token, answer)).await
}

async fn check(scope: &Scope, token: &str, answer: &PublicKeyCredential) -> Result<SignedIn, ActionError> {
    let key = CeremonyKey { id: &token_hash(token), kind: CeremonyKind::SignIn, person: None };
    let state: DiscoverableAuthentication = ceremony::load_state(scope, key).await?;
    let Some((person, factor)) = find(scope, answer).await? else {
        failed(
            scope,
            None,
            "",
            Failed { method: FactorKind::Webauthn.as_str(), cause: "factor_disabled", detail: None },
        )
        .await?;
        return Err(WRONG);
    };
    let held = match HeldPasskey::unseal(scope, factor) {
        Ok(held) => held,
        Err(error) => {
            failed(scope, Some(&person), &person.login, moved_key()).await?;
            return Err(error);
        }
    };
    let attempt = |cause, detail| Failed { method: FactorKind::Webauthn.as_str(), cause, detail };
    let Ok(result) =
        scope.tenant.webauthn.finish_discoverable_authentication_v2(answer, state, &held.passkey)
    else {
        failed(scope, Some(&person), &person.login, attempt("mfa_wrong_code", None)).await?;
        return Err(WRONG);
    };
    if let Err(why) = opens_now(scope, &held.factor) {
        failed(scope, Some(&person), &person.login, attempt("factor_disabled", Some(why.to_string())))
            .await?;
        return Err(why);
    }
    let status = account_status(scope, &person).await?;
    let user_verified = held.factor.opens_alone() && result.user_verified();
    let shown = ShownFactor { kind: FactorKind::Webauthn, user_verified };
    let progress = Flow::begin(person.id.clone(), status).show(shown, status);
    let assurance = match progress.and_then(FlowProgress::signed_in) {
        Ok(assurance) => assurance,
        Err(closed) => {
            failed(scope, Some(&person), &person.login, attempt("account_disabled", None)).await?;
            return Err(closed.into());
        }
    };
    let mut change = begin_completion(scope, &person).await?;
    ceremonies::consume(&mut change, key).await?;
    held.save_used(scope, &mut change, &result).await?;
    complete(scope, change, &person, &assurance, FactorKind::Webauthn.as_str()).await
}

/// A right answer opens nothing from a key that is good after the password only, whatever it verified this time: a PIN
/// can be set by whoever found the key. Nor from one that still waits.
fn opens_now(scope: &Scope, factor: &Factor) -> Result<(), ActionError> {
    if !factor.opens_alone() {
        return Err(ActionError::refused(MessageId("key-after-password-only")));
    }
    if factor.waits(scope.now) {
        let at = time(factor.usable_at).strftime("%-d %b %Y, %H:%M UTC").to_string();
        return Err(ActionError::refused(MessageId("passkey-waits-until").with("at", at)));
    }
    Ok(())
}

async fn find(scope: &Scope, answer: &PublicKeyCredential) -> Result<Option<(Person, Factor)>, ActionError> {
    let Ok((user, credential)) = scope.tenant.webauthn.identify_discoverable_authentication(answer) else {
        return Ok(None);
    };
    let credential = data_encoding::BASE64URL_NOPAD.encode(credential);
    let Some(factor) = factors::find_by_credential(&scope.app.db, &scope.tenant.id, &credential).await?
    else {
        return Ok(None);
    };
    if factor.person_id != user.to_string() {
        return Ok(None);
    }
    let person = persons::find(&scope.app.db, &scope.tenant.id, &PersonId::new(&factor.person_id)).await?;
    Ok(person.map(|person| (person, factor)))
}
