//! What the book says of the program is made from the program.

use std::fs;
use std::path::Path;

use postern_core::event::{EventKind, ReasonWanted};

const HEAD: &str = "| event | when | reason | state before |\n| --- | --- | --- | --- |\n";

fn table() -> String {
    let row = |kind: &EventKind| {
        let reason = match kind.reason_wanted() {
            Some(ReasonWanted::Always) => "always",
            Some(ReasonWanted::OfPeople) => "a person's",
            None => "",
        };
        let before = if kind.is_with_state_before() { "yes" } else { "" };
        format!("| `{}` | {} | {reason} | {before} |\n", kind.as_str(), kind.meaning())
    };
    EventKind::ALL.iter().map(row).collect()
}

/// With `POSTERN_WRITE_BOOK=1` the table is written instead.
#[test]
fn the_events_in_the_book_are_the_programs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/audit.md");
    let book = fs::read_to_string(&path).unwrap();
    let (before, rest) = book.split_once(HEAD).expect("the head of the table of events");
    let (stands, after) = rest.split_once("\n\n").unwrap();
    let table = table();
    if std::env::var_os("POSTERN_WRITE_BOOK").is_some() {
        fs::write(&path, format!("{before}{HEAD}{table}\n{after}")).unwrap();
        return;
    }
    assert_eq!(format!("{stands}\n"), table, "POSTERN_WRITE_BOOK=1 writes it");
}
