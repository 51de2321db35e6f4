mod outage;
mod policy;
mod sms;
mod story;

use super::*;
use crate::{cause::Cause, record::Method};
use story::{HOUR, Line, MINUTE, Random, Story, at};

#[test]
fn an_organisation_at_work_shows_nothing() {
    for (people, days, seed) in [(400, 5, 1), (400, 5, 2), (60, 12, 3), (6, 12, 4), (1500, 2, 5)] {
        let run = Story::at_work(people, days, seed).run();
        assert!(run.findings.is_empty(), "{people} people, seed {seed}: {:#?}", run.descriptions());
    }
}

#[test]
fn the_order_of_events_with_one_time_does_not_matter() {
    let mut story = Story::at_work(500, 3, 7);
    let began = 2 * story::DAY + 9 * HOUR;
    let mut random = Random(5);
    story.fail_between(began, began + HOUR, |second, who| {
        random.chance(60).then(|| Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    story.fail_between(began + 2 * HOUR, began + 4 * HOUR, |second, who| {
        let line = || Line::failure(second, who, Cause::PolicyBlock, "53003").policy("Only managed devices");
        random.chance(50).then(line)
    });
    for who in 0..60_u16 {
        let second = began + 3 * HOUR + i64::from(who) * 20;
        story.push(
            Line::failure(second, usize::from(who) * 5, Cause::MfaDeliveryFailed, "500121").by(Method::Sms),
        );
    }
    // Many events with one time each.
    for line in &mut story.lines {
        let coarse = line.record.at.unwrap().as_second().div_euclid(60) * 60;
        line.record.at = Some(jiff::Timestamp::from_second(coarse).unwrap());
    }
    let first = story.run();
    assert_eq!(
        first.rules(),
        ["outage", "policy_misconfiguration", "sms_trouble"],
        "{:#?}",
        first.descriptions()
    );
    for seed in 2..8 {
        let run = story.run_with(&Settings::default(), &mut Random(seed));
        assert_eq!(run.findings, first.findings);
        assert_eq!(run.tenant.chart(), first.tenant.chart());
    }
}

#[test]
fn asking_early_changes_nothing_later() {
    let mut story = Story::at_work(400, 3, 11);
    let began = 2 * story::DAY + 9 * HOUR;
    story.fail_between(began, began + HOUR, |second, who| {
        Some(Line::failure(second, who, Cause::ProviderOutage, "50087"))
    });
    let run = story.run();
    let (mut tenant, mut open, mut findings) = (Tenant::new(&Settings::default()), 0, Vec::new());
    for event in &run.events {
        tenant.take(event);
        if (at(began)..at(began + 90 * MINUTE)).contains(&event.at().unwrap()) {
            findings = tenant.findings(&run.texts);
            open +=
                usize::from(findings.iter().any(|finding| finding.description.contains("still going on")));
            // Explained as soon as it is found, and by that finding.
            if findings.len() == 1 && event.result() == AttemptResult::Failure(Cause::ProviderOutage) {
                assert_eq!(tenant.explains(event), Some(0));
            }
        }
    }
    assert!(open > 100, "{open}");
    assert_eq!(tenant.findings(&run.texts), run.findings);
    assert_eq!(findings.len(), 1);
}

#[test]
fn the_chart_counts_every_attempt_once() {
    let run = Story::at_work(50, 30, 9).run();
    let buckets = run.tenant.chart();
    assert!(buckets.len() <= 500 && buckets.len() > 100, "{}", buckets.len());
    let attempts = run.events.iter().filter(|event| event.interactive()).count() as u64;
    assert_eq!(buckets.iter().map(|bucket| bucket.attempts).sum::<u64>(), attempts);
    assert!(buckets.iter().all(|bucket| bucket.people <= 50 && bucket.failures <= bucket.attempts));
    assert!(buckets.is_sorted_by_key(|bucket| bucket.from));
}

#[test]
fn events_without_time_or_far_too_late_are_left_out() {
    let mut story = Story::default();
    story.push(Line::new(0, 1, AttemptResult::Success));
    let run = story.run();
    let mut tenant = run.tenant;
    let mut late = Line::new(-HOUR, 2, AttemptResult::Success);
    let texts = &run.texts;
    tenant.take(&Event::of(&late.record, &mut crate::event::Writer::new(texts)));
    late.record.at = None;
    tenant.take(&Event::of(&late.record, &mut crate::event::Writer::new(texts)));
    assert_eq!(tenant.chart().iter().map(|bucket| bucket.attempts).sum::<u64>(), 1);
}

#[test]
fn it_can_be_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Tenant>();
}
