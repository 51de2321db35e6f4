use super::story::{DAY, HOUR, Line, MINUTE, Random, SECOND, Story, StoryRun, at};
use crate::{
    cause::Cause,
    finding::{Confidence, Severity, Subject},
    record::{AttemptResult, Method, Provider},
    settings::Settings,
};
use AttemptResult::Success;

/// Thursday, 13:00.
const ONE: i64 = 3 * DAY + 13 * HOUR;

/// A tenth of 600 people uses text messages, a tenth calls. For two hours, some of the messages do not come.
fn struck(method: Method, line: impl Fn(i64, usize) -> Option<Line>) -> Story {
    let mut story = Story::at_work(600, 4, 51);
    let uses = |who: usize| match method {
        Method::Sms => who.is_multiple_of(10),
        _ => who % 10 == 5,
    };
    story.fail_between(ONE, ONE + 2 * HOUR, |second, who| if uses(who) { line(second, who) } else { None });
    story
}

fn lost(cause: Cause, method: Method) -> impl Fn(i64, usize) -> Option<Line> {
    move |second, who| Some(Line::failure(second, who, cause, "lost").by(method))
}

fn silent(run: &StoryRun) {
    assert!(run.findings.is_empty(), "{:#?}", run.descriptions());
}

#[test]
fn the_story_of_lost_messages() {
    let run = struck(Method::Sms, lost(Cause::MfaDeliveryFailed, Method::Sms)).run();
    let found = run.only("sms_trouble");
    assert_eq!(found.subject, Subject::Tenant { provider: Provider::Entra });
    assert_eq!((found.severity, found.confidence), (Severity::Notice, Confidence::High));
    let lost: Vec<_> = run.with_code("lost").collect();
    assert!(found.since <= at(ONE + 15 * MINUTE) && found.since >= at(ONE), "{}", found.description);
    assert_eq!(Some(found.until), lost.last().unwrap().at());
    // Others whose message does not come meanwhile count too.
    let all = run
        .events
        .iter()
        .filter(|event| crate::tenant::sms::is_trouble(event) && event.method() == Method::Sms);
    let all = all.filter(|event| (found.since..=found.until).contains(&event.at().unwrap()));
    assert_eq!(found.count, all.count() as u64);
    assert_eq!(run.evidence(found)[0].position(), lost[0].position());
    assert!(
        found.description.contains("text messages") && found.description.contains("They arrive again since"),
        "{}",
        found.description
    );
    assert!(lost.iter().all(|event| run.tenant.explains(event) == Some(0)));
}

#[test]
fn every_shape_it_comes_in() {
    for method in [Method::Sms, Method::Voice] {
        for cause in [Cause::MfaDeliveryFailed, Cause::MfaRateLimited, Cause::MfaNoResponse] {
            let run = struck(method, lost(cause, method)).run();
            let found = run.only("sms_trouble");
            assert_eq!(found.title.contains("Calls"), method == Method::Voice);
            assert_eq!(found.confidence == Confidence::Medium, cause == Cause::MfaNoResponse);
        }
    }
}

#[test]
fn both_lines_at_once_are_two() {
    let mut story = struck(Method::Sms, lost(Cause::MfaDeliveryFailed, Method::Sms));
    story.fail_between(ONE, ONE + 2 * HOUR, |second, who| {
        (who % 10 == 5)
            .then(|| Line::failure(second, who, Cause::MfaDeliveryFailed, "lost").by(Method::Voice))
    });
    assert_eq!(story.run().rules(), ["sms_trouble"; 2]);
}

#[test]
fn it_may_still_go_on() {
    let mut story = struck(Method::Sms, lost(Cause::MfaDeliveryFailed, Method::Sms));
    story.lines.retain(|line| line.record.at.unwrap() < at(ONE + HOUR));
    assert!(
        story.run().only("sms_trouble").description.contains("It was still going on at the end of the log")
    );
}

#[test]
fn one_person_who_asks_too_often_is_none() {
    let mut story = Story::at_work(600, 4, 52);
    for index in 0..40 {
        story.push(Line::failure(ONE + index * 30, 10, Cause::MfaRateLimited, "50088").by(Method::Sms));
    }
    silent(&story.run());
}

#[test]
fn an_outage_of_everything_is_none() {
    let mut story = Story::at_work(600, 4, 53);
    story.fail_between(ONE, ONE + 2 * HOUR, |second, who| {
        let line = |cause| Line::failure(second, who, cause, "lost");
        Some(match who % 10 {
            0 => line(Cause::MfaDeliveryFailed).by(Method::Sms),
            5 => line(Cause::MfaNoResponse).by(Method::Voice),
            _ => line(Cause::ProviderOutage).by(Method::Push),
        })
    });
    story.run().only("outage");
}

#[test]
fn messages_that_strangers_ask_for_are_none() {
    let mut story = Story::at_work(600, 4, 54);
    for index in 0..300 {
        let second = ONE + i64::try_from(index).unwrap() * 5;
        story.push(
            Line::failure(second, index * 2, Cause::MfaRateLimited, "50088").by(Method::Sms).unfamiliar(),
        );
    }
    silent(&story.run());
}

#[test]
fn a_push_that_nobody_answers_is_none() {
    let mut story = Story::at_work(600, 4, 55);
    for who in 0..8 {
        let second = ONE + i64::try_from(who).unwrap() * 60;
        story.push(Line::failure(second, who * 10 + 1, Cause::MfaNoResponse, "500121").by(Method::Push));
    }
    silent(&story.run());
}

#[test]
fn a_method_that_never_worked_is_none() {
    let mut story = Story::at_work(600, 4, 56);
    story.fail_between(0, 4 * DAY, |second, who| {
        (who % 10 == 0).then(|| Line::failure(second, who, Cause::MfaDeliveryFailed, "lost").by(Method::Sms))
    });
    silent(&story.run());
}

/// Two days on which text messages work; then, in the evening, this many that do not and this many that do.
fn edge(lost: usize, arrived: usize, first: i64) -> Story {
    let mut story = Story::at_work(400, 2, 57);
    let evening = DAY + 22 * HOUR;
    for index in 0..lost {
        let second = evening - if index == 0 { first } else { 0 };
        story.push(Line::failure(second, index * 10, Cause::MfaDeliveryFailed, "lost").by(Method::Sms));
    }
    for index in lost..lost + arrived {
        story.push(Line::new(evening - 5 * MINUTE, index * 10, Success).by(Method::Sms));
    }
    story
}

#[test]
fn the_edges() {
    let fires = |lost, arrived, first| !edge(lost, arrived, first).run().findings.is_empty();
    assert_eq!([fires(4, 0, 0), fires(5, 0, 0)], [false, true]);
    assert_eq!([fires(5, 0, 30 * MINUTE), fires(5, 0, 30 * MINUTE + SECOND)], [true, false]);
    // Halved: with nearly all arriving usually, half of ten is no more than half; six of eleven is.
    assert_eq!([fires(6, 4, 0), fires(5, 6, 0)], [true, false]);
}

#[test]
fn the_edges_are_settings() {
    let settings = Settings::from_toml("sms.people = 4").unwrap();
    assert_eq!(edge(4, 0, 0).run_with(&settings, &mut Random(1)).rules(), ["sms_trouble"]);
}
