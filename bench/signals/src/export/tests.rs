use postern_signals::{AttemptResult, Diagnosis, Parsed, ReadOptions, read};

use super::*;

const SMALL: Size = Size { records: 20_000, people: 500, seed: 1 };

fn written(size: Size) -> (Vec<u8>, Key) {
    let mut bytes = Vec::new();
    let key = Export::new(size).write(&mut bytes).unwrap();
    (bytes, key)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let (one, key) = written(SMALL);
    assert_eq!((one.clone(), key), written(SMALL));
    assert_ne!(one, written(Size { seed: 2, ..SMALL }).0);
}

#[test]
fn a_reader_finds_what_the_key_says() {
    let (bytes, key) = written(SMALL);
    let mut diagnosis = Diagnosis::default();
    let mut misread = Vec::new();
    read(&bytes[..], ReadOptions::default(), |position, parsed| {
        match &parsed {
            Parsed::Attempt(record) if matches!(record.result, AttemptResult::Failure(_)) => {
                if record.detail.is_none() {
                    misread.push(position);
                }
            }
            Parsed::Attempt(_) => {}
            _ => misread.push(position),
        }
        diagnosis.take(position, parsed);
    })
    .unwrap();
    assert_eq!(misread, []);
    let report = diagnosis.finish().unwrap();
    let totals = report.totals;
    assert_eq!((totals.records, totals.repeated, totals.failures), (key.records, key.repeated, key.failures));
    let causes: Vec<_> = report.causes.iter().map(|(cause, count)| ((*cause).to_owned(), *count)).collect();
    assert_eq!(causes, key.causes.clone().into_iter().collect::<Vec<_>>());
    let failing = report.people.iter().filter(|person| person.failures > 0);
    let by_person: Set = failing.map(|person| format!("{}|{}", person.person, person.failures)).collect();
    assert_eq!(by_person, key.by_person);
    let locked: Set =
        report.people.iter().filter(|person| person.is_locked_out()).map(|person| &*person.person).collect();
    assert_eq!(locked, key.locked_out);
    assert_eq!(totals.people, key.people);
}

#[test]
fn half_of_it_fails_within_thirty_days_and_some_people_are_bombed() {
    let (bytes, key) = written(SMALL);
    let distinct = key.records - key.repeated;
    assert!((48..=52).contains(&(100 * key.failures / distinct)), "{} of {distinct}", key.failures);
    assert!((1..=10).contains(&key.five_denials.count), "{:?}", key.five_denials);
    assert!((3..=30).contains(&(100 * key.locked_out.count / key.people)), "{:?}", key.locked_out);
    let last = String::from_utf8(bytes).unwrap().lines().last().unwrap().to_owned();
    assert!(
        last.starts_with(r#"{"time":"2026-03-3"#) || last.starts_with(r#"{"time":"2026-04-01"#),
        "{last}"
    );
}
