//! What was tried and did not fit goes on the record too: a step out of order, an empty reason (ASVS 16.3.3).

use postern_core::event::payload::StepRefused;
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::signin::Flow;

use super::ActionError;
use super::retry::retry;
use crate::scope::Scope;

/// Something that somebody tries.
pub(super) struct Attempt<'a> {
    /// Who.
    pub actor: Actor,
    /// Which step.
    pub step: &'static str,
    /// In which case.
    pub case: Option<&'a CaseId>,
    /// On whose account.
    pub person: Option<&'a PersonId>,
}

impl<'a> Attempt<'a> {
    /// A step of a sign-in under way.
    pub fn of_flow(step: &'static str, flow: &'a Flow) -> Self {
        Self { actor: Actor::Anonymous, step, case: None, person: Some(flow.person()) }
    }

    /// Does it, again where it ran into another change, and passes the outcome on; a refusal is recorded first. What was
    /// typed is not: it may be a secret.
    pub async fn run<T, F>(self, scope: &Scope, work: impl Fn() -> F) -> Result<T, ActionError>
    where
        F: Future<Output = Result<T, ActionError>>,
    {
        let outcome = retry(work).await;
        let why = match &outcome {
            Err(ActionError::Refused(why)) => why.to_string(),
            Err(ActionError::Invalid { field: "reason", message }) => message.to_string(),
            Err(ActionError::Conflict) => "somebody else was faster".to_owned(),
            // A case that is not there was recorded where it was looked for.
            Err(ActionError::NotFound) if self.case.is_none() => "it is not here, or not any more".to_owned(),
            _ => return outcome,
        };
        let mut event = Event::new(self.actor, StepRefused { step: self.step, why: &why });
        event.case = self.case.cloned();
        event.person = self.person.cloned();
        scope.begin().await?.commit(&event).await?;
        outcome
    }
}
