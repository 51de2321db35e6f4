//! Cases as the desk's lists show them: for the page and for programs, with one statement for a page of them.

pub mod csv;

use jiff::Timestamp;
use postern_core::case::{Case, Outcome};
use postern_core::person::Role;
use serde::Serialize;
use utoipa::ToSchema;

use super::case_step::CaseStep;
use super::desk::{case_label, outcome_label, risk_reasons, stage_label, waits_for_desk};
use super::problem::Problem;
use crate::actions::Caller;
use crate::actions::take_case::can_hand_back;
use crate::case_query::{CaseQuery, CaseQueryError};
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::cases::queue::{self, CaseHolder, CaseListing, CasePlace, ListedCase};
use crate::store::{persons, time};

/// A case in a list.
#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    /// Its id.
    pub id: String,
    /// Its name in talk: `C-7K3M9Q`.
    pub reference: String,
    /// The person's name; null when nobody signs in with the claimed login.
    pub name: Option<String>,
    /// The login that was given.
    pub claimed_login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    pub tier: Option<String>,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    pub tier_floor: Option<&'static str>,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    pub stage: String,
    /// The stage in the desk's words.
    pub stage_label: &'static str,
    /// Whether it waits for the desk, rather than for the person or the clock.
    pub waits_for_desk: bool,
    /// What comes next, in the desk's words; null of a closed one.
    pub next_step: Option<String>,
    /// When that is, where it has a time: the end of the hold, the last moment to come back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// Whether only a senior may work on it.
    pub escalated: bool,
    /// Its own risk, without incidents and other cases.
    pub risk: i64,
    /// What raised it, oldest first: the kind of proof, and how it ended.
    pub risk_reasons: Vec<String>,
    /// What whoever opened it had to show: `known_device`, `password` or `nothing`.
    pub opened_with: String,
    /// Whether it stands in the list of strangers' cases.
    pub stranger: bool,
    /// The name of who has taken it up.
    pub taken_by: Option<String>,
    /// Whose it is: `nobody`, `you` or `colleague`.
    pub holder: &'static str,
    /// What the caller may do about that: `take`, `hand_over`.
    pub may: Vec<&'static str>,
    /// The address that the request came from.
    pub ip: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// Of a closed one: `proven`, `refused`, `withdrawn`, `superseded` or `lapsed`.
    pub outcome: Option<String>,
    /// The same in the desk's words.
    pub outcome_label: Option<&'static str>,
    /// The name of who refused it, or else bound its page, or else recorded the last proof.
    pub handled_by: Option<String>,
}

/// A page of a list.
pub struct CaseLines {
    /// The cases.
    pub cases: Vec<CaseLine>,
    /// Where the next page begins; none on the last.
    pub next: Option<CasePlace>,
}

/// The list that a query means to somebody, and where the page of it begins.
pub async fn read_query(
    scope: &Scope,
    caller: &Caller,
    query: &CaseQuery,
) -> Result<(CaseListing, Option<CasePlace>), Problem> {
    let tell = |error: CaseQueryError| Problem::bad_request(error.to_string());
    let listing = query.listing(&scope.tenant.settings.tiers, &caller.person.id, scope.now).map_err(tell)?;
    if let Some(CaseHolder::Person(id)) = &listing.filter.holder
        && *id != caller.person.id
        && persons::find(&scope.app.db, &scope.tenant.id, id).await?.is_none()
    {
        return Err(Problem::bad_request("who must be me, nobody, or the id of a colleague."));
    }
    Ok((listing, query.place().map_err(tell)?))
}

/// The cases of a list that follow a place in it, or all; at most `most`.
pub async fn load_page(
    scope: &Scope,
    caller: &Caller,
    listing: &CaseListing,
    (after, most): (Option<&CasePlace>, i64),
) -> Result<CaseLines, Problem> {
    let page = queue::list_page(&scope.app.db, &scope.tenant.id, listing, (after, most)).await?;
    let lines = page.cases.into_iter().map(|listed| CaseLine::of(scope, caller, listed));
    Ok(CaseLines { cases: lines.collect::<Result<_, Problem>>()?, next: page.next })
}

impl CaseLine {
    fn of(scope: &Scope, caller: &Caller, listed: ListedCase) -> Result<Self, Problem> {
        let (now, tiers) = (scope.now, &scope.tenant.settings.tiers);
        let case = listed.row.case(now)?;
        let may = may(caller, &listed.row, case.as_ref());
        let ListedCase { row, name, tier, taken_by, outcome, handled_by, .. } = listed;
        let stage = case.as_ref().map_or(row.stage.as_str(), |case| case.stage().as_str()).to_owned();
        let step = CaseStep::of(&row, case.as_ref(), now);
        let outcome = outcome.or_else(|| (stage == "closed").then(|| Outcome::Lapsed.as_str().to_owned()));
        Ok(Self {
            stage_label: case.as_ref().map_or_else(|| stage_label(&stage), |case| case_label(case, now)),
            waits_for_desk: row.closed_at.is_none()
                && case.as_ref().is_none_or(|case| waits_for_desk(case, now)),
            next_at: step.as_ref().and_then(|step| step.at),
            next_step: step.map(|step| step.text),
            escalated: case.as_ref().is_some_and(Case::is_escalated),
            risk: case.as_ref().map_or(0, Case::risk),
            risk_reasons: case.as_ref().map(risk_reasons).unwrap_or_default(),
            stranger: row.closed_at.is_none() && row.stranger_since.is_some(),
            holder: match row.taken_by.as_deref() {
                None => "nobody",
                Some(id) if id == caller.person.id.as_str() => "you",
                Some(_) => "colleague",
            },
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
            may,
            outcome_label: outcome.as_deref().map(outcome_label),
            outcome,
            handled_by,
        })
    }
}

/// What a button in the list can do. The policies have the last word when it is pressed.
fn may(caller: &Caller, row: &CaseRow, case: Option<&Case>) -> Vec<&'static str> {
    let is_open = row.closed_at.is_none() && case.is_none_or(|case| case.stage().is_open());
    let is_own = row.person_id.as_deref() == Some(caller.person.id.as_str());
    let role = caller.person.role;
    let works = matches!(role, Role::Agent | Role::Senior | Role::Admin) && caller.scopes.is_none();
    if !is_open || is_own || !works || role.rank() < case.map_or(1, Case::handler_rank) {
        return Vec::new();
    }
    match &row.taken_by {
        None => vec!["take", "hand_over"],
        Some(_) if can_hand_back(caller, row) => vec!["hand_over"],
        Some(_) => Vec::new(),
    }
}
