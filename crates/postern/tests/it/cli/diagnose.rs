use std::{collections::BTreeSet, fs};

use serde_json::Value;

use super::{Folder, bombed, postern, text};

#[test]
fn a_file_is_reported_as_tables_json_and_html() {
    let folder = Folder::new("report");
    let (log, page) = (folder.write("log.jsonl", &bombed()), folder.0.join("report.html"));
    let output = postern(&["diagnose", &log, "--html", page.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for words in ["INCIDENT", "mfa_fatigue", "log.jsonl:1", "1 person, 1 locked out, 1 under attack."] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("&lt;b&gt;mia&lt;&#x2f;b&gt;"), "a name is text, not markup");
    assert!(!page.contains("<b>mia") && !page.contains("<script") && !page.contains("http:"), "{page}");
    // Every link leads somewhere within it, and to one place only.
    let ids: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    let links: BTreeSet<_> =
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.contains("#mfa-fatigue"), "{links:?}");
    for link in links {
        assert!(link.strip_prefix('#').is_some_and(|id| unique.contains(id)), "{link}");
    }
    let json: Value = serde_json::from_slice(&postern(&["diagnose", "--json", &log]).stdout).unwrap();
    assert_eq!(json["people"][0]["state"], "locked_out");
    assert_eq!(json["people"][0]["rung"], 7);
    let fatigue =
        json["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "mfa_fatigue").unwrap();
    assert_eq!(fatigue["evidence"].as_array().unwrap().len(), 5);
    assert_eq!(json["files"][0], log.as_str());
}

#[test]
fn what_does_not_fit_says_what_was_found() {
    let folder = Folder::new("unfit");
    let other = folder.write("other.jsonl", "{\"hello\":1}\nplain words\n");
    let output = postern(&["diagnose", &other]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for words in ["other.jsonl holds no sign-in record", "1 of other kinds, 1 malformed", "line 2"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("plain words") && !said.contains("hello"), "content is never repeated: {said}");
    // Beside a file that fits, the report comes all the same.
    folder.write("log.jsonl", &bombed());
    let output = postern(&["diagnose", folder.0.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("mfa_fatigue") && text(&output.stderr).contains("other.jsonl"));
    let output = postern(&["diagnose", "/nowhere/at/all.jsonl"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(text(&output.stderr).contains("/nowhere/at/all.jsonl"));
}

#[test]
fn thresholds_and_rules_are_checked_before_anything_is_read() {
    let folder = Folder::new("settings");
    let log = folder.write("log.jsonl", &bombed());
    let settings = folder.write("settings.toml", "[rules.mfa_fatigue]\ncount = 6\n");
    let json = |arguments: &[&str]| -> Value { serde_json::from_slice(&postern(arguments).stdout).unwrap() };
    let report = json(&["diagnose", "--json", "--settings", &settings, &log]);
    let rules: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect();
    assert!(
        !rules.contains(&"mfa_fatigue".into()) && rules.contains(&"mfa_fatigue_warning".into()),
        "{rules:?}"
    );
    for (wrong, words) in
        [("[rules.no_such_rule]\ncount = 1\n", "no_such_rule"), ("[outage]\nshare = 7\n", "share")]
    {
        let settings = folder.write("wrong.toml", wrong);
        let output = postern(&["diagnose", "--settings", &settings, &log]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
    let list = text(&postern(&["diagnose", "--list-rules"]).stdout);
    assert!(list.contains("mfa_fatigue") && list.contains("5 or more prompts"), "{list}");
}
