//! How attempts end: codes and texts as Entra writes them, about as often as they are met.

use super::seeded::Seeded;

/// One way to end.
pub(super) struct Ending {
    /// Of a thousand people who try, so many end like this, at first.
    weight: usize,
    /// They try so often at most.
    pub(super) tries: usize,
    pub(super) code: u32,
    /// What a reader should make of it; `None` for what is no failure.
    pub(super) cause: Option<&'static str>,
    pub(super) reason: &'static str,
    /// What the second step, or else the status, says of it.
    pub(super) detail: &'static str,
    /// The second step; empty when it never came to that.
    pub(super) method: &'static str,
    /// The person gets in after all, nine times of ten.
    pub(super) recovers: bool,
}

/// A failure that the person gets over.
const fn slip(weight: usize, code: u32, cause: &'static str, texts: [&'static str; 3]) -> Ending {
    let [reason, detail, method] = texts;
    Ending { weight, tries: 4, code, cause: Some(cause), reason, detail, method, recovers: true }
}

/// A failure that stays.
const fn wall(weight: usize, code: u32, cause: &'static str, texts: [&'static str; 3]) -> Ending {
    Ending { recovers: false, ..slip(weight, code, cause, texts) }
}

/// Prompts are not sent again and again: nobody waits that long.
const fn twice(ending: Ending) -> Ending {
    Ending { tries: 2, ..ending }
}

