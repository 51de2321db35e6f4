//! The steps on a case. A program may refuse and escalate; the policies refuse it the rest, on the record. Each calls the action that its page calls, and answers where the case stands then.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::{CaseId, PersonId};
use postern_core::remedy::PlanHash;
use serde::Deserialize;
use utoipa::ToSchema;

use super::case_view::CaseState;
use super::errors::StepErrors;
use super::input::{Body, CasePath, PersonOnly};
use crate::actions::add_evidence::Verification;
use crate::actions::hand_over_case::HandOver;
use crate::actions::record_call::RecordedCall;
use crate::actions::vouch::ManagersWord;
use crate::actions::{self, ActionError};
use crate::scope::Scope;
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const SCOPE: &str = "cases:act";

/// What was heard on the call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindClaimantPage {
    /// The `id` of one of the case's `numbers`: the one that was called.
    #[schema(example = "0195b6c2-8f2e-7cc3-98a5-6a1f0c8f7d11")]
    contact: String,
    /// Whether the person on the line said that they began this themselves, on the device and at the place that their page says.
    /// With `false` nothing is bound: the call is recorded as `coached`, and the case's risk goes up.
    began_it: bool,
    /// What the person on the line read from their page.
    #[schema(example = "amber otter violin")]
    phrase: String,
}

/// A verification.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddEvidence {
    /// Accepted: `call_placed`, `live_video`, `in_person`, `official_document`. Supports only: `owner_facts`. Never
    /// accepted, and recorded as such: `email_match`, `security_question`, `recovery_mail_code`, `chat_claim`,
    /// `number_supplied`, `urgency`. Refused: `manager_vouch`, which only the manager can give.
    #[schema(value_type = String, example = "in_person")]
    kind: Kind,
    /// How it ended: `confirmed`, `wrong_person`, and of a call or a video `nobody_answered` or `coached`, which means that
    /// somebody had told them what to say. Only what is confirmed counts.
    #[serde(default = "confirmed")]
    #[schema(value_type = String, example = "confirmed")]
    outcome: EvidenceOutcome,
    /// Of a call that did not end well: the `id` of the one of the case's `numbers` that was called.
    #[serde(default)]
    #[schema(example = "0195b6c2-8f2e-7cc3-98a5-6a1f0c8f7d11")]
    contact: Option<String>,
    /// The ticket, the recording, or the type of document and who checked it. Never a document's number.
    #[schema(example = "Badge photo compared at the front desk, ticket 4711")]
    reference: String,
}

fn confirmed() -> EvidenceOutcome {
    EvidenceOutcome::Confirmed
}

/// The manager's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vouch {
    /// `confirmed`: it is them. `wrong_person`: it is not. `unsure`: the manager can't tell.
    #[schema(value_type = String, example = "confirmed")]
    outcome: EvidenceOutcome,
    /// What the person read to the manager from their page. Wanted of `confirmed`.
    #[serde(default)]
    #[schema(example = "amber otter violin")]
    phrase: String,
    /// How the manager knows. Wanted of `confirmed`.
    #[serde(default)]
    #[schema(example = "She stands next to me")]
    how: String,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Stands in the audit log.
    #[schema(example = "Phone lost, verified by call and by the manager")]
    pub(super) reason: String,
}

/// What is to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRemedy {
    /// `fresh_backup_codes` or `factor_reset`.
    #[schema(example = "fresh_backup_codes")]
    remedy: String,
    /// Why. It goes on the record.
    #[schema(example = "Phone at home; nothing is lost")]
    reason: String,
}

/// A yes to a plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveCase {
    /// The `hash` of the case's `plan`, as the caller looked at it.
    #[serde(default)]
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    plan: String,
    /// Stands in the audit log.
    #[schema(example = "I know her voice, and Mona vouched in person")]
    reason: String,
}

/// Carrying a plan out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPlan {
    /// The `hash` of the case's `plan`, as the caller looked at it. Left out: whatever it is now.
    #[serde(default)]
    plan: Option<String>,
    /// Stands in the audit log.
    #[schema(example = "Phone lost, verified by call and by the manager")]
    reason: String,
}

/// A contact that they no longer have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostContact {
    /// The `id` of one of the person's `contacts`.
    contact: String,
    /// Who said so, and how. Stands in the audit log.
    #[schema(example = "Phone stolen with the bag, she says on the office line")]
    reason: String,
}

