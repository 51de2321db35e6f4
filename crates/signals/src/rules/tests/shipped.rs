//! Every shipped rule fires at its threshold, and not one record or one second short of it.

use super::*;

fn times(count: i64, apart: i64, one: impl Fn(i64) -> Sent) -> Vec<Sent> {
    (0..count).map(|index| one(index * apart)).collect()
}

fn refused(second: i64) -> Sent {
    sent(second, Failure(Cause::MfaDenied)).with(|sent| sent.record.method = Method::Push)
}

fn wrong_password(second: i64) -> Sent {
    sent(second, Failure(Cause::BadPassword)).with(|sent| sent.record.method = Method::Password)
}

fn wrong_code(second: i64) -> Sent {
    sent(second, Failure(Cause::MfaWrongCode)).with(|sent| sent.record.method = Method::Totp)
}

fn then(mut before: Vec<Sent>, after: Sent) -> Vec<Sent> {
    before.push(after);
    before
}

#[test]
fn each_verdict_is_enough_and_is_told_once() {
    let flagged = |result, flag| vec![sent(0, result).with(|sent| sent.record.flag = Some(flag))];
    let fraud = Failure(Cause::MfaFraudReported);
    assert_eq!(found([sent(0, fraud)]), set(["fraud_report"]));
    assert_eq!(found([sent(0, Interrupt(Some(Cause::MfaFraudReported)))]), set(["fraud_report"]));
    assert_eq!(found(flagged(fraud, Flag::Phishing)), set(["phishing_blocked"]));
    assert_eq!(
        found(flagged(Failure(Cause::MfaDenied), Flag::NumberChallengeFailed)),
        set(["number_challenge_failed"])
    );
    assert_eq!(found(flagged(Success, Flag::Risk)), set(["provider_risk"]));
    assert_eq!(found(flagged(Interrupt(None), Flag::Risk)), set(["provider_risk"]));
    assert_eq!(found(flagged(Failure(Cause::PolicyBlock), Flag::Risk)), set(["risky_account_blocked"]));
    for own_reason in [Cause::BadPassword, Cause::MfaNoResponse, Cause::MfaWrongCode] {
        assert_eq!(found(flagged(Failure(own_reason), Flag::Risk)), set(["provider_risk"]), "{own_reason:?}");
    }
    assert_eq!(found(flagged(Failure(Cause::BadPassword), Flag::MaliciousAddress)), set(["provider_risk"]));
    assert_eq!(found([sent(0, Failure(Cause::MfaDenied))]), set([]));
    let changes = Lifecycle::ALL.map(|what| (what, found([change(0, what)])));
    for (what, found) in changes {
        let expected = match what {
            Lifecycle::SuspiciousReported => set(["suspicious_activity_reported"]),
            Lifecycle::RiskDetected => set(["provider_risk"]),
            Lifecycle::BypassCreated => set(["bypass_created"]),
            _ => set([]),
        };
        assert_eq!(found, expected, "{what:?}");
    }
}

#[test]
fn fatigue_fires_at_its_counts_and_spans() {
    assert_eq!(found(times(3, 300, refused)), set(["mfa_fatigue_warning"]));
    assert_eq!(found(times(2, 1, refused)), set([]));
    assert_eq!(found([refused(0), refused(1), refused(601)]), set([]));
    assert_eq!(found([refused(0), refused(1), refused(600)]), set(["mfa_fatigue_warning"]));
    assert_eq!(found(times(5, 150, refused)), set(["mfa_fatigue_warning", "mfa_fatigue"]));
    let late = |second: i64| refused(second + i64::from(second == 600));
    assert_eq!(found(times(5, 150, late)), set(["mfa_fatigue_warning"]), "one second too long");
    assert_eq!(found(times(4, 1, refused)), set(["mfa_fatigue_warning"]), "one prompt too few");
    assert_eq!(found(times(10, 9_600, refused)), set(["mfa_fatigue_slow"]));
    assert_eq!(found(times(9, 9_600, refused)), set([]));
    let late = |second: i64| refused(second + i64::from(second == 86_400));
    assert_eq!(found(times(10, 9_600, late)), set([]));
}

