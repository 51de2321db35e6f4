//! What the case page shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Stage};
use postern_core::evidence::{EvidenceClass, EvidenceOutcome, Kind};
use postern_core::id::PersonId;
use postern_core::policy::{
    Action, AddNote, ApplyRemedy, Approve, Escalate, Missing, ProposeRemedy, RecordEvidence, Refuse,
    ReportContact, Request, StartHold, TakeCase,
};
use postern_core::remedy::Remedy;
use postern_signals::cause::Cause;
use serde::Serialize;
use serde_json::{Value, json};

use crate::actions::Caller;
use crate::actions::bind_claimant_page::callable_numbers;
use crate::actions::remedies::{texts, why_useless};
use crate::actions::take_case::can_hand_back;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::sign_ins::SignInRow;
use crate::store::{backup_codes, contacts, factors, persons, sign_ins};
use crate::web::api::case_view::{EarlierMarkView, PathStep, PlanView, TimelineEntry, steps};
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::desk::{case_label, stage_label};
use crate::web::factor_view::FactorView;
use crate::web::problem::Problem;

pub(super) async fn values(
    scope: &Scope,
    caller: &Caller,
    row: &CaseRow,
    case: &Case,
    now: Timestamp,
) -> Result<Value, Problem> {
    let missing = scope.tenant.policies.missing(case, &caller.person.id, now);
    let why_locked = why_locked(scope, caller, row, case, now);
    let stage = if row.person_id.is_some() { case.stage().as_str() } else { row.stage.as_str() };
    let until =
        if let Stage::OnHold { until, .. } = case.stage() { Some(until.as_microsecond()) } else { None };
    let facts = json!({
        "id": row.id,
        "reference": row.reference,
        "claimed": row.claimed_login,
        "ip": row.ip,
        "version": row.version,
        "changed_hands": case.evidence().len() > case.evidence_for_page().count(),
        "opened_with": row.opened_with,
        "join_link": scope.tenant.link("/recover/join"),
        "user_agent": row.user_agent,
        "announced_at": row.announced_at,
        "call_recorded": case.evidence_for_page().any(|piece| piece.is_confirmed() && piece.kind() == Kind::CallPlaced),
        "taken_by": taken_by(scope, row).await?,
        "stranger": row.stranger_since.is_some(),
        "lapses_at": row.lapses_at().map(Timestamp::as_microsecond),
        "opened_at": row.opened_at,
        "stage": stage,
        "stage_label": if row.person_id.is_some() { case_label(case, now) } else { stage_label(stage) },
        "until": until,
        "hold_is_over": matches!(case.stage(), Stage::OnHold { until, .. } if now >= *until),
        "open": row.closed_at.is_none(),
        "escalated": case.is_escalated(),
        "risk": case.risk(),
        "bound": matches!(case.claimant_page(), ClaimantPage::Bound { .. }),
        "person": person(scope, row, case).await?,
        "evidence": evidence(scope, case, now).await?,
        "numbers": callable_numbers(scope, case).await?.iter()
            .map(|n| json!({ "id": n.id, "kind": n.kind, "value": n.value, "filed_at": n.filed_at }))
            .collect::<Vec<_>>(),
        "min_age_days": scope.tenant.settings.contact_min_age.as_hours() / 24,
        "hold": hold(scope, caller, case, now),
        "plan": PlanView::of(case),
        "desk_next": texts(case.remedy()).desk_next,
        "approvals": { "wanted": case.approvals_wanted(), "given": case.stage().approvals().len() },
        "remedies": remedies(scope, case, now).await?,
        "lock": { "open": why_locked.is_none(), "why": why_locked },
        "missing": missing_labels(&missing),
        "kinds": kinds(),
        "outcomes": outcomes(),
        "accepted": case.proof(now).kinds().len(),
        "earlier": earlier(scope, row, case, now).await?,
        "others": other_cases(scope, row, case).await?,
        "diagnosis": diagnosis(scope, row, case).await?,
    });
    let page = CasePage {
        facts,
        allowed: allowed_steps(scope, caller, row, case),
        path: steps(row, case, &missing, now),
        timeline: TimelineEntry::list_of_case(scope, caller, &row.id).await?,
    };
    serde_json::to_value(page).map_err(|error| Problem::internal(error.to_string()))
}

/// What the page shows.
#[derive(Serialize)]
struct CasePage {
    #[serde(flatten)]
    facts: Value,
    #[serde(flatten)]
    allowed: BTreeMap<&'static str, bool>,
    path: Vec<PathStep>,
    timeline: Vec<TimelineEntry>,
}

