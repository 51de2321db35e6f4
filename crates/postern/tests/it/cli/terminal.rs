use std::io::{BufRead as _, BufReader};
use std::process::Command;

use super::{Folder, bombed, denied, started, text};

fn on_columns(columns: &str, log: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    let output = command.args(["diagnose", log]).env_clear().env("COLUMNS", columns).output().unwrap();
    text(&output.stdout)
}

#[test]
fn a_narrow_terminal_gets_a_block_for_each_finding_and_person() {
    let folder = Folder::new("narrow");
    let log = folder.write("log.jsonl", &bombed().replace("<b>mia</b>", "mia@somewhere-far-away.example"));
    for columns in ["40", "80", "100"] {
        let said = on_columns(columns, &log);
        let indented = said.lines().filter(|line| line.starts_with(' '));
        let widest = indented.map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.parse().unwrap(), "{columns}: {said}");
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for whole in [
            "INCIDENT: MFA Fatigue (mfa_fatigue)",
            "What happened 5 prompts refused or not answered",
            "What to do Do not reset. Call the person on a number on file",
            "Threshold 5 or more prompts refused or not answered within 10 minutes; confidence: high",
            "Evidence 5 records: ",
            "MFA reset helps no",
            "Locked out YES",
        ] {
            assert!(words.contains(whole), "{columns}: {whole}: {said}");
        }
        assert!(said.lines().any(|line| line == "mia@somewhere-far-away.example"), "{said}");
    }
}

#[test]
fn a_wide_one_gets_tables_that_say_where_the_rest_is() {
    let folder = Folder::new("wide");
    let log = folder.write("log.jsonl", &bombed());
    for columns in ["160", "not a number", ""] {
        let said = on_columns(columns, &log);
        let head = said.lines().find(|line| line.contains("Severity")).unwrap();
        assert!(head.contains("Finding") && head.contains("Evidence"), "{head}");
        assert!(said.contains("--html and --json say for each what to do"), "{said}");
    }
}

#[test]
fn one_is_not_several() {
    let folder = Folder::new("singular");
    let said = on_columns("160", &folder.write("log.jsonl", &denied(0)));
    assert!(said.contains("1 person, 1 locked out") && said.contains("1 record: 1 about"), "{said}");
}

#[test]
fn a_redirected_log_has_no_codes_for_colours() {
    let folder = Folder::new("no-colours");
    let mut server = started(&["serve", "--listen", "127.0.0.1:0", "--data", &folder.at("data")]);
    let lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
    let warning = lines.into_iter().find(|line| line.contains("no smtp_url"));
    server.kill().unwrap();
    server.wait().unwrap();
    let warning = warning.expect("a server without mail says so");
    assert!(warning.contains("WARN") && !warning.contains('\u{1b}'), "{warning:?}");
}
