//! A code from the person's app: the second step of a sign-in.

use postern_core::factor::FactorKind;
use postern_core::factor::hardware_token::TokenCheck;
use postern_core::factor::totp::{self, Check, PhoneClock};
use postern_core::id::PersonId;

use super::on_record::Attempt;
use super::rate_limit::PAID;
use super::server_clock;
use super::signed_in::{Failed, SignedIn, begin_completion, complete, failed_at, status_with};
use super::{ActionError, RateLimit, hardware_tokens};
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::{StoreError, factors, flows, persons};
use crate::texts::{ErrorText, FilledMessage, MessageId};

/// Checks a code against the person's code apps.
pub async fn use_totp(
    scope: &Scope,
    row: &FlowRow,
    code: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    let typed = (FactorKind::Totp, code);
    Attempt::of_flow("use_totp", &row.flow).run(scope, || spend_code(scope, row, typed, device)).await
}

/// The same for what shows codes of either kind. Each kind has its own count of guesses.
pub(super) async fn spend_code(
    scope: &Scope,
    row: &FlowRow,
    (kind, code): (FactorKind, &str),
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let held = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let assurance = row.flow.clone().show(kind, status_with(scope, &person, &held))?.signed_in()?;
    let limit = RateLimit::of_person(scope, &person.id, kind, device).await?;
    let mut change = begin_completion(scope, &person).await?;
    match limit.acquire_within(&mut change).await {
        Ok(()) => {}
        Err(throttled @ ActionError::Throttled(_)) => {
            // On SQLite the open change holds the one writer.
            drop(change);
            refuse(scope, (&person, kind), ("mfa_rate_limited", None), None).await?;
            return Err(throttled);
        }
        Err(other) => return Err(other),
    }
    let (factor, check) = match check_kind(scope, &person.id, kind, (&held, code)) {
        Ok(checked) => checked,
        // What can't be compared was a guess too: or a broken seed would make every other one free.
        Err(error) => {
            change.commit_unrecorded(PAID).await?;
            return Err(error);
        }
    };
    let wrong = match check {
        // Of two requests with one code, one moves the step on; the other finds it taken.
        CodeCheck::Accepted { step, clock } => {
            match factors::save_step(&mut change, &factor, (step, clock)).await {
                Ok(()) => {
                    flows::end(&mut change, &row.id).await?;
                    limit.clear(&mut change).await?;
                    return complete(scope, change, &person, &assurance, kind.as_str()).await;
                }
                Err(StoreError::Conflict) => {
                    WrongCode { message: reused(kind).into(), ..WrongCode::of(Check::Reused) }
                }
                Err(other) => return Err(other.into()),
            }
        }
        CodeCheck::Refused(wrong) => wrong,
    };
    if wrong.is_out_of_step {
        factors::save_out_of_step(&mut change, &factor).await?;
    }
    change.commit_unrecorded(PAID).await?;
    let wrong = server_clock::blame(scope, &person.id, wrong).await?;
    refuse(scope, (&person, kind), (wrong.cause, wrong.detail), wrong.clock_steps).await?;
    limit.disable_at_limit(scope, &person.id, kind).await?;
    Err(ActionError::invalid("code", wrong.message))
}

/// A code that opens nothing: what is recorded of it, and what its owner is told.
pub(super) struct WrongCode {
    pub cause: &'static str,
    pub detail: Option<String>,
    pub message: ErrorText,
    /// Where it is right for another time: how far off. Unit: steps of 30 s.
    pub clock_steps: Option<i64>,
    /// Whether it is right for a hardware token that was pressed too often, or whose clock is off.
    pub is_out_of_step: bool,
}

/// What a code of an app or of a hardware token turned out to be.
pub(super) enum CodeCheck {
    Accepted { step: i64, clock: PhoneClock },
    Refused(WrongCode),
}

impl From<Check> for CodeCheck {
    fn from(check: Check) -> Self {
        match check {
            Check::Accepted { step, clock } => Self::Accepted { step, clock },
            other => Self::Refused(WrongCode::of(other)),
        }
    }
}

impl From<TokenCheck> for CodeCheck {
    fn from(check: TokenCheck) -> Self {
        match check {
            TokenCheck::Accepted { step, clock } => Self::Accepted { step, clock },
            TokenCheck::Reused => Self::Refused(WrongCode {
                message: reused(FactorKind::HardwareToken).into(),
                ..WrongCode::of(Check::Reused)
            }),
            TokenCheck::Wrong => Self::Refused(WrongCode::of_token()),
            // Its owner learns it on the account page: here it would tell a guesser what to wait for.
            TokenCheck::OutOfStep => Self::Refused(WrongCode {
                detail: Some("right for a hardware token that was pressed too often".to_owned()),
                is_out_of_step: true,
                ..WrongCode::of_token()
            }),
        }
    }
}

