//! Records of all providers in one file, in any order, once and again.

use postern_signals::{Diagnosis, Parsed, ReadOptions, Report, read};
use proptest::{prelude::*, sample::select};

use crate::{
    samples::{Sample, all, lines},
    wrapped::records,
};

/// Those that can share a file: all but the rows of tables.
fn unheaded() -> Vec<&'static Sample> {
    all().filter(|sample| sample.header().is_none()).collect()
}

fn file(samples: &[&Sample]) -> String {
    lines(samples.iter().map(|sample| sample.text))
}

/// Of which nobody takes one for two: within a second, two tries may look the same in a log without ids.
fn distinct_samples() -> Vec<&'static Sample> {
    unheaded().into_iter().filter(|sample| !sample.shape.starts_with("Authelia")).collect()
}

/// A file for each of the others.
fn tables() -> impl Iterator<Item = String> {
    let rows = all().filter(|sample| sample.header().is_some());
    rows.map(|sample| sample.file(&[sample.text.to_owned()]))
}

fn diagnose(files: &[String]) -> Report {
    let mut diagnosis = Diagnosis::default();
    for (file, text) in (0..).zip(files) {
        let options = ReadOptions { file, ..ReadOptions::default() };
        read(text.as_bytes(), options, |position, parsed| diagnosis.take(position, parsed)).unwrap();
    }
    diagnosis.finish().unwrap()
}

/// What the report says of people, but for where it was read.
fn people(report: &Report) -> Vec<String> {
    let row = |person: &postern_signals::PersonReport| {
        let (state, cause, why) = (person.state, person.cause, &person.why);
        let numbers = (person.attempts, person.failures, person.last_attempt, person.reset_helps);
        let timeline: Vec<_> =
            person.timeline.iter().map(|moment| (moment.at, moment.result, moment.method)).collect();
        format!(
            "{} {} {state:?} {cause:?} {why} {numbers:?} {timeline:?}",
            person.provider.as_str(),
            person.person
        )
    };
    report.people.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn each_still_goes_to_its_own_reader(
        order in Just(unheaded()).prop_shuffle(),
        again in Just(unheaded()).prop_shuffle(),
    ) {
        let order = [order, again].concat();
        let text = file(&order);
        let expected: Vec<_> = order.iter().map(|sample| Parsed::Attempt(sample.read())).collect();
        prop_assert_eq!(records(text.as_bytes(), ReadOptions::default()), expected);
    }

    #[test]
    fn so_it_does_in_one_array(order in Just(unheaded()).prop_shuffle()) {
        let order: Vec<_> = order.into_iter().filter(|sample| sample.is_json()).collect();
        let texts: Vec<_> = order.iter().map(|sample| sample.text).collect();
        let expected: Vec<_> = order.iter().map(|sample| Parsed::Attempt(sample.read())).collect();
        let file = format!("[{}]", texts.join(",\n"));
        prop_assert_eq!(records(file.as_bytes(), ReadOptions::default()), expected);
    }

    #[test]
    fn what_comes_twice_or_late_counts_once(
        order in Just(unheaded()).prop_shuffle(),
        repeated in proptest::collection::vec(select(distinct_samples()), 0..60),
    ) {
        let mut once = vec![file(&unheaded())];
        once.extend(tables());
        let mut again = vec![file(&order), file(&repeated)];
        again.extend(tables());
        let (once, again) = (diagnose(&once), diagnose(&again));
        prop_assert_eq!(once.totals.repeated, 0);
        prop_assert_eq!(once.totals.attempts, all().count() as u64);
        prop_assert_eq!(again.totals.repeated, repeated.len() as u64);
        prop_assert_eq!(people(&again), people(&once));
    }
}

#[test]
fn within_a_second_two_tries_are_two() {
    let authelia: Vec<_> = all().filter(|sample| sample.shape.starts_with("Authelia")).collect();
    let report = diagnose(&[file(&authelia), file(&authelia)]);
    assert_eq!((report.totals.attempts, report.totals.repeated), (4, 0));
}

#[test]
fn every_provider_has_its_own_mia() {
    let mut files = vec![file(&unheaded())];
    files.extend(tables());
    let report = diagnose(&files);
    assert_eq!(report.totals.people, 15, "{:?}", people(&report));
    assert_eq!((report.totals.unrecognised, report.totals.malformed, report.totals.unnamed), (0, 0, 0));
    let mut interrupted = report.people.iter().filter(|person| person.failures == 0);
    assert!(interrupted.next().is_none());
}
