mod rows;

use super::*;
use crate::{
    cause::{Cause, ResetHelps},
    finding::Severity,
    record::{AttemptResult, Provider},
    record::{Flag, Lifecycle, Method},
    report::{PersonReport, PersonState},
};
use AttemptResult::{Failure, Interrupt, PushSent, Success};
use jiff::Timestamp;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_772_439_251 + minute * 60).unwrap()
}

fn record(minute: i64, result: AttemptResult) -> SignIn<'static> {
    let mut record = SignIn::new(Provider::Entra, result);
    record.at = Some(at(minute));
    record.set_person(Some("mia@corp.example".into()));
    record.position.line = u64::try_from(minute).unwrap() + 1;
    record
}

fn report(records: impl IntoIterator<Item = SignIn<'static>>) -> Report {
    let mut diagnosis = Diagnosis::default();
    records.into_iter().for_each(|record| diagnosis.observe(record));
    diagnosis.finish().unwrap()
}

fn person(results: &[(i64, AttemptResult)]) -> PersonReport {
    let report = report(results.iter().map(|(minute, result)| record(*minute, *result)));
    assert_eq!(report.people.len(), 1);
    report.people.into_iter().next().unwrap()
}

#[test]
fn locked_out_since_the_first_failure_after_the_last_success() {
    let bad = Failure(Cause::BadPassword);
    let mia = person(&[(0, bad), (5, Success), (7, bad), (9, Failure(Cause::AccountLocked)), (11, bad)]);
    assert_eq!(mia.state, PersonState::LockedOut { since: at(7) });
    // What is typed at a locked account does not unlock it.
    assert_eq!(mia.cause, Some(Cause::AccountLocked));
    assert_eq!((mia.attempts, mia.failures, mia.last_success), (5, 4, Some(at(5))));
    assert_eq!(person(&[(0, bad), (5, Success)]).state, PersonState::NotLockedOut);
}

#[test]
fn interrupts_lock_nobody_out() {
    let mia =
        person(&[(0, Interrupt(None)), (1, Interrupt(None)), (50, Interrupt(Some(Cause::MfaNotEnrolled)))]);
    assert_eq!(mia.state, PersonState::Unfinished { since: at(0) });
    assert_eq!((mia.cause, mia.reset_helps), (Some(Cause::MfaNotEnrolled), ResetHelps::Yes));
    assert_eq!(mia.severity, None);
    assert_eq!(person(&[(0, Success), (1, Interrupt(None))]).state, PersonState::NotLockedOut);
}

#[test]
fn an_old_token_at_work_does_not_end_a_lockout() {
    let mut background = record(5, Success);
    background.interactive = false;
    background.method = Method::Session;
    let report = report([record(0, Failure(Cause::MfaNoResponse)), background]);
    assert_eq!(report.people[0].state, PersonState::LockedOut { since: at(0) });
    assert_eq!(report.people[0].last_success, Some(at(5)));
}

#[test]
fn an_unlock_ends_a_lockout_and_a_disabling_begins_one() {
    let lock = AttemptResult::Lifecycle(Lifecycle::Lockout);
    let unlock = AttemptResult::Lifecycle(Lifecycle::Unlock);
    let mia = person(&[(0, Failure(Cause::BadPassword)), (1, lock)]);
    assert_eq!((mia.state, mia.cause), (PersonState::LockedOut { since: at(0) }, Some(Cause::AccountLocked)));
    assert_eq!(person(&[(0, lock), (9, unlock)]).state, PersonState::Unfinished { since: at(9) });
    let mia = person(&[(0, Success), (3, AttemptResult::Lifecycle(Lifecycle::Disabled))]);
    assert_eq!(
        (mia.state, mia.cause),
        (PersonState::LockedOut { since: at(3) }, Some(Cause::AccountDisabled))
    );
}

#[test]
fn an_expired_session_locks_nobody_out() {
    let mia = person(&[(0, Failure(Cause::SessionExpired))]);
    assert_eq!(
        (mia.state, mia.cause),
        (PersonState::Unfinished { since: at(0) }, Some(Cause::SessionExpired))
    );
}

/// The rules that found something about the one person, by name.
fn rules(report: &Report) -> Vec<&str> {
    let mut rules: Vec<_> =
        report.people[0].findings.iter().map(|index| &*report.findings[*index].rule).collect();
    rules.sort_unstable();
    rules
}

