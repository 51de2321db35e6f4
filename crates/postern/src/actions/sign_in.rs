//! Login and password: the first step of a sign-in. Answers alike, and in like time, for strangers.

use postern_core::factor::FactorKind;
use postern_core::signin::{Flow, FlowProgress, FlowStep};
use zeroize::Zeroizing;

use super::retry::retry;
use super::signed_in::{Failed, account_status, failed};
use super::{ActionError, RateLimit};
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::persons::Person;
use crate::store::{StoreError, flows, persons};
use crate::texts::MessageId;

const WRONG: MessageId = MessageId("wrong-login-or-password");

/// What was typed.
pub struct Credentials<'a> {
    /// The login, in any spelling.
    pub login: &'a str,
    /// The password.
    pub password: Zeroizing<String>,
    /// The device cookie, if there is one.
    pub device: Option<&'a str>,
}

/// A flow that began: its cookie's token and where it stands.
pub struct Begun {
    /// Names the flow.
    pub token: Zeroizing<String>,
    /// What is wanted next.
    pub flow: Flow,
}

/// Checks login and password.
pub async fn sign_in(scope: &Scope, typed: Credentials<'_>) -> Result<Begun, ActionError> {
    retry(|| check(scope, &typed)).await
}

async fn check(scope: &Scope, typed: &Credentials<'_>) -> Result<Begun, ActionError> {
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, typed.login).await?;
    let limit = match &person {
        Some(person) => RateLimit::of_person(scope, &person.id, FactorKind::Password, typed.device).await?,
        None => RateLimit::of_unknown_login(typed.login, FactorKind::Password),
    };
    let attempt = |cause| Failed { method: FactorKind::Password.as_str(), cause, detail: None };
    if let Err(throttled) = limit.acquire(scope).await {
        failed(scope, person.as_ref(), typed.login, attempt("account_locked")).await?;
        return Err(throttled);
    }
    let hash = person.as_ref().and_then(|p| p.password_hash.clone());
    let right = scope.app.hashing.verify(typed.password.clone(), hash).await?;
    let Some(person) = person.filter(|_| right) else {
        let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, typed.login).await?;
        failed(scope, person.as_ref(), typed.login, attempt("bad_password")).await?;
        match &person {
            Some(person) => limit.disable_at_limit(scope, &person.id, FactorKind::Password).await?,
            None => limit.rehearse_disabling(scope).await?,
        }
        return Err(ActionError::Wrong(WRONG));
    };
    begin(scope, &person, &limit, &typed.password).await
}

async fn begin(
    scope: &Scope,
    person: &Person,
    limit: &RateLimit,
    password: &Zeroizing<String>,
) -> Result<Begun, ActionError> {
    let status = account_status(scope, person).await?;
    let shown = Flow::begin(person.id.clone(), status).show(FactorKind::Password, status);
    let flow = match shown.and_then(FlowProgress::going_on) {
        Ok(flow) => flow,
        Err(closed) => {
            let attempt =
                Failed { method: FactorKind::Password.as_str(), cause: "account_disabled", detail: None };
            failed(scope, Some(person), &person.login, attempt).await?;
            return Err(closed.into());
        }
    };
    if flow.step() == FlowStep::Pass {
        // The password alone, with no factor left: it leads nowhere, and the desk sees that somebody tried.
        let attempt =
            Failed { method: FactorKind::Password.as_str(), cause: "mfa_not_enrolled", detail: None };
        failed(scope, Some(person), &person.login, attempt).await?;
    }
    let token = scope.app.rng.token()?;
    let renewed = hash_anew(scope, person, password).await?;
    let mut change = scope.begin_for(&person.id).await?;
    // Checking takes a while, and the password may have been changed meanwhile: then it was the one from before. Or another
    // sign-in has hashed it anew. Either way it is looked at again, by what is stored now.
    match persons::expect_password(&mut change, &person.id, person.password_hash.as_deref()).await {
        Err(StoreError::Conflict) => return Err(ActionError::Contended),
        other => other?,
    }
    if let Some((old, new)) = &renewed {
        persons::save_changed_password(&mut change, &person.id, (old, new)).await?;
    }
    limit.clear(&mut change).await?;
    let expires_at = change.at() + Config::FLOW_LIFE;
    flows::insert(&mut change, &token_hash(&token), &flow, expires_at).await?;
    change.commit_unrecorded("half a sign-in; its end is recorded").await?;
    Ok(Begun { token, flow })
}

/// The hash from before and one of today's cost, where the settings want more than what is stored: only now, while the password
/// is here, can it be made.
async fn hash_anew<'a>(
    scope: &Scope,
    person: &'a Person,
    password: &Zeroizing<String>,
) -> Result<Option<(&'a str, String)>, ActionError> {
    let hashing = &scope.app.hashing;
    let Some(old) = person.password_hash.as_deref().filter(|hash| hashing.is_outdated(hash)) else {
        return Ok(None);
    };
    let new = hashing.hash(password.clone(), *scope.app.rng.bytes::<16>()?).await?;
    Ok(Some((old, new)))
}
