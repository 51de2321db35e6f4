//! Records that end too early: the last one of a file that is being written, or was copied meanwhile.

use postern_signals::{Parsed, Provider, ReadOptions};

use crate::{
    samples::{Form, NAME, Sample, all, look, person, read_as},
    wrapped::records,
};

/// Without quotes, nobody can tell that a name at the end of a line is not all of it; behind a name stands a full stop,
/// as in it.
fn may_end_early(sample: &Sample, name: &str, found: &str) -> bool {
    match sample.form {
        Form::Bare => name.starts_with(found),
        Form::Plain => name.starts_with(&format!("{found}.")),
        _ => false,
    }
}

fn check(sample: &Sample, parsed: &Parsed<'_>, end: usize) {
    if let Parsed::Attempt(found) = parsed {
        let whole = sample.read();
        let name = person(found);
        let is_same = name
            .is_none_or(|name| whole.person.as_deref() == Some(name) || may_end_early(sample, NAME, name));
        assert!(is_same, "{} cut at {end}: {name:?}", sample.shape);
        assert!(found.at.is_none() || found.at == whole.at, "{} cut at {end}: {:?}", sample.shape, found.at);
        assert_eq!(found.provider, sample.provider, "{} cut at {end}", sample.shape);
    }
    assert!(!matches!(parsed, Parsed::Several(_)), "{} cut at {end}", sample.shape);
}

#[test]
fn a_record_cut_off_anywhere_is_damaged_or_about_the_same_person() {
    for sample in all() {
        let text = sample.record();
        for end in 1..text.len() {
            let Some(cut) = text.get(..end) else { continue };
            check(sample, &look(cut), end);
            if sample.is_json() || sample.header().is_some() {
                let own = read_as(cut, sample.provider);
                assert!(matches!(own, Parsed::Malformed(_)), "{} at {end}: {own:?}", sample.shape);
                continue;
            }
            for other in Provider::ALL.into_iter().filter(|other| *other != sample.provider) {
                let parsed = read_as(cut, other);
                assert!(!matches!(parsed, Parsed::Attempt(_)), "{} at {end} as {other:?}", sample.shape);
            }
        }
    }
}

/// Where a file of this length is cut: everywhere near its end and where its records meet, and here and there between.
fn ends(len: usize, record: usize) -> impl Iterator<Item = usize> {
    let is_near = move |end: &usize| end % record < 30 || end % record > record - 30 || len - end < 30;
    (0..len).filter(move |end| is_near(end) || end % 17 == 0)
}

#[test]
fn a_file_cut_off_at_any_byte_keeps_what_is_whole() {
    for sample in all() {
        let file = sample.file(&[sample.text.to_owned(), sample.with(NAME, "ïda@corp.example")]);
        let first = sample.file(&[sample.text.to_owned()]).len();
        for end in ends(file.len(), first) {
            let found = records(&file.as_bytes()[..end], ReadOptions::default());
            if end >= first {
                assert_eq!(found[0], look(&sample.record()), "{} cut at {end}", sample.shape);
            }
            if let (true, Some(Parsed::Attempt(last))) = (end > first, found.get(1)) {
                let ida = sample.login("ïda@corp.example");
                let is_hers = |name: &str| name == ida || may_end_early(sample, &ida, name);
                assert!(person(last).is_none_or(is_hers), "{} cut at {end}: {last:?}", sample.shape);
            }
            assert!(found.len() <= 2, "{} cut at {end}: {found:?}", sample.shape);
        }
    }
}

#[test]
fn a_list_cut_off_at_any_byte_keeps_what_is_whole() {
    for sample in all().filter(|sample| sample.is_json()) {
        let envelope = sample.envelopes.first().copied().unwrap_or("[RECORDS]");
        let (head, _) = envelope.split_once("RECORDS").unwrap();
        let file = envelope.replace("RECORDS", &[sample.text, sample.text].join(","));
        let whole = look(sample.text);
        for end in ends(file.len(), sample.text.len()) {
            let found = records(&file.as_bytes()[..end], ReadOptions::default());
            let attempts: Vec<_> =
                found.iter().filter(|parsed| matches!(parsed, Parsed::Attempt(_))).collect();
            let expected = end.saturating_sub(head.len()) / sample.text.len();
            assert!(attempts.iter().all(|found| **found == whole), "{} cut at {end}", sample.shape);
            assert!(attempts.len() >= expected.saturating_sub(1), "{} cut at {end}: {found:?}", sample.shape);
        }
    }
}
