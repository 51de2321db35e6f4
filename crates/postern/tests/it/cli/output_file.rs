use std::{
    fs::{self, File},
    os::unix::fs::{PermissionsExt as _, symlink},
    process::{Command, Stdio},
};

use super::{Folder, bombed, postern, text};

/// Nothing was printed, nothing was written, and both names were said.
fn refused(arguments: &[&str], names: [&str; 2], folder: &Folder) {
    let before = contents(folder);
    let output = postern(arguments);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {said}");
    assert!(names.iter().all(|name| said.contains(name)), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(contents(folder), before, "{arguments:?}");
}

fn contents(folder: &Folder) -> Vec<(String, String)> {
    let names = folder.names().into_iter();
    names.map(|name| (fs::read_to_string(folder.at(&name)).unwrap_or_default(), name)).collect()
}

#[test]
fn no_input_is_written_to_whatever_it_is_called() {
    let folder = Folder::new("same-file");
    let log = folder.write("log.jsonl", &bombed());
    let (hard, soft, detour) = (folder.at("hard.log"), folder.at("soft.log"), folder.at("./log.jsonl"));
    fs::hard_link(&log, &hard).unwrap();
    symlink(&log, &soft).unwrap();
    let (whole, pattern) = (folder.0.to_str().unwrap(), folder.at("l*.jsonl"));
    for output in [&log, &hard, &soft, &detour] {
        for input in [&log, &soft, whole, &pattern] {
            refused(&["signins", "convert", "-o", output, input], [output, "log"], &folder);
            refused(&["diagnose", "--html", output, input], [output, "log"], &folder);
        }
        let parquet = ["signins", "convert", "--to", "parquet", "-o", output, &log];
        refused(&parquet, [output, "log.jsonl"], &folder);
    }
    let mut from_stdin = Command::new(env!("CARGO_BIN_EXE_postern"));
    let stdin = Stdio::from(File::open(&log).unwrap());
    let output = from_stdin.args(["signins", "convert", "-", "-o", &log]).stdin(stdin).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("standard input"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(&log).unwrap(), bombed());
}

#[test]
fn a_report_replaces_reports_and_nothing_else() {
    let folder = Folder::new("no-report");
    let (log, other) = (folder.write("a.jsonl", &bombed()), folder.write("b.jsonl", &bombed()));
    // What the shell makes of `--html *.jsonl`.
    refused(&["diagnose", "--html", &other, &log], [&other, "--html report.html"], &folder);
    for earlier in ["", "<!DOCTYPE HTML>\n<p>Yesterday's"] {
        let report = folder.write("report.html", earlier);
        assert_eq!(postern(&["diagnose", "--html", &report, &log]).status.code(), Some(0));
        assert!(fs::read_to_string(&report).unwrap().starts_with("<!doctype html>"));
    }
    assert_eq!(folder.names(), ["a.jsonl", "b.jsonl", "report.html"]);
}

#[test]
fn an_earlier_file_stays_until_a_whole_one_takes_its_place() {
    let folder = Folder::new("earlier");
    let (log, earlier) = (folder.write("log.jsonl", &bombed()), folder.write("out.jsonl", "earlier"));
    let (wrong, missing) = (folder.write("wrong.jsonl", "{}\n"), folder.at("missing.jsonl"));
    for inputs in [vec![&wrong], vec![&missing], vec![&log, &missing], vec![&missing, &log]] {
        for to in ["ocsf", "parquet"] {
            let mut arguments = vec!["signins", "convert", "--to", to, "-o", &earlier];
            arguments.extend(inputs.iter().map(|path| path.as_str()));
            let output = postern(&arguments);
            assert_eq!(output.status.code(), Some(1), "{inputs:?}");
            assert_eq!(fs::read_to_string(&earlier).unwrap(), "earlier", "{inputs:?}");
            assert!(text(&output.stderr).contains("out.jsonl is left as it was"), "{}", text(&output.stderr));
        }
    }
    fs::set_permissions(&earlier, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.at("link.jsonl");
    symlink(&earlier, &link).unwrap();
    assert_eq!(postern(&["signins", "convert", "-o", &link, &log]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&earlier).unwrap().lines().count(), 5);
    assert_eq!(fs::metadata(&earlier).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(folder.names(), ["link.jsonl", "log.jsonl", "out.jsonl", "wrong.jsonl"]);
}

#[test]
fn what_could_be_read_is_written_where_nothing_was() {
    let folder = Folder::new("new-output");
    let (log, missing, new) =
        (folder.write("log.jsonl", &bombed()), folder.at("missing.jsonl"), folder.at("new"));
    let output = postern(&["signins", "convert", "-o", &new, &missing, &log]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&new).unwrap().lines().count(), 5);
    // As any new file: a report is for others too.
    let plain = fs::metadata(folder.write("plain", "")).unwrap().permissions();
    assert_eq!(fs::metadata(&new).unwrap().permissions(), plain);
    let none = folder.at("none");
    assert_eq!(postern(&["signins", "convert", "-o", &none, &missing]).status.code(), Some(1));
    assert_eq!(folder.names(), ["log.jsonl", "new", "plain"]);
}

#[test]
fn a_path_that_cannot_be_written_is_said_before_anything_is_read() {
    let folder = Folder::new("unwritable");
    let log = folder.write("log.jsonl", &bombed());
    for path in
        [folder.at("no/such/folder/out"), folder.0.to_str().unwrap().to_owned(), folder.at("log.jsonl/out")]
    {
        for arguments in
            [["diagnose", "--html", &path, &log].as_slice(), &["signins", "convert", "-o", &path, &log]]
        {
            let output = postern(arguments);
            let said = text(&output.stderr);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
            assert!(said.contains(&format!("cannot write {path}: ")) && said.lines().count() == 1, "{said}");
        }
    }
}

#[test]
fn the_report_is_printed_though_its_page_cannot_be_saved() {
    let folder = Folder::new("full");
    let log = folder.write("log.jsonl", &bombed());
    let output = postern(&["diagnose", "--json", "--html", "/dev/full", &log]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write /dev/full: "), "{said}");
    assert!(text(&output.stdout).contains("mfa_fatigue"));
}

#[test]
fn a_device_is_written_to_and_never_replaced() {
    let folder = Folder::new("device");
    let log = folder.write("log.jsonl", &bombed());
    let output = postern(&["signins", "convert", "-o", "/dev/stdout", &log]);
    assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(0), 5));
    let all = folder.write("all.jsonl", "earlier\n");
    let appending = File::options().append(true).open(&all).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(["signins", "convert", "-o", "/dev/stdout", &log]).stdout(appending);
    assert!(command.status().unwrap().success());
    let lines = fs::read_to_string(&all).unwrap();
    assert!(lines.starts_with("earlier\n") && lines.lines().count() == 6, "{lines}");
    assert_eq!(postern(&["diagnose", "--html", "/dev/null", &log]).status.code(), Some(0));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