fn fatigue(minutes: &[i64], then: Option<i64>) -> Vec<String> {
    let denied = minutes.iter().map(|minute| record(*minute, Failure(Cause::MfaDenied)));
    let report = report(denied.chain(then.map(|minute| record(minute, Success))));
    rules(&report).into_iter().map(ToOwned::to_owned).collect()
}

#[test]
fn fatigue_has_the_thresholds_of_the_reference() {
    let none: [&str; 0] = [];
    assert_eq!(fatigue(&[0, 1], None), none);
    assert_eq!(fatigue(&[0, 6, 11], None), none);
    assert_eq!(fatigue(&[0, 5, 9], None), ["mfa_fatigue_warning"]);
    assert_eq!(fatigue(&[0, 2, 4, 6, 9], None), ["mfa_fatigue", "mfa_fatigue_warning"]);
    let hourly: Vec<_> = (0..10).map(|hour| hour * 60).collect();
    assert_eq!(fatigue(&hourly, None), ["mfa_fatigue_slow"]);
    assert_eq!(fatigue(&hourly[..9], None), none);
    assert_eq!(fatigue(&[0, 1, 2], Some(3)), ["mfa_fatigue_success", "mfa_fatigue_warning"]);
    assert_eq!(fatigue(&[1, 2, 3], Some(0)), ["mfa_fatigue_warning"]);
    // Signing in the next morning is no sign of having given in.
    assert_eq!(fatigue(&[0, 1, 2], Some(600)), ["mfa_fatigue_warning"]);
}

#[test]
fn a_finding_names_its_records() {
    let report = report((0..5).map(|minute| record(minute, Failure(Cause::MfaDenied))));
    let index = report.findings.iter().position(|finding| &*finding.rule == "mfa_fatigue").unwrap();
    let finding = &report.findings[index];
    assert_eq!((finding.since, finding.until, finding.count), (at(0), at(4), 5));
    assert_eq!(finding.evidence.iter().map(|position| position.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(finding.people.iter().map(|login| &**login).collect::<Vec<_>>(), ["mia@corp.example"]);
    assert_eq!((report.people[0].severity, report.people[0].rung), (Some(Severity::Incident), 7));
    assert!(report.people[0].remediation.contains("do not reset"));
}

#[test]
fn a_phone_of_several_people_names_each_of_them() {
    let with_phone = |minute, login: &str| {
        let mut record = record(minute, Success);
        record.set_person(Some(login.to_owned().into()));
        record.phone = Some("+33 6 12 34 56 78".into());
        record
    };
    let named = |records: Vec<_>| {
        let report = report(records);
        let [finding] = &*report.findings else { panic!("{:?}", report.findings) };
        assert_eq!(&*finding.rule, "shared_phone");
        (finding.people.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), finding.people_count)
    };
    let in_turn = ["mia", "mia", "ben", "ben", "eve"].into_iter().zip(0..);
    let in_turn = named(in_turn.map(|(who, minute)| with_phone(minute, who)).collect());
    assert_eq!(in_turn, ("ben mia eve".to_owned(), 3));
    let a_day_apart = [with_phone(0, "mia"), with_phone(1441, "ben"), with_phone(1442, "eve")];
    assert_eq!(named(a_day_apart.into()), ("eve ben".to_owned(), 2));
}

#[test]
fn prompts_without_an_answer_count_and_answered_ones_do_not() {
    let push = |minute, result| {
        let mut record = record(minute, result);
        record.method = Method::Push;
        record
    };
    let sent = (0..5).map(|minute| push(minute, PushSent)).chain([push(60, Interrupt(None))]);
    assert_eq!(rules(&report(sent)), ["mfa_fatigue", "mfa_fatigue_warning"]);
    let none: [&str; 0] = [];
    let answered = (0..5).flat_map(|day| [push(day, PushSent), push(day, Success)]);
    assert_eq!(rules(&report(answered)), none);
    // Classic orgs and the Identity Engine may both log one denial.
    let mut twice = vec![push(0, Failure(Cause::MfaDenied)), push(1, Failure(Cause::MfaDenied))];
    for minute in 0..2 {
        let mut echo = push(minute, Failure(Cause::MfaDenied));
        echo.at = Some(at(minute) + jiff::SignedDuration::from_secs(1));
        twice.push(echo);
    }
    assert_eq!(rules(&report(twice)), none);
    // A send and its denial are one prompt.
    let denied = (0..2).flat_map(|minute| [push(minute, PushSent), push(minute, Failure(Cause::MfaDenied))]);
    assert_eq!(rules(&report(denied)), none);
}

#[test]
fn one_fraud_report_is_an_incident_and_forbids_a_reset() {
    let report =
        report([record(0, Failure(Cause::MfaFraudReported)), record(1, Failure(Cause::MfaNotEnrolled))]);
    assert_eq!(rules(&report), ["fraud_report"]);
    let mia = &report.people[0];
    assert_eq!((mia.severity, mia.reset_helps, mia.rung), (Some(Severity::Incident), ResetHelps::No, 7));
}

#[test]
fn a_wrong_number_is_an_incident() {
    let mut wrong_number = record(0, Failure(Cause::MfaDenied));
    wrong_number.flag = Some(Flag::NumberChallengeFailed);
    assert_eq!(rules(&report([wrong_number])), ["number_challenge_failed"]);
}

/// A person with a history at one address, then what follows.
fn at_home_then(more: impl IntoIterator<Item = SignIn<'static>>) -> Report {
    let home = (0..5).map(|day| {
        let mut record = record(day * 1440, Success);
        record.set_ip(Some("203.0.113.7"));
        record.user_agent = Some("Firefox".into());
        record
    });
    report(home.chain(more))
}

fn guess(minute: i64, ip: &str) -> SignIn<'static> {
    let mut record = record(10_000 + minute, Failure(Cause::BadPassword));
    record.set_ip(Some(ip));
    record
}

