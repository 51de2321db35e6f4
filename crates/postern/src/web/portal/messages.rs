//! Where a case stands and what happens next, in words for the person it is about.

use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Outcome, Stage, StopSource};
use postern_core::remedy::Remedy;
use serde::Serialize;

use crate::actions::remedies::{RemedyTexts, texts};
use crate::texts::MessageId;

/// What the claimant page says.
#[derive(Debug, Serialize)]
pub struct CaseProgress {
    /// Where it stands.
    pub now: MessageId,
    /// What happens next.
    pub next: MessageId,
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

impl CaseProgress {
    /// Whether nothing has happened yet: the help desk is to call.
    pub fn awaits_call(&self) -> bool {
        self.now == RECEIVED
    }
}

/// The steps that every case takes. A stranger's reads like anybody's.
pub fn steps(case: Option<&Case>) -> [MessageId; 4] {
    let remedy = case.map_or(Remedy::FactorReset, Case::remedy);
    [
        MessageId("step-received"),
        MessageId("step-identity-checked"),
        texts(remedy).step,
        MessageId("step-signed-in-again"),
    ]
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
        Stage::AwaitingApproval { .. } => checked(MessageId("awaiting-approval-now"), None),
        Stage::AwaitingNotice { .. } => checked(MessageId("awaiting-notice-now"), None),
        Stage::OnHold { until, .. } if now < *until => {
            checked(MessageId("on-hold-now"), Some(until.as_microsecond()))
        }
        Stage::OnHold { .. } | Stage::Ready { .. } => checked(texts(case.remedy()).can_follow, None),
        Stage::Remedied { .. } => remedied(case),
        Stage::Contested { by: StopSource::Escalation, .. } => looked_at_again(),
        Stage::Contested { by, after_remedy: true, .. } if *by != StopSource::Owner => over(STOPPED),
        Stage::Closed { outcome: Outcome::Refused, .. } if case.remedied_at().is_some() => over(STOPPED),
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
    let &RemedyTexts { shows, now, next, .. } = texts(case.remedy());
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

/// A senior decides whether it goes on: until then nothing is shown.
fn looked_at_again() -> CaseProgress {
    CaseProgress {
        now: MessageId("looked-at-again-now"),
        next: MessageId("looked-at-again-next"),
        done: 2,
        until: None,
        can_show: None,
        over: false,
        can_withdraw: false,
    }
}

const RECEIVED: MessageId = MessageId("received-now");

type ProgressMessage = (MessageId, MessageId);

const PROVEN: ProgressMessage = (MessageId("proven-now"), MessageId("proven-next"));
const WITHDRAWN: ProgressMessage = (MessageId("withdrawn-now"), MessageId("withdrawn-next"));
const REFUSED: ProgressMessage = (MessageId("refused-now"), MessageId("refused-next"));
const LAPSED: ProgressMessage = (MessageId("lapsed-now"), MessageId("lapsed-next"));
const LATE: ProgressMessage = (MessageId("late-now"), MessageId("late-next"));
const STOPPED: ProgressMessage = (MessageId("stopped-now"), MessageId("stopped-next"));
const CONTESTED: ProgressMessage = (MessageId("contested-now"), MessageId("contested-next"));

fn waiting(bound: bool) -> CaseProgress {
    CaseProgress {
        now: if bound { MessageId("bound-now") } else { RECEIVED },
        next: if bound { MessageId("bound-next") } else { MessageId("received-next") },
        done: 1,
        until: None,
        can_show: None,
        over: false,
        can_withdraw: true,
    }
}

fn checked(now: MessageId, until: Option<i64>) -> CaseProgress {
    CaseProgress {
        now,
        next: MessageId("checked-next"),
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
