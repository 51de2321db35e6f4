//! Evidence, groups, chains, memory; and that noting records changes nothing of what the Sigma engine finds.

use proptest::prelude::*;
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};
use rsigma_parser::parse_sigma_yaml;

use super::*;

fn refused(second: i64) -> Sent {
    sent(second, Failure(Cause::MfaDenied))
}

fn of<'f>(run: &Run, fired: &'f [Fired], name: &str) -> Vec<&'f Fired> {
    fired.iter().filter(|fired| &*run.rules.info(fired.rule).name == name).collect()
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

#[test]
fn a_count_names_its_records_and_goes_on() {
    let mut run = Run::of(&SHIPPED);
    let fired = run.all((0..7).map(|index| refused(index * 60)));
    let fatigue = of(&run, &fired, "mfa_fatigue");
    let findings: Vec<_> = fatigue.iter().map(|fired| (lines(fired), fired.value, fired.until)).collect();
    let expected =
        [(vec![1, 2, 3, 4, 5], 5.0, time(240)), (vec![6], 6.0, time(300)), (vec![7], 7.0, time(360))];
    assert_eq!(findings, expected);
    assert!(fatigue.iter().all(|fired| fired.since == time(0)));
    assert!(fatigue.iter().all(|fired| fired.group == [("person".to_owned(), "mia".to_owned())]));
    // After a pause it begins anew.
    let fired = run.all((0..5).map(|index| refused(HOUR + index)));
    let again = of(&run, &fired, "mfa_fatigue");
    assert_eq!((again.len(), lines(again[0]), again[0].since), (1, vec![8, 9, 10, 11, 12], time(HOUR)));
}

#[test]
fn times_keep_their_fractions() {
    let mut run = Run::of(&SHIPPED);
    let fraction = SignedDuration::from_micros(123_456);
    let fired = run
        .all((0..3).map(|index| {
            refused(index).with(|sent| sent.record.at = sent.record.at.map(|at| at + fraction))
        }));
    assert_eq!((fired[0].since, fired[0].until), (time(0) + fraction, time(2) + fraction));
}

#[test]
fn a_chain_has_the_evidence_of_what_it_builds_on() {
    let mut run = Run::of(&SHIPPED);
    let noise = sent(70, Success).person("ben");
    let fired = run.all([refused(0), refused(60), noise, refused(120), refused(130), sent(200, Success)]);
    let chain = of(&run, &fired, "mfa_fatigue_success");
    assert_eq!(chain.len(), 1);
    assert_eq!((lines(chain[0]), chain[0].since, chain[0].until), (vec![1, 2, 4, 5, 6], time(0), time(200)));
    let long = (0..60).map(|index| refused(300 + index)).chain([sent(400, Success)]);
    let fired = run.all(long);
    let last = lines(of(&run, &fired, "mfa_fatigue_success")[0]);
    assert!(last.len() <= crate::finding::EVIDENCE_LISTED && last.contains(&67), "{last:?}");
}

#[test]
fn a_repeated_burst_keeps_a_chain_armed() {
    let mut run = Run::of(&SHIPPED);
    run.all((0..30).map(|index| refused(index * 120)));
    let last = 29 * 120;
    let elsewhere = |second| sent(second, Success).with(|sent| sent.network = Familiarity::New);
    let fired = run.take(&elsewhere(last + HOUR));
    assert_eq!(of(&run, &fired, "mfa_fatigue_success").len(), 2, "after the short form and the slow one");
    let fired = run.take(&elsewhere(last + HOUR + 1));
    assert_eq!(of(&run, &fired, "mfa_fatigue_success").len(), 1, "the slow one lasts a day");
}

