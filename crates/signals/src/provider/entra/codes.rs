//! What an Entra result code means. Microsoft warns that codes and texts change: an unknown code is data
//! (`Cause::Unknown` with the number kept), never an error.

use std::borrow::Cow;

use super::{EntraRecord, contains, mfa};
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag},
    wire::{Field, Scalar},
};

/// How an attempt ended, and what the log says about it.
pub(super) struct EntraOutcome<'a> {
    pub(super) result: AttemptResult,
    pub(super) flag: Option<Flag>,
    /// The number, unless it is 0.
    pub(super) code: Option<Cow<'a, str>>,
    pub(super) detail: Option<Cow<'a, str>>,
    pub(super) policy: Option<Cow<'a, str>>,
}

impl EntraOutcome<'_> {
    fn plain(result: AttemptResult) -> Self {
        Self { result, flag: None, code: None, detail: None, policy: None }
    }
}

/// `None`: the record does not say how the attempt ended.
pub(super) fn outcome<'a>(record: &EntraRecord<'a>) -> Option<EntraOutcome<'a>> {
    let status = &record.layer_with(|row| &row.status).status;
    let Some((code, written)) = code_of(record, &status.error_code) else {
        return outcome_by_word(record).map(EntraOutcome::plain);
    };
    if code == 0 {
        return Some(EntraOutcome::plain(AttemptResult::Success));
    }
    let described = record.pick(|row| &row.result_description);
    let reason_in = if status.failure_reason.is_absent() { described } else { &status.failure_reason };
    let reason = reason_in.text().unwrap_or("");
    let described_by = detail_of(record);
    let detail = described_by.and_then(Scalar::text);
    let result = match result_of(code, reason, detail.unwrap_or("")) {
        // A number that we do not know; the portal's download says next to it that it is an interrupt.
        AttemptResult::Failure(Cause::Unknown) if is_called(record, "Interrupted") => {
            AttemptResult::Interrupt(None)
        }
        result => result,
    };
    let words = described_by.or(Some(reason_in).filter(|_| is_informative(reason)));
    Some(EntraOutcome {
        result,
        flag: flag_of(code, reason),
        code: written.cow(),
        detail: words.and_then(Scalar::cow).or_else(|| Some(format!("Entra code {code}").into())),
        policy: blocking_policy(record, result),
    })
}

/// What a number means, for the other logs of Microsoft that carry it.
pub(crate) fn meaning(code: i64, reason: &str, detail: &str) -> (AttemptResult, Option<Flag>) {
    (result_of(code, reason, detail), flag_of(code, reason))
}

/// Graph writes "Other." where it has nothing to say.
fn is_informative(text: &str) -> bool {
    !text.is_empty() && !text.eq_ignore_ascii_case("Other.")
}

/// The inner status counts before the outer result: trimmed exports write words in the latter.
fn code_of<'r, 'a>(record: &'r EntraRecord<'a>, status: &'r Scalar<'a>) -> Option<(i64, &'r Scalar<'a>)> {
    [status, record.pick(|row| &row.result_type)].into_iter().find_map(|code| Some((code.int()?, code)))
}

fn outcome_by_word(record: &EntraRecord<'_>) -> Option<AttemptResult> {
    if is_called(record, "Failure") || is_called(record, "Failed") {
        Some(AttemptResult::Failure(Cause::Unknown))
    } else if is_called(record, "Success") {
        Some(AttemptResult::Success)
    } else if is_called(record, "Interrupted") {
        Some(AttemptResult::Interrupt(None))
    } else {
        None
    }
}

fn is_called(record: &EntraRecord<'_>, word: &str) -> bool {
    let words = [record.pick(|row| &row.result_type), record.pick(|row| &row.result_signature)];
    words.iter().filter_map(|code| code.text()).any(|code| code.eq_ignore_ascii_case(word))
}

