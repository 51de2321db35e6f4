//! What a policy demands of whatever it permits: a waiting period, other people's yes, fresh proof. It stands beside the
//! policy as annotations, so that an organisation's tiers need no line of Rust.

use cedar_policy::{ActionConstraint, Effect, Policy};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Action as _, Verify};
use crate::case::Case;
use crate::evidence::Evidence;
use crate::tier::TierFloor;

/// Most approvals that a policy may want: more people than that no desk has at night.
const MOST_APPROVALS: usize = 5;
/// Longest waiting period. Unit: hours.
const LONGEST_HOLD: i64 = 30 * 24;

/// Nobody gathers two kinds of proof in less. Unit: minutes.
const LEAST_FRESH: i64 = 15;

/// What must hold before the remedy is applied. The default demands nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Demands {
    /// How long the owner can object once everybody has said yes. Unit: hours.
    pub hold_hours: i64,
    /// How many other people must say yes.
    pub approvals: usize,
    /// How old proof may be. Unit: minutes; 0: as old as proof may be at all.
    pub fresh_minutes: i64,
}

impl Demands {
    /// What every policy demands on a tier that stands there: a takeover of a privileged account is a takeover of everything, so somebody else
    /// says yes, and its owner has a day to object.
    pub fn least_on(tier: TierFloor) -> Self {
        match tier {
            TierFloor::Standard | TierFloor::Sensitive => Self::default(),
            TierFloor::Privileged => Self { hold_hours: 24, approvals: 1, fresh_minutes: 0 },
        }
    }

    /// What every policy demands of such a case: whoever says yes after their own no may have been talked round, so somebody else looks.
    pub fn least_for(case: &Case) -> Self {
        Self { approvals: usize::from(case.yes_after_no().is_some()), ..Self::default() }
    }

    /// What both want.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let fresh =
            [self.fresh_minutes, other.fresh_minutes].into_iter().filter(|minutes| *minutes > 0).min();
        Self {
            hold_hours: self.hold_hours.max(other.hold_hours),
            approvals: self.approvals.max(other.approvals),
            fresh_minutes: fresh.unwrap_or(0),
        }
    }

    /// Whether each of them is as strict as the other's.
    pub(super) fn are_no_less_than(self, other: Self) -> bool {
        self.stricter(other) == self
    }

    /// How old proof may be.
    pub fn fresh(self) -> SignedDuration {
        if self.fresh_minutes == 0 {
            return SignedDuration::from_hours(Evidence::FRESH_HOURS);
        }
        SignedDuration::from_mins(self.fresh_minutes)
    }

    /// Of a policy's annotations. Err: which one is missing or is none, in words.
    pub(super) fn of(policy: &Policy) -> Result<Self, String> {
        let hold = minutes(policy, "hold")?;
        let fresh_minutes = minutes(policy, "fresh")?;
        let approvals = annotation(policy, "approvals")?;
        let approvals: usize =
            approvals.parse().ok().filter(|approvals| *approvals <= MOST_APPROVALS).ok_or_else(|| {
                format!("@approvals wants a number from 0 to {MOST_APPROVALS}, not {approvals:?}")
            })?;
        if hold % 60 != 0 || hold / 60 > LONGEST_HOLD {
            return Err(format!("@hold wants whole hours, and at most {LONGEST_HOLD}h"));
        }
        if !(LEAST_FRESH..=Evidence::FRESH_HOURS * 60).contains(&fresh_minutes) {
            return Err(format!("@fresh wants {LEAST_FRESH}m to {}h", Evidence::FRESH_HOURS));
        }
        Ok(Self { hold_hours: hold / 60, approvals, fresh_minutes })
    }

    /// Whether a policy has to say what it demands: it could let proof suffice.
    pub(super) fn are_wanted_of(policy: &Policy) -> bool {
        let names_verify = |uid: &cedar_policy::EntityUid| uid.id().unescaped() == Verify::NAME;
        let covers_verify = match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(uid) => names_verify(&uid),
            ActionConstraint::In(uids) => uids.iter().any(names_verify),
        };
        policy.effect() == Effect::Permit && covers_verify
    }
}

fn annotation<'a>(policy: &'a Policy, name: &str) -> Result<&'a str, String> {
    policy.annotation(name).ok_or_else(|| {
        format!("it lets proof suffice, so it must say @hold, @approvals and @fresh; @{name} is missing")
    })
}

/// A length of time such as "72h" or "60m". Unit: minutes.
fn minutes(policy: &Policy, name: &str) -> Result<i64, String> {
    let text = annotation(policy, name)?;
    let parsed = match (text.strip_suffix('h'), text.strip_suffix('m')) {
        (Some(hours), _) => hours.parse::<i64>().ok().and_then(|hours| hours.checked_mul(60)),
        (None, Some(minutes)) => minutes.parse().ok(),
        (None, None) => None,
    };
    parsed
        .filter(|minutes| *minutes >= 0)
        .ok_or_else(|| format!("@{name} wants hours or minutes, such as 72h or 60m, not {text:?}"))
}
