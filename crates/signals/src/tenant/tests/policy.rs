use super::story::{DAY, HOUR, Line, MINUTE, Random, SECOND, Story, StoryRun, at};
use crate::{
    cause::Cause,
    finding::{Confidence, Severity, Subject},
    record::{AttemptResult, Flag, Lifecycle, Method, Provider},
    settings::Settings,
};
use AttemptResult::Success;

/// Thursday, 10:00.
const TEN: i64 = 3 * DAY + 10 * HOUR;
const NAME: &str = "Only managed devices";

fn block(second: i64, who: usize) -> Line {
    Line::failure(second, who, Cause::PolicyBlock, "53003").policy(NAME)
}

fn change(second: i64, policy: &'static str) -> Line {
    let mut line = Line::new(second, 9999, AttemptResult::Lifecycle(Lifecycle::PolicyChanged)).policy(policy);
    line.record.actor = Some("admin@corp.example".into());
    line
}

/// Five days of 300 people. From Thursday ten o'clock until `end`, a third of them is blocked.
fn blocked(end: i64, line: impl Fn(i64, usize) -> Line) -> Story {
    let mut story = Story::at_work(300, 5, 41);
    story.fail_between(TEN, end, |second, who| (who % 3 == 0).then(|| line(second, who)));
    story
}

