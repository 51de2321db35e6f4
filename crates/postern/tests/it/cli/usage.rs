//! What is said to somebody who asks for something that cannot be.

use serde_json::Value;

use super::{Folder, bombed, postern, text};

#[test]
fn an_error_is_said_once_and_by_its_kind() {
    let folder = Folder::new("said-once");
    let (log, missing) = (folder.write("log.jsonl", &bombed()), folder.at("missing"));
    let own = folder.write("own/own.yml", "title: Phone Used\nname: phone_used\n");
    let own = own.strip_suffix("/own.yml").unwrap();
    for (code, arguments) in [
        (1, ["diagnose", &missing].as_slice()),
        (1, &["signins", "convert", &missing]),
        (2, &["diagnose", "--rules", &missing, &log]),
        (2, &["diagnose", "--rules", own, &log]),
        (2, &["diagnose", "--settings", &missing, &log]),
    ] {
        let output = postern(arguments);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{arguments:?}: {said}");
        assert!(
            said.lines().count() == 1 && said.contains(folder.0.to_str().unwrap()),
            "{arguments:?}: {said}"
        );
        assert!(said.matches("No such file").count() <= 1, "{said}");
    }
}

#[test]
fn every_problem_of_the_settings_comes_at_once_under_their_name() {
    let folder = Folder::new("problems");
    let settings = "[rules.mfa_fatig]\ncount = 2\n[rules.password_spray]\ncount = 0\n[outage]\nshare = 7\n";
    let settings = folder.write("thresholds.toml", settings);
    let output = postern(&["diagnose", "--settings", &settings, "whatever.jsonl"]);
    let said = text(&output.stderr);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!((output.status.code(), lines.len()), (Some(2), 4), "{said}");
    assert!(lines[0].contains("thresholds.toml cannot be used"), "{said}");
    for (line, start) in lines.iter().skip(1).zip([
        "  settings.outage.share must",
        "  settings.rules.password_spray.count must be at least 1",
        "  settings.rules.mfa_fatig: no rule has this name (is it mfa_fatigue, ",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn a_day_or_a_time_is_taken_and_anything_else_told_how() {
    let folder = Folder::new("since");
    let log = folder.write("log.jsonl", &bombed().replace("T08:", "T00:"));
    let report = |option: &str, time: &str| -> Value {
        let output = postern(&["diagnose", "--json", option, time, &log]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    for (time, is_found) in [
        ("2026-03-02", true),
        ("2026-03-02T00:00Z", true),
        ("2026-03-02T01:00:00+01:00", true),
        ("2026-03-02T00:04:00Z", false),
        ("2026-03-03", false),
    ] {
        let report = report("--since", time);
        let mut rules = report["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]);
        assert_eq!(rules.any(|rule| rule == "mfa_fatigue"), is_found, "{time}");
    }
    assert_eq!(report("--as-of", "2026-03-02")["totals"]["later"], 4);
    for time in ["yesterday", "2026-03-02T08:00", "2026-3-2", "02.03.2026", "2026-02-30"] {
        let output = postern(&["diagnose", "--since", time, &log]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{time}");
        assert!(said.contains("such as 2026-03-02, or") && said.contains("2026-03-02T08:30:00Z"), "{said}");
    }
}

#[test]
fn rules_are_listed_for_programs_too() {
    let output = postern(&["diagnose", "--list-rules", "--json"]);
    let rules: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let fatigue = rules.iter().find(|rule| rule["name"] == "mfa_fatigue").unwrap();
    assert_eq!(fatigue["severity"], "incident");
    assert!(fatigue["threshold"].as_str().unwrap().starts_with("5 or more prompts"));
    assert_eq!((&fatigue["source"], &fatigue["building_block"]), (&"shipped".into(), &false.into()));
}

#[test]
fn help_says_what_is_read_and_what_the_exit_codes_mean() {
    for (command, words) in [
        (
            ["diagnose", "--help"].as_slice(),
            ["Reads Microsoft Entra ID, Okta,", "such as 2026-03-02", "130  stopped by Ctrl-C"],
        ),
        (&["signins", "convert", "--help"], ["OCSF 1.8.0", "replaced only when", "130  stopped by Ctrl-C"]),
    ] {
        let help = text(&postern(command).stdout);
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(help.contains(&words), "{words}: {help}");
        }
    }
}

#[test]
fn who_is_at_fault_is_said_of_a_file_that_holds_nothing() {
    let folder = Folder::new("at-fault");
    let table =
        "Time,User,Result\n2026-03-02 08:14,mia@corp.example,no\n2026-03-02 08:15,mia@corp.example,no\n";
    let table = folder.write("table.csv", table);
    let denied_access = folder.write("error.json", r#"{"error":{"message":"Access token has expired."}}"#);
    let log = folder.write("log.jsonl", &bombed());
    for (arguments, words) in [
        (
            ["diagnose", &table].as_slice(),
            "2 records: 2 of other kinds, 0 malformed; line 2: row of a table whose columns Postern does not know \
             (Time, User, Result): take the answer of the provider's API instead)",
        ),
        (&["diagnose", &denied_access], "line 1: an error answer of an API, not a log)"),
        (
            &["diagnose", "--format", "okta", &log],
            "line 1: not a record of okta). `--format okta` reads nothing else",
        ),
        (
            &["signins", "convert", "--format", "okta", &log],
            "`--format okta` reads nothing else: leave it out",
        ),
    ] {
        let output = postern(arguments);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        assert!(!said.contains("mia") && !said.contains("expired"), "content is never repeated: {said}");
    }
}
