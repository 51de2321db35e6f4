//! Everything that the desk sees of a case: its page and the API's answer are made of it.

use jiff::Timestamp;
use postern_core::case::{Case, Stage};
use postern_core::evidence::Kind;
use postern_core::id::PersonId;
use postern_core::policy::{
    AddNote, AllowedActions, Approve, EndSessions, Escalate, ProposeRemedy, RecordEvidence, Refuse,
    ReportContact, StartHold, TakeCase,
};
use postern_core::remedy::Remedy;
use serde::Serialize;
use utoipa::ToSchema;

use super::person::CasePerson;
use super::{
    CaseState, EarlierMarkView, PlanEffects, RecordedEvidence, StopView, TimelineEntry, second_look,
};
use crate::actions::Caller;
use crate::actions::bind_claimant_page::callable_numbers;
use crate::actions::remedies::{texts, why_useless};
use crate::actions::take_case::can_hand_back;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::Contact;
use crate::store::{cases, factors, persons, time};
use crate::web::api::diagnosis::DiagnosisView;
use crate::web::desk::verb::{VerbOffer, offers_on_case};
use crate::web::problem::Problem;

/// A case with its person.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct CaseDetail {
    #[serde(flatten)]
    pub state: CaseState,
    /// The login that was given.
    pub claimed_login: String,
    /// The address that its page is held from.
    pub ip: String,
    /// The browser that its page is held in, as it names itself.
    pub user_agent: String,
    /// Whether somebody else holds the page since: they came by the reference, and what was proven before counts nothing.
    pub changed_hands: bool,
    /// Whether a call to a number on file ended well, for whoever holds the page now.
    pub call_recorded: bool,
    /// The name of who has taken it up.
    pub taken_by_name: Option<String>,
    /// Whether it stands with the strangers' cases.
    pub is_strangers: bool,
    /// Whether the waiting period has ended.
    pub hold_is_over: bool,
    /// Of a waiting period that has not begun.
    pub hold_to_begin: Option<HoldToBegin>,
    pub approvals: ApprovalCount,
    /// Whom it is about; null when nobody signs in with that login.
    pub person: Option<CasePerson>,
    /// Numbers that may be called: on file for long enough before the case. No other can be bound.
    pub numbers: Vec<CallableNumber>,
    /// How long a number has to be on file before the case. Unit: days.
    pub contact_min_age_days: i64,
    /// What was recorded, oldest first: also what failed or was rejected.
    pub evidence: Vec<RecordedEvidence>,
    /// How many kinds of it count.
    pub kinds_that_count: usize,
    /// What carrying out the plan will do to the account as it is now; null where there is nobody, or it is done.
    pub effects: Option<PlanEffects>,
    /// What else could be done for the person.
    pub other_remedies: Vec<OtherRemedy>,
    /// Whose word stopped it, of a case that is stopped.
    pub stop: Option<StopView>,
    /// Why somebody else has to look: a yes came after the same person's no.
    pub second_look: Option<&'static str>,
    /// What happens next, once the remedy is applied.
    pub after_remedy: &'static str,
    /// The page on which a caller joins by the reference.
    pub join_link: String,
    /// What happened in other cases of the person in the last 30 days, newest first: refused, contested, proof that failed or was
    /// rejected, and what was withdrawn.
    pub earlier: Vec<EarlierMarkView>,
    /// Other open cases that claim to be the same person.
    pub others: Vec<OtherCase>,
    /// What happened, newest first, at most 200 records.
    pub timeline: Vec<TimelineEntry>,
    /// Why the person cannot sign in, and what concerns them; null when nobody signs in with that login.
    pub diagnosis: Option<DiagnosisView>,
    /// What the caller may do here.
    pub may: MayOnCase,
    /// What else the caller may do with nothing but a reason.
    pub verbs: Vec<VerbOffer>,
}

/// A waiting period that has not begun, because no message has gone out.
#[derive(Serialize, ToSchema)]
pub struct HoldToBegin {
    /// Whether a day went by, and somebody has to look.
    pub is_overdue: bool,
    /// Whether one senior has said already that it can begin.
    pub wanted_by_one: bool,
    /// Whether the caller can say so.
    pub can_start: bool,
}

