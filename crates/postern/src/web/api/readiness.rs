//! What somebody could lose, and what would still let them in: for the card on the account page, and the API.

use axum::Json;
use postern_core::factor::FactorKind;
use postern_core::readiness::{Loss, LossOutcome, ReadinessAdvice, ReadinessFacts, WorkingFactor};
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ReadErrors;
use super::input::PersonOnly;
use crate::actions::sent_code_rules::list_usable;
use crate::actions::{Caller, begins_sign_in, passkeys};
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::store::persons::{self, PersonSummary};
use crate::web::problem::Problem;

/// Whether somebody could be locked out.
#[derive(Serialize, ToSchema)]
pub struct ReadinessView {
    /// `safe`: losing any one thing would not lock them out. `at_risk`: losing one would. `nothing`: there is nothing to lose.
    pub state: &'static str,
    /// What can be lost, and what is left then.
    pub losses: Vec<LossView>,
    /// How many numbers the help desk may call in a case of today.
    pub callable_numbers: i64,
    /// Whether a manager is on file, who can vouch.
    pub has_manager: bool,
}

/// One loss.
#[derive(Serialize, ToSchema)]
pub struct LossView {
    /// `factor`, `password`, `backup_codes` or `every_device`.
    pub loss: &'static str,
    /// Which factor. `null`: it is none.
    pub factor: Option<FactorAtHand>,
    /// The factors that would still let them in.
    pub factors_left: Vec<FactorAtHand>,
    /// The backup codes that would.
    pub codes_left: u32,
    /// Whether the help desk alone could let them in.
    pub locks_out: bool,
    /// What to do before it happens: `second_device`, `passkey` or `backup_codes`. `null`: nothing has to be done.
    pub advice: Option<&'static str>,
}

/// A factor that works.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactorAtHand {
    pub id: String,
    /// `code_app`, `passkey` on one device, `synced_passkey`, `security_key` for after the password, `phone_app`, `hardware_token`, or `sent_code`: by text, call or mail, the weakest.
    pub kind: &'static str,
    /// What its owner calls it.
    pub label: String,
}

impl ReadinessView {
    /// Of a caller with these factors, and what else there is of them.
    pub async fn load(
        scope: &Scope,
        caller: &Caller,
        own: &[Factor],
        summary: &PersonSummary,
    ) -> Result<Self, Problem> {
        let reached = list_usable(scope, &caller.person).await?;
        let is_sent = |factor: &Factor| FactorKind::parse(&factor.kind).is_some_and(FactorKind::is_sent);
        let works = |factor: &&Factor| {
            factor.works(scope.now)
                && (!is_sent(factor) || reached.iter().any(|contact| contact.factor_id == factor.id))
        };
        let working = own.iter().filter(works);
        let known: Vec<(WorkingFactor, &Factor)> =
            working.filter_map(|factor| Some((working_factor(scope, factor)?, factor))).collect();
        let facts = ReadinessFacts {
            has_password: caller.person.password_hash.is_some(),
            has_linked_account: own.iter().any(|factor| begins_sign_in(scope, factor)),
            factors: known.iter().map(|(kind, _)| *kind).collect(),
            codes_left: u32::try_from(summary.codes_left).unwrap_or(0),
        };
        let at_hand: Vec<FactorAtHand> = known.iter().map(FactorAtHand::from).collect();
        let outcomes = facts.losses();
        Ok(Self {
            state: state(&outcomes),
            losses: outcomes.iter().map(|outcome| LossView::of(outcome, &at_hand)).collect(),
            callable_numbers: summary.callable_numbers,
            has_manager: caller.person.manager.is_some(),
        })
    }
}

fn state(outcomes: &[LossOutcome]) -> &'static str {
    if outcomes.is_empty() {
        "nothing"
    } else if outcomes.iter().any(|outcome| outcome.is_of_one_thing() && outcome.locks_out()) {
        "at_risk"
    } else {
        "safe"
    }
}

fn working_factor(scope: &Scope, factor: &Factor) -> Option<WorkingFactor> {
    match FactorKind::parse(&factor.kind)? {
        FactorKind::Totp => Some(WorkingFactor::CodeApp),
        FactorKind::HardwareToken => Some(WorkingFactor::HardwareToken),
        FactorKind::Webauthn if !factor.opens_alone() => Some(WorkingFactor::SecurityKey),
        FactorKind::Webauthn => {
            Some(WorkingFactor::Passkey { is_synced: passkeys::is_synced(scope, factor) })
        }
        FactorKind::Push => Some(WorkingFactor::PhoneApp),
        FactorKind::Sms => Some(WorkingFactor::SentCode { is_text: true }),
        FactorKind::Voice | FactorKind::Email => Some(WorkingFactor::SentCode { is_text: false }),
        FactorKind::Password | FactorKind::Federated | FactorKind::BackupCode | FactorKind::EnrolmentPass => {
            None
        }
    }
}

impl From<&(WorkingFactor, &Factor)> for FactorAtHand {
    fn from((kind, factor): &(WorkingFactor, &Factor)) -> Self {
        let kind = match kind {
            WorkingFactor::CodeApp => "code_app",
            WorkingFactor::Passkey { is_synced: false } => "passkey",
            WorkingFactor::Passkey { is_synced: true } => "synced_passkey",
            WorkingFactor::SecurityKey => "security_key",
            WorkingFactor::PhoneApp => "phone_app",
            WorkingFactor::HardwareToken => "hardware_token",
            WorkingFactor::SentCode { .. } => "sent_code",
        };
        Self { id: factor.id.clone(), kind, label: factor.label.clone() }
    }
}

impl LossView {
    fn of(outcome: &LossOutcome, at_hand: &[FactorAtHand]) -> Self {
        let (loss, factor) = match outcome.loss {
            Loss::Factor(place) => ("factor", at_hand.get(place).cloned()),
            Loss::Password => ("password", None),
            Loss::BackupCodes => ("backup_codes", None),
            Loss::EveryDevice => ("every_device", None),
        };
        let advice = |advice| match advice {
            ReadinessAdvice::SecondDevice => "second_device",
            ReadinessAdvice::Passkey => "passkey",
            ReadinessAdvice::BackupCodes => "backup_codes",
        };
        Self {
            loss,
            factor,
            factors_left: outcome.factors.iter().filter_map(|place| at_hand.get(*place)).cloned().collect(),
            codes_left: outcome.codes,
            locks_out: outcome.locks_out(),
            advice: outcome.advice.map(advice),
        }
    }
}

/// `GET /api/v1/account/readiness`
#[utoipa::path(get, path = "/api/v1/account/readiness", tag = "account", operation_id = "show_readiness",
    summary = "What would lock me out",
    description = "For each thing that the person can lose, what would still let them in, as the account page says it.",
    security(("session" = [])),
    responses((status = 200, description = "The losses.", body = ReadinessView), ReadErrors))]
pub async fn show(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<ReadinessView>, Problem> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let own = factors::list(db, tenant, &caller.person.id).await?;
    let when = (scope.now, scope.tenant.settings.callable_if_filed_by(scope.now));
    let summary = persons::load_summary(db, tenant, &caller.person.id, when).await?;
    Ok(Json(ReadinessView::load(&scope, &caller, &own, &summary).await?))
}