#[test]
fn people_are_told_apart_whatever_they_are_called() {
    let long = "x".repeat(5_000);
    let names = [
        "o'brien \"the\" boss",
        "a\nb",
        "a\tb",
        "{\"id\":\"9:9\"}",
        "person=mia",
        "ünï\u{202e}",
        &long,
        "0x",
        "*x",
    ];
    let mut run = Run::of(&SHIPPED);
    for name in names {
        let two = run.all([refused(0).person(name), refused(1).person(name)]);
        assert_eq!(two, [], "{name}");
    }
    for name in names {
        let fired = run.take(&refused(2).person(name));
        assert_eq!(fired.len(), 1, "{name}");
        assert_eq!(fired[0].group, [("person".to_owned(), name.to_lowercase())]);
        assert_eq!(fired[0].evidence.len(), 3);
    }
    let nobody =
        (0..9).map(|second| refused(second).person("").with(|sent| assert_eq!(sent.record.person, None)));
    assert_eq!(run.all(nobody), [], "people without a name are not one person");
}

#[test]
fn one_login_with_two_providers_is_two_people() {
    let at = |second, provider| refused(second).with(|sent| sent.record.provider = provider);
    assert_eq!(found([at(0, Provider::Okta), at(1, Provider::Entra), at(2, Provider::Okta)]), set([]));
}

#[test]
fn a_record_without_a_time_or_a_person_decides_little() {
    let undated = |second| refused(second).with(|sent| sent.record.at = None);
    assert_eq!(found((0..20).map(undated)), set([]));
    let mut run = Run::of(&SHIPPED);
    let risk = change(0, Lifecycle::RiskDetected).with(|sent| sent.record.person = None);
    let fired = run.take(&risk.clone().ip("203.0.113.9"));
    assert_eq!(fired[0].group, [("ip".to_owned(), "203.0.113.9".to_owned())]);
    assert_eq!(run.take(&risk)[0].group, [("provider".to_owned(), "okta".to_owned())]);
}

/// A server's records have no lines.
#[test]
fn positions_that_are_all_the_same_still_count() {
    let mut run = Run::of(&SHIPPED);
    let fired: Vec<_> = (0..5)
        .flat_map(|second| {
            run.line = 0;
            run.take(&refused(second))
        })
        .collect();
    assert_eq!(run.names(&fired), set(["mfa_fatigue", "mfa_fatigue_warning"]));
}

const OWN: &str = "
title: Any failure
name: any_failure
id: 11111111-1111-4111-8111-111111111111
logsource: &source
    category: authentication
    product: postern
detection:
    selection:
        result: failure
    condition: selection
postern:
    building_block: true
---
title: Wrong
name: wrong
id: 22222222-2222-4222-8222-222222222222
logsource:
    category: authentication
    product: postern
detection:
    selection:
        cause: bad_password
    condition: selection
---
title: In
name: in
id: 33333333-3333-4333-8333-333333333333
logsource:
    category: authentication
    product: postern
detection:
    selection:
        result: success
    condition: selection
---
title: Locked
name: locked
id: 77777777-7777-4777-8777-777777777777
logsource:
    category: authentication
    product: postern
detection:
    selection:
        cause: account_locked
    condition: selection
---
title: Three
name: three
id: 44444444-4444-4444-8444-444444444444
correlation:
    type: event_count
    rules: [any_failure]
    group-by: [person]
    timespan: 10m
    condition:
        gt: 2
---
title: Five
name: five
id: 55555555-5555-4555-8555-555555555555
correlation:
    type: event_count
    rules: [any_failure]
    group-by: [person]
    timespan: 5m
    condition:
        gte: 5
---
title: Places
name: places
id: 66666666-6666-4666-8666-666666666666
correlation:
    type: value_count
    rules: [wrong, in]
    group-by: [person]
    timespan: 15m
    condition:
        field: ip
        gte: 3
---
title: People
name: people
correlation:
    type: value_count
    rules: [wrong]
    group-by: [ip]
    timespan: 15m
    condition:
        field: person
        gte: 2
---
title: Both
name: both
id: 88888888-8888-4888-8888-888888888888
correlation:
    type: temporal
    rules: [wrong, locked]
    group-by: [person, ip]
    timespan: 7m
    condition:
        gte: 2
---
title: Ordered
name: ordered
correlation:
    type: temporal_ordered
    rules: [wrong, locked, in]
    group-by: [person]
    timespan: 20m
---
title: Chained
name: chained
correlation:
    type: temporal_ordered
    rules: [three, in]
    group-by: [person]
    timespan: 8m