/// Other people's yes.
#[derive(Serialize, ToSchema)]
pub struct ApprovalCount {
    pub wanted: usize,
    pub given: usize,
}

/// Another rung of the ladder.
#[derive(Serialize, ToSchema)]
pub struct OtherRemedy {
    /// `fresh_backup_codes` or `factor_reset`.
    pub remedy: &'static str,
    /// What the desk calls it.
    pub title: &'static str,
    /// What it does, in order, in plain words.
    pub steps: Vec<&'static str>,
    /// Why it would let nobody in, if so.
    pub useless: Option<&'static str>,
}

/// A number that may be called.
#[derive(Serialize, ToSchema)]
pub struct CallableNumber {
    /// Names it in `bind-claimant-page`.
    pub id: String,
    /// `mobile` or `office_phone`.
    pub kind: String,
    pub value: String,
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: Timestamp,
}

/// Another open case of the same person.
#[derive(Serialize, ToSchema)]
pub struct OtherCase {
    pub id: String,
    pub reference: String,
    pub ip: String,
}

/// What the policies let the caller do with a case.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct MayOnCase {
    /// Take it up.
    pub take: bool,
    /// Hand it back.
    pub hand_back: bool,
    /// Call, and record proof.
    pub act: bool,
    /// Refuse it.
    pub refuse: bool,
    /// Hand it to a senior.
    pub escalate: bool,
    /// Say yes to its plan.
    pub approve: bool,
    /// End every session of the person.
    pub end_sessions: bool,
    /// Write a note.
    pub note: bool,
    /// Report a contact lost.
    pub report: bool,
    /// Propose another remedy.
    pub propose: bool,
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
        let details = CasePersonDetails::load(scope, row, case, now).await?;
        let is_still_to_do = row.closed_at.is_none() && case.remedied_at().is_none();
        let has_effects = is_still_to_do && details.person.is_some();
        let allowed = scope.tenant.policies.allowed_on_case(&caller.staff(), case);
        let hold_to_begin = HoldToBegin::of(&allowed, case, now);
        let may = MayOnCase::of(scope, caller, (&allowed, row, case));
        let verbs = verbs_on(&allowed, row);
        Ok(Self {
            state: CaseState::of(scope, caller, row, case, now),
            claimed_login: row.claimed_login.clone(),
            ip: row.ip.clone(),
            user_agent: row.user_agent.clone(),
            changed_hands: case.evidence().len() > case.evidence_for_page().count(),
            call_recorded: case
                .evidence_for_page()
                .any(|piece| piece.is_confirmed() && piece.kind() == Kind::CallPlaced),
            taken_by_name: taken_by(scope, row).await?,
            is_strangers: row.stranger_since.is_some(),
            hold_is_over: matches!(case.stage(), Stage::OnHold { until, .. } if now >= *until),
            hold_to_begin,
            approvals: ApprovalCount {
                wanted: case.approvals_wanted(),
                given: case.stage().approvals().len(),
            },
            numbers: callable_numbers(scope, case).await?.into_iter().map(CallableNumber::from).collect(),
            contact_min_age_days: scope.tenant.settings.contact_min_age.as_hours() / 24,
            evidence: RecordedEvidence::list(scope, case, now).await?,
            kinds_that_count: case.proof(now).kinds().len(),
            effects: if has_effects { Some(PlanEffects::load(scope, case).await?) } else { None },
            stop: StopView::of(scope, case).await?,
            second_look: second_look(case),
            after_remedy: texts(case.remedy()).desk_next,
            join_link: scope.tenant.link("/recover/join"),
            timeline: TimelineEntry::list_of_case(scope, caller, &row.id).await?,
            may,
            verbs,
            person: details.person,
            other_remedies: details.other_remedies,
            earlier: details.earlier,
            others: details.others,
            diagnosis: details.diagnosis,
        })
    }
}

/// What there is to say of whom it is about. Of a stranger nothing is known.
#[derive(Default)]
struct CasePersonDetails {
    person: Option<CasePerson>,
    other_remedies: Vec<OtherRemedy>,
    earlier: Vec<EarlierMarkView>,
    others: Vec<OtherCase>,
    diagnosis: Option<DiagnosisView>,
}

