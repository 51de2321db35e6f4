//! Cases as the desk's lists show them: for the page and for programs, with one statement for a page of them.

use jiff::Timestamp;
use postern_core::case::Case;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::{case_label, risk_reasons, stage_label, waits_for_desk};
use super::problem::Problem;
use crate::scope::Scope;
use crate::store::cases::queue::{self, DeskList, ListedCase};
use crate::store::time;

/// A case in a list.
#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    /// Its id.
    id: String,
    /// Its name in talk: `C-7K3M9Q`.
    reference: String,
    /// The person's name; null when nobody signs in with the claimed login.
    name: Option<String>,
    /// The login that was given.
    claimed_login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    tier: Option<String>,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    tier_floor: Option<&'static str>,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    stage: String,
    /// The stage in the desk's words.
    stage_label: &'static str,
    /// Whether it waits for the desk, rather than for the person or the clock.
    waits_for_desk: bool,
    /// Whether a senior has it.
    escalated: bool,
    /// As that of the case itself, without incidents and other cases.
    risk: i64,
    /// What it is made of, in the desk's words.
    risk_reasons: Vec<String>,
    /// What whoever opened it had to show: `known_device`, `password` or `nothing`.
    opened_with: String,
    /// Whether it stands in the list of strangers' cases.
    stranger: bool,
    /// The name of who has taken it up.
    taken_by: Option<String>,
    /// The address that the request came from.
    ip: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
}

/// A page of a list.
pub struct CaseLines {
    /// The cases.
    pub cases: Vec<CaseLine>,
    /// The id after which the next page begins; none on the last.
    pub next: Option<String>,
}

/// The cases of `list` that follow the one with the id `after`, at most `most`.
pub async fn load_page(
    scope: &Scope,
    list: &DeskList,
    (after, most): (&str, i64),
) -> Result<CaseLines, Problem> {
    let mut listed =
        queue::list_page(&scope.app.db, &scope.tenant.id, list, (after, most.saturating_add(1))).await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = listed.len() > most;
    listed.truncate(most);
    let next = listed.last().filter(|_| has_more).map(|last| last.row.id.clone());
    let cases =
        listed.into_iter().map(|listed| CaseLine::of(scope, listed)).collect::<Result<_, Problem>>()?;
    Ok(CaseLines { cases, next })
}

impl CaseLine {
    /// Whether it waits for the desk.
    pub fn waits_for_desk(&self) -> bool {
        self.waits_for_desk
    }

    /// Whether its owner said that it was not them.
    pub fn is_contested(&self) -> bool {
        self.stage == "contested"
    }

    fn of(scope: &Scope, listed: ListedCase) -> Result<Self, Problem> {
        let (now, tiers) = (scope.now, &scope.tenant.settings.tiers);
        let ListedCase { row, name, tier, taken_by } = listed;
        let case = row.case(now)?;
        let stage = case.as_ref().map_or(row.stage.as_str(), |case| case.stage().as_str()).to_owned();
        Ok(Self {
            stage_label: case.as_ref().map_or_else(|| stage_label(&stage), |case| case_label(case, now)),
            waits_for_desk: row.closed_at.is_none()
                && case.as_ref().is_none_or(|case| waits_for_desk(case, now)),
            escalated: case.as_ref().is_some_and(Case::is_escalated),
            risk: case.as_ref().map_or(0, Case::risk),
            risk_reasons: case.as_ref().map(risk_reasons).unwrap_or_default(),
            stranger: row.closed_at.is_none() && row.stranger_since.is_some(),
            opened_at: time(row.opened_at),
            closed_at: row.closed_at.map(time),
            id: row.id,
            reference: row.reference,
            claimed_login: row.claimed_login,
            opened_with: row.opened_with,
            ip: row.ip,
            name,
            tier_floor: tier.as_deref().map(|tier| tiers.of(tier).floor().as_str()),
            tier,
            stage,
            taken_by,
        })
    }
}
