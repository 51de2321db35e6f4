//! One record is enough: the person, the authenticator or the provider says that it is an attack.

use postern_signals::{
    Cause,
    Provider::{self, Duo, Entra, Okta},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Change},
    answer::{About, Answer},
    stage::Stage,
    time::MINUTE,
};

pub(super) const KINDS: [Kind; 8] = [
    kind("report", "fraud_report", fraud_report),
    kind("report", "number_challenge_failed", number_challenge_failed),
    kind("report", "phishing_blocked", phishing_blocked),
    kind("report", "suspicious_activity_reported", suspicious_activity_reported),
    kind("report", "risk_detected", risk_detected),
    kind("report", "account_at_risk", account_at_risk),
    kind("report", "risky_enrolment", risky_enrolment),
    kind("report", "malicious_address", malicious_address),
];

/// One or two such records by a stranger.
fn told(
    stage: &mut Stage<'_>,
    of: &[Provider],
    act: Act,
    rule: &'static str,
    cause: Option<Cause>,
) -> Answer {
    let who = stage.actor(of);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let mut at = start;
    for _ in 0..stage.drawn.between(1, 2) {
        stage.say(&who, at, seat, act);
        at += stage.drawn.between(1, 90) * MINUTE;
    }
    let mut answer = Answer::nothing();
    answer.must(rule, About::person(&who));
    let person = stage.aftermath(&who, (start, at), cause);
    answer.person(person);
    answer
}

fn fraud_report(stage: &mut Stage<'_>) -> Answer {
    told(stage, &[Entra, Duo], Act::Fraud, "fraud_report", Some(Cause::MfaFraudReported))
}

fn number_challenge_failed(stage: &mut Stage<'_>) -> Answer {
    told(stage, &[Okta], Act::WrongNumber, "number_challenge_failed", Some(Cause::MfaDenied))
}

fn phishing_blocked(stage: &mut Stage<'_>) -> Answer {
    let mut answer = told(stage, &[Okta], Act::Phishing, "phishing_blocked", Some(Cause::MfaFraudReported));
    answer.must_not(&["fraud_report"]);
    answer
}

/// The person clicks "this was not me" in a message.
fn suspicious_activity_reported(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Okta]);
    let start = stage.any_hour(&who);
    stage.say(&who, start, who.on_the_way(), Act::Changed(Change::Suspicious));
    let mut answer = Answer::nothing();
    answer.must("suspicious_activity_reported", About::person(&who));
    let person = stage.aftermath(&who, (start, start), None);
    answer.person(person);
    answer
}

fn risk_detected(stage: &mut Stage<'_>) -> Answer {
    told(stage, &[Okta], Act::Changed(Change::Risk), "provider_risk", None)
}

fn account_at_risk(stage: &mut Stage<'_>) -> Answer {
    let mut answer = told(stage, &[Entra], Act::AtRisk, "risky_account_blocked", Some(Cause::AccountLocked));
    also_rated(&mut answer);
    answer
}

fn risky_enrolment(stage: &mut Stage<'_>) -> Answer {
    let mut answer =
        told(stage, &[Entra], Act::RiskyEnrolment, "risky_account_blocked", Some(Cause::PolicyBlock));
    also_rated(&mut answer);
    answer
}

/// The same record is the provider's rating too.
fn also_rated(answer: &mut Answer) {
    if let Some(claim) = answer.claims.first() {
        let about = claim.about.clone();
        answer.may("provider_risk", about);
    }
}

fn malicious_address(stage: &mut Stage<'_>) -> Answer {
    let mut answer = told(stage, &[Entra], Act::BadAddress, "provider_risk", Some(Cause::PolicyBlock));
    answer.must_not(&["lockout_by_stranger", "policy_misconfiguration"]);
    answer
}
