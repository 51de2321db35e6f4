//! Tampering with the records.

use super::log::*;
use postern_audit::Problem;

#[test]
fn an_edited_record_is_named_with_its_time_and_event() {
    let dir = copy();
    lines(&dir, |lines| {
        lines[300] = lines[300].replace("entry 300", "entry 301");
    });
    let found = findings(dir.path());
    assert_eq!(said(&found), [on(300, 300, Problem::Altered)]);
    assert_eq!(found[0].time.as_deref(), Some("2026-03-02T08:05:00Z"));
    assert_eq!(found[0].event.as_deref(), Some("case.opened"));
}

#[test]
fn a_deleted_record_is_named_even_if_the_rest_is_renumbered() {
    let dir = copy();
    lines(&dir, |lines| drop(lines.remove(300)));
    assert_eq!(said(&findings(dir.path())), [on(300, 300, Problem::Missing)]);
    let dir = copy();
    lines(&dir, |lines| {
        drop(lines.remove(450));
        renumber(lines);
    });
    let expected = [on(450, 598, Problem::Moved { by: 1 }), on(599, 599, Problem::Missing)];
    assert_eq!(said(&findings(dir.path())), expected);
}

#[test]
fn reordered_and_swapped_records_are_named() {
    let dir = copy();
    lines(&dir, |lines| lines.swap(255, 256));
    assert_eq!(
        said(&findings(dir.path())),
        [on(255, 255, Problem::Missing), on(255, 255, Problem::OutOfOrder)]
    );
    let dir = copy();
    lines(&dir, |lines| {
        lines.swap(255, 256);
        renumber(lines);
    });
    let expected = [on(255, 255, Problem::Moved { by: 1 }), on(256, 256, Problem::Moved { by: -1 })];
    assert_eq!(said(&findings(dir.path())), expected);
    let dir = copy();
    lines(&dir, |lines| {
        lines.swap(20, 500);
        renumber(lines);
    });
    assert_eq!(said(&findings(dir.path())), [on(20, 20, Problem::Altered), on(500, 500, Problem::Altered)]);
}

#[test]
fn an_inserted_record_is_named_wherever_it_stands() {
    let dir = copy();
    lines(&dir, |lines| lines.insert(300, forged_line(300)));
    assert_eq!(
        said(&findings(dir.path())),
        [on(300, 300, Problem::Altered), on(300, 300, Problem::OutOfOrder)]
    );
    let dir = copy();
    lines(&dir, |lines| lines.insert(300, forged_line(299)));
    assert_eq!(said(&findings(dir.path())), [on(299, 299, Problem::Inserted)]);
    let dir = copy();
    lines(&dir, |lines| lines.push(forged_line(600)));
    assert_eq!(said(&findings(dir.path())), [on(600, 600, Problem::NotSigned)]);
    let dir = copy();
    lines(&dir, |lines| {
        lines.insert(500, forged_line(500));
        renumber(lines);
    });
    let expected = [
        on(500, 500, Problem::Altered),
        on(501, 599, Problem::Moved { by: -1 }),
        on(600, 600, Problem::NotSigned),
    ];
    assert_eq!(said(&findings(dir.path())), expected);
    let dir = copy();
    lines(&dir, |lines| lines.insert(10, lines[4].clone()));
    assert_eq!(said(&findings(dir.path())), [on(4, 4, Problem::OutOfOrder)]);
}

#[test]
fn a_cut_log_names_the_first_entry_that_is_gone() {
    let dir = copy();
    lines(&dir, |lines| lines.truncate(590));
    assert_eq!(said(&findings(dir.path())), [on(590, 599, Problem::Missing)]);
    let dir = copy();
    bytes(&dir, "entries.jsonl", |bytes| bytes.truncate(bytes.len() - 5));
    assert_eq!(said(&findings(dir.path())), [on(599, 599, Problem::Malformed)]);
    let dir = copy();
    bytes(&dir, "entries.jsonl", |bytes| bytes.truncate(bytes.len() - 1));
    assert_eq!(said(&findings(dir.path())), [on(599, 599, Problem::Malformed)]);
}

