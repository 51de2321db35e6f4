use super::story::{DAY, HOUR, Line, MINUTE, Random, SECOND, Story, StoryRun, at};
use crate::{
    cause::Cause,
    event::Event,
    finding::{Confidence, Severity, Subject},
    record::{AttemptResult, Method, Provider},
    settings::Settings,
};
use AttemptResult::Success;

/// Wednesday, 9:00.
const NINE: i64 = 2 * DAY + 9 * HOUR;

fn outage(cause: Cause, code: &'static str) -> impl Fn(i64, usize) -> Line {
    move |second, who| Line::failure(second, who, cause, code)
}

/// Three days of 500 people; from nine to half past ten on the third, a share of the sign-ins fails.
fn struck(per_cent: usize, failure: impl Fn(i64, usize) -> Line) -> StoryRun {
    let mut story = Story::at_work(500, 3, 21);
    let mut random = Random(4);
    story.fail_between(NINE, NINE + 90 * MINUTE, |second, who| {
        random.chance(per_cent).then(|| failure(second, who))
    });
    story.run()
}

#[test]
fn the_story_of_an_outage() {
    let run = struck(90, outage(Cause::ProviderOutage, "50087"));
    let found = run.only("outage");
    assert_eq!(found.subject, Subject::Tenant { provider: Provider::Entra });
    assert_eq!((found.severity, found.confidence), (Severity::Notice, Confidence::High));
    let failures: Vec<_> = run.with_code("50087").collect();
    assert_eq!(Some(found.since), failures[0].at());
    assert_eq!(Some(found.until), failures.last().unwrap().at());
    assert_eq!(found.count, failures.len() as u64);
    let mut people: Vec<_> = failures.iter().map(|event| event.person).collect();
    people.sort();
    people.dedup();
    assert_eq!(found.people_count, people.len() as u64);
    assert_eq!(found.people.len(), people.len().min(50));
    let first_20: Vec<_> = failures.iter().take(20).map(|event| event.position()).collect();
    assert_eq!(found.evidence, first_20);
    let is_sign_in = |event: &&Event| event.interactive() && event.result() == Success;
    let after = run.events.iter().filter(is_sign_in).find(|event| event.at() > Some(found.until));
    let after = after.unwrap().at().unwrap().strftime("%H:%M:%SZ").to_string();
    for part in [
        "50087",
        "provider_outage",
        "It is the provider: change nothing",
        &format!("again since 2026-03-04 {after}"),
    ] {
        assert!(found.description.contains(part), "{part}: {}", found.description);
    }
    assert!(run.with_code("50087").all(|event| run.tenant.explains(event) == Some(0)));
    assert!(run.with_code("50126").all(|event| run.tenant.explains(event).is_none()));
}

#[test]
fn every_shape_that_an_outage_comes_in() {
    let shapes = [
        (Cause::ProviderOutage, "50087", 40),
        (Cause::ProviderOutage, "90033", 70),
        (Cause::ProviderOutage, "80014", 95),
        (Cause::ExternalIdp, "50166", 60),
        (Cause::Unknown, "5000811", 50),
        (Cause::Unknown, "INTERNAL", 60),
        (Cause::MfaDeliveryFailed, "500121", 60),
        (Cause::MfaNoResponse, "500121", 70),
        // A directory that refuses every password, a server with a wrong clock.
        (Cause::BadPassword, "50126", 95),
        (Cause::MfaWrongCode, "500121", 90),
    ];
    for (cause, code, per_cent) in shapes {
        let run = struck(per_cent, outage(cause, code));
        assert_eq!(run.rules(), ["outage"], "{code} {cause:?}: {:#?}", run.descriptions());
        let found = &run.findings[0];
        // A prompt that somebody just did not answer may come first.
        assert!(
            (at(NINE - 2 * MINUTE)..at(NINE + 15 * MINUTE)).contains(&found.since),
            "{}",
            found.description
        );
        assert!(
            (at(NINE + 80 * MINUTE)..at(NINE + 95 * MINUTE)).contains(&found.until),
            "{}",
            found.description
        );
        assert!(
            found.description.contains("Sign-ins work again since 2026-03-04 10:"),
            "{}",
            found.description
        );
    }
}

