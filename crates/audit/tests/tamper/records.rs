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
    // An erasure that the law did not ask for is not a broken proof, but it is counted and named.
    let dir = copy();
    lines(&dir, |lines| {
        lines[9] = r#"{"seq":9,"nonce":null,"entry":null,"erased":true}"#.into();
    });
    assert_eq!(verify(dir.path()).unwrap().erased, [7, 9, 400]);
}
