//! The sign-in page takes up what a phone approved, once, in the sign-in that asked.

use postern_core::factor::FactorKind;

use super::on_record::Attempt;
use super::signed_in::{SignedIn, account_status, begin_completion, complete};
use super::{ActionError, RateLimit};
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::{StoreError, factors, flows, persons, push_requests};
use crate::texts::MessageId;

/// Completes the sign-in.
pub async fn use_push(scope: &Scope, row: &FlowRow, device: Option<&str>) -> Result<SignedIn, ActionError> {
    Attempt::of_flow("use_push", &row.flow).run(scope, || sign_in(scope, row, device)).await
}

async fn sign_in(scope: &Scope, row: &FlowRow, device: Option<&str>) -> Result<SignedIn, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let person = persons::load(db, tenant, row.flow.person()).await?;
    let assurance =
        row.flow.clone().show(FactorKind::Push, account_status(scope, &person).await?)?.signed_in()?;
    let request = push_requests::find_of_flow(db, tenant, &row.id).await?.ok_or_else(not_approved)?;
    let limit = RateLimit::of_person(scope, &person.id, FactorKind::Push, device).await?;
    let mut change = begin_completion(scope, &person).await?;
    let factor = push_requests::consume(&mut change, &request.id, &row.id).await.map_err(refused_if_gone)?;
    // The phone may have been removed since.
    factors::save_used(&mut change, &factor).await.map_err(refused_if_gone)?;
    flows::end(&mut change, &row.id).await?;
    limit.clear(&mut change).await?;
    complete(scope, change, &person, &assurance, FactorKind::Push.as_str()).await
}

fn not_approved() -> ActionError {
    ActionError::refused(MessageId("phone-did-not-approve"))
}

fn refused_if_gone(error: StoreError) -> ActionError {
    match error {
        StoreError::Conflict => not_approved(),
        other => other.into(),
    }
}
