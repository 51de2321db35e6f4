//! What the row of a person says when more than their last try bears on it.

use super::*;

fn of(login: &str, ip: &str, minute: i64, result: AttemptResult) -> SignIn<'static> {
    let mut record = record(minute, result);
    record.set_person(Some(login.to_owned().into()));
    record.set_ip(Some(ip));
    record
}

#[test]
fn what_holds_somebody_up_counts_though_they_signed_in_before() {
    let enrol = Interrupt(Some(Cause::MfaNotEnrolled));
    let mia = person(&[(0, Success), (60, enrol)]);
    assert_eq!((mia.state, mia.rung), (PersonState::Unfinished { since: at(60) }, 4));
    assert_eq!(person(&[(0, Success), (60, enrol), (61, Success)]).state, PersonState::NotLockedOut);
    let push = |minute, result| {
        let mut record = record(minute, result);
        record.method = Method::Push;
        record
    };
    let report = report([push(0, Success), push(600, PushSent), push(700, Interrupt(None))]);
    assert_eq!(report.people[0].cause, Some(Cause::MfaNoResponse), "nobody answered within five minutes");
    assert_eq!(report.people[0].state, PersonState::Unfinished { since: at(605) });
}

#[test]
fn a_wrong_pass_is_not_blamed_on_a_phone() {
    let wrong = |minute, method| {
        let mut record = record(minute, Failure(Cause::MfaWrongCode));
        record.method = method;
        record
    };
    let report_of = |method| report([wrong(0, method), wrong(1, method), wrong(2, method)]);
    let pass = report_of(Method::Pass);
    assert!(pass.findings.is_empty(), "{:?}", pass.findings);
    let said = format!("{} {}", pass.people[0].why, pass.people[0].remediation);
    assert!(
        said.contains("pass was wrong") && !said.contains("time is") && !said.contains("clock"),
        "{said}"
    );
    assert!(report_of(Method::Totp).people[0].remediation.contains("time"));
}

#[test]
fn what_fails_in_the_background_locks_nobody_out_who_is_in() {
    let background = |minute, cause| {
        let mut record = record(minute, Failure(cause));
        record.interactive = false;
        record
    };
    let state = |records: Vec<_>| report(records).people[0].state;
    let is_in = || record(0, Success);
    assert_eq!(state(vec![is_in(), background(9, Cause::PolicyBlock)]), PersonState::NotLockedOut);
    let locked = PersonState::LockedOut { since: at(9) };
    assert_eq!(state(vec![is_in(), background(9, Cause::AccountLocked)]), locked);
    assert_eq!(state(vec![background(9, Cause::PolicyBlock)]), locked, "nothing says that they are in");
}

#[test]
fn people_of_whom_nothing_is_analysed_are_not_reported() {
    let mut diagnosis = Diagnosis::new(Options { since: Some(at(60)), ..Options::shipped() });
    for (login, minute) in [("mia", 0), ("ben", 90)] {
        diagnosis.observe(of(login, "198.51.100.7", minute, Failure(Cause::MfaWrongCode)));
    }
    let report = diagnosis.finish().unwrap();
    assert_eq!(report.people.iter().map(|person| &*person.person).collect::<Vec<_>>(), ["ben"]);
    assert_eq!((report.totals.people, report.totals.locked_out), (1, 1));
}

#[test]
fn one_address_of_several_is_unfamiliar_only_where_others_sign_in() {
    let bad = Failure(Cause::BadPassword);
    let mistyped = || (0..3).map(|n| of(&format!("p{n}"), "203.0.113.9", 100 + n, bad));
    // A proxy, in a log that tells no successes.
    assert_eq!(report(mistyped()).totals.locked_out, 3);
    let office = (0..20).map(|n| of(&format!("q{n}"), "198.51.100.7", n, Success));
    let report = report(office.chain(mistyped()));
    let by_others =
        report.people.iter().filter(|person| person.why.starts_with("Only somebody else's")).count();
    assert_eq!((report.totals.locked_out, by_others), (0, 3));
}

#[test]
fn one_who_signs_in_there_whitewashes_no_address() {
    let office = (0..20).map(|n| of(&format!("q{n}"), "198.51.100.7", n, Success));
    let spray = (0..40).map(|n| of(&format!("p{n}"), "203.0.113.9", 100 + n, Failure(Cause::BadPassword)));
    let mallory = of("mallory", "203.0.113.9", 50, Success);
    let report = report(office.chain([mallory]).chain(spray));
    assert!(
        report.findings.iter().any(|finding| &*finding.rule == "password_spray"),
        "{:?}",
        report.findings
    );
    assert_eq!(report.totals.locked_out, 0, "the wrong passwords were not theirs");
}

#[test]
fn what_was_done_since_the_last_try_is_said() {
    let change = |minute, what| {
        let mut record = record(minute, AttemptResult::Lifecycle(what));
        record.actor = Some("desk@corp.example".into());
        record
    };
    let mia = |records: [SignIn<'static>; 2]| report(records).people.into_iter().next().unwrap();
    let reset = mia([record(0, Failure(Cause::MfaWrongCode)), change(28, Lifecycle::FactorReset)]);
    assert!(
        reset.why.starts_with("Since the last try: all factors reset at 2026-03-02T08:42:11Z."),
        "{}",
        reset.why
    );
    assert!(reset.remediation.contains("try again first"));
    assert_eq!(reset.reset_helps, ResetHelps::No);
    let unlocked = mia([record(0, Failure(Cause::AccountLocked)), change(30, Lifecycle::Unlock)]);
    assert_eq!(unlocked.state, PersonState::Unfinished { since: at(30) });
    assert_eq!(unlocked.why, "Unlocked by desk@corp.example; nobody has tried since.");
}

#[test]
fn a_warning_is_said_beside_a_success() {
    let mut risky = record(0, Success);
    risky.flag = Some(Flag::Risk);
    let report = report([risky]);
    assert_eq!(rules(&report), ["provider_risk"]);
    assert_eq!(*report.people[0].remediation, *report.findings[0].remediation);
}
