//! A saved code: the second step of a sign-in, once.

use postern_core::event::payload::MfaBackupCodeUsed;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{BackupCode, PlainCode};
use zeroize::Zeroizing;

use super::on_record::Attempt;
use super::signed_in::{Failed, SignedIn, account_status, begin_completion, complete, failed};
use super::{ActionError, RateLimit};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::{StoreError, backup_codes, flows, persons};
use crate::texts::MessageId;

const WRONG: MessageId = MessageId("wrong-backup-code");

/// Uses a saved code.
pub async fn use_backup_code(
    scope: &Scope,
    row: &FlowRow,
    typed: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    Attempt::of_flow("use_backup_code", &row.flow).run(scope, || spend_code(scope, row, typed, device)).await
}

async fn spend_code(
    scope: &Scope,
    row: &FlowRow,
    typed: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let assurance =
        row.flow.clone().show(FactorKind::BackupCode, account_status(scope, &person).await?)?.signed_in()?;
    let limit = RateLimit::of_person(scope, &person.id, FactorKind::BackupCode, device).await?;
    if let Err(throttled) = limit.acquire(scope).await {
        refuse(scope, &person, "mfa_rate_limited").await?;
        return Err(throttled);
    }
    let set = backup_codes::find_set(&scope.app.db, &scope.tenant.id, &person.id, scope.now).await?;
    let (Some((set, salt)), Some(code)) = (set, PlainCode::<BackupCode>::parse(typed)) else {
        refuse(scope, &person, "mfa_wrong_code").await?;
        limit.disable_at_limit(scope, &person.id, FactorKind::BackupCode).await?;
        return Err(ActionError::invalid("backup_code", WRONG));
    };
    let hash = scope.app.hashing.digest(Zeroizing::new(code.hash_input(&person.id)), salt).await?;
    let mut change = begin_completion(scope, &person).await?;
    match backup_codes::consume(&mut change, &set, &hash).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => {
            drop(change);
            refuse(scope, &person, "mfa_wrong_code").await?;
            limit.disable_at_limit(scope, &person.id, FactorKind::BackupCode).await?;
            return Err(ActionError::invalid("backup_code", WRONG));
        }
        Err(other) => return Err(other.into()),
    }
    flows::end(&mut change, &row.id).await?;
    limit.clear(&mut change).await?;
    notify::announce(scope, &mut change, &person.id, None, Notice::BackupCodeUsed).await?;
    let left = backup_codes::count_left(&scope.app.db, &scope.tenant.id, &person.id, scope.now).await? - 1;
    let actor = Actor::Person { id: person.id.clone() };
    change.record(Event::new(actor, MfaBackupCodeUsed { left }).person(&person.id));
    complete(scope, change, &person, &assurance, FactorKind::BackupCode.as_str()).await
}

async fn refuse(scope: &Scope, person: &Person, cause: &str) -> Result<(), ActionError> {
    failed(
        scope,
        Some(person),
        &person.login,
        Failed { method: FactorKind::BackupCode.as_str(), cause, detail: None },
    )
    .await
}