/// The best that any of the person's factors of a kind makes of the code.
pub(super) fn check_kind(
    scope: &Scope,
    person: &PersonId,
    kind: FactorKind,
    (held, code): (&[Factor], &str),
) -> Result<(String, CodeCheck), ActionError> {
    if kind == FactorKind::HardwareToken {
        let (factor, check) = hardware_tokens::check(scope, person, (held, code))?;
        return Ok((factor, check.into()));
    }
    let (factor, check) = check(scope, person, (held, code))?;
    Ok((factor, check.into()))
}

impl WrongCode {
    /// Wrong, and no more.
    pub(super) fn plain() -> Self {
        Self::of(Check::Wrong)
    }

    fn of_token() -> Self {
        Self { message: MessageId("wrong-token-code").into(), ..Self::plain() }
    }

    /// Whether there is no more to say of it than that.
    pub(super) fn is_plain(&self) -> bool {
        self.detail.is_none() && self.cause == "mfa_wrong_code"
    }

    fn of(check: Check) -> Self {
        let plain = |cause, message: MessageId| {
            let message = message.into();
            Self { cause, detail: None, message, clock_steps: None, is_out_of_step: false }
        };
        match check {
            Check::Accepted { .. } | Check::Reused => plain("mfa_code_reused", REUSED),
            Check::Wrong => plain("mfa_wrong_code", WRONG),
            Check::ClockOff { steps } => {
                let off = totp::clock_drift(steps);
                // A code of the future is not named as such: it would tell a guesser what to send when its time has come.
                let message = if steps > 0 { WRONG.into() } else { clock_is_off(steps).into() };
                Self {
                    cause: "mfa_clock_drift",
                    detail: Some(format!("the phone's clock is {off}")),
                    message,
                    clock_steps: Some(steps),
                    is_out_of_step: false,
                }
            }
        }
    }
}

const WRONG: MessageId = MessageId("wrong-code");
const REUSED: MessageId = MessageId("code-used-already");

/// Of a code that counted before: what to do. A token of a counter shows the next one when it is pressed.
pub(super) fn reused(kind: FactorKind) -> MessageId {
    if kind == FactorKind::HardwareToken { MessageId("token-code-used") } else { REUSED }
}

/// What the owner of a phone is told whose clock is so many steps of 30 seconds from ours.
pub(super) fn clock_is_off(steps: i64) -> FilledMessage {
    let seconds = steps.saturating_abs().saturating_mul(30);
    let minutes = (seconds + 30) / 60;
    match (steps < 0, seconds < 90) {
        (true, true) => MessageId("clock-slow-by-seconds").with("count", seconds),
        (true, false) => MessageId("clock-slow-by-minutes").with("count", minutes),
        (false, true) => MessageId("clock-fast-by-seconds").with("count", seconds),
        (false, false) => MessageId("clock-fast-by-minutes").with("count", minutes),
    }
}

async fn refuse(
    scope: &Scope,
    (person, kind): (&Person, FactorKind),
    (cause, detail): (&str, Option<String>),
    clock_steps: Option<i64>,
) -> Result<(), ActionError> {
    let attempt = Failed { method: kind.as_str(), cause, detail };
    failed_at(scope, Some(person), &person.login, attempt, clock_steps).await
}

/// The best that any of the person's code apps makes of the code, and which app that is. Without one it is wrong.
fn check(
    scope: &Scope,
    person: &PersonId,
    (held, code): (&[Factor], &str),
) -> Result<(String, Check), ActionError> {
    let now = scope.now;
    let mut best = (String::new(), Check::Wrong);
    for factor in held {
        if !factor.is(FactorKind::Totp) || !factor.works(now) {
            continue;
        }
        let secret =
            scope.tenant.keys.unseal(&Factor::place(&scope.tenant.id, person, &factor.id), &factor.sealed)?;
        match totp::check(&secret, code, now.as_second(), (factor.last_step, factor.clock())) {
            Check::Wrong => {}
            accepted @ Check::Accepted { .. } => return Ok((factor.id.clone(), accepted)),
            other => best = (factor.id.clone(), other),
        }
    }
    Ok(best)
}
