//! A dead job lives again: whoever has put right what kept it from being done lets it run once more.

use postern_core::event::Event;
use postern_core::event::payload::JobRunAgain;
use postern_core::policy::ManageJobs;
use postern_core::reason::Reason;
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::{StoreError, jobs};

/// Lets it run at once, with all its attempts. `reason`: what was put right. `NotFound` when it is not dead.
pub async fn run_job_again(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "run_job_again", case: None, person: None };
    attempt.run(scope, || revive(scope, caller, id, reason)).await
}

async fn revive(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ManageJobs>(scope, caller).await?;
    let reason = Reason::parse(reason)?;
    let job = jobs::find_dead(&scope.app.db, &scope.tenant.id, id).await?.ok_or(ActionError::NotFound)?;
    let mut change = caller.change(scope).await?;
    match jobs::revive(&mut change, id).await {
        Err(StoreError::Conflict) => return Err(ActionError::NotFound),
        other => other?,
    }
    let again = JobRunAgain { job: &job.id, kind: &job.kind, key: &job.key };
    let event = Event::new(caller.actor(), again)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({ "attempts": job.attempts, "last_error": job.last_error }));
    change.commit(&event).await?;
    scope.app.jobs.due.notify_one();
    Ok(())
}