const fn entry(weight: usize, tries: usize, code: u32, texts: [&'static str; 3]) -> Ending {
    let [reason, detail, method] = texts;
    Ending { weight, tries, code, cause: None, reason, detail, method, recovers: code != 0 }
}

const CODE_APP: &str = "Mobile app verification code";
const PUSH: &str = "Mobile app notification";
const TEXT: &str = "Text message";
const NO_MFA: &str = "Authentication failed during strong authentication request.";
const DECLINE: &str = "MFA denied; user declined the authentication";
const SILENCE: &str = "MFA denied; user did not respond to mobile app notification";
const WRONG_CODE: &str = "MFA denied; user entered incorrect code";
const USED_CODE: &str = "MFA denied; verification code already used once";
const UNREACHED: &str = "MFA denied; unable to reach the user's phone";
const FRAUD: &str = "MFA denied; Phone App Reported Fraud";
const CLAIM: &str = "MFA requirement satisfied by claim in the token";
const DONE: &str = "MFA completed in Azure AD";
const BAD_PASSWORD: &str = "Error validating credentials due to invalid username or password.";
const LOCKED: &str =
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
const MALICIOUS: &str = "Sign-in was blocked because it came from an IP address with malicious activity.";
const POLICY: &str = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
const DISABLED: &str = "The user account is disabled.";
const EXPIRED: &str = "The password is expired.";
const DEVICE: &str = "Device is not in required device state: compliant.";
const ASSIGNED: &str = "The signed in user is not assigned to a role for the application.";
const IDLE: &str = "The refresh token has expired due to inactivity.";
const TRANSIENT: &str = "A transient error has occurred. Please try again.";
const STRONG: &str = "Strong Authentication is required.";
const KEEP: &str = "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.";
const ASKED: &str = "Due to a configuration change made by your administrator, or because you moved to a new location, \
                     you must use multi-factor authentication to access the resource.";

/// A prompt approved.
pub(super) const APPROVED: usize = 1;
/// A prompt refused.
pub(super) const DECLINED: usize = 7;

/// The weights add up to 1,000; with the tries, half of the rows are failures.
static ENDINGS: [Ending; 22] = [
    entry(180, 4, 0, ["Other.", CLAIM, "Previously satisfied"]),
    entry(104, 4, 0, ["Other.", DONE, PUSH]),
    entry(48, 4, 0, ["Other.", DONE, CODE_APP]),
    entry(40, 1, 50_074, [STRONG, "", ""]),
    entry(20, 1, 50_076, [ASKED, "", ""]),
    entry(20, 1, 50_140, [KEEP, "", ""]),
    slip(222, 50_126, "bad_password", [BAD_PASSWORD, "", ""]),
    twice(slip(34, 500_121, "mfa_denied", [NO_MFA, DECLINE, PUSH])),
    twice(slip(68, 500_121, "mfa_no_response", [NO_MFA, SILENCE, PUSH])),
    slip(57, 500_121, "mfa_wrong_code", [NO_MFA, WRONG_CODE, CODE_APP]),
    slip(17, 500_121, "mfa_code_reused", [NO_MFA, USED_CODE, CODE_APP]),
    slip(17, 500_121, "mfa_delivery_failed", [NO_MFA, UNREACHED, TEXT]),
    twice(wall(1, 500_121, "mfa_fraud_reported", [NO_MFA, FRAUD, PUSH])),
    wall(43, 50_053, "account_locked", [LOCKED, "", ""]),
    wall(2, 50_053, "policy_block", [MALICIOUS, "", ""]),
    slip(17, 50_055, "bad_password", [EXPIRED, "", ""]),
    wall(11, 50_057, "account_disabled", [DISABLED, "", ""]),
    wall(51, 53_003, "policy_block", [POLICY, "", ""]),
    wall(17, 53_000, "device_block", [DEVICE, "", ""]),
    wall(12, 50_105, "policy_block", [ASSIGNED, "", ""]),
    slip(11, 700_082, "session_expired", [IDLE, "", ""]),
    slip(8, 90_033, "provider_outage", [TRANSIENT, "", ""]),
];

/// All of them, with what their rows say.
pub(super) struct Endings {
    weights: usize,
    texts: Vec<Texts>,
}

/// What the rows of one ending say.
pub(super) struct Texts {
    pub(super) ending: &'static Ending,
    pub(super) code: String,
    /// `authenticationDetails`, cut where the time stands.
    pub(super) steps: Vec<String>,
    /// `appliedConditionalAccessPolicies`.
    pub(super) policies: String,
}

impl Endings {
    pub(super) fn new() -> Self {
        let weights = ENDINGS.iter().map(|ending| ending.weight).sum();
        Self { weights, texts: ENDINGS.iter().map(Texts::of).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Texts> {
        self.texts.get(index)
    }

    /// One of them, as often as it is met.
    pub(super) fn pick(&self, seeded: &mut Seeded) -> usize {
        let mut left = seeded.below(self.weights);
        let met = self.texts.iter().position(|texts| {
            let here = left < texts.ending.weight;
            left = left.saturating_sub(texts.ending.weight);
            here
        });
        met.unwrap_or_default()
    }
}

impl Texts {
    fn of(ending: &'static Ending) -> Self {
        let steps = steps(ending).split('@').map(str::to_owned).collect();
        Self { ending, code: ending.code.to_string(), steps, policies: policies(ending.code) }
    }
}

/// The password, then the second step if it came to that.
fn steps(ending: &Ending) -> String {
    let known = !matches!(ending.code, 50_126 | 50_053);
    let message = if known { "Correct password" } else { "Incorrect password" };
    let mut steps = vec![step("Password", "Password in the cloud", known, message)];
    if !ending.method.is_empty() {
        steps.push(step(ending.method, "", ending.code == 0, ending.detail));
    }
    format!("[{}]", steps.join(","))
}

fn step(method: &str, how: &str, succeeded: bool, message: &str) -> String {
    format!(
        r#"{{"authenticationStepDateTime":"@","authenticationMethod":"{method}","authenticationMethodDetail":"{how}","succeeded":{succeeded},"authenticationStepResultDetail":"{message}","authenticationStepRequirement":"Primary authentication","StatusSequence":0}}"#
    )
}

/// Most policies have nothing to say about most attempts.
fn policies(code: u32) -> String {
    let blocked = if code == 53_003 { "failure" } else { "notApplied" };
    let listed = [
        policy("Require MFA for everybody", "\"Mfa\"", "success"),
        policy("Block countries without an office", "\"Block\"", blocked),
    ];
    format!("[{}]", listed.join(","))
}

fn policy(name: &str, controls: &str, result: &str) -> String {
    format!(
        r#"{{"displayName":"{name}","enforcedGrantControls":[{controls}],"enforcedSessionControls":[],"result":"{result}","conditionsSatisfied":3,"conditionsNotSatisfied":0}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_of_a_thousand_and_the_named_ones_are_where_they_should_be() {
        let endings = Endings::new();
        assert_eq!(endings.weights, 1_000);
        assert_eq!(endings.texts[APPROVED].ending.detail, DONE);
        assert_eq!(endings.texts[DECLINED].ending.cause, Some("mfa_denied"));
        let failures = endings.texts.iter().filter(|texts| texts.ending.cause.is_some()).count();
        assert!(failures >= 16, "{failures} kinds of failure");
    }
}
