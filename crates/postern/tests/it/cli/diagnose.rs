use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{postern, text};

/// A folder of its own for a test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("postern-diagnose-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn denied(minute: usize) -> String {
    format!(
        r#"{{"postern":"signin/v1","at":"2026-03-02T08:{minute:02}:00Z","person":"<b>mia</b>","method":"push","result":"failure","cause":"mfa_denied"}}"#
    )
}

/// Five refused prompts: a person locked out, and under attack.
fn bombed() -> String {
    (0..5).map(denied).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_is_reported_as_tables_json_and_html() {
    let folder = Folder::new("report");
    let (log, page) = (folder.write("log.jsonl", &bombed()), folder.0.join("report.html"));
    let output = postern(&["diagnose", &log, "--html", page.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for words in ["INCIDENT", "mfa_fatigue", "log.jsonl:1", "1 people, 1 locked out, 1 under attack."] {
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
    for words in ["other.jsonl holds no sign-in record", "1 of other kinds, 1 damaged", "line 2"] {
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
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
    let list = text(&postern(&["diagnose", "--list-rules"]).stdout);
    assert!(list.contains("mfa_fatigue") && list.contains("5 or more prompts"), "{list}");
}

/// Starts `postern` with a pipe to it and one from it.
fn started(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    for arguments in [["diagnose", "--json", "-"], ["signins", "convert", "-"]] {
        let mut child = started(&arguments);
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        for number in 0..20_000 {
            let line = denied(number % 60).replace("mia", &format!("person{number}"));
            // The program may have ended already: nobody reads what it would say.
            if writeln!(stdin, "{line}").is_err() {
                break;
            }
        }
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("panicked"));
    }
}

#[test]
fn an_interrupt_reports_what_was_read() {
    let mut child = started(&["diagnose", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    // More than one batch, so that something has been parsed when the interrupt comes.
    let lines: String = (0..20_000).map(|number| denied(number % 60) + "\n").collect();
    stdin.write_all(lines.as_bytes()).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    // The reader sees the stop when the next bytes come, or at the end.
    stdin.write_all(lines.as_bytes()).ok();
    drop(stdin);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("Stopped before the end") && said.contains("mfa_fatigue"), "{said}");
}

#[test]
fn a_log_becomes_ocsf_or_parquet() {
    let folder = Folder::new("convert");
    let log = folder.write("log.jsonl", &bombed());
    let output = postern(&["signins", "convert", &log]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 5);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["class_uid"], &first["status_id"]), (&3002.into(), &2.into()));
    assert!(text(&output.stderr).contains("5 records written"));
    // What was written is read as the same people.
    let ocsf = folder.write("ocsf.jsonl", &lines);
    let again: Value = serde_json::from_slice(&postern(&["diagnose", "--json", &ocsf]).stdout).unwrap();
    assert_eq!(again["people"][0]["person"], "<b>mia</b>");
    assert_eq!(
        postern(&["signins", "convert", "--to", "parquet", &log]).status.code(),
        Some(2),
        "it wants a file"
    );
    let parquet = folder.0.join("out.parquet");
    let arguments = ["signins", "convert", "--to", "parquet", "-o", parquet.to_str().unwrap(), &log];
    assert_eq!(postern(&arguments).status.code(), Some(0));
    assert!(fs::read(parquet).unwrap().starts_with(b"PAR1"));
}