/// What the failed step says, or else the status.
fn detail_of<'r, 'a>(record: &'r EntraRecord<'a>) -> Option<&'r Scalar<'a>> {
    let steps = &record.layer_with(|row| &row.steps).steps.0;
    let failed = steps.iter().rev().filter(|step| step.succeeded.truth() == Some(false));
    let informative = |detail: &&Scalar<'a>| detail.text().is_some_and(is_informative);
    let by_step = failed.map(|step| &step.detail).find(informative);
    let status = &record.layer_with(|row| &row.status).status;
    let by_status = Some(&status.additional_details).filter(informative);
    // Both may be filled; the one that names an MFA result tells more.
    by_status.filter(|detail| detail.text().and_then(mfa::result_of).is_some()).or(by_step).or(by_status)
}

fn result_of(code: i64, reason: &str, detail: &str) -> AttemptResult {
    match code {
        0 => AttemptResult::Success,
        // Never from the number: the detail tells a declined prompt from an unanswered one or a wrong code.
        500_121 => mfa::result_of(detail)
            .or_else(|| mfa::result_of(reason))
            .unwrap_or(AttemptResult::Failure(Cause::Unknown)),
        // 50074: strong authentication required and the person has not passed it. 50076: required because of a
        // change or a new place. More is asked for; if the detail tells what went wrong, the hint keeps it.
        50_074 | 50_076 => AttemptResult::Interrupt(match mfa::result_of(detail) {
            Some(AttemptResult::Failure(cause)) => Some(cause),
            _ => None,
        }),
        // 50168: the browser is to bring a token of the device. 50199, 65001: the person is to confirm the app, or to
        // consent to it. 70016: the code that a device shows is not typed in yet.
        16_000 | 50_058 | 50_125 | 50_140 | 50_168 | 50_199 | 65_001 | 70_016 => {
            AttemptResult::Interrupt(None)
        }
        50_072 | 50_079 => AttemptResult::Interrupt(Some(Cause::MfaNotEnrolled)),
        50_097 => AttemptResult::Interrupt(Some(Cause::DeviceBlock)),
        50_158 => AttemptResult::Interrupt(Some(Cause::ExternalIdp)),
        50_053 if is_malicious_address(reason) => AttemptResult::Failure(Cause::PolicyBlock),
        _ => AttemptResult::Failure(cause_of(code)),
    }
}

fn cause_of(code: i64) -> Cause {
    match code {
        // Unknown user, expired, missing and wrong password: the remediation is the password's in all of them.
        50_034 | 50_055 | 50_056 | 50_064 | 50_126 | 50_144 | 51_004 | 120_000 => Cause::BadPassword,
        // 50135: the account is at risk and stays shut until its password is changed.
        50_053 | 50_135 => Cause::AccountLocked,
        50_057 => Cause::AccountDisabled,
        50_088 => Cause::MfaRateLimited,
        // 50005: a platform that no policy provides for. 50127, 53009: without the app that manages the device, or its
        // protection. 530003: not managed.
        50_005
        | 50_127
        | 50_129
        | 50_155
        | 50_187
        | 53_000..=53_002
        | 53_009
        | 530_003
        | 130_004..=130_008
        | 135_011 => Cause::DeviceBlock,
        // 54000: not for minors. 70001, 700016: the app is off or unknown. 80012: outside the hours that the directory
        // allows. 90094: an administrator is to consent.
        50_105 | 50_131 | 53_003 | 53_004 | 53_010 | 53_011 | 54_000 | 70_001 | 80_012 | 90_094 | 530_032
        | 530_034 | 530_035 | 700_016 => Cause::PolicyBlock,
        50_161 | 50_166 | 50_177 | 90_072 => Cause::ExternalIdp,
        50_078 | 50_089 | 50_132 | 50_133 | 50_143 | 50_173 | 70_008 | 70_019 | 70_043 | 70_044 | 500_133
        | 700_082 | 700_084 => Cause::SessionExpired,
        // From 80001 on: the company's own directory, or the agent in front of it.
        50_033 | 50_087 | 80_001 | 80_002 | 80_005 | 80_007 | 80_010 | 80_013 | 80_014 | 90_033 => {
            Cause::ProviderOutage
        }
        _ => Cause::Unknown,
    }
}

