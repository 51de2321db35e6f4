use std::{collections::BTreeSet, fs};

use serde_json::Value;
use sha2::Digest as _;

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
    assert!(!page.contains("<b>mia") && !page.contains("http:"), "{page}");
    // One script, its own: a browser runs nothing else.
    assert_eq!(page.matches("<script").count(), 1);
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(script));
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")), "the script is not the one that is named");
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

/// Twelve people who were in for three days, and then everybody's provider fails, while prompts rain on one of them.
fn outage_and_attack() -> String {
    let line = |day: u32, minute: u32, who: u32, rest: &str| {
        format!(
            r#"{{"postern":"signin/v1","provider":"entra","at":"2026-03-0{day}T08:{minute:02}:00Z","person":"p{who}","ip":"2001:db8:{who}::1",{rest}}}"#
        ) + "\n"
    };
    let well = r#""method":"push","result":"success""#;
    let down = r#""method":"password","result":"failure","cause":"provider_outage","code":"90033""#;
    let declined = r#""method":"push","result":"failure","cause":"mfa_denied""#;
    let mut log = String::new();
    for day in 2..5 {
        log.extend((1..13).map(|who| line(day, who, who, well)));
    }
    log.extend((1..13).map(|who| line(5, who / 3, who, down)));
    log.extend((0..6).map(|minute| line(5, 10 + minute, 99, declined)));
    log
}

#[test]
fn the_page_begins_with_the_worst_is_short_and_can_be_searched() {
    let folder = Folder::new("worst-first");
    let (log, page) = (folder.write("log.jsonl", &outage_and_attack()), folder.0.join("report.html"));
    let output = postern(&["diagnose", &log, "--html", page.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = fs::read_to_string(page).unwrap();
    let findings =
        page.split("<details class=\"finding").skip(1).map(|one| one.split("</summary>").next().unwrap());
    let badges: Vec<_> =
        findings.map(|one| one.split("badge").nth(1).unwrap().split('>').nth(1).unwrap()).collect();
    let badges: Vec<_> = badges.iter().map(|badge| badge.split('<').next().unwrap()).collect();
    assert_eq!(badges.first(), Some(&"INCIDENT"), "{badges:?}");
    assert!(badges.contains(&"notice"), "{badges:?}");
    // A link of a person leads to the finding that it names.
    let (_, attacked) = page.split_once("<strong>p99</strong>").expect("who is attacked");
    assert!(attacked.contains("<a href=\"#finding-1\">MFA Fatigue</a>"), "{attacked}");
    // Only the first three people are open.
    let people: Vec<_> =
        page.split("<details class=\"person").skip(1).map(|one| one.split('>').next().unwrap()).collect();
    assert!(people.len() > 3, "{}", people.len());
    assert_eq!(people.iter().filter(|tag| tag.ends_with(" open")).count(), 3);
    for part in [
        "<search id=\"search\" hidden>",
        "type=\"search\"",
        "href=\"#people\"",
        "<details><summary>What to do, step by step",
    ] {
        assert!(page.contains(part), "{part}");
    }
}
