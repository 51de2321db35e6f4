//! A code that was sent: the second step of the sign-in that asked for it, once.

use postern_core::factor::FactorKind;
use zeroize::Zeroizing;

use super::on_record::Attempt;
use super::rate_limit::PAID;
use super::send_code::place;
use super::sent_code_rules::load_usable;
use super::signed_in::{Failed, SignedIn, account_status, begin_completion, complete, failed};
use super::{ActionError, RateLimit};
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::{StoreError, factors, flows, persons, sent_codes};
use crate::texts::MessageId;

/// Completes the sign-in.
pub async fn use_sent_code(
    scope: &Scope,
    row: &FlowRow,
    typed: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    Attempt::of_flow("use_sent_code", &row.flow).run(scope, || spend_code(scope, row, typed, device)).await
}

async fn spend_code(
    scope: &Scope,
    row: &FlowRow,
    typed: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let person = persons::load(db, tenant, row.flow.person()).await?;
    let sent = sent_codes::find_of_flow(db, tenant, &row.id).await?;
    let sent = sent.ok_or_else(|| ActionError::refused(MessageId("no-code-was-sent")))?;
    let (kind, _) = load_usable(scope, &person, &sent.factor_id).await?;
    let assurance = row.flow.clone().show(kind, account_status(scope, &person).await?)?.signed_in()?;
    let limit = RateLimit::of_person(scope, &person.id, kind, device).await?;
    let mut change = begin_completion(scope, &person).await?;
    match limit.acquire_within(&mut change).await {
        Ok(()) => {}
        Err(throttled @ ActionError::Throttled(_)) => {
            // On SQLite the open change holds the one writer.
            drop(change);
            refuse(scope, &person, (kind, "mfa_rate_limited")).await?;
            return Err(throttled);
        }
        Err(other) => return Err(other),
    }
    let digits: Zeroizing<String> =
        Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).take(100).collect());
    let hash = scope.tenant.keys.hash_of_code(&place(tenant, &sent.id), &digits);
    match sent_codes::consume(&mut change, (&sent.id, &row.id), &hash).await {
        Ok(()) => {
            factors::save_used(&mut change, &sent.factor_id).await?;
            flows::end(&mut change, &row.id).await?;
            limit.clear(&mut change).await?;
            return complete(scope, change, &person, &assurance, kind.as_str()).await;
        }
        Err(StoreError::Conflict) => change.commit_unrecorded(PAID).await?,
        Err(other) => return Err(other.into()),
    }
    refuse(scope, &person, (kind, "mfa_wrong_code")).await?;
    limit.disable_at_limit(scope, &person.id, kind).await?;
    let wrong =
        if sent.waits(scope.now) { MessageId("wrong-sent-code") } else { MessageId("sent-code-is-over") };
    Err(ActionError::invalid("code", wrong))
}

async fn refuse(
    scope: &Scope,
    person: &Person,
    (kind, cause): (FactorKind, &str),
) -> Result<(), ActionError> {
    let attempt = Failed { method: kind.as_str(), cause, detail: None };
    failed(scope, Some(person), &person.login, attempt).await
}
