//! A case as the desk's programs see it. Holds no secret: neither the phrase nor a pass (rule 12).

mod earlier;
mod load;
mod path;
mod timeline;

use jiff::Timestamp;
use postern_core::case::Case;
use serde::Serialize;
use utoipa::ToSchema;

use super::diagnosis::DiagnosisView;
pub use earlier::EarlierMarkView;
pub use path::{PathStep, steps};
pub use timeline::TimelineEntry;

/// Where a case stands, and what would move it on.
#[derive(Serialize, ToSchema)]
pub struct CaseState {
    /// Its id.
    id: String,
    /// Its name in talk: `C-7K3M9Q`.
    reference: String,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    stage: String,
    /// The stage in the desk's words.
    stage_label: &'static str,
    /// Of a closed case: `proven`, `refused`, `withdrawn`, `superseded` or `lapsed`.
    outcome: Option<&'static str>,
    /// Whether a senior has it.
    escalated: bool,
    /// How often proof of a kind that never counts was offered or it was not them, how many open incidents concern the person, and what their other
    /// cases of the last 30 days left behind (`earlier`).
    risk: i64,
    /// Whether the claimant's page is bound to a call to a number on file.
    claimant_page_bound: bool,
    /// In `awaiting_notice`: from when on two seniors can begin the waiting period, if no message went out.
    #[schema(value_type = Option<String>, format = DateTime)]
    seniors_may_start_hold_from: Option<Timestamp>,
    /// End of the waiting period, while there is one.
    #[schema(value_type = Option<String>, format = DateTime)]
    hold_until: Option<Timestamp>,
    /// What whoever opened it had to show: `known_device`, `password` or `nothing`.
    opened_with: String,
    /// The id of the staff member who has taken it up.
    taken_by: Option<String>,
    /// When it runs out if nobody takes it up: only what stands with the strangers' cases does.
    #[schema(value_type = Option<String>, format = DateTime)]
    lapses_at: Option<Timestamp>,
    /// The whole way back in, step by step; empty where there is none, as of a case that was refused or contested.
    path: Vec<PathStep>,
    /// What the policy still wants; null once the case is closed.
    missing: Option<MissingView>,
    /// What is to be done for the person, exactly.
    plan: PlanView,
    /// Whether the caller can do it now.
    lock: Lock,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
}

/// What the policy still wants, found by asking it about every way to go on.
#[derive(Serialize, ToSchema)]
pub struct MissingView {
    /// Nothing more: the proof suffices.
    nothing: bool,
    /// Whether the claimant page must still be bound.
    claimant_page: bool,
    /// Kinds of evidence that every way needs.
    all_of: Vec<&'static str>,
    /// Of these, one more; empty when `all_of` suffices.
    one_of: Vec<&'static str>,
    /// Whether one of them must be recorded by another staff member than the caller.
    by_colleague: bool,
    /// What forbids it whatever is added, in the policy's words.
    forbidden: Option<String>,
    /// The same in plain words, one line each.
    descriptions: Vec<String>,
}

/// The lock on the remedy.
#[derive(Serialize, ToSchema)]
pub struct Lock {
    /// Whether the caller can apply the remedy now.
    open: bool,
    /// If not, why.
    why: Option<String>,
}

/// What a remedy will do, exactly.
#[derive(Serialize, ToSchema)]
pub struct PlanView {
    /// `fresh_backup_codes` or `factor_reset`.
    remedy: &'static str,
    /// What the desk calls it.
    title: &'static str,
    /// Its rung on the ladder: 3 or 4.
    rung: u8,
    /// What it does, in order, in plain words.
    steps: Vec<&'static str>,
    /// SHA-256 of the plan: send it with an approval, which is a yes to this plan and no other.
    hash: String,
}

impl PlanView {
    /// The plan of a case.
    pub fn of(case: &Case) -> Self {
        let plan = case.plan();
        Self {
            remedy: plan.remedy().as_str(),
            title: plan.remedy().title(),
            rung: plan.remedy().rung(),
            steps: plan.steps().iter().map(|step| step.description()).collect(),
            hash: plan.hash().as_str().to_owned(),
        }
    }
}

