//! The enrolment pass, after the password: leads to enrolment and nowhere else (P1).

use postern_core::event::payload::{PassRejected, PassUsed};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{CodeKind as _, EnrolmentPass, PlainCode};
use postern_core::id::CaseId;
use zeroize::Zeroizing;

use super::enrol_totp;
use super::on_record::Attempt;
use super::sign_in::Begun;
use super::signed_in::{Failed, account_status, failed};
use super::{ActionError, RateLimit};
use crate::config::Config;
use crate::scope::Scope;
use crate::store::enrolment_passes::EnrolmentPassRow;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::persons::first_passkey;
use crate::store::{StoreError, enrolment_passes, flows, persons};
use crate::texts::MessageId;

/// One text for wrong, used, expired, foreign and guessed.
const WRONG: MessageId = MessageId("wrong-pass");

/// Uses a pass.
pub async fn use_pass(scope: &Scope, row: &FlowRow, typed: &str) -> Result<Begun, ActionError> {
    Attempt::of_flow("use_pass", &row.flow).run(scope, || spend_pass(scope, row, typed)).await
}

async fn spend_pass(scope: &Scope, row: &FlowRow, typed: &str) -> Result<Begun, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let next = row
        .flow
        .clone()
        .show(FactorKind::EnrolmentPass, account_status(scope, &person).await?)?
        .going_on()?;
    let limit = RateLimit::of_person(scope, &person.id, FactorKind::EnrolmentPass, None).await?;
    if let Err(throttled) = limit.acquire(scope).await {
        reject(scope, &person, "mfa_rate_limited").await?;
        return Err(throttled);
    }
    let Some(pass) = find_right_pass(scope, &person, typed).await? else {
        reject(scope, &person, "mfa_wrong_code").await?;
        return Err(ActionError::invalid("pass", WRONG));
    };
    let begun = Begun { token: scope.app.rng.token()?, flow: next };
    let mut change = scope.begin_for(&person.id).await?;
    // The guard decides the race: of two parallel uses one finds the pass unused.
    match enrolment_passes::consume(&mut change, &pass.id).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => {
            drop(change);
            reject(scope, &person, "mfa_code_reused").await?;
            return Err(ActionError::invalid("pass", WRONG));
        }
        Err(other) => return Err(other.into()),
    }
    flows::end(&mut change, &row.id).await?;
    limit.clear(&mut change).await?;
    enrol_totp::begin(scope, &mut change, &begun).await?;
    if pass.case_id.is_some() {
        // The case had its evidence, its hold and its notices: the pass stands for the factor that is gone.
        let until = change.at() + Config::FIRST_PASSKEY_LIFE;
        first_passkey::grant(&mut change, &person.id, until).await?;
    }
    let actor = Actor::Person { id: person.id.clone() };
    let mut event = Event::new(actor, PassUsed).person(&person.id);
    event.case = pass.case_id.map(CaseId::new);
    change.commit(&event).await?;
    Ok(begun)
}

async fn find_right_pass(
    scope: &Scope,
    person: &Person,
    typed: &str,
) -> Result<Option<EnrolmentPassRow>, ActionError> {
    let live = enrolment_passes::find_live(
        &scope.app.db,
        &scope.tenant.id,
        &person.id,
        EnrolmentPass::PURPOSE,
        scope.now,
    )
    .await?;
    let code = PlainCode::<EnrolmentPass>::parse(typed);
    let input = code.map(|code| code.hash_input(&person.id)).unwrap_or_default();
    let right =
        scope.app.hashing.verify(Zeroizing::new(input), live.as_ref().map(|pass| pass.hash.clone())).await?;
    Ok(live.filter(|_| right))
}

async fn reject(scope: &Scope, person: &Person, cause: &str) -> Result<(), ActionError> {
    let rejected = PassRejected::EnrolmentPass { cause };
    let event = Event::new(Actor::Anonymous, rejected).person(&person.id);
    scope.begin().await?.commit(&event).await?;
    failed(
        scope,
        Some(person),
        &person.login,
        Failed { method: FactorKind::EnrolmentPass.as_str(), cause, detail: None },
    )
    .await
}
