use super::*;
use crate::{
    cause::{Cause, ResetHelps},
    record::{Flag, Lifecycle, Method},
    report::{AttackKind, Grade, PersonState},
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
    diagnosis.finish()
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
    assert_eq!(mia.attack, None);
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

fn fatigue(minutes: &[i64], then: Option<i64>) -> Option<(AttackKind, Grade, usize)> {
    let denied = minutes.iter().map(|minute| (*minute, Failure(Cause::MfaDenied)));
    let records: Vec<_> = denied.chain(then.map(|minute| (minute, Success))).collect();
    person(&records).attack.map(|attack| (attack.kind, attack.grade, attack.evidence.len()))
}

#[test]
fn fatigue_has_the_thresholds_of_the_reference() {
    let kind = AttackKind::MfaFatigue;
    assert_eq!(fatigue(&[0, 1], None), None);
    assert_eq!(fatigue(&[0, 6, 11], None), None);
    assert_eq!(fatigue(&[0, 5, 10], None), Some((kind, Grade::Warning, 3)));
    assert_eq!(fatigue(&[0, 2, 4, 6, 10], None), Some((kind, Grade::Incident, 5)));
    let hourly: Vec<_> = (0..10).map(|hour| hour * 60).collect();
    assert_eq!(fatigue(&hourly, None), Some((kind, Grade::Incident, 10)));
    assert_eq!(fatigue(&hourly[..9], None), None);
    assert_eq!(fatigue(&[0, 1, 2], Some(3)), Some((kind, Grade::LikelyBreach, 4)));
    assert_eq!(fatigue(&[1, 2, 3], Some(0)), Some((kind, Grade::Warning, 3)));
    // Signing in the next morning is no sign of having given in.
    assert_eq!(fatigue(&[0, 1, 2], Some(600)), Some((kind, Grade::Warning, 3)));
}

#[test]
fn prompts_without_an_answer_count_and_answered_ones_do_not() {
    let sent: Vec<_> = (0..5).map(|minute| (minute, PushSent)).chain([(60, Interrupt(None))]).collect();
    assert_eq!(person(&sent).attack.map(|attack| attack.grade), Some(Grade::Incident));
    let answered: Vec<_> = (0..5).flat_map(|day| [(day, PushSent), (day, Success)]).collect();
    assert_eq!(person(&answered).attack, None);
    // Classic orgs and the Identity Engine may both log one denial.
    let mut twice = vec![record(0, Failure(Cause::MfaDenied)), record(1, Failure(Cause::MfaDenied))];
    for minute in 0..2 {
        let mut echo = record(minute, Failure(Cause::MfaDenied));
        echo.at = Some(at(minute) + jiff::SignedDuration::from_secs(1));
        twice.push(echo);
    }
    assert_eq!(report(twice).people[0].attack, None);
    // A send and its denial are one prompt.
    let denied: Vec<_> =
        (0..2).flat_map(|minute| [(minute, PushSent), (minute, Failure(Cause::MfaDenied))]).collect();
    assert_eq!(person(&denied).attack, None);
}

#[test]
fn one_fraud_report_is_an_incident_and_forbids_a_reset() {
    let mia = person(&[(0, Failure(Cause::MfaFraudReported)), (1, Failure(Cause::MfaNotEnrolled))]);
    assert_eq!(
        mia.attack.map(|attack| (attack.kind, attack.grade)),
        Some((AttackKind::FraudReport, Grade::Incident))
    );
    assert_eq!((mia.reset_helps, mia.rung), (ResetHelps::No, 7));
    let mut wrong_number = record(0, Failure(Cause::MfaDenied));
    wrong_number.flag = Some(Flag::NumberChallengeFailed);
    let attack = report([wrong_number]).people[0].attack.clone().unwrap();
    assert_eq!((attack.kind, attack.grade), (AttackKind::NumberChallenge, Grade::Incident));
}

#[test]
fn guesses_from_many_addresses_are_an_incident() {
    let guess = |minute: i64, address: i64| {
        let mut record = record(minute, Failure(Cause::BadPassword));
        record.set_ip(Some(&format!("198.51.100.{address}")));
        record
    };
    let attack =
        |records: Vec<SignIn<'static>>| report(records).people[0].attack.clone().map(|a| (a.kind, a.grade));
    assert_eq!(attack((0..9).map(|minute| guess(minute, 1)).collect()), None);
    assert_eq!(
        attack((0..10).map(|m| guess(m, 1)).collect()),
        Some((AttackKind::BruteForce, Grade::Warning))
    );
    assert_eq!(
        attack((0..10).map(|m| guess(m, m % 3)).collect()),
        Some((AttackKind::BruteForce, Grade::Incident))
    );
    let mut taken: Vec<_> = (0..10).map(|minute| guess(minute, 1)).collect();
    taken.push(record(12, Success));
    assert_eq!(attack(taken), Some((AttackKind::BruteForce, Grade::LikelyBreach)));
    let mut locked: Vec<_> = (0..5).map(|minute| guess(minute, 1)).collect();
    locked.push(record(5, AttemptResult::Lifecycle(Lifecycle::Lockout)));
    assert_eq!(attack(locked), Some((AttackKind::LockoutByFailures, Grade::Warning)));
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
fn a_long_history_keeps_its_verdict_in_bounded_memory() {
    let mut records: Vec<_> = (0..5).map(|minute| record(minute, Failure(Cause::MfaDenied))).collect();
    records.extend((1000..3000).map(|minute| record(minute, Success)));
    records.extend((4000..4500).map(|minute| record(minute, Failure(Cause::PolicyBlock))));
    let mia = report(records).people.remove(0);
    assert_eq!(mia.state, PersonState::LockedOut { since: at(4000) });
    assert_eq!(mia.attack.map(|attack| attack.grade), Some(Grade::Incident));
    assert_eq!(mia.attempts, 2505);
}

#[test]
fn an_undated_record_is_counted_and_decides_nothing() {
    let mut undated = record(0, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    undated.at = None;
    let report = report([undated]);
    assert_eq!((report.totals.undated, report.people[0].state), (1, PersonState::Unknown));
    assert_eq!(report.people[0].changes.len(), 1);
}
