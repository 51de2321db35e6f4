//! When policies were changed, and by whom.

use std::collections::VecDeque;

use super::story::AccessPolicy;
use crate::{
    event::{Event, TextId},
    record::{AttemptResult, Lifecycle, Position, Provider},
};

/// Changes that are remembered.
const MOST_CHANGES: usize = 256;

/// A record that says that a policy was made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tenant) struct PolicyChange {
    provider: Provider,
    pub(super) at: i64,
    pub(super) position: Position,
    pub(super) policy: TextId,
    pub(super) actor: TextId,
}

/// The changes of the last hours, of all providers.
#[derive(Debug, Default)]
pub(in crate::tenant) struct Changes(VecDeque<PolicyChange>);

impl Changes {
    pub(in crate::tenant) fn take(&mut self, event: &Event, at: i64) {
        if event.result() != AttemptResult::Lifecycle(Lifecycle::PolicyChanged) {
            return;
        }
        let (provider, position) = (event.provider(), event.position());
        self.0.push_back(PolicyChange { provider, at, position, policy: event.policy, actor: event.actor });
        if self.0.len() > MOST_CHANGES {
            self.0.pop_front();
        }
    }

    /// The last change before a policy began to block: of this policy if there is one, else of any.
    pub(super) fn before(
        &self,
        provider: Provider,
        policy: AccessPolicy,
        since: i64,
        span: i64,
    ) -> Option<PolicyChange> {
        let around = |change: &&PolicyChange| {
            reports_changes_of(change.provider, provider)
                && (since.saturating_sub(span)..=since).contains(&change.at)
        };
        let order = |change: &&PolicyChange| {
            let same = policy == AccessPolicy::Named(change.policy);
            (same, change.at, change.position.file, change.position.line)
        };
        self.0.iter().filter(around).max_by_key(order).copied()
    }
}

/// Entra's sign-ins and the changes made in it may be in different logs.
fn reports_changes_of(reporter: Provider, provider: Provider) -> bool {
    reporter == provider || matches!((reporter, provider), (Provider::M365, Provider::Entra))
}
