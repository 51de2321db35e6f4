//! How attempts end: codes and texts as Entra writes them, about as often as they are met.

use super::seeded::Seeded;

/// One way to end.
#[derive(Clone, Copy, Default)]
pub(super) struct Ending {
    /// Of a thousand attempts, so many end like this.
    weight: usize,
    pub(super) code: u32,
    pub(super) reason: &'static str,
    /// What the second step, or else the status, says of it.
    pub(super) detail: &'static str,
    /// The second step; empty when it never came to that.
    pub(super) method: &'static str,
}

const fn is(
    weight: usize,
    code: u32,
    reason: &'static str,
    detail: &'static str,
    method: &'static str,
) -> Ending {
    Ending { weight, code, reason, detail, method }
}

const CODE_APP: &str = "Mobile app verification code";
const PUSH: &str = "Mobile app notification";
const TEXT: &str = "Text message";
const NO_MFA: &str = "Authentication failed during strong authentication request.";
const CLAIM: &str = "MFA requirement satisfied by claim in the token";
const BAD_PASSWORD: &str = "Error validating credentials due to invalid username or password.";
const LOCKED: &str =
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
const MALICIOUS: &str = "Sign-in was blocked because it came from an IP address with malicious activity.";
const POLICY: &str = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
const DISABLED: &str = "The user account is disabled.";
const ASKED: &str = "Due to a configuration change made by your administrator, or because you moved to a new location, \
                     you must use multi-factor authentication to access the resource.";

/// The weights add up to 1,000; 500 of them are failures.
const ENDINGS: [Ending; 22] = [
    is(250, 0, "Other.", CLAIM, "Previously satisfied"),
    is(110, 0, "Other.", "MFA completed in Azure AD", PUSH),
    is(60, 0, "Other.", "MFA completed in Azure AD", CODE_APP),
    is(40, 50_074, "Strong Authentication is required.", "", ""),
    is(20, 50_076, ASKED, "", ""),
    is(
        20,
        50_140,
        "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
        "",
        "",
    ),
    is(170, 50_126, BAD_PASSWORD, "", ""),
    is(30, 500_121, NO_MFA, "MFA denied; user declined the authentication", PUSH),
    is(60, 500_121, NO_MFA, "MFA denied; user did not respond to mobile app notification", PUSH),
    is(50, 500_121, NO_MFA, "MFA denied; user entered incorrect code", CODE_APP),
    is(15, 500_121, NO_MFA, "MFA denied; verification code already used once", CODE_APP),
    is(15, 500_121, NO_MFA, "MFA denied; unable to reach the user's phone", TEXT),
    is(2, 500_121, NO_MFA, "MFA denied; Phone App Reported Fraud", PUSH),
    is(38, 50_053, LOCKED, "", ""),
    is(10, 50_053, MALICIOUS, "", ""),
    is(15, 50_055, "The password is expired.", "", ""),
    is(10, 50_057, DISABLED, "", ""),
    is(45, 53_003, POLICY, "", ""),
    is(15, 53_000, "Device is not in required device state: compliant.", "", ""),
    is(10, 50_105, "The signed in user is not assigned to a role for the application.", "", ""),
    is(10, 700_082, "The refresh token has expired due to inactivity.", "", ""),
    is(5, 90_033, "A transient error has occurred. Please try again.", "", ""),
];

/// One of them, as often as it is met.
pub(super) fn ending(seeded: &mut Seeded) -> Ending {
    let mut left = seeded.below(ENDINGS.iter().map(|ending| ending.weight).sum());
    let met = ENDINGS.iter().find(|ending| {
        let here = left < ending.weight;
        left = left.saturating_sub(ending.weight);
        here
    });
    met.copied().unwrap_or_default()
}

impl Ending {
    /// `authenticationDetails`: the password, then the second step if it came to that.
    pub(super) fn steps(&self, at: &str) -> String {
        let known = !matches!(self.code, 50_126 | 50_053);
        let said = if known { "Correct password" } else { "Incorrect password" };
        let mut steps = vec![step(at, "Password", "Password in the cloud", known, said)];
        if !self.method.is_empty() {
            steps.push(step(at, self.method, "", self.code == 0, self.detail));
        }
        format!("[{}]", steps.join(","))
    }

    /// `appliedConditionalAccessPolicies`: most policies have nothing to say about most attempts.
    pub(super) fn policies(&self) -> String {
        let blocked = if self.code == 53_003 { "failure" } else { "notApplied" };
        let listed = [
            policy("Require MFA for everybody", "\"Mfa\"", "success"),
            policy("Block countries without an office", "\"Block\"", blocked),
        ];
        format!("[{}]", listed.join(","))
    }
}

fn step(at: &str, method: &str, how: &str, succeeded: bool, said: &str) -> String {
    format!(
        r#"{{"authenticationStepDateTime":"{at}","authenticationMethod":"{method}","authenticationMethodDetail":"{how}","succeeded":{succeeded},"authenticationStepResultDetail":"{said}","authenticationStepRequirement":"Primary authentication","StatusSequence":0}}"#
    )
}

fn policy(name: &str, controls: &str, result: &str) -> String {
    format!(
        r#"{{"displayName":"{name}","enforcedGrantControls":[{controls}],"enforcedSessionControls":[],"result":"{result}","conditionsSatisfied":3,"conditionsNotSatisfied":0}}"#
    )
}
