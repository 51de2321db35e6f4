//! The guide says all that there is to set, and all that a program is told.

use std::{collections::BTreeSet, fs, path::Path};

use postern_signals::settings::Settings;
use serde_json::{Value, json};

use super::{Folder, bombed, postern};

fn guide() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/diagnose.md")).unwrap()
}

/// `key` of every object in it. Objects whose keys are no fields are not entered.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                found.insert(key.clone());
                if !(inner.is_object() && ["causes", "unrecognised"].contains(&key.as_str())) {
                    fields(inner, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|inner| fields(inner, found)),
        _ => {}
    }
}

#[test]
fn every_setting_is_there_with_its_default() {
    let (guide, mut count) = (guide(), 0);
    let defaults: toml::Table = toml::to_string(&Settings::default()).unwrap().parse().unwrap();
    for (section, keys) in &defaults {
        for (key, default) in keys.as_table().unwrap() {
            let default = default.as_float().map_or_else(|| default.to_string(), |number| number.to_string());
            let row = format!("| `{section}.{key}` | `{default}` | ");
            assert!(guide.contains(&row), "{row}");
            count += 1;
        }
    }
    assert_eq!(guide.matches("| `rules.NAME.").count(), 2);
    let section = guide.split("## Other thresholds").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!(section.lines().filter(|line| line.starts_with("| `")).count(), count + 2, "and no other");
}

#[test]
fn every_field_of_the_report_is_there() {
    let folder = Folder::new("guide");
    let change = json!({"postern": "signin/v1", "at": "2026-03-02T07:00:00Z", "person": "<b>mia</b>",
                        "result": "factor_reset", "actor": "ada"});
    let log = folder.write("log.jsonl", &format!("{change}\nno record\n{{}}\n{}\n", bombed()));
    let report: Value = serde_json::from_slice(&postern(&["diagnose", "--json", &log]).stdout).unwrap();
    for filled in [
        "/people/0/changes/0",
        "/people/0/timeline/0",
        "/findings/0",
        "/malformed/0",
        "/chart/0",
        "/unrecognised",
    ] {
        assert!(
            report.pointer(filled).is_some_and(|inner| inner.as_object().is_some()),
            "{filled}: {report:#}"
        );
    }
    let mut found = BTreeSet::new();
    fields(&report, &mut found);
    let guide = guide();
    let section = guide.split("## The report for programs").nth(1).unwrap();
    let missing: Vec<_> = found.iter().filter(|field| !section.contains(&format!("`{field}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new());
}
