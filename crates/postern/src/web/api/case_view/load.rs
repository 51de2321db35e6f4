//! Reads what a case view shows.

use axum::Json;
use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Stage};
use postern_core::evidence::{Evidence, EvidenceClass, Kind};
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::Missing as StillMissing;
use postern_signals::cause::Cause;

use super::{
    CallableNumber, CaseDetail, CasePerson, CaseState, EarlierMarkView, EnrolledFactor, FiledContact, Lock,
    MissingView, OtherCase, PlanView, RecordedEvidence, SignInAttempt, TimelineEntry, path,
};
use crate::actions::bind_claimant_page::callable_numbers;
use crate::actions::{Caller, case_for};
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::Contact;
use crate::store::factors::Factor;
use crate::store::sign_ins::SignInRow;
use crate::store::{backup_codes, cases, contacts, factors, persons, sign_ins, time};
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::desk::case::values::{wants, why_locked};
use crate::web::desk::{case_label, stage_label};
use crate::web::problem::Problem;

/// The desk has no way to lift a suspension: it may be the only thing that keeps an attacker out.
const LIFTED_BY: &str = "the operator, with `postern person recover`, once they are sure of the person";

impl CaseState {
    /// The case as it stands now, for who has just moved it.
    pub async fn load(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<Json<Self>, Problem> {
        let (row, case, now) = case_for(scope, caller, id).await?;
        Ok(Json(Self::of(scope, caller, &row, &case, now)))
    }

    fn of(scope: &Scope, caller: &Caller, row: &CaseRow, case: &Case, now: Timestamp) -> Self {
        let stage = if row.person_id.is_some() { case.stage().as_str() } else { row.stage.as_str() };
        let why = why_locked(scope, caller, row, case, now);
        let wanted = scope.tenant.policies.missing(case, &caller.person.id, now);
        Self {
            id: row.id.clone(),
            reference: row.reference.clone(),
            stage: stage.to_owned(),
            stage_label: if row.person_id.is_some() { case_label(case, now) } else { stage_label(stage) },
            outcome: if let Stage::Closed { outcome, .. } = case.stage() {
                Some(outcome.as_str())
            } else {
                None
            },
            escalated: case.is_escalated(),
            risk: case.risk(),
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

impl CaseDetail {
    /// Everything the desk sees of a case.
    pub async fn load(
        scope: &Scope,
        caller: &Caller,
        row: &CaseRow,
        case: &Case,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let known = row.person_id.is_some();
        Ok(Self {
            state: CaseState::of(scope, caller, row, case, now),
            claimed_login: row.claimed_login.clone(),
            ip: row.ip.clone(),
            person: if known { Some(person(scope, case).await?) } else { None },
            numbers: callable_numbers(scope, case).await?.into_iter().map(CallableNumber::from).collect(),
            evidence: evidence(scope, case, now).await?,
            earlier: if known { EarlierMarkView::list(scope, case, now).await? } else { Vec::new() },
            timeline: TimelineEntry::list_of_case(scope, caller, &row.id).await?,
            others: if known { others(scope, row, case).await? } else { Vec::new() },
            diagnosis: if known { Some(diagnosis(scope, case).await?) } else { None },
        })
    }
}

async fn diagnosis(scope: &Scope, case: &Case) -> Result<DiagnosisView, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    DiagnosisView::load(scope, &person).await
}

async fn person(scope: &Scope, case: &Case) -> Result<CasePerson, Problem> {
    let id = &case.subject().person;
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let manager = match &person.manager {
        Some(manager) => persons::find(&scope.app.db, &scope.tenant.id, manager).await?.map(|m| m.name),
        None => None,
    };
    let filed = contacts::list(&scope.app.db, &scope.tenant.id, id).await?;
    Ok(CasePerson {
        tier: person.tier.clone(),
        role: person.role.as_str(),
        manager,
        suspended_at: person.suspended_at,
        suspension_lifted_by: person.suspended_at.map(|_| LIFTED_BY),
        suspended_why: person.suspended_why,
        factors: factors::list(&scope.app.db, &scope.tenant.id, id)
            .await?
            .into_iter()
            .map(EnrolledFactor::from)
            .collect(),
        backup_codes_left: backup_codes::count_left(&scope.app.db, &scope.tenant.id, id, scope.now).await?,
        contacts: filed.into_iter().map(|contact| FiledContact::of(contact, case)).collect(),
        sign_ins: sign_ins::list_of_person(&scope.app.db, &scope.tenant.id, id, 10)
            .await?
            .into_iter()
            .map(SignInAttempt::from)
            .collect(),
        id: person.id.to_string(),
        name: person.name,
        login: person.login,
    })
}

async fn evidence(scope: &Scope, case: &Case, now: Timestamp) -> Result<Vec<RecordedEvidence>, Problem> {
    let mut pieces = Vec::new();
    for piece in case.evidence() {
        pieces.push(RecordedEvidence {
            kind: piece.kind().as_str(),
            title: piece.kind().title(),
            outcome: piece.outcome.as_str(),
            counts: case.counts(piece, now),
            channel: piece.kind().channel(),
            attested_by: attested_by(scope, piece).await?,
            reference: piece.reference().to_owned(),
            supports_only: piece.kind().class() == EvidenceClass::Supporting,
            at: piece.at,
        });
    }
    Ok(pieces)
}

async fn attested_by(scope: &Scope, piece: &Evidence) -> Result<String, Problem> {
    let id: &PersonId = &piece.attested_by;
    let found = persons::find(&scope.app.db, &scope.tenant.id, id).await?;
    Ok(found.map_or_else(|| id.to_string(), |person| person.name))
}

async fn others(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Vec<OtherCase>, Problem> {
    let all = cases::list_of_person(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let open = all.into_iter().filter(|other| other.id != row.id && other.closed_at.is_none());
    Ok(open.map(|other| OtherCase { id: other.id, reference: other.reference, ip: other.ip }).collect())
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

impl From<Factor> for EnrolledFactor {
    fn from(factor: Factor) -> Self {
        Self {
            kind: factor.kind,
            enrolled_at: time(factor.created_at),
            last_used_at: factor.last_used_at.map(time),
            usable_at: time(factor.usable_at),
            disabled: factor.disabled_at.is_some(),
        }
    }
}

impl From<Contact> for CallableNumber {
    fn from(contact: Contact) -> Self {
        Self { id: contact.id, kind: contact.kind, value: contact.value, filed_at: time(contact.filed_at) }
    }
}

impl FiledContact {
    fn of(contact: Contact, case: &Case) -> Self {
        let filed_at = time(contact.filed_at);
        let days_before_case = case.opened_at().duration_since(filed_at).as_hours().div_euclid(24);
        Self {
            id: contact.id,
            lost_at: contact.lost_at.map(time),
            kind: contact.kind,
            value: contact.value,
            filed_at,
            days_before_case,
        }
    }
}

impl From<SignInRow> for SignInAttempt {
    fn from(row: SignInRow) -> Self {
        let cause = row.cause.as_deref().and_then(|word| word.parse::<Cause>().ok());
        Self {
            at: time(row.at),
            method: row.method,
            ip: row.ip,
            user_agent: row.user_agent,
            success: row.result == "success",
            cause: row.cause,
            cause_description: cause.map(Cause::description),
            remediation: cause.map(Cause::remediation),
            detail: row.detail,
        }
    }
}