/// A case with its person.
#[derive(Serialize, ToSchema)]
pub struct CaseDetail {
    #[serde(flatten)]
    state: CaseState,
    /// The login that was given.
    claimed_login: String,
    /// The address that the request came from.
    ip: String,
    /// Whom it is about; null when nobody signs in with that login.
    person: Option<CasePerson>,
    /// Numbers that may be called: on file for long enough before the case. No other can be bound.
    numbers: Vec<CallableNumber>,
    /// What was recorded, oldest first: also what failed or was rejected.
    evidence: Vec<RecordedEvidence>,
    /// What happened in other cases of the person in the last 30 days, newest first: refused, contested, proof that failed or was
    /// rejected, and what was withdrawn.
    earlier: Vec<EarlierMarkView>,
    /// Other open cases that claim to be the same person.
    others: Vec<OtherCase>,
    /// What happened, newest first, at most 200 records.
    timeline: Vec<TimelineEntry>,
    /// Why the person cannot sign in, and what concerns them; null when nobody signs in with that login.
    diagnosis: Option<DiagnosisView>,
}

/// The person a case is about.
#[derive(Serialize, ToSchema)]
pub struct CasePerson {
    id: String,
    name: String,
    login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    tier: String,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    role: &'static str,
    /// The manager's name, if one is on file.
    manager: Option<String>,
    /// Since when the account is suspended. Nothing is verified and nothing is reset then.
    #[schema(value_type = Option<String>, format = DateTime)]
    suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    suspended_why: Option<String>,
    /// What lifts the suspension.
    suspension_lifted_by: Option<&'static str>,
    factors: Vec<EnrolledFactor>,
    /// Backup codes that can still be used.
    backup_codes_left: i64,
    contacts: Vec<FiledContact>,
    /// The latest ten attempts, newest first.
    sign_ins: Vec<SignInAttempt>,
}

/// A factor. Its secret is not here.
#[derive(Serialize, ToSchema)]
pub struct EnrolledFactor {
    /// `totp` or `webauthn`.
    kind: String,
    #[schema(value_type = String, format = DateTime)]
    enrolled_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// From when on it works: later than `enrolled_at` for a passkey of staff that waits.
    #[schema(value_type = String, format = DateTime)]
    usable_at: Timestamp,
    /// Whether it was switched off after too many wrong guesses.
    disabled: bool,
}

/// An address or number on file.
#[derive(Serialize, ToSchema)]
pub struct FiledContact {
    /// `email`, `mobile` or `office_phone`.
    kind: String,
    value: String,
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
    /// Its id: send it to `contact-lost`.
    id: String,
    /// Since when it is said that they no longer have it.
    #[schema(value_type = Option<String>, format = DateTime)]
    lost_at: Option<Timestamp>,
    /// Whole days on file before the case was opened.
    days_before_case: i64,
}

/// A number that may be called.
#[derive(Serialize, ToSchema)]
pub struct CallableNumber {
    /// Names it in `bind-claimant-page`.
    id: String,
    /// `mobile` or `office_phone`.
    kind: String,
    value: String,
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
}

/// A sign-in attempt.
#[derive(Serialize, ToSchema)]
pub struct SignInAttempt {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `password`, `totp`, `webauthn`, `backup_code` or `pass`.
    method: String,
    ip: String,
    user_agent: String,
    success: bool,
    /// One word of the vocabulary that `postern diagnose` uses.
    cause: Option<String>,
    /// The cause in plain words.
    cause_description: Option<&'static str>,
    /// What to do, gentlest first.
    remediation: Option<&'static str>,
    /// What else is known: `clock 240 s slow`.
    detail: Option<String>,
}

/// A verification that was recorded.
#[derive(Serialize, ToSchema)]
pub struct RecordedEvidence {
    /// The kind's word.
    kind: &'static str,
    /// What the desk calls it.
    title: &'static str,
    /// `confirmed`, `nobody_answered`, `wrong_person`, `coached` or `rejected`. Only what is confirmed counts.
    outcome: &'static str,
    /// Whether it counts: confirmed, of an accepted kind, fresh, and by whoever may still give it.
    counts: bool,
    /// `phone`, `video`, `presence`, `colleague` or `none`. Two proofs through one channel are one proof.
    channel: &'static str,
    /// Whose word it is.
    attested_by: String,
    /// Ticket, recording or type of document.
    reference: String,
    /// Whether it only supports and never suffices.
    supports_only: bool,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Another open case of the same person.
#[derive(Serialize, ToSchema)]
pub struct OtherCase {
    id: String,
    reference: String,
    ip: String,
}
