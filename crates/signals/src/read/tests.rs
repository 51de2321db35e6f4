use super::*;

pub(super) const OKTA: &str = r#"{"uuid":"u1","published":"2026-03-02T08:14:11Z","eventType":"user.session.start","actor":{"alternateId":"mia@corp.example","type":"User"},"outcome":{"result":"SUCCESS"}}"#;
pub(super) const ENTRA: &str = r#"{"id":"e1","createdDateTime":"2026-03-02T08:14:11Z","userPrincipalName":"mia@corp.example","status":{"errorCode":50126}}"#;

pub(super) fn lines(input: &[u8], options: ReadOptions) -> (Vec<(u64, Parsed<'static>)>, ReadSummary) {
    let mut seen = Vec::new();
    let summary = read(input, options, |position, parsed| {
        seen.push((position.line, parsed.into_owned()));
    })
    .unwrap();
    (seen, summary)
}

#[test]
fn a_damaged_line_is_counted_and_the_next_one_read() {
    let input = format!("\n{OKTA}\r\n{{\"cut\n\"text\"\n{{\"a\":1}}\n\u{0}{ENTRA}\n{ENTRA}");
    let (seen, summary) = lines(input.as_bytes(), ReadOptions::default());
    assert_eq!(summary, ReadSummary { records: 6, attempts: 2, unrecognised: 1, malformed: 3 });
    let malformed: Vec<_> = seen
        .iter()
        .filter_map(|(line, p)| if let Parsed::Malformed(d) = p { Some((*line, *d)) } else { None })
        .collect();
    assert_eq!(
        malformed,
        [(3, RecordDefect::CutOff), (4, RecordDefect::NotAnObject), (6, RecordDefect::NotJson { column: 1 })]
    );
    assert!(matches!(&seen.last(), Some((7, Parsed::Attempt(_)))));
}

#[test]
fn a_line_beyond_the_limit_is_skipped_in_bounded_memory() {
    let long = format!("{{\"x\":\"{}\"}}\n{ENTRA}\n", "y".repeat(5000));
    let (seen, _) = lines(long.as_bytes(), ReadOptions { max_line: 1000, ..ReadOptions::default() });
    assert_eq!(seen[0].1, Parsed::Malformed(RecordDefect::TooLong { limit: 1000 }));
    assert!(matches!(seen[1], (2, Parsed::Attempt(_))));
}

#[test]
fn other_encodings_are_named() {
    let wide: Vec<u8> =
        format!("\u{feff}{ENTRA}\n{OKTA}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(lines(&wide, ReadOptions::default()).1.attempts, 2);
    // Written to a file that was UTF-8 before.
    let mixed = [ENTRA.as_bytes(), b"\n", &wide].concat();
    assert_eq!(lines(&mixed, ReadOptions::default()).0[1], (2, Parsed::Malformed(RecordDefect::Utf16)));
    let (seen, _) = lines(b"{\"a\":\"\xff\"}", ReadOptions::default());
    assert_eq!(seen[0].1, Parsed::Malformed(RecordDefect::NotUtf8 { valid_up_to: 6 }));
    let marked = format!("\u{feff}{ENTRA}\n\u{feff}{OKTA}\n\u{feff}");
    assert_eq!(
        lines(marked.as_bytes(), ReadOptions::default()).1,
        ReadSummary { records: 2, attempts: 2, unrecognised: 0, malformed: 0 }
    );
}

#[test]
fn an_array_and_an_envelope_read_like_lines() {
    let pretty = |text: &str| {
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap()
    };
    let array = format!("[{ENTRA},{OKTA}]");
    let envelope =
        format!("{{\"@odata.context\":\"x\",\"value\":[{ENTRA},{OKTA}],\"@odata.nextLink\":\"y\"}}");
    for input in [
        &array,
        &envelope,
        &pretty(&array),
        &pretty(&envelope),
        &format!("{}\n{}", pretty(ENTRA), pretty(OKTA)),
    ] {
        let (_, summary) = lines(input.as_bytes(), ReadOptions::default());
        assert_eq!(
            summary,
            ReadSummary { records: 2, attempts: 2, unrecognised: 0, malformed: 0 },
            "{input}"
        );
        // A document longer than the limit of one record is still read record by record.
        let small = ReadOptions { max_line: OKTA.len() * 3, ..ReadOptions::default() };
        assert_eq!(lines(input.as_bytes(), small).1.attempts, 2);
    }
    let (seen, _) = lines(pretty(&array).as_bytes(), ReadOptions::default());
    assert_eq!(seen[0].0, 2);
    let (seen, summary) = lines(format!("[{ENTRA},{{\"a\":").as_bytes(), ReadOptions::default());
    assert_eq!((summary.attempts, &seen[1].1), (1, &Parsed::Malformed(RecordDefect::CutOff)));
}

#[test]
fn a_forced_format_reads_nothing_else() {
    let input = format!("{ENTRA}\n{OKTA}\n");
    let forced = ReadOptions { format: Some(Provider::Okta), ..ReadOptions::default() };
    assert_eq!(
        lines(input.as_bytes(), forced).1,
        ReadSummary { records: 2, attempts: 1, unrecognised: 1, malformed: 0 }
    );
}

/// Those that are no attempts are left out.
fn attempts(text: &str) -> Vec<u64> {
    let (seen, summary) = lines(text.as_bytes(), ReadOptions::default());
    assert_eq!((summary.attempts, summary.malformed), (summary.records, 0), "{text}: {seen:?}");
    seen.into_iter().map(|(line, _)| line).collect()
}

#[test]
fn a_line_may_hold_several_records() {
    let pair = format!("{ENTRA},{OKTA}");
    // Azure Event Hub: one envelope on each line, also after the first.
    assert_eq!(
        attempts(&format!("{{\"records\":[{pair}]}}\n{ENTRA}\n{{\"records\": [{pair}]}}\n")),
        [1, 1, 2, 3, 3]
    );
    // Members before the list, so many that they are not looked over before the line is parsed.
    let graph = format!("{{\"@odata.context\":\"{}\",\"value\":[{pair}]}}", "x".repeat(300));
    assert_eq!(attempts(&format!("{ENTRA}\n{graph}\n")), [1, 2, 2]);
    let hook = format!("{{\"eventType\":\"com.okta.event_hook\",\"data\":{{\"events\":[{pair}]}}}}");
    assert_eq!(attempts(&format!("{ENTRA}\n{hook}\n")), [1, 2, 2]);
    assert_eq!(attempts(&format!("{ENTRA}\n[{pair}]\n[]\n")), [1, 2, 2]);
    // One after the other, as a stream to a file store has them, and with the comma of a printed array.
    assert_eq!(attempts(&format!("{ENTRA}{OKTA} {ENTRA}\n{OKTA},\n")), [1, 1, 1, 2]);
    // An empty page is no record.
    assert_eq!(
        attempts(&format!("{ENTRA}\n{{\"value\":[]}}\n{{\"@odata.context\":\"x\",\"value\":[ ]}}\n")),
        [1]
    );
}

#[test]
fn a_line_that_ends_too_early_keeps_what_is_whole() {
    let (seen, summary) = lines(
        format!("{ENTRA}\n{{\"records\":[{OKTA},{{\"a\n{OKTA}{{\"a").as_bytes(),
        ReadOptions::default(),
    );
    assert_eq!((summary.attempts, summary.malformed), (3, 2));
    let malformed: Vec<_> =
        seen.iter().filter(|(_, parsed)| matches!(parsed, Parsed::Malformed(RecordDefect::CutOff))).collect();
    assert_eq!(malformed.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_damaged_record_is_not_taken_for_several() {
    for line in ["{\"a\":1}}", "{\"a\":1} x", "x {\"a\":1}", "{\"a\":{\"b\":1},{\"c\":1}", "{\"a\" 1}"] {
        let (_, summary) = lines(format!("{ENTRA}\n{line}\n").as_bytes(), ReadOptions::default());
        assert_eq!(summary, ReadSummary { records: 2, attempts: 1, unrecognised: 0, malformed: 1 }, "{line}");
    }
}

#[test]
fn zeros_and_mixed_line_breaks_hurt_no_other_line() {
    let input = format!("{ENTRA}\r\n{ENTRA}\n\0\r\n\r\n\0\0{ENTRA}\0\n\r{ENTRA}\r\r\n{ENTRA}");
    let (seen, summary) = lines(input.as_bytes(), ReadOptions::default());
    assert_eq!((summary.attempts, summary.malformed), (4, 2));
    assert_eq!(seen.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7]);
}

#[test]
fn a_forced_format_reads_lists_too() {
    let forced = ReadOptions { format: Some(Provider::Okta), ..ReadOptions::default() };
    let (_, summary) =
        lines(format!("{OKTA}\n{{\"x\":1,\"value\":[{OKTA},{ENTRA}]}}\nplain\n").as_bytes(), forced);
    assert_eq!(summary, ReadSummary { records: 4, attempts: 2, unrecognised: 1, malformed: 1 });
}

#[test]
fn a_growing_log_is_told_from_what_has_to_be_whole() {
    let csv = format!("{}\n", "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username");
    for (head, expected) in [
        (format!("{OKTA}\n{OKTA}"), true),
        ("time=\"2026-03-02T08:14:11Z\" level=error msg=\"Unsuccessful 1FA\"\n".to_owned(), true),
        ("[\n".to_owned(), false),
        ("{\n  \"value\": [".to_owned(), false),
        (r#"{"tables":[{"name":"x","columns":[{"name":"a"}],"rows":[["b""#.to_owned(), false),
        ("\u{1f}\u{0}".to_owned(), false),
        (csv, false),
    ] {
        assert_eq!(goes_line_by_line(head.as_bytes()), expected, "{head}");
    }
    assert!(!goes_line_by_line(&[0x1f, 0x8b, 8, 8, 1, 2]));
}
