//! Somebody signed out at an identity provider, and the provider says so: OpenID Connect Back-Channel Logout 1.0. What began by
//! that session there, or by that account, ends here.
//!
//! Anybody can send something here. What is no logout of the provider's is counted against its sender, and writes nothing. A right
//! one is not held up: a provider that signs a thousand people out at once sends a thousand of them, and none again. One that no
//! known key has signed is counted before newer keys are asked for.

use jiff::SignedDuration;
use postern_core::event::payload::SessionRevoked;
use postern_core::event::{Actor, Event};

use super::retry::retry;
use super::sender_limit::admit_request;
use super::{ActionError, federation};
use crate::identity_provider::{IdentityProvider, ProviderError};
use crate::oidc::{LogoutKeys, NamedLogout};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::provider_sessions::{self, LoggedOut};
use crate::store::{StoreError, ceremonies, persons};

/// A token that counted is remembered for so long: no token counts at such an age, by any clock.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Ends what the token names. One that names nothing here is right too. Err: `Wrong` where it is no logout, or counted before.
pub async fn hear_logout(scope: &Scope, provider: &str, token: &str) -> Result<(), ActionError> {
    let (provider, oidc) = match federation::find_oidc(scope, provider) {
        Ok(found) => found,
        Err(unknown) => {
            admit_request(scope).await?;
            return Err(unknown);
        }
    };
    let (providers, about) = (&scope.app.identity_providers, (&scope.tenant.id, oidc));
    let named = match providers.hear_logout(about, (token, LogoutKeys::Known), scope.now).await {
        // It may have another key by now.
        Err(ProviderError::Answer(_)) => {
            admit_request(scope).await?;
            providers.hear_logout(about, (token, LogoutKeys::Newer), scope.now).await
        }
        heard => heard,
    };
    let named = named.map_err(|why| federation::blame(scope, provider, &why))?;
    let ended = retry(|| end(scope, provider, &named)).await;
    if let Err(ActionError::Wrong(_)) = ended {
        admit_request(scope).await?;
    }
    ended
}

async fn end(scope: &Scope, provider: &IdentityProvider, named: &NamedLogout) -> Result<(), ActionError> {
    let account = named.subject.as_deref().map(|subject| federation::credential_id(provider, subject));
    let session = named.session.as_deref().map(|session| federation::session_hash(provider, session));
    let what = match (account.as_deref(), session.as_deref()) {
        (Some(account), Some(session)) => LoggedOut::SessionOfAccount { account, session },
        (Some(account), None) => LoggedOut::Account(account),
        (None, Some(session)) => LoggedOut::Session(session),
        (None, None) => return Err(federation::REFUSED),
    };
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let owners = provider_sessions::list_owners(db, tenant, what, scope.now).await?;
    let mut change = scope.begin().await?;
    // Behind a sign-in that is being completed, whose session would come a moment later.
    persons::lock_all(&mut change, &owners.iter().collect::<Vec<_>>()).await?;
    let id =
        token_hash(&serde_json::json!([provider.name, provider.issuer(), "jti", named.token]).to_string());
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ProviderLogout, person: None };
    let until = change.at() + REMEMBERED_FOR;
    match ceremonies::insert(&mut change, key, "", until).await {
        Err(StoreError::Conflict) => return Err(federation::REFUSED),
        other => other?,
    }
    ceremonies::consume(&mut change, key).await?;
    provider_sessions::remember(&mut change, what).await?;
    let why = format!("signed out at the identity provider {}", provider.name);
    for (person, sessions) in provider_sessions::end(&mut change, what).await? {
        if sessions > 0 {
            let revoked = SessionRevoked { sessions, why: Some(&why) };
            change.record(Event::new(Actor::System, revoked).person(&person));
        }
    }
    Ok(change.commit_unrecorded("a logout token counted; what it ended is recorded").await?)
}
