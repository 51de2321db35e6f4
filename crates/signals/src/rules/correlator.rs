//! What happens over several records: the counts, the orders and the chains.

mod budget;
mod event_window;
mod groups;
mod kept;
mod sigma_adapter;
mod state;

use std::{fmt, sync::Arc};

use jiff::Timestamp;

pub(super) use self::sigma_adapter::SigmaAdapter;
use self::state::{Now, State};
use super::{info::RuleId, matcher::Matches, plan::Plan};
use crate::{
    event::{Field, View},
    record::Position,
};

/// A rule has fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// Which.
    pub rule: RuleId,
    /// About whom or what: fields and values.
    pub group: Vec<(String, String)>,
    /// How many so far: records, or different values, or rules.
    pub value: f64,
    /// Where the records are that made it fire; when it goes on firing, where the new one is.
    pub evidence: Vec<Position>,
    /// The first record that counts.
    pub since: Timestamp,
    /// The present one.
    pub until: Timestamp,
}

impl Fired {
    /// Does it count for each value of this field?
    pub(crate) fn is_by(&self, field: &str) -> bool {
        self.group.iter().any(|(name, _)| name == field)
    }
}

/// Takes records in the order of time, with what they match. What it keeps is bounded, however many people there are.
pub struct Correlator {
    plan: Arc<Plan>,
    state: State,
}

impl fmt::Debug for Correlator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Correlator").finish_non_exhaustive()
    }
}

impl Correlator {
    pub(super) fn new(plan: &Arc<Plan>) -> Self {
        Self { plan: Arc::clone(plan), state: State::new(plan) }
    }

    /// Takes a record, and adds what it makes fire. A record without a time decides nothing.
    pub fn take(&mut self, view: View<'_>, matches: &Matches, out: &mut Vec<Fired>) {
        let Self { plan, state } = self;
        let matches = matches.and(&plan.mask);
        if matches.is_empty() || view.event.at().is_none() {
            return;
        }
        let now = state.now(view);
        for bit in matches.iter() {
            for target in plan.later.get(bit).into_iter().flatten() {
                state.hit(plan, *target, &now, None);
            }
        }
        for bit in matches.iter() {
            for target in plan.targets.get(bit).into_iter().flatten() {
                state.hit(plan, *target, &now, None);
            }
            if let Some(rule) = plan.alone.get(bit).copied().flatten() {
                state.fired.extend(alone(plan, rule, &now));
            }
        }
        out.append(&mut state.fired);
        state.keep_within_budget(plan, &now);
    }

    #[cfg(test)]
    pub(super) fn with_budget(mut self, budget: usize) -> Self {
        self.state.budget = budget;
        self
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.state.bytes()
    }
}

/// A rule about single records.
fn alone(plan: &Plan, rule: RuleId, now: &Now<'_>) -> Option<Fired> {
    let event = now.view.event;
    if event.person.is_somebody() != plan.is_by_person {
        return None;
    }
    let field = if plan.is_by_person { "person" } else { "ip" };
    let group = match now.view.field(field) {
        Some(Field::Text(text)) => (field.to_owned(), text.as_ref().to_owned()),
        _ => ("provider".to_owned(), event.provider().as_str().to_owned()),
    };
    let (at, evidence) = (event.at()?, vec![event.position()]);
    Some(Fired { rule, group: vec![group], value: 1.0, evidence, since: at, until: at })
}
