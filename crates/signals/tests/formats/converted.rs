//! A log that was converted says what the log said.

use postern_signals::{Diagnosis, Parsed, Position, Provider, Report, SignIn, ocsf, postern};

use crate::samples::{all, attempt, look, read_as};

/// The two forms that are written.
fn written(record: &SignIn<'_>) -> [(Provider, String); 2] {
    [(Provider::Ocsf, ocsf::to_line(record).unwrap()), (Provider::Postern, postern::to_line(record).unwrap())]
}

#[test]
fn every_record_comes_back_from_what_is_written() {
    for sample in all() {
        let record = sample.read();
        for (form, line) in written(&record) {
            assert_eq!(look(&line), Parsed::Attempt(record.clone()), "{} as {form:?}", sample.shape);
            for provider in Provider::ALL.into_iter().filter(|provider| *provider != form) {
                let parsed = read_as(&line, provider);
                assert!(
                    matches!(parsed, Parsed::Unrecognised(_)),
                    "{} as {form:?}: {parsed:?}",
                    sample.shape
                );
            }
        }
    }
}

fn diagnose(records: &[SignIn<'static>]) -> Report {
    let mut diagnosis = Diagnosis::default();
    for (record, line) in records.iter().zip(1..) {
        diagnosis.observe(SignIn { position: Position { file: 0, line }, ..record.clone() });
    }
    diagnosis.finish().unwrap()
}

#[test]
fn people_and_findings_are_those_of_the_original() {
    // Enough failures of each for something to be found.
    let originals: Vec<_> = all()
        .flat_map(|sample| {
            (0..12).map(|minute| {
                let mut record = sample.read();
                record.at = record.at.map(|at| at + jiff::SignedDuration::from_mins(minute));
                record.record_id = record.record_id.map(|id| format!("{id}-{minute}").into());
                record
            })
        })
        .collect();
    let original = diagnose(&originals);
    assert!(original.people.iter().any(|person| !person.findings.is_empty()));
    for form in 0..2 {
        let converted: Vec<_> = originals.iter().map(|record| attempt(&written(record)[form].1)).collect();
        assert_eq!(diagnose(&converted), original);
    }
}
