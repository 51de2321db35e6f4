//! `postern-verify`, as a person runs it.

use super::log::*;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_postern-verify")).args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_program_says_that_a_log_is_whole_and_against_which_key() {
    let dir = WHOLE.path().to_str().unwrap();
    let vkey = signer().vkey();
    let earlier = TempDir::new().unwrap();
    let since = earlier.path().join("checkpoint");
    fs::write(&since, checkpoint(&entries(SIZE)[..300])).unwrap();
    let (code, out, _) = run(&[dir, "--key", &vkey, "--since", since.to_str().unwrap()]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("the log is whole: 600 entries, root "), "{out}");
    assert!(out.contains(&format!("signed by {vkey}\n")) && !out.contains("CAUTION"), "{out}");
    assert!(
        out.contains("first 300 entries are unchanged") && out.contains("2 of them were erased"),
        "{out}"
    );
    let (code, out, _) = run(&[dir]);
    assert_eq!(code, Some(0));
    assert!(out.contains("CAUTION: this was only checked against the key in the folder"), "{out}");
    let (_, out, _) = run(&[dir, "--key", &vkey, "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&answer["whole"], &answer["size"], &answer["erased"]),
        (&true.into(), &600.into(), &vec![7, 400].into())
    );
}

#[test]
fn the_program_names_the_bad_entry_and_fails() {
    let dir = copy();
    lines(&dir, |lines| {
        lines[300] = lines[300].replace("entry 300", "entry 301");
    });
    let path = dir.path().to_str().unwrap();
    let (code, out, _) = run(&[path, "--key", &signer().vkey()]);
    assert_eq!(code, Some(1));
    assert!(out.contains("entry 300 (2026-03-02T08:05:00Z, case.opened): its record was altered"), "{out}");
    assert!(out.ends_with("first bad entry: 300\n"), "{out}");
    let (code, out, _) = run(&[path, "--key", &signer().vkey(), "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["first_bad_entry"]), (Some(1), &300.into()));
    assert_eq!(answer["findings"][0]["problem"], "altered");
}

#[test]
fn the_program_tells_what_it_cannot_check_from_what_is_bad() {
    let dir = WHOLE.path().to_str().unwrap();
    let empty = TempDir::new().unwrap();
    for arguments in [
        vec![empty.path().to_str().unwrap()],
        vec![dir, "--key", "nonsense"],
        vec![dir, "--since", "/nowhere/checkpoint"],
        vec![dir, "--what"],
        vec![],
    ] {
        let (code, out, error) = run(&arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!error.is_empty());
    }
    let (code, out, _) = run(&["--help"]);
    assert!(code == Some(0) && out.contains("--since") && out.contains("Exit status"), "{out}");
}