#[test]
fn silence_counts_for_prompts_only() {
    let silent = |method| {
        move |second| sent(second, Failure(Cause::MfaNoResponse)).with(|sent| sent.record.method = method)
    };
    assert_eq!(found(times(3, 60, silent(Method::Push))), set(["mfa_fatigue_warning"]));
    assert_eq!(found(times(3, 60, silent(Method::Voice))), set(["mfa_fatigue_warning"]));
    assert_eq!(found(times(3, 60, silent(Method::Sms))), set([]));
    assert_eq!(
        found(times(3, 60, |second| sent(second, Interrupt(Some(Cause::MfaDenied))))),
        set(["mfa_fatigue_warning"])
    );
}

#[test]
fn fatigue_and_then_a_success() {
    let warning = || times(3, 60, refused);
    let both = set(["mfa_fatigue_warning", "mfa_fatigue_success"]);
    assert_eq!(found(then(warning(), sent(120 + HOUR, Success))), both);
    assert_eq!(found(then(warning(), sent(121 + HOUR, Success))), set(["mfa_fatigue_warning"]));
    assert_eq!(found(then(times(2, 60, refused), sent(61, Success))), set([]));
    let old = sent(130, Success).with(|sent| {
        sent.record.interactive = false;
        sent.record.method = Method::Session;
    });
    assert_eq!(found(then(warning(), old)), set(["mfa_fatigue_warning"]), "an old session proves nothing");
    let before = [vec![sent(-1, Success)], warning()].concat();
    assert_eq!(found(before), set(["mfa_fatigue_warning"]), "in this order only");
    let other = sent(130, Success).person("ben");
    assert_eq!(found(then(warning(), other)), set(["mfa_fatigue_warning"]));
    let at_home = |second| sent(second, Success).with(|sent| sent.network = Familiarity::Known);
    assert_eq!(found(then(warning(), at_home(130))), both, "they declined, and then somebody got in");
    let missed = || {
        let silent = |second| sent(second, Failure(Cause::MfaNoResponse));
        times(3, 60, |second| silent(second).with(|sent| sent.record.method = Method::Push))
    };
    let only_warned = set(["mfa_fatigue_warning"]);
    assert_eq!(found(then(missed(), at_home(130))), only_warned, "the phone lay in another room");
    assert_eq!(found(then(missed(), sent(130, Success))), both);
    let slow = || times(10, 9_600, refused);
    let both = set(["mfa_fatigue_slow", "mfa_fatigue_success"]);
    let elsewhere = |second| sent(second, Success).with(|sent| sent.network = Familiarity::New);
    assert_eq!(found(then(slow(), elsewhere(2 * 86_400))), both);
    assert_eq!(found(then(slow(), elsewhere(2 * 86_400 + 1))), set(["mfa_fatigue_slow"]));
    let owner = sent(2 * 86_400, Success);
    assert_eq!(
        found(then(slow(), owner)),
        set(["mfa_fatigue_slow"]),
        "the owner works on from the usual place"
    );
}

#[test]
fn brute_force_fires_at_its_counts_and_spans() {
    let mixed = |second: i64| if second % 2 == 0 { wrong_password(second) } else { wrong_code(second) };
    assert_eq!(found(times(10, 65, mixed)), set(["brute_force"]));
    assert_eq!(found(times(9, 65, mixed)), set([]));
    let late = |second: i64| wrong_password(if second == 540 { 601 } else { second });
    assert_eq!(found(times(10, 60, late)), set([]));
    let long = set(["brute_force_long"]);
    assert_eq!(found(times(20, 94, wrong_password)), long, "1,786 s");
    assert_eq!(found(times(19, 94, wrong_password)), set([]));
    let late = |second: i64| wrong_password(if second == 19 * 90 { 1_801 } else { second });
    assert_eq!(found(times(20, 90, late)), set([]));
}

#[test]
fn brute_force_and_then_a_success_from_a_new_network() {
    let from_new_network = |second| sent(second, Success).with(|sent| sent.network = Familiarity::New);
    let burst = || times(10, 60, wrong_password);
    let both = set(["brute_force", "brute_force_success"]);
    assert_eq!(found(then(burst(), from_new_network(540 + HOUR))), both);
    assert_eq!(found(then(burst(), from_new_network(541 + HOUR))), set(["brute_force"]));
    assert_eq!(found(then(burst(), sent(600, Success))), set(["brute_force"]), "not known to be new");
    let known = sent(600, Success).with(|sent| sent.network = Familiarity::Known);
    assert_eq!(found(then(burst(), known)), set(["brute_force"]));
    let long = set(["brute_force_long", "brute_force_success"]);
    assert_eq!(found(then(times(20, 94, wrong_password), from_new_network(2_000))), long);
}