#[test]
fn a_cause_stands_in_for_a_code_that_is_missing() {
    let run = struck(80, |second, who| Line::new(second, who, AttemptResult::Failure(Cause::ProviderOutage)));
    assert!(run.only("outage").description.contains("the same cause, provider_outage"));
    // A wrong password and an expired one would be the same.
    let run = struck(95, |second, who| Line::new(second, who, AttemptResult::Failure(Cause::BadPassword)));
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn causes_with_one_code_are_one_outage() {
    let run = struck(90, |second, who| {
        let cause = if who % 3 == 0 { Cause::ProviderOutage } else { Cause::MfaNoResponse };
        Line::failure(second, who, cause, "500121").by(Method::Push)
    });
    let found = run.only("outage");
    let service_errors = run
        .with_code("500121")
        .filter(|event| event.result() == AttemptResult::Failure(Cause::ProviderOutage));
    assert!(
        service_errors
            .filter(|event| event.at() > Some(found.since))
            .all(|event| { run.tenant.explains(event) == Some(0) })
    );
}

#[test]
fn two_codes_at_once_are_one_outage() {
    let run = struck(95, |second, who| {
        let code = if who % 2 == 0 { "50087" } else { "90033" };
        Line::failure(second, who, Cause::ProviderOutage, code)
    });
    let found = run.only("outage");
    assert!(
        found.description.contains("50087") && found.description.contains("90033"),
        "{}",
        found.description
    );
    let all = run.with_code("50087").chain(run.with_code("90033")).count() as u64;
    assert!(found.count * 10 >= all * 9 && found.count <= all, "{} of {all}", found.count);
}

#[test]
fn it_may_still_go_on() {
    let mut story = Story::at_work(500, 3, 22);
    story.lines.retain(|line| line.record.at.unwrap() < at(NINE + 40 * MINUTE));
    story.fail_between(NINE, 3 * DAY, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "90033"))
    });
    let run = story.run();
    assert!(run.only("outage").description.contains("It was still going on at the end of the log"));
    // With ten sign-ins after it, it is over, though the window has not forgotten it.
    for who in 0..15 {
        story.push(Line::new(NINE + 41 * MINUTE + i64::try_from(who).unwrap(), who, Success));
    }
    let run = story.run();
    assert!(run.only("outage").description.contains("Sign-ins work again since 2026-03-04 09:41:00Z"));
}

#[test]
fn several_outages_in_one_log() {
    let mut story = Story::at_work(500, 4, 23);
    for began in [NINE, NINE + 5 * HOUR, NINE + DAY] {
        story.fail_between(began, began + 45 * MINUTE, |second, who| {
            (who % 10 < 8).then(|| Line::failure(second, who, Cause::ProviderOutage, "50087"))
        });
    }
    let run = story.run();
    assert_eq!(run.rules(), ["outage"; 3], "{:#?}", run.descriptions());
    for (index, began) in [NINE, NINE + 5 * HOUR, NINE + DAY].into_iter().enumerate() {
        let found = &run.findings[index];
        assert!((at(began)..at(began + 10 * MINUTE)).contains(&found.since), "{}", found.description);
        assert!(
            (at(began + 30 * MINUTE)..at(began + 45 * MINUTE)).contains(&found.until),
            "{}",
            found.description
        );
    }
    for event in run.with_code("50087") {
        let index = run.tenant.explains(event).unwrap();
        let found = &run.findings[index];
        assert!((found.since..=found.until).contains(&event.at().unwrap()));
    }
}

