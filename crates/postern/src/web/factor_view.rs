//! A factor as pages and the API show it.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::factors::Factor;
use crate::store::time;

/// One factor of a person's.
#[derive(Serialize, ToSchema)]
pub struct FactorView {
    pub id: String,
    /// `totp` or `webauthn`.
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
