use std::{
    io::{Read as _, Write as _},
    process::{Child, Command},
    thread,
    time::Duration,
};

use super::{Folder, denied, started, text};

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
}

/// Writes so many records, and waits until they must have been taken from the pipe.
fn fed(child: &mut Child, records: usize) -> std::process::ChildStdin {
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = (0..records).map(|number| denied(number % 60) + "\n").collect();
    stdin.write_all(lines.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(500));
    stdin
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
fn an_interrupt_reports_what_was_read_though_the_pipe_stays_open() {
    // Less than a batch, and more than one.
    for records in [5, 20_000] {
        let mut child = started(&["diagnose", "-"]);
        let stdin = fed(&mut child, records);
        interrupt(&child);
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
        assert!(said.contains("Stopped before the end") && said.contains("mfa_fatigue"), "{said}");
        assert!(!said.contains("malformed"), "{said}");
        drop(stdin);
    }
}

#[test]
fn an_interrupt_before_anything_came_is_no_error_of_the_input() {
    let folder = Folder::new("interrupt");
    let other = folder.write("other.jsonl", &denied(0));
    let mut child = started(&["diagnose", "-", &other]);
    let stdin = fed(&mut child, 0);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(130), String::new()));
    drop(stdin);
}

#[test]
fn an_interrupted_conversion_keeps_what_was_written_and_spares_an_earlier_file() {
    let folder = Folder::new("interrupted-conversion");
    let (new, earlier) = (folder.at("new.jsonl"), folder.write("earlier.jsonl", "kept\n"));
    for (to, lines) in [(&new, 5), (&earlier, 1)] {
        let mut child = started(&["signins", "convert", "-", "-o", to]);
        let stdin = fed(&mut child, 5);
        interrupt(&child);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(std::fs::read_to_string(to).unwrap().lines().count(), lines, "{to}");
        drop(stdin);
    }
    assert_eq!(folder.names(), ["earlier.jsonl", "new.jsonl"]);
}

#[test]
fn a_second_interrupt_ends_it_and_leaves_nothing_behind() {
    let folder = Folder::new("second-interrupt");
    // Nobody writes to it: it cannot even be opened.
    let pipe = folder.at("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = started(&["signins", "convert", &pipe, "-o", &folder.at("new.jsonl")]);
    while folder.names().len() < 2 {
        thread::sleep(Duration::from_millis(10));
    }
    // The handler is set right after the file is made.
    thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None, "the first one waits for the reading to stop");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(folder.names(), ["pipe"]);
}
