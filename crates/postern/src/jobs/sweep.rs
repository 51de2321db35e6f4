//! Clears away what has run out and tells nothing: ceremonies, flows and counts of guesses; and what was kept for as long as the settings
//! say: imported sign-in records, and the findings made of them. The audit log is never swept.

use jiff::{SignedDuration, Timestamp};

use crate::actions::ActionError;
use crate::config::Config;
use crate::scope::Scope;
use crate::store::{
    StoreError, ceremonies, enrolment_passes, findings, flows, forgotten_passwords, imported_sign_ins,
    imports, jobs, provider_sessions, push_requests, sent_codes, throttles, trusted_contacts,
};

/// Records that are deleted in one change: on SQLite nobody else writes meanwhile.
const BATCH: i64 = 5_000;

/// What has run out may stay that much longer.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Deletes what ran out more than a day ago. The answer: when to do it again.
pub async fn sweep(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    let mut change = scope.begin().await?;
    let before = change.at() - SignedDuration::from_hours(24);
    ceremonies::delete_expired(&mut change, before).await?;
    flows::delete_expired(&mut change, before).await?;
    provider_sessions::delete_heard_before(&mut change, before).await?;
    push_requests::delete_expired(&mut change, before).await?;
    sent_codes::delete_expired(&mut change, before).await?;
    forgotten_passwords::delete_expired(&mut change, before, before - Config::CONTEST_LIFE).await?;
    throttles::delete_expired(&mut change, before).await?;
    let now = change.at();
    trusted_contacts::delete_ended(&mut change, now).await?;
    enrolment_passes::wipe_expired(&mut change, now).await?;
    change.commit_unrecorded("what ran out a day ago").await?;
    sweep_signs(scope).await?;
    Ok(Some(scope.now + EVERY))
}

async fn sweep_signs(scope: &Scope) -> Result<(), StoreError> {
    let now = scope.now;
    let before = now.saturating_sub(scope.tenant.settings.keep).unwrap_or(now);
    loop {
        let mut change = scope.begin().await?;
        let deleted = imported_sign_ins::delete_some_before(&mut change, before, BATCH).await?;
        change.commit_unrecorded("imported records that are older than is kept").await?;
        if deleted < u64::try_from(BATCH).unwrap_or(u64::MAX) {
            break;
        }
    }
    let mut change = scope.begin().await?;
    imports::delete_empty(&mut change, before).await?;
    findings::delete_before(&mut change, before).await?;
    jobs::delete_dead(&mut change, before).await?;
    change.commit_unrecorded("imports, findings and dead jobs that are older than is kept").await
}
