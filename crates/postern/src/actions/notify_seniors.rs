//! Seniors hear of incidents by mail: of a likely breach always, of the others one by one up to so many in an hour, and
//! of those beyond in one mail an hour that says how many. No flood of incidents hides one in it.

use jiff::SignedDuration;

use super::ActionError;
use crate::job::Job;
use crate::notify;
use crate::scope::Scope;
use crate::store::findings::{LIKELY_BREACH, notified};
use crate::store::persons::Person;
use crate::store::{Change, StoreError, locks, micros};

/// Incidents as fresh as this: an old log that is taken in wakes nobody.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// So many in an hour, one by one.
const ONE_BY_ONE: i64 = 10;
/// So long no more than this many are told of one by one, and one mail tells of the others.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// What comes together is counted together.
pub const GATHERED: SignedDuration = SignedDuration::from_mins(1);
const DIGEST: &str = "incident_digest";

/// An incident that was opened just now.
pub(super) struct OpenedIncidents<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) severity_rank: i64,
    /// Its last record. Unit: microseconds.
    pub(super) until_at: i64,
}

/// Tells of one, or leaves it to the mail that tells of the rest.
pub(super) async fn notify_of(
    scope: &Scope,
    change: &mut Change<'_>,
    opened: &OpenedIncidents<'_>,
    seniors: &[Person],
) -> Result<(), StoreError> {
    let now = change.at();
    let is_old = opened.until_at < micros(now.saturating_sub(FRESH).unwrap_or(now));
    if is_old {
        return notified::save_notified(change, opened.id, true).await;
    }
    let since = now.saturating_sub(HOUR).unwrap_or(now);
    let waits = opened.severity_rank < LIKELY_BREACH
        && notified::count_notified_since(change, since, opened.id).await? >= ONE_BY_ONE;
    notified::save_notified(change, opened.id, !waits).await?;
    if waits {
        change.enqueue(Job::NotifySeniors, now + GATHERED);
        return Ok(());
    }
    notify::notify_of_incident(scope, change, seniors, (opened.id, opened.title)).await
}

/// Tells in one mail of the incidents that were left out, at most once an hour.
pub async fn notify_of_the_rest(scope: &Scope) -> Result<(), ActionError> {
    let now = scope.now;
    let gathered = now.saturating_sub(GATHERED).unwrap_or(now);
    if !notified::has_unnotified(&scope.app.db, &scope.tenant.id, gathered).await? {
        return Ok(());
    }
    let seniors = super::record_finding::seniors(scope).await?;
    let mut change = scope.begin().await?;
    // What another node has just told is seen now.
    locks::acquire(&mut change, "findings").await?;
    let hour_ago = now.saturating_sub(HOUR).unwrap_or(now);
    if locks::find_last_acquired(&mut change, DIGEST).await?.is_some_and(|last| last > hour_ago) {
        return Ok(());
    }
    let count = notified::save_all_notified(&mut change).await?;
    if count == 0 {
        return Ok(());
    }
    locks::acquire(&mut change, DIGEST).await?;
    notify::notify_of_more_incidents(scope, &mut change, &seniors, count).await?;
    change.commit_unrecorded("a mail about incidents that are on record").await?;
    Ok(())
}