/// What the caller may do to the case: the page offers nothing else.
fn allowed_steps(scope: &Scope, caller: &Caller, row: &CaseRow, case: &Case) -> BTreeMap<&'static str, bool> {
    let is_open_of_somebody =
        row.closed_at.is_none() && row.person_id.is_some() && case.remedied_at().is_none();
    BTreeMap::from([
        ("can_take", may::<TakeCase>(scope, caller, case)),
        ("can_hand_back", can_hand_back(caller, row)),
        ("can_act", may::<RecordEvidence>(scope, caller, case)),
        ("can_refuse", may::<Refuse>(scope, caller, case)),
        ("can_escalate", may::<Escalate>(scope, caller, case)),
        ("can_approve", may::<Approve>(scope, caller, case)),
        ("can_note", may_note(scope, caller, row, case)),
        ("can_report", may::<ReportContact>(scope, caller, case)),
        ("can_propose", is_open_of_somebody && may::<ProposeRemedy>(scope, caller, case)),
    ])
}

fn may_note(scope: &Scope, caller: &Caller, row: &CaseRow, case: &Case) -> bool {
    let staff = caller.staff();
    let asked = Request::on_person(&staff, case.subject());
    row.person_id.is_some() && scope.tenant.policies.authorize::<AddNote>(&asked).is_ok()
}

fn may<A: Action>(scope: &Scope, caller: &Caller, case: &Case) -> bool {
    scope.tenant.policies.authorize::<A>(&Request::on_case(&caller.staff(), case)).is_ok()
}

