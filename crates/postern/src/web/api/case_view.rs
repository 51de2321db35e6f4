//! A case as the desk's programs see it. Holds no secret: neither the phrase nor a pass (rule 12).

pub mod detail;
pub mod earlier;
pub mod effects;
pub mod evidence;
pub mod path;
pub mod person;
mod state;
mod stop;
mod timeline;

use jiff::Timestamp;
use postern_core::case::Case;
use serde::Serialize;
use utoipa::ToSchema;

pub use detail::CaseDetail;
pub use earlier::EarlierMarkView;
pub use effects::PlanEffects;
pub use evidence::RecordedEvidence;
pub use path::{PathStep, steps};
pub use state::why_locked;
pub use stop::{StopView, second_look};
pub use timeline::{TimelineEntry, about};

/// Where a case stands, and what would move it on.
#[derive(Serialize, ToSchema)]
pub struct CaseState {
    /// Its id.
    pub id: String,
    /// Its name in talk: `C-7K3M9Q`.
    pub reference: String,
    /// Moves on with each change of the case.
    pub version: i64,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    pub stage: String,
    /// The stage in the desk's words.
    pub stage_label: &'static str,
    /// Of a closed case: `proven`, `refused`, `withdrawn`, `superseded` or `lapsed`.
    pub outcome: Option<&'static str>,
    /// Whether a senior has it.
    pub escalated: bool,
    /// How often proof of a kind that never counts was offered or it was not them, how many open incidents concern the person, and what their other
    /// cases of the last 30 days left behind (`earlier`).
    pub risk: i64,
    /// What it is made of, in the desk's words; empty where it is 0.
    pub risk_reasons: Vec<String>,
    /// Whether the claimant's page is bound to a call to a number on file.
    pub claimant_page_bound: bool,
    /// In `awaiting_notice`: from when on two seniors can begin the waiting period, if no message went out.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub seniors_may_start_hold_from: Option<Timestamp>,
    /// End of the waiting period, while there is one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub hold_until: Option<Timestamp>,
    /// What whoever opened it had to show: `known_device`, `password` or `nothing`; `desk` until a caller has joined.
    pub opened_with: String,
    /// The id of the staff member who has taken it up.
    pub taken_by: Option<String>,
    /// When it runs out if nobody takes it up: only what stands with the strangers' cases does.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lapses_at: Option<Timestamp>,
    /// The whole way back in, step by step; empty where there is none, as of a case that was refused or contested.
    pub path: Vec<PathStep>,
    /// What the policy still wants; null once the case is closed.
    pub missing: Option<MissingView>,
    /// What is to be done for the person, exactly.
    pub plan: PlanView,
    /// Whether the caller can do it now.
    pub lock: Lock,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
}

/// What the policy still wants, found by asking it about every way to go on.
#[derive(Serialize, ToSchema)]
pub struct MissingView {
    /// Nothing more: the proof suffices.
    pub nothing: bool,
    /// Whether the claimant page must still be bound.
    pub claimant_page: bool,
    /// Kinds of evidence that every way needs.
    pub all_of: Vec<&'static str>,
    /// Of these, one more; empty when `all_of` suffices.
    pub one_of: Vec<&'static str>,
    /// Whether one of them must be recorded by another staff member than the caller.
    pub by_colleague: bool,
    /// What forbids it whatever is added, in the policy's words.
    pub forbidden: Option<String>,
    /// The same in plain words, one line each.
    pub descriptions: Vec<String>,
}

/// The lock on the remedy.
#[derive(Serialize, ToSchema)]
pub struct Lock {
    /// Whether the caller can apply the remedy now.
    pub open: bool,
    /// If not, why.
    pub why: Option<String>,
}

/// What a remedy will do, exactly.
#[derive(Serialize, ToSchema)]
pub struct PlanView {
    /// `fresh_backup_codes` or `factor_reset`.
    pub remedy: &'static str,
    /// What the desk calls it.
    pub title: &'static str,
    /// Its rung on the ladder: 3 or 4.
    pub rung: u8,
    /// What it does, in order, in plain words.
    pub steps: Vec<&'static str>,
    /// SHA-256 of the plan: send it with an approval, which is a yes to this plan and no other.
    pub hash: String,
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