fn from_many(count: i64, apart: i64) -> Vec<Sent> {
    times(count, 1, |index| wrong_password(index * apart).ip(&format!("198.51.100.{index}")))
}

#[test]
fn brute_force_from_many_addresses() {
    let distributed = set(["brute_force_distributed"]);
    assert_eq!(found(from_many(5, 450)), distributed);
    assert_eq!(found(from_many(4, 450)), set([]));
    let late = from_many(5, 450).into_iter().enumerate();
    assert_eq!(found(late.map(|(index, sent)| if index == 4 { sent.later(1) } else { sent })), set([]));
    let one_again = from_many(5, 10).into_iter().map(|sent| sent.ip("198.51.100.1"));
    assert_eq!(found(one_again), set([]), "one address");
    let home = from_many(5, 10).into_iter().enumerate();
    let home = home.map(|(index, sent)| {
        sent.with(|sent| sent.network = if index == 2 { Familiarity::Known } else { Familiarity::New })
    });
    assert_eq!(found(home), set([]), "one of them is known");
    let from_new_network = sent(60, Success).with(|sent| sent.network = Familiarity::New);
    let both = set(["brute_force_distributed", "brute_force_success"]);
    assert_eq!(found(then(from_many(5, 10), from_new_network)), both);
}

#[test]
fn guessed_codes() {
    let both = set(["brute_force", "code_guessing"]);
    assert_eq!(found(times(10, 60, wrong_code)), both);
    assert_eq!(found(times(9, 60, wrong_code)), set([]));
    let late = |second: i64| wrong_code(if second == 540 { 601 } else { second });
    assert_eq!(found(times(10, 60, late)), set([]));
}

fn spray(people: i64, apart: i64) -> Vec<Sent> {
    times(people, 1, |index| wrong_password(index * apart).person(&format!("p{index}")).ip("203.0.113.9"))
}

#[test]
fn spray_counts_people_from_a_strange_address() {
    assert_eq!(found(spray(10, 400)), set(["password_spray"]));
    assert_eq!(found(spray(9, 400)), set([]));
    let late = spray(10, 400).into_iter().enumerate();
    assert_eq!(found(late.map(|(index, sent)| if index == 9 { sent.later(1) } else { sent })), set([]));
    let again = spray(12, 400).into_iter().enumerate();
    assert_eq!(found(again.map(|(index, sent)| if index > 8 { sent.person("p0") } else { sent })), set([]));
    let office = |sent: Sent| sent.with(|sent| sent.address = Familiarity::Known);
    assert_eq!(found(spray(10, 400).into_iter().map(office)), set([]), "the office");
    let at_home = |sent: Sent| sent.with(|sent| sent.network = Familiarity::Known);
    assert_eq!(found(spray(10, 400).into_iter().map(at_home)), set([]), "a network that they know");
    let nobody = |sent: Sent| sent.with(|sent| sent.record.person = None);
    assert_eq!(found(spray(30, 1).into_iter().map(nobody)), set([]), "names that the log hides");
}

#[test]
fn stuffing_is_faster_and_wider() {
    let both = set(["password_spray", "credential_stuffing"]);
    assert_eq!(found(spray(25, 37)), both);
    assert_eq!(found(spray(24, 37)), set(["password_spray"]));
    let late = spray(25, 37).into_iter().enumerate();
    let late = late.map(|(index, sent)| if index == 24 { sent.later(13) } else { sent });
    assert_eq!(found(late), set(["password_spray"]), "901 s");
}

