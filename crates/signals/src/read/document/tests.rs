use super::*;

fn split_with(text: &[u8], limit: usize, chunk: usize) -> Vec<(u64, SliceOutcome, String)> {
    let mut found = Vec::new();
    let mut splitter = Splitter::new(limit, 1);
    let (mut slices, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let to = (at + chunk).min(text.len());
        splitter.feed(&text[..to], at, &mut slices);
        at = to;
        for slice in slices.drain(..) {
            let whole = matches!(slice.outcome, SliceOutcome::Whole | SliceOutcome::Hollow);
            let text = if whole { &text[slice.start..slice.end] } else { b"" };
            found.push((slice.line, slice.outcome, String::from_utf8(text.to_vec()).unwrap()));
        }
    }
    found.extend(splitter.finish().map(|slice| (slice.line, slice.outcome, String::new())));
    found
}

/// Whole, and byte by byte: no state may hide in the size of a chunk.
fn split(text: &str) -> Vec<(u64, SliceOutcome, String)> {
    let found = split_with(text.as_bytes(), 1000, text.len().max(1));
    assert_eq!(found, split_with(text.as_bytes(), 1000, 1), "{text}");
    found
}

fn records(text: &str) -> Vec<String> {
    split(text)
        .into_iter()
        .map(|(_, outcome, text)| {
            assert_eq!(outcome, SliceOutcome::Whole, "{text}");
            text
        })
        .collect()
}

