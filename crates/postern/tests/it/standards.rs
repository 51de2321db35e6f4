//! What the book says of two standards: the tests that it names are there, and its counts are those of its rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const COUNTS: &str = "| state | rows | what it means |\n| --- | --- | --- |\n";
const DEMANDS: &str =
    "| id | what it demands | state | what shows it, or why not |\n| --- | --- | --- | --- |\n";

fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).ok()
}

fn page() -> String {
    read("docs/guide/standards.md").unwrap()
}

/// The rows of every table with this head.
fn rows<'a, const N: usize>(page: &'a str, head: &str) -> Vec<[&'a str; N]> {
    let mut rows = Vec::new();
    for below in page.split(head).skip(1) {
        for line in below.lines().take_while(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            rows.push(
                <[&str; N]>::try_from(cells).unwrap_or_else(|cells| panic!("not {N} cells: {cells:?}")),
            );
        }
    }
    rows
}

/// What a cell names in backticks: each test with its file, which stands before it, and each file by itself.
fn named(cell: &str) -> Vec<(&str, Option<&str>)> {
    let (mut file, mut found) = ("", Vec::new());
    for word in cell.split('`').skip(1).step_by(2) {
        if word.contains('/') {
            file = word;
            found.push((file, None));
        } else {
            found.push((file, Some(word)));
        }
    }
    found
}

fn is_there(file: &str, test: Option<&str>) -> bool {
    let folder = if file.starts_with("it/") { "crates/postern/tests" } else { "crates" };
    let Some(source) = read(&format!("{folder}/{file}")) else { return false };
    test.is_none_or(|name| {
        ["()", "(db)"].iter().any(|given| source.contains(&format!("fn {name}{given} {{")))
    })
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let (page, mut wrong) = (page(), Vec::new());
    for [id, _, state, shown] in rows::<4>(&page, DEMANDS) {
        let names = named(shown);
        let missing = names.iter().filter(|(file, test)| !is_there(file, *test));
        wrong.extend(missing.map(|(file, test)| format!("{id}: {file} {}", test.unwrap_or_default())));
        let is_shown = shown.contains("](") || names.iter().any(|(_, test)| test.is_some());
        if state == "met" && !is_shown {
            wrong.push(format!("{id}: met, and nothing shows it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn its_counts_are_those_of_its_rows() {
    let page = page();
    let (mut counted, mut ids) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for [id, _, state, _] in rows::<4>(&page, DEMANDS) {
        assert!(!ids.contains(&id), "{id} stands twice");
        ids.push(id);
        *counted.entry(state).or_default() += 1;
    }
    let said: BTreeMap<&str, usize> = rows::<3>(&page, COUNTS)
        .into_iter()
        .map(|[state, count, _]| (state, count.parse().unwrap()))
        .collect();
    assert_eq!(said, counted);
    assert_eq!(ids.iter().filter(|id| id.contains(" L")).count(), 66, "ASVS 5.0, V6 and V7");
}