#[test]
fn two_providers_at_once() {
    let mut story = Story::at_work(500, 3, 24);
    let mut okta = Story::at_work(500, 3, 25);
    for line in &mut okta.lines {
        line.record.provider = Provider::Okta;
    }
    story.fail_between(NINE, NINE + HOUR, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    // Okta is well.
    story.lines.extend(okta.lines.clone());
    assert_eq!(story.run().only("outage").subject, Subject::Tenant { provider: Provider::Entra });
    story.lines.retain(|line| line.record.provider == Provider::Entra);
    okta.fail_between(NINE + 20 * MINUTE, NINE + HOUR, |second, who| {
        Some(Line::failure(second, who, Cause::Unknown, "INTERNAL").provider(Provider::Okta))
    });
    story.lines.extend(okta.lines);
    let run = story.run();
    let subjects: Vec<_> = run.findings.iter().map(|finding| finding.subject.clone()).collect();
    assert_eq!(
        subjects,
        [Subject::Tenant { provider: Provider::Entra }, Subject::Tenant { provider: Provider::Okta }]
    );
    assert!(run.with_code("INTERNAL").all(|event| run.tenant.explains(event) == Some(1)));
}

/// Three quiet hours, then within ten minutes `active` people of whom the last `failing` fail.
fn edge(active: usize, failing: usize, change: impl Fn(usize, &mut Line)) -> Story {
    let mut story = Story::default();
    for minute in 0..180 {
        for who in 0..6 {
            let who = (usize::try_from(minute).unwrap() * 6 + who) % 400;
            story.push(Line::new(minute * MINUTE, who, Success));
        }
    }
    let window = 195 * MINUTE;
    for who in 0..active - failing {
        story.push(Line::new(window + i64::try_from(who).unwrap(), who, Success));
    }
    for (index, who) in (active - failing..active).enumerate() {
        let mut line = Line::failure(window + 5 * MINUTE, who, Cause::ProviderOutage, "50087");
        change(index, &mut line);
        story.push(line);
    }
    story
}

fn fires(story: &Story) -> bool {
    let run = story.run();
    assert!(run.rules().iter().all(|rule| *rule == "outage"));
    !run.findings.is_empty()
}

#[test]
fn the_edges() {
    // The share of the people.
    assert!(!fires(&edge(100, 19, |_, _| ())));
    assert!(!fires(&edge(100, 20, |_, _| ())));
    assert!(fires(&edge(100, 21, |_, _| ())));
    // The people.
    assert!(!fires(&edge(20, 9, |_, _| ())));
    assert!(fires(&edge(20, 10, |_, _| ())));
    // The networks.
    let on = |networks: usize| {
        move |index: usize, line: &mut Line| *line = line.clone().on_network(7 + index % networks)
    };
    assert!(!fires(&edge(30, 12, on(4))));
    assert!(fires(&edge(30, 12, on(5))));
    // One network with half of them, or more.
    let crowded = |users: usize| {
        move |index: usize, line: &mut Line| {
            *line = line.clone().on_network(if index < users { 7 } else { 100 + index });
        }
    };
    assert!(fires(&edge(30, 12, crowded(6))));
    assert!(!fires(&edge(30, 12, crowded(7))));
    // The window: ten people, the first of whom fails well before the others.
    let early = |seconds: i64| {
        move |index: usize, line: &mut Line| {
            let second = 205 * MINUTE - if index == 0 { seconds } else { 0 };
            line.record.at = Some(at(second));
        }
    };
    assert!(fires(&edge(20, 10, early(600 * SECOND))));
    assert!(!fires(&edge(20, 10, early(601 * SECOND))));
}

#[test]
fn the_edges_are_settings() {
    let story = edge(100, 15, |_, _| ());
    let settings = Settings::from_toml("outage.share = 0.1").unwrap();
    assert_eq!(story.run_with(&settings, &mut Random(1)).rules(), ["outage"]);
    assert!(!fires(&story));
}

#[test]
fn the_people_hidden_or_the_network_unknown_prove_nothing() {
    assert!(!fires(&edge(40, 30, |_, line| line.record.person = None)));
    assert!(!fires(&edge(40, 30, |_, line| line.record.ip = None)));
}

#[test]
fn a_log_that_begins_in_the_middle() {
    let log = |cause| {
        let mut story = Story::default();
        for who in 0..60 {
            let second = i64::try_from(who).unwrap() * 9;
            let failed = Line::failure(second, who, cause, "50087");
            story.push(if who % 4 == 0 { Line::new(second, who, Success) } else { failed });
        }
        story.run()
    };
    let run = log(Cause::ProviderOutage);
    assert_eq!(run.only("outage").confidence, Confidence::Low);
    assert!(log(Cause::Unknown).findings.is_empty());
}

#[test]
fn monday_morning_is_none() {
    let mut story = Story::at_work(600, 3, 31);
    let mut random = Random(6);
    // Three times as many, and with them three times as many mistakes.
    for who in 0..600 {
        let second = 3 * DAY + 8 * HOUR + random.within(40 * MINUTE);
        story.sign_in(second, who, &mut random);
        if random.chance(15) {
            story.push(Line::failure(second - 20, who, Cause::BadPassword, "50126"));
        }
    }
    let run = story.run();
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn the_day_that_passwords_expire_is_none() {
    // They change it themselves and get in; or they need the desk and do not.
    for minutes in [2, 300] {
        let mut story = Story::at_work(500, 3, 32);
        let mut random = Random(8);
        for who in 0..400 {
            let second = 3 * DAY + 8 * HOUR + random.within(90 * MINUTE);
            story.push(Line::failure(second, who, Cause::BadPassword, "50055"));
            story.push(Line::failure(second + 60, who, Cause::BadPassword, "50055"));
            story.push(Line::new(second + minutes * MINUTE, who, Success));
        }
        let run = story.run();
        assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
    }
}

/// Three days of work, and on the third many wrong passwords for many people.
fn sprayed(change: impl Fn(usize, Line) -> Line) -> StoryRun {
    let mut story = Story::at_work(500, 3, 33);
    let mut random = Random(9);
    for index in 0..1500 {
        let who = index % 900;
        let second = NINE + random.within(40 * MINUTE);
        let line = Line::failure(second, who, Cause::BadPassword, "50126").on_network(2000 + index % 300);
        story.push(change(index, line));
    }
    story.run()
}

#[test]
fn a_spray_is_none() {
    let silent = |run: StoryRun| assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
    silent(sprayed(|_, line| line.unfamiliar()));
    silent(sprayed(|_, line| line.unsure()));
    // From a few networks, known or not.
    silent(sprayed(|index, line| line.on_network(3000 + index % 3)));
    silent(sprayed(|index, line| line.on_network(3000 + index % 3).unfamiliar()));
    // With a code that we do not know.
    silent(sprayed(|_, line| {
        let mut line = line.unfamiliar();
        line.record.result = AttemptResult::Failure(Cause::Unknown);
        line
    }));
}

#[test]
fn an_outage_is_seen_through_a_spray() {
    let mut story = Story::at_work(500, 3, 34);
    story.fail_between(NINE, NINE + HOUR, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    let mut random = Random(10);
    for index in 0..4000 {
        let second = NINE + random.within(HOUR);
        let line = Line::failure(second, 600 + index, Cause::BadPassword, "50126").on_network(2000 + index);
        story.push(line.unfamiliar());
    }
    assert!(story.run().only("outage").description.contains("50087"));
}

#[test]
fn one_office_cut_off_is_none() {
    let run = struck(90, |second, who| Line::failure(second, who, Cause::Unknown, "50087").on_network(9));
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn what_is_done_to_accounts_is_none() {
    for cause in [
        Cause::AccountLocked,
        Cause::AccountDisabled,
        Cause::SessionExpired,
        Cause::MfaNotEnrolled,
        Cause::FactorDisabled,
        Cause::MfaFraudReported,
    ] {
        let run = struck(90, outage(cause, "500"));
        assert!(run.findings.is_empty(), "{cause:?}: {:#?}", run.descriptions());
    }
}

#[test]
fn a_small_tenant_has_none() {
    let mut story = Story::at_work(6, 12, 35);
    story.fail_between(9 * DAY, 10 * DAY, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    let run = story.run();
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn background_use_of_tokens_neither_makes_nor_hides_one() {
    // Everybody's mail program fails, and people get in.
    let mut story = Story::at_work(500, 3, 36);
    let failing: Vec<_> = (0..500)
        .map(|who| {
            Line::failure(NINE + i64::try_from(who).unwrap(), who, Cause::ProviderOutage, "50087")
                .background()
        })
        .collect();
    story.lines.extend(failing);
    assert!(story.run().findings.is_empty());
    // Nobody gets in, and everybody's mail program goes on.
    let mut story = Story::at_work(500, 3, 36);
    story.fail_between(NINE, NINE + HOUR, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    for second in 0..HOUR {
        for who in [0, 1, 2] {
            let who = (usize::try_from(second).unwrap() * 3 + who) % 2000;
            story.push(Line::new(NINE + second, who, Success).background());
        }
    }
    let run = story.run();
    assert!(run.only("outage").description.contains("50087"));
}

#[test]
fn a_code_that_always_troubles_some_is_none() {
    let mut story = Story::at_work(500, 4, 37);
    let mut random = Random(3);
    story.fail_between(0, 4 * DAY, |second, who| {
        random.chance(25).then(|| Line::failure(second, who, Cause::Unknown, "7777"))
    });
    let run = story.run();
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}