fn silent(story: &Story) {
    let run = story.run();
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn the_story_of_a_policy_gone_wrong() {
    let mut story = blocked(TEN + 3 * HOUR, block);
    story.push(change(TEN - 20 * MINUTE, NAME));
    story.push(change(TEN - 10 * MINUTE, "Another"));
    story.push(change(TEN - 2 * HOUR, NAME));
    let run = story.run();
    let found = run.only("policy_misconfiguration");
    assert_eq!(found.subject, Subject::Policy { provider: Provider::Entra, policy: NAME.into() });
    assert_eq!((found.severity, found.confidence), (Severity::Warning, Confidence::High));
    let blocks: Vec<_> = run.with_code("53003").collect();
    assert_eq!(Some(found.since), blocks[0].at());
    assert_eq!(Some(found.until), blocks.last().unwrap().at());
    assert_eq!(found.count, blocks.len() as u64);
    let evidence = run.evidence(found);
    assert_eq!(evidence.len(), 20);
    assert_eq!(evidence[0].at(), Some(at(TEN - 20 * MINUTE)));
    assert_eq!(evidence[0].result(), AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    let places =
        |events: &[&crate::event::Event]| events.iter().map(|event| event.position()).collect::<Vec<_>>();
    assert_eq!(found.evidence[1..], places(&blocks[..19]));
    for part in
        [NAME, "It was changed by admin@corp.example at 2026-03-05 09:40:00Z", "It blocked nobody after"]
    {
        assert!(found.description.contains(part), "{part}: {}", found.description);
    }
    assert!(blocks.iter().all(|event| run.tenant.explains(event) == Some(0)));
    assert!(run.with_code("50126").all(|event| run.tenant.explains(event).is_none()));
}

#[test]
fn a_change_is_named_only_where_it_may_be_the_reason() {
    let first_finding = |lines: &[Line]| {
        let mut story = blocked(TEN + 3 * HOUR, block);
        story.lines.extend(lines.iter().cloned());
        let run = story.run();
        let found = run.only("policy_misconfiguration");
        (found.description.clone(), found.confidence, run.evidence(found)[0].result(), found.since)
    };
    let blocks = AttemptResult::Failure(Cause::PolicyBlock);
    let (description, confidence, first, since) = first_finding(&[]);
    assert!(!description.contains("was changed"), "{description}");
    assert_eq!((confidence, first), (Confidence::Medium, blocks));
    let began = since.as_second() - at(0).as_second();
    let (description, ..) = first_finding(&[change(began - HOUR, NAME)]);
    assert!(description.contains("It was changed by"), "{description}");
    for second in [began - HOUR - SECOND, began + SECOND] {
        let (description, _, first, _) = first_finding(&[change(second, NAME)]);
        assert!(!description.contains("was changed"), "{description}");
        assert_eq!(first, blocks);
    }
    let (description, confidence, ..) = first_finding(&[change(began - MINUTE, "Another")]);
    assert!(description.contains("Another policy, \u{201c}Another\u{201d}, was changed"), "{description}");
    assert_eq!(confidence, Confidence::Medium);
    // Entra's changes may stand in the log of Microsoft 365; Okta's say nothing about it.
    let (description, ..) = first_finding(&[change(began - MINUTE, NAME).provider(Provider::M365)]);
    assert!(description.contains("It was changed by"), "{description}");
    let (description, ..) = first_finding(&[change(began - MINUTE, NAME).provider(Provider::Okta)]);
    assert!(!description.contains("was changed"), "{description}");
}

#[test]
fn it_may_still_block_and_nights_are_no_end() {
    let run = blocked(5 * DAY, block).run();
    let found = run.only("policy_misconfiguration");
    assert!(found.description.contains("It still did at the end of the log"), "{}", found.description);
    assert_eq!(found.count, run.with_code("53003").count() as u64);
}

#[test]
fn another_one_a_week_later_is_another() {
    let mut story = Story::at_work(300, 14, 42);
    for began in [TEN, TEN + 7 * DAY] {
        story.fail_between(began, began + 2 * HOUR, |second, who| (who % 3 == 0).then(|| block(second, who)));
    }
    let run = story.run();
    assert_eq!(run.rules(), ["policy_misconfiguration"; 2], "{:#?}", run.descriptions());
    assert!(run.findings[1].since >= at(TEN + 7 * DAY));
}

#[test]
fn the_name_may_be_missing() {
    let named = |line: fn(i64, usize) -> Line| {
        blocked(TEN + HOUR, line).run().only("policy_misconfiguration").subject.clone()
    };
    let policy = |policy: &str| Subject::Policy { provider: Provider::Entra, policy: policy.into() };
    assert_eq!(named(|second, who| Line::failure(second, who, Cause::PolicyBlock, "53003")), policy("53003"));
    let bare = |second, who| Line::new(second, who, AttemptResult::Failure(Cause::DeviceBlock));
    assert_eq!(named(bare), policy("device_block"));
}

#[test]
fn clients_that_cannot_do_mfa_have_words_of_their_own() {
    let run = blocked(TEN + 4 * HOUR, |second, who| {
        let mut line = block(second, who).background();
        line.record.legacy = true;
        line.record.method = Method::Password;
        line
    })
    .run();
    let found = run.only("policy_misconfiguration");
    assert!(found.title.contains("clients that cannot do MFA"));
    assert!(found.remediation.contains("Do not switch the policy off"), "{}", found.remediation);
    assert!(found.description.contains("with a client that cannot do MFA"));
}

#[test]
fn a_policy_that_always_blocked_is_none() {
    // Other people every day, all over the day; the same people every morning; other people every morning.
    type Pick = fn(&mut Random, usize) -> (i64, usize);
    let pick: [Pick; 3] = [
        |random, _| (random.office_time(), random.below(300)),
        |random, index| (9 * HOUR + random.within(40 * MINUTE), index),
        |random, _| (9 * HOUR + random.within(40 * MINUTE), random.below(300)),
    ];
    for (index, pick) in pick.into_iter().enumerate() {
        for per_day in [4, 8, 20] {
            let mut story = Story::at_work(300, 12, 43);
            let mut random = Random(44 + per_day as u64);
            for day in 0..12 {
                for index in 0..per_day {
                    let (second, who) = pick(&mut random, index);
                    story.push(block(day * DAY + second, who));
                }
            }
            let run = story.run();
            assert!(run.findings.is_empty(), "{index}, {per_day} a day: {:#?}", run.descriptions());
        }
    }
}

#[test]
fn a_policy_that_stops_an_attack_is_none() {
    silent(&blocked(TEN + 2 * HOUR, |second, who| block(second, who).unfamiliar()));
    for flag in [Flag::Risk, Flag::MaliciousAddress] {
        silent(&blocked(TEN + 2 * HOUR, |second, who| {
            let mut line = block(second, who);
            line.record.flag = Some(flag);
            line
        }));
    }
    // Unfamiliar networks among its people do not hide it.
    let mut story = blocked(TEN + 2 * HOUR, block);
    for who in 0..200 {
        story.push(block(TEN + i64::try_from(who).unwrap() * 20, who).unfamiliar());
    }
    assert_eq!(story.run().rules(), ["policy_misconfiguration"]);
    let run = story.run();
    let is_unfamiliar =
        |event: &&crate::event::Event| event.familiarity().0 == crate::event::Familiarity::New;
    assert!(run.with_code("53003").filter(is_unfamiliar).all(|event| run.tenant.explains(event).is_none()));
}

#[test]
fn people_who_never_got_in_are_none() {
    // A new office, whose people have no account with the device team yet.
    let mut story = Story::at_work(300, 5, 45);
    for who in 0..60 {
        story.push(block(TEN + i64::try_from(who).unwrap() * 30, 500 + who));
    }
    silent(&story);
}

#[test]
fn background_use_of_tokens_makes_none() {
    silent(&blocked(TEN + 2 * HOUR, |second, who| block(second, who).background()));
}

/// Five days of work, then this many people, of whom some had never signed in, at these times.
fn edge(people: usize, unfamiliar: usize, first: i64) -> StoryRun {
    let mut story = Story::at_work(300, 5, 46);
    for index in 0..people {
        let who = if index < unfamiliar { 700 + index } else { index };
        let second = if index == 0 { 4 * DAY + 20 * HOUR - first } else { 4 * DAY + 20 * HOUR };
        story.push(block(second, who));
    }
    story.run()
}

#[test]
fn the_edges() {
    assert!(edge(4, 0, MINUTE).findings.is_empty());
    assert_eq!(edge(5, 0, MINUTE).rules(), ["policy_misconfiguration"]);
    assert_eq!(edge(5, 1, MINUTE).rules(), ["policy_misconfiguration"]);
    assert!(edge(5, 2, MINUTE).findings.is_empty());
    assert_eq!(edge(5, 0, HOUR).rules(), ["policy_misconfiguration"]);
    assert!(edge(5, 0, HOUR + SECOND).findings.is_empty());
}

#[test]
fn a_young_log_takes_twice_as_many_or_the_change_itself() {
    let young = |people: usize, changed: bool| {
        let mut story = Story::default();
        for who in 0..100 {
            story.push(Line::new(8 * HOUR + i64::try_from(who).unwrap() * 60, who, Success));
        }
        for who in 0..people {
            story.push(block(11 * HOUR + i64::try_from(who).unwrap() * 60, who));
        }
        if changed {
            story.push(change(11 * HOUR - MINUTE, NAME));
        }
        story.run().rules().len()
    };
    assert_eq!([young(9, false), young(10, false), young(4, true), young(5, true)], [0, 1, 0, 1]);
}

#[test]
fn the_edges_are_settings() {
    let mut story = Story::at_work(300, 5, 46);
    for who in 0..3 {
        story.push(block(4 * DAY + 20 * HOUR, who));
    }
    silent(&story);
    let settings = Settings::from_toml("policy.people = 3").unwrap();
    assert_eq!(story.run_with(&settings, &mut Random(1)).rules(), ["policy_misconfiguration"]);
}
