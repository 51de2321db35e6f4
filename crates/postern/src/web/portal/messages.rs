//! Where a case stands and what happens next, in words for the person it is about.

use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Outcome, Stage};
use postern_core::remedy::Remedy;
use serde::Serialize;

use crate::actions::remedies::{RemedyTexts, texts};

/// What the claimant page says.
#[derive(Debug, Serialize)]
pub struct CaseProgress {
    /// Where it stands.
    pub now: &'static str,
    /// What happens next.
    pub next: &'static str,
    /// Steps done, of [`steps`].
    pub done: usize,
    /// First moment after the hold, microseconds.
    pub until: Option<i64>,
    /// What the page can show now: `pass` or `backup_codes`.
    pub can_show: Option<&'static str>,
    /// Whether it is over.
    pub over: bool,
    /// Whether the request can be withdrawn.
    pub can_withdraw: bool,
}

/// The steps that every case takes. A stranger's reads like anybody's.
pub fn steps(case: Option<&Case>) -> [&'static str; 4] {
    let remedy = case.map_or(Remedy::FactorReset, Case::remedy);
    ["Request received", "Identity checked", texts(remedy).step, "Signed in again"]
}

/// What to say. A stranger's case, which has no state, says what a fresh case says.
pub fn case_progress(case: Option<&Case>, stored_stage: &str, now: Timestamp) -> CaseProgress {
    let Some(case) = case else {
        return match stored_stage {
            "closed" => over(REFUSED),
            "withdrawn" => over(WITHDRAWN),
            "lapsed" => over(LAPSED),
            _ => waiting(false),
        };
    };
    match case.stage() {
        Stage::Verifying => waiting(matches!(case.claimant_page(), ClaimantPage::Bound { .. })),
        Stage::AwaitingApproval { .. } => {
            checked("Your identity is checked. A second person must approve.", None)
        }
        Stage::AwaitingNotice { .. } => checked(
            "Your identity is checked. Because of what your account can reach there is a waiting period. It begins when our \
             message about it has gone out to a contact that we have on file.",
            None,
        ),
        Stage::OnHold { until, .. } if now < *until => checked(
            "Your identity is checked. Because of what your account can reach there is a waiting period, in which you were \
             told on every contact we have.",
            Some(until.as_microsecond()),
        ),
        Stage::OnHold { .. } | Stage::Ready { .. } => checked(texts(case.remedy()).can_follow, None),
        Stage::Remedied { .. } => remedied(case),
        Stage::Contested { .. } if matches!(case.claimant_page(), ClaimantPage::Bound { .. }) => {
            over(CONTESTED)
        }
        Stage::Closed { outcome: Outcome::Proven, .. } => CaseProgress { done: 4, ..over(PROVEN) },
        Stage::Closed { outcome: Outcome::Withdrawn, .. } => over(WITHDRAWN),
        Stage::Closed { outcome: Outcome::Lapsed, .. } if case.remedied_at().is_some() => over(LATE),
        Stage::Closed { outcome: Outcome::Lapsed, .. } => over(LAPSED),
        // Only who was on the line learns that the owner objected: to anybody else one end looks like another.
        Stage::Closed { .. } | Stage::Contested { .. } => over(REFUSED),
    }
}

/// What the remedy gives, on the page that is the person's.
fn remedied(case: &Case) -> CaseProgress {
    let is_theirs = matches!(case.claimant_page(), ClaimantPage::Bound { .. });
    let RemedyTexts { shows, now, next, .. } = texts(case.remedy());
    CaseProgress {
        now,
        next,
        done: 3,
        until: None,
        can_show: is_theirs.then_some(shows),
        over: false,
        can_withdraw: false,
    }
}

type ProgressMessage = (&'static str, &'static str);

const PROVEN: ProgressMessage =
    ("You are back in.", "There is nothing left to do. Every contact on file was told.");
const WITHDRAWN: ProgressMessage =
    ("You withdrew this request.", "If you still can't sign in, start a new one.");
const REFUSED: ProgressMessage = (
    "This request was closed without a reset.",
    "If you still can't sign in, call the help desk yourself, at the number on your organisation's own pages.",
);
const LAPSED: ProgressMessage =
    ("This request has run out.", "Nothing was changed. If you still can't sign in, start a new one.");
const LATE: ProgressMessage = (
    "The day in which you could come back is over.",
    "Nobody signed in with what this page showed, so it opens nothing any more. Start a new request: your identity will be \
     checked again.",
);
const CONTESTED: ProgressMessage = (
    "Somebody answered our notice with \"this was not me\", so everything has stopped.",
    "If it was you after all, call the help desk; a senior will look at it.",
);

fn waiting(bound: bool) -> CaseProgress {
    let next = if bound {
        "The help desk is gathering what else the rules want: for most people, your manager's word. Keep this page open: your \
         manager will ask you for the phrase too."
    } else {
        "The help desk will call you, at a number that your organisation has on file. When they do, read them the phrase \
         below. We never ask for your password, and we never call a number that you gave us today."
    };
    CaseProgress {
        now: if bound { "You are on the line with us: this page is yours." } else { "We have your request." },
        next,
        done: 1,
        until: None,
        can_show: None,
        over: false,
        can_withdraw: true,
    }
}

fn checked(now: &'static str, until: Option<i64>) -> CaseProgress {
    CaseProgress {
        now,
        next: "Keep this page. It will say when it is your turn.",
        done: 2,
        until,
        can_show: None,
        over: false,
        can_withdraw: true,
    }
}

fn over((now, next): ProgressMessage) -> CaseProgress {
    CaseProgress { now, next, done: 0, until: None, can_show: None, over: true, can_withdraw: false }
}
