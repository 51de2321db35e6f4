//! Messages that code names: by `MessageId("…")`, with what is put into them right there, and by the tables of notices.

use std::collections::BTreeSet;

use postern::notify::{Notice, StaffNotice};

/// A message that code names.
pub struct CodeCall {
    pub file: String,
    pub id: String,
    pub arguments: BTreeSet<String>,
}

/// Every one.
pub fn all_calls() -> Vec<CodeCall> {
    let mut found: Vec<CodeCall> =
        crate::architecture::all().iter().flat_map(|(file, text)| calls_in(file, text)).collect();
    let table = |id: &str, arguments: &[&str]| CodeCall {
        file: "the tables of notices".to_owned(),
        id: id.to_owned(),
        arguments: arguments.iter().map(|name| (*name).to_owned()).collect(),
    };
    for notice in Notice::ALL {
        found.extend([notice.subject(), notice.short(), notice.text()].map(|id| table(id.0, &[])));
    }
    for notice in StaffNotice::ALL {
        found.extend([table(notice.label().0, &[]), table(notice.subject().0, &[])]);
        found.push(table(notice.text().0, &["name"]));
    }
    found
}

fn calls_in(file: &str, text: &str) -> Vec<CodeCall> {
    let mark = if file == "web/toast.rs" { " Message(\"" } else { "MessageId(\"" };
    let call = |rest: &str| {
        let (id, rest) = rest.split_once("\")").unwrap();
        CodeCall { file: file.to_owned(), id: id.to_owned(), arguments: arguments(rest) }
    };
    text.split(mark).skip(1).map(call).collect()
}

/// The names in `.with("name", …)`, one after the other.
fn arguments(mut rest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while let Some(call) = rest.trim_start().strip_prefix(".with(") {
        let name = call.trim_start().strip_prefix('"').unwrap().split('"').next().unwrap();
        found.insert(name.to_owned());
        let mut depth = 1;
        let end = call.char_indices().find(|(_, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        rest = call.split_at(end.unwrap().0 + 1).1;
    }
    found
}

#[test]
fn arguments_are_read_across_lines() {
    let calls = calls_in(
        "x.rs",
        "MessageId(\"a-b\")\n    .with(\"one\", f(1))\n    .with(\"two\", x), MessageId(\"c\")",
    );
    let read: Vec<(&str, Vec<&str>)> = calls
        .iter()
        .map(|call| (call.id.as_str(), call.arguments.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(read, [("a-b", vec!["one", "two"]), ("c", vec![])]);
}