---
title: A few
name: a_few
correlation:
    type: event_count
    rules: [any_failure]
    group-by: [person]
    timespan: 10m
    condition:
        gte: 2
        lt: 4
---
title: Either
name: either
correlation:
    type: temporal
    rules: [wrong, locked, in]
    group-by: [person]
    timespan: 6m
    condition: locked and not (wrong or in)
---
title: Buckets
name: buckets
rsigma.window: tumbling
correlation:
    type: event_count
    rules: [any_failure]
    group-by: [person]
    timespan: 10m
    condition:
        gte: 3
";
/// Those that can only fire with their last step; the engine also repeats itself at the steps before.
const ORDERED: [&str; 2] = ["ordered", "chained"];

type EngineFindings = BTreeSet<(String, String, i64)>;

/// What the Sigma engine finds when it is asked about everything.
fn found_by_engine(events: &[(i64, usize, usize, usize)]) -> EngineFindings {
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    engine.add_collection(&parse_sigma_yaml(OWN).unwrap()).unwrap();
    let mut findings = EngineFindings::new();
    for (second, person, ip, what) in events {
        let (result, cause) =
            [("failure", "bad_password"), ("failure", "account_locked"), ("success", "")][*what];
        let json = serde_json::json!({
            "person": format!("p{person}"), "ip": format!("198.51.100.{ip}"), "result": result, "cause": cause,
        });
        for result in engine.process_event_at(&JsonEvent::borrow(&json), START + second) {
            let Some(body) = result.as_correlation() else { continue };
            let name = result.header.rule_title.to_lowercase().replace(' ', "_");
            if ORDERED.contains(&name.as_str()) && *what != 2 {
                continue;
            }
            findings.insert((name, format!("{:?}", body.group_key), *second));
        }
    }
    findings
}

fn found_by_us(rules: &Rules, events: &[(i64, usize, usize, usize)]) -> EngineFindings {
    let mut run = Run::of(rules);
    let mut findings = EngineFindings::new();
    for (second, person, ip, what) in events {
        let result = [Failure(Cause::BadPassword), Failure(Cause::AccountLocked), Success][*what];
        let sent = sent(*second, result).person(&format!("p{person}")).ip(&format!("198.51.100.{ip}"));
        for fired in run.take(&sent) {
            let name = run.rules.info(fired.rule).name.to_string();
            findings.insert((name, format!("{:?}", fired.group), *second));
        }
    }
    findings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn noting_changes_nothing_of_what_the_engine_finds(
        steps in proptest::collection::vec((1_i64..200, 0_usize..2, 0_usize..4, 0_usize..3), 1..120)
    ) {
        let mut second = 0;
        let events: Vec<_> = steps.into_iter().map(|(gap, person, ip, what)| {
            second += gap;
            (second, person, ip, what)
        }).collect();
        let mut set = RuleSet::default();
        set.add("own.yml", OWN, RuleSource::Own).unwrap();
        prop_assert_eq!(found_by_us(&set.compile().unwrap(), &events), found_by_engine(&events));
    }
}

#[test]
fn without_a_condition_all_rules_must_be_there() {
    let rules = with_own(
        "title: Both\ncorrelation:\n    type: temporal\n    rules: [wrong_password, wrong_code, signed_in]\n    group-by: [person]\n    timespan: 5m\n",
    )
    .unwrap();
    let found = |results: &[AttemptResult]| {
        let mut run = Run::of(&rules);
        let fired = run.all(results.iter().zip(0..).map(|(result, second)| sent(second, *result)));
        run.names(&fired)
    };
    let all = [Success, Failure(Cause::MfaWrongCode), Failure(Cause::BadPassword)];
    assert_eq!(found(&all), set(["both"]));
    assert_eq!(found(&all[..2]), set([]));
}