#[test]
fn brackets_in_text_are_text() {
    assert_eq!(records(r#"[{"a":"]}\"{"},{"b":[{"c":1}]}]"#), [r#"{"a":"]}\"{"}"#, r#"{"b":[{"c":1}]}"#]);
    assert_eq!(records(r#"{"a":"\\"}{"b":"\\\""}"#), [r#"{"a":"\\"}"#, r#"{"b":"\\\""}"#]);
}

#[test]
fn an_envelope_is_known_by_its_key() {
    const PAIR: [&str; 2] = [r#"{"a":1}"#, r#"{"b":{"value":[{"c":2}]}}"#];
    let list = PAIR.join(",");
    for envelope in [
        r#"{"next":"value","value" : [LIST],"x":{"y":1}}"#,
        r#"{"records":[LIST]}"#,
        r#"{"Records" : [ LIST ] }"#,
        r#"{"kind":"admin#reports#activities","etag":"x","items":[LIST],"nextPageToken":"y"}"#,
        r#"{"status":{"error":false},"pagination":{"after_cursor":null},"data":[LIST]}"#,
        r#"{"pagination":{"next":0},"results":[LIST]}"#,
        r#"{"response":[LIST],"stat":"OK"}"#,
        r#"{"stat":"OK","response":{"metadata":{"next_offset":["1","t"]},"authlogs":[LIST]}}"#,
        r#"{"stat":"OK","response":{"items":[LIST],"metadata":{}}}"#,
        r#"{"id":1,"result":{"status":true,"value":{"count":2,"auditdata":[LIST],"current":1}},"version":"x"}"#,
        r#"{"logs":[LIST]}"#,
        r#"{"eventType":"com.okta.event_hook","source":"x","data":{"events":[LIST]},"eventId":"y"}"#,
        r#"{"value":[{"records":[LIST]}]}"#,
        r#"[{"records":[LIST]},{"records":[]}]"#,
        r#"{"value":[],"records":[LIST]}"#,
    ] {
        let found = split(&envelope.replace("LIST", &list));
        let whole: Vec<_> = found
            .iter()
            .filter(|(_, outcome, _)| *outcome == SliceOutcome::Whole)
            .map(|(_, _, text)| text.as_str())
            .collect();
        assert_eq!(whole, PAIR, "{envelope}");
    }
}

#[test]
fn a_record_is_no_envelope() {
    for record in [
        r#"{"events":[{"name":"login","parameters":[{"value":[{"x":1}]}]}]}"#,
        r#"{"data":{"type":"f","details":{"records":[{"a":1}]}}}"#,
        r#"{"properties":{"records":[{"a":1}]}}"#,
        r#"{"value":["a","b"]}"#,
        r#"{"value":[1,{"a":1}],"x":"records\":["}"#,
        r#"{"items":[[{"a":1}]]}"#,
        r#"{"result":{"value":[{"a":1}]}}"#,
        r#"{"a":"\"value\":[{"}"#,
        r#"{"response":{"x":{"items":[{"a":1}]}}}"#,
    ] {
        assert_eq!(records(record), [record]);
    }
}

#[test]
fn envelopes_in_envelopes_have_an_end() {
    let nested = |depth: usize| format!("{}{{\"a\":1}}{}", "{\"value\":[".repeat(depth), "]}".repeat(depth));
    assert_eq!(records(&nested(LEVELS)), [r#"{"a":1}"#]);
    assert_eq!(records(&nested(LEVELS + 2)), [nested(2)]);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(split(&format!("{deep}{{\"a\":{deep}}}"))[0].1, SliceOutcome::TooLong);
}

#[test]
fn an_empty_page_is_hollow() {
    assert_eq!(split(r#"{"value":[ ]}"#)[0].1, SliceOutcome::Hollow);
    assert_eq!(split(r#"{"value":[7]}"#)[0].1, SliceOutcome::Whole);
    assert!(split("[]").is_empty());
}

#[test]
fn lines_are_counted_and_the_cut_off_is_named() {
    let found = split("\n[\n {\"a\":\n1},\n{\"b\":2}]\n{\"c\":3}\n{\"d\":");
    let lines: Vec<_> = found.iter().map(|(line, outcome, _)| (*line, *outcome)).collect();
    assert_eq!(
        lines,
        [
            (3, SliceOutcome::Whole),
            (5, SliceOutcome::Whole),
            (6, SliceOutcome::Whole),
            (7, SliceOutcome::CutOff)
        ]
    );
    // The last record is whole, and the list goes on: something is missing.
    assert_eq!(split("[\n{\"a\":1},\n\n").last().unwrap(), &(2, SliceOutcome::CutOff, String::new()));
}

#[test]
fn too_long_is_skipped_up_to_its_end() {
    for chunk in [1, 7, 1000] {
        let text = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "{".repeat(40));
        let found = split_with(text.as_bytes(), 20, chunk);
        assert_eq!(
            found,
            [(1, SliceOutcome::TooLong, String::new()), (1, SliceOutcome::Whole, "{\"b\":1}".into())]
        );
        // To the byte.
        let fits = split_with(b"{\"a\":1}{\"bb\":1}{\"c\":2}", 7, chunk);
        assert_eq!(
            fits.iter().map(|(_, outcome, _)| *outcome).collect::<Vec<_>>(),
            [SliceOutcome::Whole, SliceOutcome::TooLong, SliceOutcome::Whole]
        );
    }
}

#[test]
fn after_damage_a_line_begins_anew() {
    let text = "{\"records\":[{\"a\":1},{\"b\":\"cut\n{\"records\":[{\"c\":3}]}\n{\"records\":[{\"d\":4}]}";
    let found = split(text);
    let lines: Vec<_> = found.iter().map(|(line, outcome, _)| (*line, *outcome)).collect();
    assert_eq!(
        lines,
        [
            (1, SliceOutcome::Whole),
            (1, SliceOutcome::CutOff),
            (2, SliceOutcome::Whole),
            (3, SliceOutcome::Whole)
        ]
    );
    // Cut off between texts, which shows only when the record has grown too long.
    let text = format!("[{{\"a\":[\n {}\n{{\"b\":2}},\n{{\"c\":3}}]", "1,".repeat(50));
    for chunk in [1, 1000] {
        let found = split_with(text.as_bytes(), 60, chunk);
        let lines: Vec<_> = found.iter().map(|(line, outcome, _)| (*line, *outcome)).collect();
        assert_eq!(lines, [(1, SliceOutcome::TooLong), (3, SliceOutcome::Whole), (4, SliceOutcome::Whole)]);
    }
}