#[test]
fn a_changed_number_and_a_broken_line_are_named_and_the_rest_is_still_read() {
    let dir = copy();
    lines(&dir, |lines| {
        lines[300] = lines[300].replace("\"seq\":300", "\"seq\":390");
        lines[350] = lines[350].replace("\"seq\":", "\"seq\" ");
        lines[360] = lines[360].replacen(':', ": ", 1);
        lines[370].insert(30, '\n');
    });
    let expected = [
        on(300, 300, Problem::Misnumbered { by: 90 }),
        on(350, 350, Problem::Malformed),
        on(360, 360, Problem::Malformed),
        on(370, 370, Problem::Malformed),
    ];
    assert_eq!(said(&findings(dir.path())), expected);
}

#[test]
fn a_record_cannot_pass_as_erased_where_it_was_not_committed_and_vice_versa() {
    let dir = copy();
    lines(&dir, |lines| lines[7] = forged_line(7));
    assert_eq!(said(&findings(dir.path())), [on(7, 7, Problem::Altered)]);
    let dir = copy();
    lines(&dir, |lines| drop(lines.remove(7)));
    assert_eq!(said(&findings(dir.path())), [on(7, 7, Problem::Missing)]);
}

#[test]
fn an_erased_entry_that_no_later_record_names_is_damage() {
    let erased = |seq: u64| format!(r#"{{"seq":{seq},"nonce":null,"entry":null,"erased":true}}"#);
    assert_eq!(verify(copy().path()).unwrap().erased, [7, 400], "each is named by the entry after it");
    let dir = copy();
    lines(&dir, |lines| lines[9] = erased(9));
    assert_eq!(said(&findings(dir.path())), [on(9, 9, Problem::ErasedUnnamed)]);
    // What names them is gone itself.
    let dir = copy();
    lines(&dir, |lines| lines[401] = erased(401));
    assert_eq!(said(&findings(dir.path())), [on(400, 401, Problem::ErasedUnnamed)]);
    // A record names only what was erased before it.
    let dir = copy();
    lines(&dir, |lines| lines[599] = erased(599));
    assert_eq!(said(&findings(dir.path())), [on(599, 599, Problem::ErasedUnnamed)]);
}

#[test]
fn a_record_that_was_deleted_before_it_had_its_place_leaves_a_gap_that_is_named() {
    let entries: Vec<_> =
        (0..20).filter(|seq| *seq != 5 && *seq != 6).map(|seq| entry(seq, "entry")).collect();
    let dir = folder_of(&in_places(entries));
    let gap = Problem::NumbersMissing { stream: "main".into(), from: 6, to: 7 };
    assert_eq!(said(&findings(dir.path())), [on(5, 5, gap)]);
}

#[test]
fn a_record_that_was_put_in_before_the_log_was_signed_is_named() {
    let mut entries: Vec<_> = (0..20).map(|seq| entry(seq, "entry")).collect();
    entries.insert(8, entry(3, "forged"));
    let dir = folder_of(&in_places(entries));
    let repeated = Problem::NumberRepeated { stream: "main".into(), number: 4 };
    assert_eq!(said(&findings(dir.path())), [on(8, 8, repeated)]);
    let mut entries: Vec<_> = (0..20).map(|seq| entry(seq, "entry")).collect();
    entries.insert(8, unnumbered(8));
    let dir = folder_of(&in_places(entries));
    assert_eq!(said(&findings(dir.path())), [on(8, 8, Problem::Unnumbered)]);
}

#[test]
fn what_the_exporter_found_wrong_with_the_store_is_named() {
    let dir = copy();
    let message = "the column event says user.added, the record says case.opened";
    let report =
        format!("{{\"seq\":12,\"message\":\"{message}\"}}\n{{\"seq\":null,\"message\":\"it was cut\"}}\n");
    std::fs::write(dir.path().join("store-findings.jsonl"), report).unwrap();
    let tampered = |message: &str| Problem::StoreTampered { message: message.into() };
    assert_eq!(said(&findings(dir.path())), [whole(tampered("it was cut")), on(12, 12, tampered(message))]);
    std::fs::write(dir.path().join("store-findings.jsonl"), "{}\n").unwrap();
    assert!(matches!(said(&findings(dir.path()))[0].2, Problem::Unreadable { .. }));
}