#[test]
fn one_record_is_never_two_steps_nor_two_of_a_count() {
    let rules = with_own(
        "title: Twice in\nname: twice_in\ncorrelation:\n    type: temporal_ordered\n    rules: [signed_in, signed_in_from_new_network]\n    group-by: [person]\n    timespan: 5m\n---\ntitle: Two in\nname: two_in\ncorrelation:\n    type: event_count\n    rules: [signed_in, signed_in_from_new_network]\n    group-by: [person]\n    timespan: 5m\n    condition:\n        gte: 2\n",
    )
    .unwrap();
    let mut run = Run::of(&rules);
    let from_new_network = |second| sent(second, Success).with(|sent| sent.network = Familiarity::New);
    assert_eq!(run.take(&from_new_network(0)), []);
    let fired = run.take(&from_new_network(1));
    assert_eq!(run.names(&fired), set(["twice_in", "two_in"]));
}

#[test]
fn in_buckets_too_all_rules_must_be_there() {
    let rules = with_own(
        "title: Both\nrsigma.window: tumbling\ncorrelation:\n    type: temporal\n    rules: [wrong_password, wrong_code]\n    group-by: [person]\n    timespan: 1h\n",
    )
    .unwrap();
    let mut run = Run::of(&rules);
    assert_eq!(run.take(&sent(0, Failure(Cause::MfaWrongCode))), []);
    let fired = run.take(&sent(1, Failure(Cause::BadPassword)));
    assert_eq!(run.names(&fired), set(["both"]));
}

#[test]
fn what_a_chain_finds_is_told_once_a_record() {
    let mut run = Run::of(&SHIPPED);
    for person in 0..20 {
        let sent = sent(person, Failure(Cause::BadPassword)).person(&format!("p{person}"));
        let sent = sent.ip(&format!("198.51.100.{person}")).with(|sent| sent.record.asn = Some(64_500));
        let fired = run.take(&sent);
        let findings = of(&run, &fired, "password_spray_distributed");
        assert_eq!(findings.len(), usize::from(person >= 14), "{person}");
    }
}

#[test]
fn texts_beyond_the_last_number_are_not_one_text() {
    let tries = (0..40).map(|index| {
        let sent = sent(index, Failure(Cause::BadPassword)).person(&format!("p{index}"));
        sent.ip(&format!("198.51.100.{index}")).with(|sent| sent.agent = Some(TextId::OTHER))
    });
    assert_eq!(found(tries), set([]));
}

#[test]
fn an_answer_that_is_remembered_is_the_answer() {
    let texts = Texts::default();
    let mut writer = Writer::new(&texts);
    let mut remembering = SHIPPED.matcher();
    let results = Cause::ALL.into_iter().flat_map(|cause| [Failure(cause), Interrupt(Some(cause))]);
    let results =
        results.chain(Lifecycle::ALL.map(AttemptResult::Lifecycle)).chain([Success, Interrupt(None)]);
    let mut kinds = Vec::new();
    for result in results {
        for (seen, flag) in [
            (Familiarity::New, None),
            (Familiarity::Known, Some(Flag::Risk)),
            (Familiarity::Unsure, Some(Flag::Phishing)),
        ] {
            for method in [Method::Push, Method::Totp] {
                let mut record = SignIn::new(Provider::Okta, result);
                (record.flag, record.method) = (flag, method);
                let mut event = Event::of(&record, &mut writer);
                event.set_familiarity(seen, seen, seen);
                kinds.push(event);
            }
        }
    }
    for event in kinds.iter().chain(&kinds) {
        let view = View { event, texts: &texts };
        assert_eq!(remembering.matches(view), SHIPPED.matcher().matches(view), "{:?}", event.result());
    }
}

#[test]
fn memory_stays_within_its_budget_and_forgets_the_quiet_first() {
    let budget = 1 << 20;
    let mut run = Run::of(&SHIPPED);
    run.by_person = SHIPPED.correlator(Grouping::ByPerson).with_budget(budget);
    let mut most = 0;
    for round in 0..3 {
        for person in 0..8_000 {
            let sent = sent(round * 60, Failure(Cause::BadPassword)).person(&format!("p{person}"));
            run.take(&sent.ip(&format!("198.51.{}.{round}", person % 256)));
            most = most.max(run.by_person.bytes());
        }
        let fired = run.all((0..3).map(|index| refused(round * 60 + index)));
        assert!(!of(&run, &fired, "mfa_fatigue_warning").is_empty(), "the newest is never forgotten");
    }
    assert!(most > budget && most < budget + (400 << 10), "{most}");
}
