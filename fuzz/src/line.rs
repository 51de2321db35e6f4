//! One record: whatever a line holds, what is read from it keeps its promises.

use libfuzzer_sys::Corpus;
use postern_signals::{
    AttemptResult, Parsed, Point, Position, Provider, RecordDefect, SignIn, ocsf, parse_line, postern,
};

const POSITION: Position = Position { file: 3, line: 17 };

/// Reads the line as this provider's and as anybody's.
pub fn check(provider: Provider, bytes: &[u8]) -> Corpus {
    let Ok(line) = str::from_utf8(bytes) else { return Corpus::Reject };
    for format in [Some(provider), None] {
        let parsed = parse_line(line, format, POSITION);
        check_parsed(line, format, &parsed);
        let elsewhere = line.to_owned();
        assert_eq!(parse_line(&elsewhere, format, POSITION), parsed, "read twice, it is not the same");
        assert_eq!(parsed.clone().into_owned(), parsed, "kept, it is not the same");
    }
    Corpus::Keep
}

fn check_parsed(line: &str, format: Option<Provider>, parsed: &Parsed<'_>) {
    match parsed {
        Parsed::Attempt(record) => check_read(line, format, parsed, record),
        Parsed::Several(records) => {
            assert!(records.len() > 1, "several are more than one");
            records.iter().for_each(|record| check_read(line, format, parsed, record));
        }
        Parsed::Unrecognised(kind) => {
            assert!(
                !kind.is_empty() && kind.len() <= line.len() + 64,
                "the kind of a record is a word: {kind}"
            );
        }
        Parsed::Malformed(defect) => check_defect(line, *defect),
    }
}

fn check_read(line: &str, format: Option<Provider>, parsed: &Parsed<'_>, record: &SignIn<'_>) {
    assert_eq!(record.position, POSITION);
    // What Postern wrote, on a line of its own or as OCSF, may be the record of another provider.
    let own = [Provider::Postern, Provider::Ocsf];
    match format {
        Some(provider) => assert!(record.provider == provider || own.contains(&provider), "{record:?}"),
        None => {
            let writers = own.into_iter().chain([record.provider]);
            let is_so = |writer| parse_line(line, Some(writer), POSITION) == *parsed;
            assert!(writers.map(is_so).any(|is_so| is_so), "nobody reads it so when asked alone: {parsed:?}");
        }
    }
    check_record(record);
    check_written_by_postern(record);
    check_written_as_ocsf(record);
}

/// What holds of every record.
pub fn check_record(record: &SignIn<'_>) {
    if let Some(person) = &record.person {
        let mut named = SignIn::new(record.provider, record.result);
        named.set_person(Some(person.clone()));
        assert_eq!(named.person.as_ref(), Some(person), "a login in lower case, and no placeholder");
        assert!(record.display.is_some(), "who has a login has a name to show");
    }
    if let Some(ip) = record.ip {
        let mut placed = SignIn::new(record.provider, record.result);
        placed.set_ip(Some(&ip.to_string()));
        assert_eq!(placed.ip, Some(ip), "an address that stands for one");
    }
    for point in [record.place, record.phone_place].into_iter().flatten() {
        let again = Point::new(point.latitude.into(), point.longitude.into());
        assert_eq!(again, Some(point), "a place is on the globe");
    }
    serde_json::to_string(record).unwrap();
}

fn check_written_by_postern(record: &SignIn<'_>) {
    let Some(line) = postern::to_line(record) else {
        assert!(record.at.is_none(), "only a record without a time cannot be written");
        return;
    };
    assert!(!line.contains('\n'));
    for format in [Some(Provider::Postern), None] {
        let back = parse_line(&line, format, record.position);
        assert_eq!(back, Parsed::Attempt(record.clone()), "{line}");
    }
}

fn check_written_as_ocsf(record: &SignIn<'_>) {
    let Some(line) = ocsf::to_line(record) else {
        assert!(record.at.is_none(), "only a record without a time cannot be written");
        return;
    };
    assert!(!line.contains('\n'));
    let parsed = parse_line(&line, Some(Provider::Ocsf), record.position);
    assert_eq!(parse_line(&line, None, record.position), parsed, "{line}");
    let mut expected = record.clone();
    // Where a sign-in names no application, the provider stands there.
    let is_change = matches!(record.result, AttemptResult::Lifecycle(_));
    expected.app.take_if(|app| !is_change && app == record.provider.as_str());
    assert_eq!(parsed, Parsed::Attempt(expected), "{line}");
}

/// A broken line may hold anything: what is said of it are our own words, and numbers that fit it.
fn check_defect(line: &str, defect: RecordDefect) {
    const WORDS: [&str; 5] = [
        "ends in the middle of the record",
        "not JSON at column ",
        "JSON, but not an object",
        "its time cannot be understood",
        "a sign-in that does not say how it ended",
    ];
    let message = defect.to_string();
    assert!(WORDS.contains(&message.trim_end_matches(|letter: char| letter.is_ascii_digit())), "{message}");
    if let RecordDefect::NotJson { column } = defect {
        assert!(column <= line.len() + 1, "{message}");
    }
}