impl CasePersonDetails {
    async fn load(scope: &Scope, row: &CaseRow, case: &Case, now: Timestamp) -> Result<Self, Problem> {
        if row.person_id.is_none() {
            return Ok(Self::default());
        }
        let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
        Ok(Self {
            person: Some(CasePerson::load(scope, case, &person).await?),
            other_remedies: OtherRemedy::list(scope, case, now).await?,
            earlier: EarlierMarkView::list(scope, case, now).await?,
            others: OtherCase::list(scope, row, case).await?,
            diagnosis: Some(DiagnosisView::load(scope, &person).await?),
        })
    }
}

async fn taken_by(scope: &Scope, row: &CaseRow) -> Result<Option<String>, Problem> {
    let Some(id) = &row.taken_by else { return Ok(None) };
    let taker = persons::find(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
    Ok(Some(taker.map_or_else(|| id.clone(), |person| person.name)))
}

/// Of somebody's case while it goes on.
fn verbs_on(allowed: &AllowedActions<'_>, row: &CaseRow) -> Vec<VerbOffer> {
    let is_open = row.closed_at.is_none() && row.person_id.is_some();
    if is_open { offers_on_case(allowed) } else { Vec::new() }
}

impl MayOnCase {
    fn of(
        scope: &Scope,
        caller: &Caller,
        (allowed, row, case): (&AllowedActions<'_>, &CaseRow, &Case),
    ) -> Self {
        let is_of_somebody = row.person_id.is_some();
        let is_open_of_somebody = row.closed_at.is_none() && is_of_somebody && case.remedied_at().is_none();
        let on_person = scope.tenant.policies.allowed_on_person(&caller.staff(), case.subject());
        Self {
            take: allowed.contains::<TakeCase>(),
            hand_back: can_hand_back(caller, row),
            act: allowed.contains::<RecordEvidence>(),
            refuse: allowed.contains::<Refuse>(),
            escalate: allowed.contains::<Escalate>(),
            approve: allowed.contains::<Approve>(),
            end_sessions: is_of_somebody && on_person.contains::<EndSessions>(),
            note: is_of_somebody && on_person.contains::<AddNote>(),
            report: allowed.contains::<ReportContact>(),
            propose: is_open_of_somebody && allowed.contains::<ProposeRemedy>(),
        }
    }
}

impl HoldToBegin {
    fn of(allowed: &AllowedActions<'_>, case: &Case, now: Timestamp) -> Option<Self> {
        let Stage::AwaitingNotice { since, wanted_by, reported_at, .. } = case.stage() else {
            return None;
        };
        let from = since.saturating_add(Case::NOTICE_WITHIN).unwrap_or(Timestamp::MAX);
        Some(Self {
            is_overdue: reported_at.is_some() || now >= from,
            wanted_by_one: wanted_by.is_some(),
            can_start: allowed.contains::<StartHold>() && now >= from,
        })
    }
}

impl OtherRemedy {
    async fn list(scope: &Scope, case: &Case, now: Timestamp) -> Result<Vec<Self>, Problem> {
        let held = factors::list(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
        let view = |remedy: &Remedy| Self {
            remedy: remedy.as_str(),
            title: remedy.title(),
            steps: remedy.steps().iter().map(|step| step.description()).collect(),
            useless: why_useless(*remedy, &held, now),
        };
        Ok(Remedy::ALL.iter().filter(|remedy| **remedy != case.remedy()).map(view).collect())
    }
}

impl OtherCase {
    /// Two pages that both claim to be Ana are a warning.
    async fn list(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Vec<Self>, Problem> {
        let all = cases::list_of_person(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
        let open = all.into_iter().filter(|other| other.id != row.id && other.closed_at.is_none());
        Ok(open.map(|other| Self { id: other.id, reference: other.reference, ip: other.ip }).collect())
    }
}

impl From<Contact> for CallableNumber {
    fn from(contact: Contact) -> Self {
        Self { id: contact.id, kind: contact.kind, value: contact.value, filed_at: time(contact.filed_at) }
    }
}