/// To whom a case goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverCase {
    /// The colleague's `id`, as `GET /api/v1/people` gives it.
    to: String,
    /// The `id` of who had it when this was decided; empty for nobody. If somebody else has it by then, the answer is 409. Left
    /// out: whoever has it.
    #[serde(default)]
    from: Option<String>,
    /// What the colleague should know. Stands in the audit log.
    #[schema(example = "She calls back at three, my shift ends at two")]
    reason: String,
}

/// `POST /api/v1/cases/{id}/contact-lost`
#[utoipa::path(post, path = "/api/v1/cases/{id}/contact-lost", tag = "cases", operation_id = "report_contact_lost",
    summary = "Report a contact lost",
    description = "Nobody calls it any more, and a message that goes there begins no waiting period. Messages still go there.",
    params(CasePath), request_body = LostContact, security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn report_contact_lost(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<CasePath>,
    Body(sent): Body<LostContact>,
) -> Result<Json<CaseState>, Problem> {
    let id = CaseId::new(path.id);
    let (contact, reason) = (&sent.contact, &sent.reason);
    actions::report_contact_lost::report_contact_lost(&scope, &caller, &id, contact, reason).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/take`
#[utoipa::path(post, path = "/api/v1/cases/{id}/take", tag = "cases", operation_id = "take_case",
    summary = "Take a case up",
    description = "A stranger's case that somebody has taken stands in the queue and does not run out. No token takes one.",
    params(CasePath), security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn take_case(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<CasePath>,
) -> Result<Json<CaseState>, Problem> {
    let id = CaseId::new(path.id);
    actions::take_case::take_case(&scope, &caller, &id).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/hand-back`
#[utoipa::path(post, path = "/api/v1/cases/{id}/hand-back", tag = "cases", operation_id = "hand_back_case",
    summary = "Hand a case back",
    description = "By who has taken it, or a senior. A stranger's case that nobody worked on is a stranger's again.",
    params(CasePath), security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn hand_back_case(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<CasePath>,
) -> Result<Json<CaseState>, Problem> {
    let id = CaseId::new(path.id);
    actions::take_case::hand_back_case(&scope, &caller, &id).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/hand-over`
#[utoipa::path(post, path = "/api/v1/cases/{id}/hand-over", tag = "cases", operation_id = "hand_over_case",
    summary = "Hand a case to a colleague",
    description = "By who has it, by anybody where nobody has it, or by a senior. The colleague must be allowed to work on it: an \
        escalated case goes to a senior or an admin. They are mailed. No token can do it.",
    params(CasePath), request_body = HandOverCase, security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn hand_over_case(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<CasePath>,
    Body(sent): Body<HandOverCase>,
) -> Result<Json<CaseState>, Problem> {
    let (id, to) = (CaseId::new(path.id), PersonId::new(sent.to));
    let asked = HandOver { to: &to, from: sent.from.as_deref(), reason: &sent.reason };
    actions::hand_over_case::hand_over_case(&scope, &caller, &id, asked).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/bind-claimant-page`
#[utoipa::path(post, path = "/api/v1/cases/{id}/bind-claimant-page", tag = "cases", operation_id = "bind_claimant_page",
    summary = "Bind the claimant's page",
    description = "After a call that we placed to a number on file: ask first whether they began this themselves, on which device \
        and where. Whoever answered it then holds the page. Wrong phrases are \
        counted and recorded. No token can do it.",
    params(CasePath), request_body = BindClaimantPage, security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn bind_claimant_page(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
    Body(sent): Body<BindClaimantPage>,
) -> Result<Json<CaseState>, Problem> {
    let (caller, id) = (caller.0, CaseId::new(path.id));
    let (contact, phrase) = (&sent.contact, &sent.phrase);
    if sent.began_it {
        actions::bind_claimant_page::bind_claimant_page(&scope, &caller, &id, contact, phrase).await?;
    } else {
        let outcome = Some(EvidenceOutcome::Coached);
        let call = RecordedCall { contact, outcome, began_it: Some(false), phrase, reference: "" };
        actions::record_call::record_call(&scope, &caller, &id, call).await?;
    }
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/evidence`
#[utoipa::path(post, path = "/api/v1/cases/{id}/evidence", tag = "cases", operation_id = "add_evidence",
    summary = "Record a verification",
    description = "Also how it failed: nobody answered, it was somebody else, or somebody had told them what to say. The last two \
        raise the case's risk. A kind that is never accepted is answered with 422: that it was offered is on the record, and the \
        case's risk went up. No token can do it: a program's word is no proof.",
    params(CasePath), request_body = AddEvidence, security(("session" = [])),
    responses((status = 200, description = "It is recorded. Where the case stands.", body = CaseState), StepErrors))]
pub async fn add_evidence(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
    Body(sent): Body<AddEvidence>,
) -> Result<Json<CaseState>, Problem> {
    let (caller, id) = (caller.0, CaseId::new(path.id));
    let contact = sent.contact.as_deref();
    let said = Verification { kind: sent.kind, outcome: sent.outcome, contact, reference: &sent.reference };
    match actions::add_evidence::add_evidence(&scope, &caller, &id, said).await? {
        EvidenceOutcome::Rejected => Err(never_accepted(sent.kind).into()),
        _ => CaseState::load(&scope, &caller, &id).await,
    }
}

/// `POST /api/v1/cases/{id}/vouch`
#[utoipa::path(post, path = "/api/v1/cases/{id}/vouch", tag = "cases", operation_id = "vouch",
    summary = "Vouch for a report",
    description = "The manager's own word, in a session that a passkey opened: it is them, it is not, or they can't tell. A no unbinds the \
        page, raises the case's risk, and is mailed to seniors. No token can give it.",
    params(CasePath), request_body = Vouch, security(("session" = [])),
    responses((status = 204, description = "It is recorded."), StepErrors))]
pub async fn vouch(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<CasePath>,
    Body(sent): Body<Vouch>,
) -> Result<StatusCode, Problem> {
    let word = ManagersWord { outcome: sent.outcome, phrase: &sent.phrase, how: &sent.how, reference: None };
    actions::vouch::vouch(&scope, &caller, &CaseId::new(path.id), word).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/cases/{id}/apply-remedy`
#[utoipa::path(post, path = "/api/v1/cases/{id}/apply-remedy", tag = "cases", operation_id = "apply_remedy",
    summary = "Apply the remedy of a case",
    description = "Carries out the case's `plan`, when the policy holds the evidence to be enough. A pass, or backup codes, appear \
        on the person's own page and nowhere else. No token can do it, and nobody while the account is suspended.",
    params(CasePath), request_body = ApplyPlan, security(("session" = [])),
    responses((status = 200, description = "It is done.", body = CaseState), StepErrors))]
pub async fn apply_remedy(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
    Body(sent): Body<ApplyPlan>,
) -> Result<Json<CaseState>, Problem> {
    let (caller, id) = (caller.0, CaseId::new(path.id));
    let plan = sent.plan.as_deref().map(PlanHash::claimed);
    actions::apply_remedy::apply_remedy(&scope, &caller, &id, (plan.as_ref(), &sent.reason)).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/propose-remedy`
#[utoipa::path(post, path = "/api/v1/cases/{id}/propose-remedy", tag = "cases", operation_id = "propose_remedy",
    summary = "Say what is to be done",
    description = "Until then it is the reset. Another remedy is another plan: the proof is looked at anew, and so is every yes. No \
        token can do it.",
    params(CasePath), request_body = ProposeRemedy, security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn propose_remedy(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
    Body(sent): Body<ProposeRemedy>,
) -> Result<Json<CaseState>, Problem> {
    let (caller, id) = (caller.0, CaseId::new(path.id));
    actions::propose_remedy::propose_remedy(&scope, &caller, &id, (&sent.remedy, &sent.reason)).await?;
    CaseState::load(&scope, &caller, &id).await
}

/// `POST /api/v1/cases/{id}/approve`
#[utoipa::path(post, path = "/api/v1/cases/{id}/approve", tag = "cases", operation_id = "approve_case",
    summary = "Approve a case",
    description = "A yes to the case's `plan`, by a senior who neither gave evidence nor heard the phrase. If the plan is another one by then, the answer is 409. The waiting period starts when the message about it went out.",
    params(CasePath), request_body = ApproveCase, security(("session" = [])),
    responses((status = 200, description = "Where the case stands.", body = CaseState), StepErrors))]
pub async fn approve_case(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
    Body(sent): Body<ApproveCase>,
) -> Result<Json<CaseState>, Problem> {
    let (caller, id) = (caller.with_scope(&scope, SCOPE).await?, CaseId::new(path.id));
    let plan = PlanHash::claimed(&sent.plan);
    actions::approve_case::approve_case(&scope, &caller, &id, (&plan, &sent.reason)).await?;
    CaseState::load(&scope, &caller, &id).await
}

fn never_accepted(kind: Kind) -> ActionError {
    let message = format!(
        "\"{}\" is never accepted from an agent. That it was offered is on the record, and the case's risk went up. \
         Use an accepted kind, refuse, or escalate.",
        kind.title()
    );
    ActionError::invalid("kind", message)
}