#[test]
fn a_lockout_is_a_strangers_only_if_the_owner_was_never_there() {
    let lock = || {
        let mut lock = guess(6, "198.51.100.9");
        lock.result = Failure(Cause::AccountLocked);
        lock
    };
    let by_others = (0..5).map(|minute| guess(minute, "198.51.100.9")).chain([lock()]);
    assert!(rules(&at_home_then(by_others)).contains(&"lockout_by_stranger"));
    let four = (0..4).map(|minute| guess(minute, "198.51.100.9")).chain([lock()]);
    assert!(!rules(&at_home_then(four)).contains(&"lockout_by_stranger"));
    let one_at_home = (0..5)
        .map(|minute| guess(minute, if minute == 2 { "203.0.113.8" } else { "198.51.100.9" }))
        .chain([lock()]);
    assert!(!rules(&at_home_then(one_at_home)).contains(&"lockout_by_stranger"));
}

#[test]
fn an_old_password_is_known_by_its_clockwork() {
    let device = |minute: i64| {
        let mut record = guess(minute, "203.0.113.7");
        record.user_agent = Some("ActiveSync".into());
        record
    };
    let changed = {
        let mut record = record(9_990, AttemptResult::Lifecycle(Lifecycle::PasswordChanged));
        record.set_ip(Some("203.0.113.7"));
        record
    };
    let found = |minutes: &[i64], changed: Option<SignIn<'static>>| {
        let report = at_home_then(changed.into_iter().chain(minutes.iter().map(|minute| device(*minute))));
        rules(&report).contains(&"stale_password_on_device")
    };
    assert!(found(&[0, 15, 30, 45, 60], Some(changed.clone())));
    assert!(!found(&[0, 15, 30], Some(changed.clone())), "three are a person's own tries");
    assert!(!found(&[0, 1, 30, 33, 90], Some(changed)), "uneven");
}

#[test]
fn travel_is_impossible_only_beyond_distance_and_speed() {
    let there = |minute: i64, ip: &str, longitude: f64| {
        let mut record = record(minute, Success);
        record.set_ip(Some(ip));
        record.place = crate::record::Point::new(45.0, longitude);
        record
    };
    let found = |minutes: i64, longitude: f64| {
        let report = report([there(0, "203.0.113.7", 5.0), there(minutes, "198.51.100.9", longitude)]);
        rules(&report).contains(&"impossible_travel")
    };
    // At 45° a degree of longitude is 78.6 km.
    assert!(found(30, 5.0 + 8.0));
    assert!(!found(30, 5.0 + 6.0), "472 km less the error of both ends");
    assert!(!found(60, 5.0 + 11.0), "a plane could");
    let mut proxy = there(10, "198.51.100.9", 50.0);
    proxy.network = crate::record::Network::Proxy;
    assert!(rules(&report([there(0, "203.0.113.7", 5.0), proxy])).is_empty());
}