/// 50053 is smart lockout, or a block of an address; only the reason tells which.
fn is_malicious_address(reason: &str) -> bool {
    contains(reason, "malicious")
}

fn flag_of(code: i64, reason: &str) -> Option<Flag> {
    match code {
        50_053 if is_malicious_address(reason) => Some(Flag::MaliciousAddress),
        50_135 | 53_004 | 53_011 | 530_034 => Some(Flag::Risk),
        _ => None,
    }
}

/// The policy that failed. `reportOnly*`, `notEnabled` and `notApplied` never block.
fn blocking_policy<'a>(record: &EntraRecord<'a>, result: AttemptResult) -> Option<Cow<'a, str>> {
    if !matches!(result, AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock)) {
        return None;
    }
    let policies = &record.layer_with(|row| &row.policies).policies.0;
    let failed = |result: &Scalar<'_>| result.text().is_some_and(|word| word.eq_ignore_ascii_case("failure"));
    policies.iter().find(|policy| failed(&policy.result)).and_then(|policy| policy.name.cow())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttemptResult::{Failure, Interrupt, Success};

    #[test]
    fn interrupts_are_never_failures() {
        for code in [
            50_058, 50_074, 50_076, 50_079, 50_097, 50_140, 50_158, 16_000, 50_072, 50_125, 50_168, 50_199,
            65_001, 70_016,
        ] {
            let denied = "MFA denied; user declined the authentication";
            for detail in ["", denied, "MFA required in Azure AD"] {
                assert!(matches!(result_of(code, "", detail), Interrupt(_)), "{code} {detail}");
            }
        }
        assert_eq!(result_of(50_074, "", "MFA required in Azure AD"), Interrupt(None));
        assert_eq!(
            result_of(50_074, "", "MFA denied; user declined the authentication"),
            Interrupt(Some(Cause::MfaDenied))
        );
    }

    #[test]
    fn the_number_500121_alone_says_nothing() {
        let reason = "Authentication failed during strong authentication request.";
        assert_eq!(result_of(500_121, reason, ""), Failure(Cause::Unknown));
        assert_eq!(
            result_of(500_121, reason, "MFA denied; user declined the authentication"),
            Failure(Cause::MfaDenied)
        );
    }

    #[test]
    fn lockout_and_blocked_address_share_a_number() {
        let locked = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
        let blocked = "Sign-in was blocked because it came from an IP address with malicious activity.";
        assert_eq!(result_of(50_053, locked, ""), Failure(Cause::AccountLocked));
        assert_eq!(result_of(50_053, blocked, ""), Failure(Cause::PolicyBlock));
        assert_eq!(flag_of(50_053, locked), None);
        assert_eq!(flag_of(50_053, blocked), Some(Flag::MaliciousAddress));
    }

    #[test]
    fn every_number_has_one_cause() {
        let numbers: [(Cause, &[i64]); 6] = [
            (Cause::BadPassword, &[50_064, 51_004, 120_000]),
            (Cause::DeviceBlock, &[50_005, 50_127, 50_129, 53_009, 530_003, 130_006]),
            (Cause::PolicyBlock, &[53_003, 54_000, 70_001, 80_012, 90_094]),
            (Cause::ExternalIdp, &[50_161, 50_177]),
            (Cause::SessionExpired, &[50_143, 500_133, 70_008, 70_019, 70_044, 700_084]),
            (Cause::ProviderOutage, &[50_033, 80_001, 80_002, 80_005, 80_007, 80_010, 80_014]),
        ];
        for (cause, codes) in numbers {
            for code in codes {
                assert_eq!(result_of(*code, "", ""), Failure(cause), "{code}");
            }
        }
    }

    #[test]
    fn an_unknown_code_is_data() {
        assert_eq!(result_of(999_999, "", ""), Failure(Cause::Unknown));
        assert_eq!(result_of(0, "Other.", ""), Success);
    }
}
