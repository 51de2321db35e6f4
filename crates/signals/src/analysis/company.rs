//! The half that analyses addresses and the whole organisation.

use super::{
    AnalysedEvent, AnalysisContext, FindingAggregator, device_owners::DeviceOwners,
    targeted_users::TargetedUsers,
};
use crate::{
    event::{Event, PersonKey, View},
    rules::{Correlator, Fired, Grouping},
    tenant::Tenant,
};

/// Watches addresses and the organisation.
#[derive(Debug)]
pub(crate) struct OrganizationAnalyzer {
    context: AnalysisContext,
    correlator: Correlator,
    fired: Vec<Fired>,
    tenant: Tenant,
    targeted_users: TargetedUsers,
    device_owners: DeviceOwners,
    aggregator: FindingAggregator,
}

impl OrganizationAnalyzer {
    pub(crate) fn new(context: &AnalysisContext) -> Self {
        Self {
            correlator: context.rules.correlator(Grouping::Other),
            fired: Vec::new(),
            tenant: Tenant::new(&context.settings),
            targeted_users: TargetedUsers::default(),
            device_owners: DeviceOwners::default(),
            aggregator: FindingAggregator::default(),
            context: context.clone(),
        }
    }

    /// Takes events, in the order in which the other half handed them on.
    pub(crate) fn take_all(&mut self, analysed: &[AnalysedEvent]) {
        for analysed in analysed {
            self.take(analysed);
        }
    }

    /// Takes an event, in the order in which the other half handed it on.
    pub(crate) fn take(&mut self, analysed: &AnalysedEvent) {
        let AnalysedEvent { event, matches } = analysed;
        if !event.derived() {
            self.tenant.take(event);
        }
        self.targeted_users.note(event);
        let owner_before = self.device_owners.hand_over(event);
        if matches.is_empty() {
            return;
        }
        let view = View { event, texts: &self.context.texts };
        self.correlator.take(view, matches, &mut self.fired);
        for fired in self.fired.drain(..) {
            let others: &[PersonKey] =
                if fired.is_by("phone") { owner_before.as_slice() } else { self.targeted_users.of(event) };
            self.aggregator.add_fired(&self.context.rules, fired, &with_others(event, others), event);
        }
    }

    pub(crate) fn finish(self) -> (FindingAggregator, Tenant) {
        (self.aggregator, self.tenant)
    }

    pub(crate) fn parts(&mut self) -> (&mut FindingAggregator, &Tenant) {
        (&mut self.aggregator, &self.tenant)
    }
}

/// The event's own person first.
fn with_others(event: &Event, others: &[PersonKey]) -> Vec<PersonKey> {
    let others = others.iter().copied().filter(|person| *person != event.person);
    [event.person].into_iter().chain(others).filter(|person| person.is_somebody()).collect()
}
