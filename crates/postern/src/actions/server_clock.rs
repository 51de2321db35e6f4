//! Whether this server's own clock is wrong: many people's codes are right for one and the same other time.

use std::sync::atomic::Ordering;

use postern_core::factor::server_clock::{ServerClockAlarm, WITHIN};
use postern_core::factor::totp;
use postern_core::id::PersonId;

use super::use_totp::WrongCode;
use crate::scope::Scope;
use crate::store::{StoreError, sign_ins};
use crate::texts::MessageId;

/// What the codes of the last hour say.
pub async fn find_alarm(scope: &Scope) -> Result<Option<ServerClockAlarm>, StoreError> {
    Ok(ServerClockAlarm::of(&list_codes(scope).await?))
}

async fn list_codes(scope: &Scope) -> Result<Vec<(String, i64)>, StoreError> {
    let since = scope.now.saturating_sub(WITHIN).unwrap_or(scope.now);
    sign_ins::list_for_another_time(&scope.app.db, &scope.tenant.id, since).await
}

/// "about 4 minutes fast", of this server: it is ahead by as much as its people are behind.
pub fn server_is_off(alarm: ServerClockAlarm) -> String {
    totp::clock_drift(-alarm.steps)
}

/// Where it is our clock that is wrong, the phone is not blamed for a wrong code: neither to its owner nor on the record. Every wrong
/// code is told so, or a guesser would learn which ones are right later on.
pub(super) async fn blame(
    scope: &Scope,
    person: &PersonId,
    wrong: WrongCode,
) -> Result<WrongCode, StoreError> {
    if wrong.cause == REUSED {
        return Ok(wrong);
    }
    let mut codes = list_codes(scope).await?;
    codes.extend(wrong.clock_steps.map(|steps| (person.to_string(), steps)));
    let alarm = ServerClockAlarm::of(&codes);
    let was_suspect = scope.tenant.activity.is_clock_suspect.swap(alarm.is_some(), Ordering::Relaxed);
    let Some(alarm) = alarm else { return Ok(wrong) };
    let off = server_is_off(alarm);
    if !was_suspect {
        tracing::warn!(
            people = alarm.people,
            now = %scope.now,
            "this server's clock seems to be {off}, and right codes are refused: set it by a time server"
        );
    }
    let wrong = WrongCode { message: OUR_CLOCK.into(), ..wrong };
    if wrong.clock_steps.is_some_and(|steps| alarm.explains(steps)) {
        let detail = Some(format!("this server's clock seems to be {off}"));
        return Ok(WrongCode { cause: "provider_outage", detail, ..wrong });
    }
    Ok(wrong)
}

const REUSED: &str = "mfa_code_reused";
const OUR_CLOCK: MessageId = MessageId("our-clock-is-wrong");