/// What can be proposed, and what would help nobody.
async fn remedies(scope: &Scope, case: &Case, now: Timestamp) -> Result<Value, Problem> {
    let held = factors::list(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let view = |remedy: &Remedy| {
        json!({
            "word": remedy.as_str(), "title": remedy.title(),
            "steps": remedy.steps().iter().map(|step| step.description()).collect::<Vec<_>>(),
            "useless": why_useless(*remedy, &held, now),
        })
    };
    Ok(Remedy::ALL.iter().map(view).collect())
}

/// What the page says of a hold that has not begun.
fn hold(scope: &Scope, caller: &Caller, case: &Case, now: Timestamp) -> Value {
    let Stage::AwaitingNotice { since, wanted_by, reported_at, .. } = case.stage() else {
        return Value::Null;
    };
    let from = since.saturating_add(Case::NOTICE_WITHIN).unwrap_or(Timestamp::MAX);
    let may_start = may::<StartHold>(scope, caller, case);
    json!({
        "overdue": reported_at.is_some() || now >= from,
        "from": from.as_microsecond(),
        "wanted": wanted_by.is_some(),
        "can_start": may_start && now >= from,
    })
}

async fn taken_by(scope: &Scope, row: &CaseRow) -> Result<Option<String>, Problem> {
    let Some(id) = &row.taken_by else { return Ok(None) };
    let taker = persons::find(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    Ok(Some(taker.map_or_else(|| id.clone(), |person| person.name)))
}

/// Why the person cannot sign in. Of a stranger nothing is known.
async fn diagnosis(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Option<DiagnosisView>, Problem> {
    if row.person_id.is_none() {
        return Ok(None);
    }
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    DiagnosisView::load(scope, &person).await.map(Some)
}

/// Why the reset is locked; `None` when it is open.
pub(in crate::web) fn why_locked(
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
        (Stage::Contested { .. }, _) => Some("The owner said: this was not me.".into()),
        (Stage::Closed { .. }, _) => Some("The case is closed.".to_owned()),
    }
}

async fn person(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Option<Value>, Problem> {
    let Some(id) = &row.person_id else { return Ok(None) };
    let id = PersonId::new(id);
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    let manager = match &person.manager {
        Some(manager) => persons::find(&scope.app.db, &scope.tenant.id, manager).await?.map(|m| m.name),
        None => None,
    };
    let factors = factors::list(&scope.app.db, &scope.tenant.id, &id).await?;
    let factors: Vec<FactorView> = factors.iter().map(|f| FactorView::of(f, scope.now)).collect();
    let filed: Vec<Value> = contacts::list(&scope.app.db, &scope.tenant.id, &id)
        .await?
        .iter()
        .map(|c| {
            let days = (case.opened_at().as_microsecond() - c.filed_at).div_euclid(86_400_000_000);
            json!({
                "id": c.id, "kind": c.kind, "value": c.value, "filed_at": c.filed_at, "days": days,
                "lost_at": c.lost_at,
            })
        })
        .collect();
    let attempts: Vec<Value> = sign_ins::list_of_person(&scope.app.db, &scope.tenant.id, &id, 10)
        .await?
        .iter()
        .map(attempt)
        .collect();
    Ok(Some(json!({
        "name": person.name,
        "login": person.login,
        "tier": person.tier.as_str(),
        "tier_floor": scope.tenant.settings.tiers.of(&person.tier).floor().as_str(),
        "role": person.role.as_str(),
        "manager": manager,
        "suspended_at": person.suspended_at.map(Timestamp::as_microsecond),
        "suspended_why": person.suspended_why,
        "factors": factors,
        "codes_left": backup_codes::count_left(&scope.app.db, &scope.tenant.id, &id, scope.now).await?,
        "contacts": filed,
        "attempts": attempts,
    })))
}

/// One attempt, with its cause in plain words: the same words as `postern diagnose`.
pub(super) fn attempt(row: &SignInRow) -> Value {
    let cause = row.cause.as_deref().and_then(|word| word.parse::<Cause>().ok());
    json!({
        "at": row.at, "method": row.method, "ip": row.ip, "user_agent": row.user_agent,
        "success": row.result == "success",
        "cause": cause.map(Cause::description),
        "remediation": cause.map(Cause::remediation),
        "detail": row.detail,
    })
}

/// What was verified or offered, oldest first.
pub(in crate::web::desk) async fn evidence(
    scope: &Scope,
    case: &Case,
    now: Timestamp,
) -> Result<Vec<Value>, Problem> {
    let mut listed = Vec::new();
    for piece in case.evidence() {
        let attested_by = persons::find(&scope.app.db, &scope.tenant.id, &piece.attested_by).await?;
        listed.push(json!({
            "title": piece.kind().title(),
            "outcome": piece.outcome.as_str(),
            "outcome_title": piece.outcome.title(),
            "counts": case.counts(piece, now),
            "raises_risk": piece.outcome.raises_risk(),
            "attested_by": attested_by.map_or_else(|| piece.attested_by.to_string(), |p| p.name),
            "reference": piece.reference(),
            "at": piece.at.as_microsecond(),
            "supporting": piece.kind().class() == EvidenceClass::Supporting,
        }));
    }
    Ok(listed)
}

/// What the policy still wants, one line each.
pub(in crate::web) fn wants(missing: &Missing) -> Vec<String> {
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

fn missing_labels(missing: &Missing) -> Value {
    json!({ "wants": wants(missing), "forbidden": missing.forbidden, "nothing": missing.is_nothing() })
}

/// How a verification can end that an agent records.
fn outcomes() -> Vec<Value> {
    let by_agent = EvidenceOutcome::ALL.into_iter().filter(|outcome| *outcome != EvidenceOutcome::Rejected);
    by_agent.map(|outcome| json!({ "word": outcome.as_str(), "title": outcome.title() })).collect()
}

fn kinds() -> Vec<Value> {
    Kind::ALL
        .into_iter()
        // A call has a form of its own.
        .filter(|kind| kind.recorded_by_agent() && *kind != Kind::CallPlaced)
        .map(|kind| {
            let group = match kind.class() {
                EvidenceClass::Accepted => "Accepted",
                EvidenceClass::Supporting => "Supports, never enough",
                EvidenceClass::Never => "Never accepted: recorded, and raises the risk",
            };
            json!({ "word": kind.as_str(), "title": kind.title(), "group": group })
        })
        .collect()
}

/// What happened in other requests in this name. Of a stranger nothing is known.
async fn earlier(scope: &Scope, row: &CaseRow, case: &Case, now: Timestamp) -> Result<Vec<Value>, Problem> {
    if row.person_id.is_none() {
        return Ok(Vec::new());
    }
    let listed = EarlierMarkView::list(scope, case, now).await?;
    Ok(listed.iter().map(|mark| json!({ "mark": mark, "at": mark.at_micros })).collect())
}

/// Other open cases of the same person: two pages that both claim to be Ana are a warning.
async fn other_cases(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Vec<Value>, Problem> {
    if row.person_id.is_none() {
        return Ok(Vec::new());
    }
    let all =
        crate::store::cases::list_of_person(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    Ok(all
        .iter()
        .filter(|other| other.id != row.id && other.closed_at.is_none())
        .map(|other| json!({ "id": other.id, "reference": other.reference, "ip": other.ip }))
        .collect())
}
