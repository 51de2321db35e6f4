//! A factor as pages and the API show it.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::STEP_SECONDS;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::factors::Factor;
use crate::store::time;

/// One factor of a person's.
#[derive(Serialize, ToSchema)]
pub struct FactorView {
    pub id: String,
    /// `totp`, `hardware_token`, `webauthn`, `push`, `sms`, `voice` or `email`.
    pub kind: String,
    /// What it is, in words.
    pub title: &'static str,
    /// What its owner calls it.
    pub label: String,
    /// Whether it works after the password only.
    pub second_step_only: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// Until when it waits. `null`: it does not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waits_until: Option<Timestamp>,
    /// Whether too many wrong guesses switched it off.
    pub disabled: bool,
    /// How far the clock of a code app is known to be off; `null` where it is right, and for what has no clock.
    pub clock: Option<ClockOff>,
    /// Whether a hardware token showed a code that is right for one that was pressed too often: it wants to be set right.
    pub out_of_step: bool,
}

/// A clock that is off.
#[derive(Serialize, ToSchema)]
pub struct ClockOff {
    /// Whether it is behind ours.
    pub is_slow: bool,
    /// How far. Unit: seconds, in steps of 30.
    pub seconds: i64,
}

impl ClockOff {
    /// Of a code app, as far as its codes have shown.
    pub fn of(factor: &Factor) -> Option<Self> {
        // The steps of a token may be longer, and whoever has it can't set its clock.
        let steps = if factor.is(FactorKind::Totp) { factor.clock().steps } else { 0 };
        let seconds = steps.saturating_abs().saturating_mul(STEP_SECONDS);
        (steps != 0).then_some(Self { is_slow: steps < 0, seconds })
    }
}

impl FactorView {
    /// As it stands at `now`.
    pub fn of(factor: &Factor, now: Timestamp) -> Self {
        Self {
            id: factor.id.clone(),
            kind: factor.kind.clone(),
            title: title(factor),
            label: factor.label.clone(),
            second_step_only: factor.second_step_only == 1,
            created_at: time(factor.created_at),
            last_used_at: factor.last_used_at.map(time),
            waits_until: factor.waits(now).then(|| time(factor.usable_at)),
            disabled: factor.disabled_at.is_some(),
            clock: ClockOff::of(factor),
            out_of_step: factor.out_of_step_at.is_some(),
        }
    }
}

/// What a person calls this kind of factor.
pub fn title(factor: &Factor) -> &'static str {
    match FactorKind::parse(&factor.kind) {
        Some(FactorKind::Webauthn) if factor.second_step_only == 1 => "Security key, after the password",
        Some(kind) => kind.title(),
        None => "Factor",
    }
}
