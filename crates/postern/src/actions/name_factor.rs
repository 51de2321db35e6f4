//! A person gives one of their factors a name, so that they know later which device it is.

use postern_core::event::Event;
use postern_core::event::payload::MfaFactorNamed;
use serde_json::json;

use super::retry::retry;
use super::{ActionError, Caller, refuse_hidden};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::MessageId;

/// Most characters a name may have.
const LONGEST: usize = 60;

/// Names a factor of the caller's own.
pub async fn name_factor(scope: &Scope, caller: &Caller, id: &str, label: &str) -> Result<(), ActionError> {
    retry(|| name(scope, caller, id, label)).await
}

async fn name(scope: &Scope, caller: &Caller, id: &str, label: &str) -> Result<(), ActionError> {
    let Some(label) = parse_label(label)? else {
        return Err(ActionError::invalid("label", MessageId("give-it-a-name")));
    };
    let mut change = caller.change(scope).await?;
    let own = factors::list_locked(&mut change, &caller.person.id).await?;
    let factor = own.into_iter().find(|factor| factor.id == id).ok_or(ActionError::NotFound)?;
    factors::save_label(&mut change, &caller.person.id, id, &label).await?;
    let named = MfaFactorNamed { kind: &factor.kind, factor: id, label: &label };
    let event =
        Event::new(caller.actor(), named).person(&caller.person.id).before(json!({ "label": factor.label }));
    Ok(change.commit(&event).await?)
}

/// A name as it is kept: one line, trimmed; `None` when nothing was typed.
pub(super) fn parse_label(typed: &str) -> Result<Option<String>, ActionError> {
    let label = typed.trim();
    if label.chars().any(char::is_control) {
        return Err(ActionError::invalid("label", MessageId("use-visible-characters")));
    }
    refuse_hidden("label", label)?;
    if label.chars().count() > LONGEST {
        return Err(ActionError::invalid("label", MessageId("use-fewer-characters").with("count", LONGEST)));
    }
    Ok(Some(label.to_owned()).filter(|label| !label.is_empty()))
}
