//! Where a case stands, and why its remedy is locked.

use axum::Json;
use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Stage, StopSource};
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_core::policy::{ApplyRemedy, Missing as StillMissing, Request};

use super::{CaseState, Lock, MissingView, PlanView, path};
use crate::actions::{Caller, case_for};
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::time;
use crate::web::desk::{case_label, risk_reasons, stage_label};
use crate::web::problem::Problem;

impl CaseState {
    /// The case as it stands now, for who has just moved it.
    pub async fn load(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<Json<Self>, Problem> {
        let (row, case, now) = case_for(scope, caller, id).await?;
        Ok(Json(Self::of(scope, caller, &row, &case, now)))
    }

    pub(super) fn of(scope: &Scope, caller: &Caller, row: &CaseRow, case: &Case, now: Timestamp) -> Self {
        let stage = if row.person_id.is_some() { case.stage().as_str() } else { row.stage.as_str() };
        let why = why_locked(scope, caller, row, case, now);
        let wanted = scope.tenant.policies.missing(case, &caller.person.id, now);
        Self {
            id: row.id.clone(),
            reference: row.reference.clone(),
            version: row.version,
            stage: stage.to_owned(),
            stage_label: if row.person_id.is_some() { case_label(case, now) } else { stage_label(stage) },
            outcome: if let Stage::Closed { outcome, .. } = case.stage() {
                Some(outcome.as_str())
            } else {
                None
            },
            escalated: case.is_escalated(),
            risk: case.risk(),
            risk_reasons: risk_reasons(case),
            claimant_page_bound: matches!(case.claimant_page(), ClaimantPage::Bound { .. }),
            seniors_may_start_hold_from: seniors_may_start_hold_from(case),
            hold_until: if let Stage::OnHold { until, .. } = case.stage() { Some(*until) } else { None },
            opened_with: row.opened_with.clone(),
            taken_by: row.taken_by.clone(),
            lapses_at: row.lapses_at().filter(|_| row.closed_at.is_none()),
            path: path::steps(row, case, &wanted, now),
            missing: row.closed_at.is_none().then(|| missing(row, wanted)),
            plan: PlanView::of(case),
            lock: Lock { open: why.is_none(), why },
            opened_at: time(row.opened_at),
            closed_at: row.closed_at.map(time),
        }
    }
}

fn seniors_may_start_hold_from(case: &Case) -> Option<Timestamp> {
    let Stage::AwaitingNotice { since, .. } = case.stage() else { return None };
    Some(since.saturating_add(Case::NOTICE_WITHIN).unwrap_or(Timestamp::MAX))
}

/// Of a stranger's case nothing is missing: no proof makes somebody of nobody.
fn missing(row: &CaseRow, wanted: StillMissing) -> MissingView {
    if row.person_id.is_some() {
        return wanted.into();
    }
    let forbidden = Some("Nobody by this name is in the directory. Refuse the case.".to_owned());
    StillMissing { forbidden, ..StillMissing::default() }.into()
}

impl From<StillMissing> for MissingView {
    fn from(missing: StillMissing) -> Self {
        let kinds = |of: &[Kind]| of.iter().map(|kind| kind.as_str()).collect();
        Self {
            nothing: missing.is_nothing(),
            claimant_page: missing.claimant_page,
            all_of: kinds(&missing.all_of),
            one_of: kinds(&missing.one_of),
            by_colleague: missing.by_colleague,
            descriptions: wants(&missing),
            forbidden: missing.forbidden,
        }
    }
}

/// What the policy still wants, one line each.
fn wants(missing: &StillMissing) -> Vec<String> {
    let mut wants = Vec::new();
    if missing.claimant_page {
        wants.push(
            "The claimant page bound to a call: ring a number below and type the phrase they read".to_owned(),
        );
    }
    wants.extend(missing.all_of.iter().map(|kind| kind.title().to_owned()));
    if !missing.one_of.is_empty() {
        let titles: Vec<&str> = missing.one_of.iter().map(|kind| kind.title()).collect();
        wants.push(format!("One of: {}", titles.join("; ")));
    }
    if missing.by_colleague {
        wants.push(
            "A second staff member must record one of these: one person is never two sources".to_owned(),
        );
    }
    wants
}

/// Why the remedy is locked; `None` when it is open.
pub fn why_locked(
    scope: &Scope,
    caller: &Caller,
    row: &CaseRow,
    case: &Case,
    now: Timestamp,
) -> Option<String> {
    let allowed = scope.tenant.policies.authorize::<ApplyRemedy>(&Request::on_case(&caller.staff(), case));
    match (case.stage(), allowed) {
        _ if row.person_id.is_none() => {
            Some("Nobody by this name is in the directory. There is nothing to reset.".into())
        }
        (_, Err(denied)) => Some(denied.message()),
        (Stage::Ready { .. }, _) => None,
        (Stage::OnHold { until, .. }, _) if now >= *until => None,
        (Stage::OnHold { .. }, _) => {
            Some("The waiting period is not over; the owner can still object.".into())
        }
        (Stage::AwaitingNotice { .. }, _) => Some(
            "No message about the verification has gone out yet; the waiting period begins when one has."
                .into(),
        ),
        (Stage::Verifying, _) => {
            Some(if scope.tenant.policies.missing(case, &caller.person.id, now).is_nothing() {
                "Nothing is missing any more: record the last piece of proof once more, and the case goes on."
                    .into()
            } else {
                "The policy wants more proof. See what is missing.".into()
            })
        }
        (Stage::AwaitingApproval { .. }, _) => {
            Some("A senior who gave no evidence must approve first.".into())
        }
        (Stage::Remedied { .. }, _) => {
            Some("It is done. The person must sign in with what their page shows.".into())
        }
        (Stage::Contested { by, .. }, _) => Some(
            match by {
                StopSource::Owner => "The owner said: this was not me.",
                StopSource::Manager => "The manager said: it is not them.",
                StopSource::Desk => "Somebody at the desk stopped it after the remedy.",
                StopSource::Escalation => "A senior decides whether it goes on.",
            }
            .to_owned(),
        ),
        (Stage::Closed { .. }, _) => Some("The case is closed.".to_owned()),
    }
}
