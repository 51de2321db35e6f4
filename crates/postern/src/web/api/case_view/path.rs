//! The whole way back in, as a checklist from the first moment: every proof, other people's yes, the hold, the remedy.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Outcome, Stage};
use postern_core::evidence::{Evidence, Kind};
use postern_core::policy::Missing;
use serde::Serialize;
use utoipa::ToSchema;

use super::second_look;
use crate::store::cases::CaseRow;

/// One step on the way back in.
#[derive(Serialize, ToSchema)]
pub struct PathStep {
    /// `done`; `now`, which somebody at the desk can do; `waits`, for somebody else; `later`; or `failed`, which nothing at
    /// the desk can mend.
    pub state: &'static str,
    /// What it is.
    pub title: String,
    /// What there is to say of it.
    pub detail: Option<String>,
}

/// Whose move a step is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhoseMove {
    Desk,
    Others,
}

/// The steps of a case that can still end well, or did. Of one that was refused, withdrawn, contested or lapsed there is no way.
pub fn steps(row: &CaseRow, case: &Case, missing: &Missing, now: Timestamp) -> Vec<PathStep> {
    match case.stage() {
        Stage::Contested { .. } => return Vec::new(),
        Stage::Closed { outcome, .. } if *outcome != Outcome::Proven => return Vec::new(),
        _ => {}
    }
    if row.person_id.is_none() {
        return Vec::new();
    }
    let mut path = PathBuilder::default();
    // Nobody waits for this one: whoever begins to work on the case sets it off.
    let is_told = row.announced_at.is_some();
    path.steps.push(PathStep {
        state: if is_told { "done" } else { "later" },
        title: "Everybody on file is told".to_owned(),
        detail: (!is_told).then(|| "When somebody begins to work on the case".to_owned()),
    });
    gathered(&mut path, case, missing, now);
    if let Some(why) = missing.forbidden.as_ref().filter(|_| !is_verified(case)) {
        path.steps.push(PathStep { state: "failed", title: why.clone(), detail: None });
    }
    agreed(&mut path, case, missing);
    let remedied = case.remedied_at().is_some();
    path.add(remedied, WhoseMove::Desk, case.remedy().title());
    let proven = matches!(case.stage(), Stage::Closed { outcome: Outcome::Proven, .. });
    path.add(proven, WhoseMove::Others, "They sign in, and the case closes by itself");
    path.steps
}

/// The page, and the proof: what is there, and what the policy still wants.
fn gathered(path: &mut PathBuilder, case: &Case, missing: &Missing, now: Timestamp) {
    let bound = matches!(case.claimant_page(), ClaimantPage::Bound { .. });
    path.add(bound, WhoseMove::Desk, "Their page is bound to a call");
    path.detail("Ring a number on file; they read the three words on their page");
    let counting = case.evidence().iter().filter(|piece| case.counts(piece, now));
    let kinds: BTreeSet<Kind> = counting.map(Evidence::kind).collect();
    for kind in kinds {
        path.add(true, WhoseMove::Desk, kind.title());
    }
    if is_verified(case) {
        return;
    }
    for kind in &missing.all_of {
        let whose = if kind.recorded_by_agent() { WhoseMove::Desk } else { WhoseMove::Others };
        path.add(false, whose, kind.title());
        if *kind == Kind::ManagerVouch {
            path.detail(
                "The manager is mailed after the call, unless they switched that off, and finds it on their account page; or ring them, on a number that you had before",
            );
        }
    }
    if !missing.one_of.is_empty() {
        let titles: Vec<&str> = missing.one_of.iter().map(|kind| kind.title()).collect();
        path.add(false, WhoseMove::Desk, "One more proof");
        path.detail(&format!("One of: {}", titles.join("; ")));
    }
    if missing.by_colleague {
        path.add(false, WhoseMove::Others, "A second staff member records one of them");
        path.detail("One person is never two sources");
    }
}

/// Other people's yes, and the time in which the owner can object.
fn agreed(path: &mut PathBuilder, case: &Case, missing: &Missing) {
    let is_past = case.remedied_at().is_some();
    let (wanted, given) = (case.approvals_wanted(), case.stage().approvals().len());
    let wanted = wanted.max(missing.then.approvals);
    if wanted > 0 {
        let title =
            if wanted == 1 { "A second yes".to_owned() } else { format!("{wanted} more people's yes") };
        path.add(is_past || given >= wanted, WhoseMove::Others, &title);
        path.detail(second_look(case).unwrap_or("From a senior or an admin who gave no proof here"));
    }
    let hours = if is_verified(case) { case.hold_hours() } else { missing.then.hold_hours };
    if hours > 0 {
        let is_over = is_past || matches!(case.stage(), Stage::Ready { .. });
        path.add(is_over, WhoseMove::Others, &format!("{hours} hours in which the owner can object"));
        path.detail("Every contact on file is told again");
    }
}

fn is_verified(case: &Case) -> bool {
    case.stage().verified_at().is_some() || case.remedied_at().is_some()
}

#[derive(Default)]
struct PathBuilder {
    steps: Vec<PathStep>,
    /// Whether a step before is not done yet.
    is_ahead: bool,
}

impl PathBuilder {
    /// The first step that is not done is the one of now.
    fn add(&mut self, done: bool, whose: WhoseMove, title: &str) {
        let state = match (done, self.is_ahead, whose) {
            (true, ..) => "done",
            (false, true, _) => "later",
            (false, false, WhoseMove::Desk) => "now",
            (false, false, WhoseMove::Others) => "waits",
        };
        self.is_ahead |= !done;
        self.steps.push(PathStep { state, title: title.to_owned(), detail: None });
    }

    /// Of the step just added, while it is not done.
    fn detail(&mut self, detail: &str) {
        if let Some(step) = self.steps.last_mut().filter(|step| step.state != "done") {
            step.detail = Some(detail.to_owned());
        }
    }
}
