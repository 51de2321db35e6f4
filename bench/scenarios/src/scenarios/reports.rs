//! One record is enough: the person, the authenticator or the provider says that it is an attack.

use postern_signals::{
    Cause,
    Provider::{self, Duo, Entra, Okta},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer},
    builder::ScenarioBuilder,
    event::{Change, ScenarioEvent},
    time::MINUTE,
};

pub(super) const KINDS: [ScenarioKind; 8] = [
    kind("report", "fraud_report", fraud_report),
    kind("report", "number_challenge_failed", number_challenge_failed),
    kind("report", "phishing_blocked", phishing_blocked),
    kind("report", "suspicious_activity_reported", suspicious_activity_reported),
    kind("report", "risk_detected", risk_detected),
    kind("report", "account_at_risk", account_at_risk),
    kind("report", "risky_enrolment", risky_enrolment),
    kind("report", "malicious_address", malicious_address),
];

/// One or two such records by an attacker.
fn attacker_records(
    builder: &mut ScenarioBuilder<'_>,
    of: &[Provider],
    event: ScenarioEvent,
    rule: &'static str,
    cause: Option<Cause>,
) -> Answer {
    let who = builder.account(of);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let mut at = start;
    for _ in 0..builder.random.between(1, 2) {
        builder.write_event(&who, at, seat, event);
        at += builder.random.between(1, 90) * MINUTE;
    }
    let mut answer = Answer::nothing();
    answer.must(rule, About::person(&who));
    let person = builder.aftermath(&who, (start, at), cause);
    answer.person(person);
    answer
}

fn fraud_report(builder: &mut ScenarioBuilder<'_>) -> Answer {
    attacker_records(
        builder,
        &[Entra, Duo],
        ScenarioEvent::Fraud,
        "fraud_report",
        Some(Cause::MfaFraudReported),
    )
}

fn number_challenge_failed(builder: &mut ScenarioBuilder<'_>) -> Answer {
    attacker_records(
        builder,
        &[Okta],
        ScenarioEvent::WrongNumber,
        "number_challenge_failed",
        Some(Cause::MfaDenied),
    )
}

fn phishing_blocked(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = attacker_records(
        builder,
        &[Okta],
        ScenarioEvent::Phishing,
        "phishing_blocked",
        Some(Cause::MfaFraudReported),
    );
    answer.must_not(&["fraud_report"]);
    answer
}

/// The person clicks "this was not me" in a message.
fn suspicious_activity_reported(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Okta]);
    let start = builder.any_hour(&who);
    builder.write_event(&who, start, who.on_the_way(), ScenarioEvent::Changed(Change::Suspicious));
    let mut answer = Answer::nothing();
    answer.must("suspicious_activity_reported", About::person(&who));
    let person = builder.aftermath(&who, (start, start), None);
    answer.person(person);
    answer
}

fn risk_detected(builder: &mut ScenarioBuilder<'_>) -> Answer {
    attacker_records(builder, &[Okta], ScenarioEvent::Changed(Change::Risk), "provider_risk", None)
}

fn account_at_risk(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = attacker_records(
        builder,
        &[Entra],
        ScenarioEvent::AtRisk,
        "risky_account_blocked",
        Some(Cause::AccountLocked),
    );
    also_rated(&mut answer);
    answer
}

fn risky_enrolment(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = attacker_records(
        builder,
        &[Entra],
        ScenarioEvent::RiskyEnrolment,
        "risky_account_blocked",
        Some(Cause::PolicyBlock),
    );
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

fn malicious_address(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = attacker_records(
        builder,
        &[Entra],
        ScenarioEvent::BadAddress,
        "provider_risk",
        Some(Cause::PolicyBlock),
    );
    answer.must_not(&["lockout_by_stranger", "policy_misconfiguration"]);
    answer
}