#[test]
fn wrong_codes_are_a_wrong_clock_unless_one_is_right() {
    let code = |minute, result| {
        let mut record = record(minute, result);
        record.method = Method::Totp;
        record
    };
    let wrong: Vec<_> = (0..3).map(|minute| code(minute, Failure(Cause::MfaWrongCode))).collect();
    assert_eq!(rules(&report(wrong.clone())), ["clock_drift"]);
    let none: [&str; 0] = [];
    assert_eq!(rules(&report(wrong.into_iter().chain([code(4, Success)]))), none);
}

#[test]
fn a_strangers_spray_locks_nobody_out() {
    let people = (0..12).map(|number| {
        let mut record = guess(number, "198.51.100.9");
        record.set_person(Some(format!("person{number}").into()));
        record
    });
    let report = report(people);
    assert_eq!(report.totals.locked_out, 0, "{:?}", report.people[0].why);
}

#[test]
fn before_since_and_after_as_of_nothing_counts() {
    let options = Options { since: Some(at(5)), as_of: Some(at(8)), ..Options::shipped() };
    let mut diagnosis = Diagnosis::new(options);
    for minute in 0..10 {
        diagnosis.observe(record(minute, Failure(Cause::MfaDenied)));
    }
    let report = diagnosis.finish().unwrap();
    assert_eq!((report.totals.later, report.people[0].failures), (1, 4));
    assert_eq!(report.people[0].state, PersonState::LockedOut { since: at(5) });
}

#[test]
fn hidden_people_are_not_one_person() {
    let mut hidden = record(0, Failure(Cause::BadPassword));
    hidden.person = None;
    let report = report(std::iter::repeat_n(hidden, 30));
    assert_eq!((report.people.len(), report.totals.unnamed, report.totals.failures), (0, 30, 30));
}

#[test]
fn a_row_that_names_only_the_id_joins_its_person() {
    let mut named = record(0, Failure(Cause::BadPassword));
    named.person_id = Some("9b117c67-170e".into());
    let mut bare = record(5, Success);
    bare.person_id = Some("9b117c67-170e".into());
    bare.person = Some("9b117c67-170e".into());
    let joined = report([bare.clone(), named.clone()]);
    assert_eq!(joined.people.len(), 1);
    assert_eq!(joined.people[0].state, PersonState::NotLockedOut);
    // Two people with one id, as in anonymised exports: nobody may inherit the row.
    let mut other = named.clone();
    other.person = Some("eve@corp.example".into());
    assert_eq!(report([bare, named, other]).people.len(), 3);
}

#[test]
fn a_repeat_counts_once_but_a_shared_id_does_not_make_one() {
    let mut first = record(0, Failure(Cause::BadPassword));
    first.record_id = Some("r1".into());
    let mut other = first.clone();
    other.result = Success;
    let report = report([first.clone(), first, other]);
    assert_eq!((report.totals.attempts, report.totals.repeated), (2, 1));
}

#[test]
fn providers_do_not_vouch_for_each_other() {
    let mut okta = record(5, Success);
    okta.provider = Provider::Okta;
    let report = report([record(0, Failure(Cause::BadPassword)), okta]);
    assert_eq!((report.totals.people, report.totals.locked_out), (2, 1));
}

#[test]
fn a_long_history_read_backwards_keeps_its_verdict() {
    let mut records: Vec<_> = (0..5).map(|minute| record(minute, Failure(Cause::MfaDenied))).collect();
    records.extend((1000..3000).map(|minute| record(minute, Success)));
    records.extend((4000..4500).map(|minute| record(minute, Failure(Cause::PolicyBlock))));
    records.reverse();
    let mia = report(records).people.remove(0);
    assert_eq!(mia.state, PersonState::LockedOut { since: at(4000) });
    assert_eq!((mia.severity, mia.attempts), (Some(Severity::Incident), 2505));
}

#[test]
fn an_undated_record_is_counted_and_decides_nothing() {
    let mut undated = record(0, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    undated.at = None;
    let report = report([undated]);
    assert_eq!((report.totals.undated, report.people[0].state), (1, PersonState::Unknown));
    assert_eq!(report.people[0].changes.len(), 1);
}
