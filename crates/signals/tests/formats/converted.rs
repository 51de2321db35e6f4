//! A log that was converted to OCSF says what the log said.

use postern_signals::{Diagnosis, Parsed, PersonReport, Position, Report, SignIn, ocsf};

use crate::samples::{all, look, read_as};

#[test]
fn every_record_comes_back_from_ocsf() {
    for sample in all() {
        let record = sample.read();
        let line = ocsf::to_line(&record).unwrap();
        assert_eq!(look(&line), Parsed::Attempt(record.clone()), "{}", sample.shape);
        assert_eq!(
            read_as(&line, postern_signals::Provider::Ocsf),
            Parsed::Attempt(record),
            "{}",
            sample.shape
        );
        assert!(
            matches!(read_as(&line, sample.provider), Parsed::Foreign(_))
                || line == sample.text
                || sample.provider == postern_signals::Provider::Ocsf,
            "{}",
            sample.shape
        );
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
    let converted: Vec<_> = originals
        .iter()
        .map(|record| match look(&ocsf::to_line(record).unwrap()) {
            Parsed::Attempt(record) => record,
            other => panic!("{other:?}"),
        })
        .collect();
    let (original, converted) = (diagnose(&originals), diagnose(&converted));
    assert!(original.people.iter().any(|person: &PersonReport| !person.findings.is_empty()));
    assert_eq!(converted, original);
}