#[test]
fn spray_and_then_a_success_from_there() {
    let there = |second| sent(second, Success).person("p3").ip("203.0.113.9");
    let both = set(["password_spray", "spray_success"]);
    assert_eq!(found(then(spray(10, 400), there(3_600 + 3 * HOUR))), both);
    assert_eq!(found(then(spray(10, 400), there(3_601 + 3 * HOUR))), set(["password_spray"]));
    assert_eq!(found(then(spray(10, 400), there(3_700).ip("203.0.113.8"))), set(["password_spray"]));
    let all = set(["password_spray", "credential_stuffing", "spray_success"]);
    assert_eq!(found(then(spray(25, 30), there(4_000))), all);
}

/// Each try for another person, from one of so many addresses.
fn distributed(people: i64, addresses: i64, common: impl Fn(Sent) -> Sent) -> Vec<Sent> {
    let one = |index: i64| {
        wrong_password(index * 100)
            .person(&format!("p{index}"))
            .ip(&format!("198.51.100.{}", index % addresses))
    };
    times(people, 1, |index| common(one(index)))
}

#[test]
fn a_spray_from_many_addresses_has_something_in_common() {
    let asn = |sent: Sent| sent.with(|sent| sent.record.asn = Some(64_500));
    let agent = |sent: Sent| sent.with(|sent| sent.record.user_agent = Some("python-requests".into()));
    let name = set(["password_spray_distributed"]);
    assert_eq!(found(distributed(15, 5, asn)), name);
    assert_eq!(found(distributed(14, 5, asn)), set([]));
    let few = found(distributed(15, 4, asn));
    assert_eq!(few, set([]), "four addresses");
    assert_eq!(found(distributed(15, 5, agent)), name);
    assert_eq!(found(distributed(15, 4, agent)), set([]));
    assert_eq!(found(distributed(15, 5, |sent| sent)), set([]), "nothing in common");
    let mut sent = distributed(15, 5, asn);
    sent[14] = sent[14].clone().later(2_201);
    assert_eq!(found(sent), set([]), "a second too late for the first");
}

#[test]
fn a_distributed_spray_has_the_evidence_of_both_halves() {
    let asn = |sent: Sent| sent.with(|sent| sent.record.asn = Some(64_500));
    let mut run = Run::of(&SHIPPED);
    let fired = run.all(distributed(15, 5, asn));
    let last = fired.last().unwrap();
    assert_eq!(lines(last), (1..=15).collect::<Vec<_>>());
    assert_eq!(last.group, [("asn".to_owned(), "64500".to_owned())]);
}

#[test]
fn a_new_device_counts_with_a_new_network_only() {
    let seen = |device, network| {
        found([sent(0, Success).with(|sent| {
            (sent.device, sent.network, sent.address) = (device, network, Familiarity::New);
        })])
    };
    let shared = sent(0, Success).with(|sent| {
        (sent.device, sent.network, sent.address) = (Familiarity::New, Familiarity::New, Familiarity::Known);
    });
    assert_eq!(found([shared]), set([]), "others of the organisation sign in from there");
    assert_eq!(seen(Familiarity::New, Familiarity::New), set(["new_device_and_network"]));
    assert_eq!(seen(Familiarity::New, Familiarity::Unsure), set([]));
    assert_eq!(seen(Familiarity::Known, Familiarity::New), set([]));
}

#[test]
fn resets_in_pairs() {
    let pair = |first, second, after| found([change(0, first), change(after, second)]);
    let both = set(["reset_pair"]);
    for factor in [Lifecycle::FactorReset, Lifecycle::FactorRemoved] {
        assert_eq!(pair(Lifecycle::PasswordReset, factor, HOUR), both);
        assert_eq!(pair(factor, Lifecycle::PasswordReset, HOUR), both);
        assert_eq!(pair(factor, Lifecycle::PasswordReset, HOUR + 1), set([]));
        assert_eq!(pair(factor, Lifecycle::PasswordChanged, 1), set([]));
    }
    assert_eq!(pair(Lifecycle::PasswordReset, Lifecycle::PasswordReset, 1), set([]), "one half twice");
    assert_eq!(pair(Lifecycle::FactorReset, Lifecycle::FactorRemoved, 1), set([]));
    let two = [change(0, Lifecycle::PasswordReset), change(1, Lifecycle::FactorReset).person("ben")];
    assert_eq!(found(two), set([]), "of two people");
}

#[test]
fn what_follows_a_reset_abroad() {
    let abroad = |result, recent_reset, country| {
        found([sent(0, result).with(|sent| (sent.recent_reset, sent.country) = (recent_reset, country))])
    };
    let enrolled = AttemptResult::Lifecycle(Lifecycle::FactorEnrolled);
    for (result, name) in [(enrolled, "enrolled_after_reset_abroad"), (Success, "sign_in_after_reset_abroad")]
    {
        assert_eq!(abroad(result, true, Familiarity::New), set([name]));
        assert_eq!(abroad(result, false, Familiarity::New), set([]));
        assert_eq!(abroad(result, true, Familiarity::Unsure), set([]));
        assert_eq!(abroad(result, true, Familiarity::Known), set([]));
    }
    assert_eq!(abroad(Failure(Cause::BadPassword), true, Familiarity::New), set([]));
}

#[test]
fn a_phone_of_two_people() {
    let with_phone = |second, person: &str, phone: &'static str| {
        sent(second, Success).person(person).with(|sent| sent.record.phone = Some(phone.into()))
    };
    let enrolled = |second, person: &str| {
        with_phone(second, person, "+33 6")
            .with(|sent| sent.record.result = AttemptResult::Lifecycle(Lifecycle::FactorEnrolled))
    };
    let shared = set(["shared_phone"]);
    assert_eq!(found([with_phone(0, "mia", "+33 6"), with_phone(24 * HOUR, "ben", "+33 6")]), shared);
    assert_eq!(found([with_phone(0, "mia", "+33 6"), with_phone(24 * HOUR + 1, "ben", "+33 6")]), set([]));
    assert_eq!(found([enrolled(0, "mia"), enrolled(1, "ben")]), shared);
    assert_eq!(found([with_phone(0, "mia", "+33 6"), with_phone(1, "ben", "+33 7")]), set([]));
    assert_eq!(found([with_phone(0, "mia", "+33 6"), with_phone(1, "mia", "+33 6")]), set([]));
    let elsewhere =
        with_phone(1, "mia@corp.example", "+33 6").with(|sent| sent.record.provider = Provider::Duo);
    assert_eq!(found([with_phone(0, "mia", "+33 6"), elsewhere]), set([]), "one person with two providers");
    assert_eq!(found([sent(0, Success), sent(1, Success).person("ben")]), set([]), "no phone");
}

#[test]
fn old_clients_that_are_refused() {
    let legacy = |result, legacy| found([sent(0, result).with(|sent| sent.record.legacy = legacy)]);
    let name = set(["legacy_protocol"]);
    assert_eq!(legacy(Failure(Cause::PolicyBlock), true), name);
    assert_eq!(legacy(Failure(Cause::MfaNotEnrolled), true), name);
    assert_eq!(legacy(Interrupt(Some(Cause::MfaNotEnrolled)), true), name);
    assert_eq!(legacy(Failure(Cause::PolicyBlock), false), set([]));
    assert_eq!(legacy(Failure(Cause::BadPassword), true), set([]));
    assert_eq!(legacy(Success, true), set([]));
}

#[test]
fn locks_of_many_people_at_one_provider() {
    let locked = |count, apart| {
        times(count, 1, |index| {
            let result = if index % 2 == 0 {
                Failure(Cause::AccountLocked)
            } else {
                AttemptResult::Lifecycle(Lifecycle::Lockout)
            };
            sent(index * apart, result).person(&format!("p{index}"))
        })
    };
    let name = set(["account_lockouts"]);
    assert_eq!(found(locked(10, 66)), name);
    assert_eq!(found(locked(9, 66)), set([]));
    let late = locked(10, 66).into_iter().enumerate();
    assert_eq!(found(late.map(|(index, sent)| if index == 9 { sent.later(7) } else { sent })), set([]));
    let two = locked(10, 66).into_iter().enumerate();
    let two = two.map(|(index, sent)| {
        sent.with(|sent| sent.record.provider = if index < 5 { Provider::Okta } else { Provider::Entra })
    });
    assert_eq!(found(two), set([]), "five with each of two providers");
}

#[test]
fn every_shipped_rule_is_tested_here() {
    let tests = include_str!("shipped.rs");
    for info in SHIPPED.infos() {
        assert!(tests.contains(&format!("\"{}\"", info.name)), "{}", info.name);
    }
}
