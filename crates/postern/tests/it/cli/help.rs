//! `--help` of every command: words for somebody at a terminal, and nothing left over from documentation.

use super::{postern, text};

/// Every command that the help names, from the top down.
fn commands() -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        let help = help_of(&path);
        let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let listed = listed.lines().take_while(|line| !line.is_empty());
        let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
            found.push([path.as_slice(), &[name.to_owned()]].concat());
        }
        next += 1;
    }
    found
}

fn help_of(path: &[String]) -> String {
    let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let output = postern(&arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    text(&output.stdout)
}

/// What is said of an option, in one line.
fn said_of(help: &str, option: &str) -> String {
    let start = format!("--{option} ");
    let mut lines = help.lines().skip_while(|line| !line.trim_start().starts_with(&start)).skip(1);
    let said = lines.by_ref().take_while(|line| !line.trim_start().starts_with("--"));
    said.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn no_help_has_marks_of_documentation() {
    let commands = commands();
    assert!(commands.len() >= 20, "only {} commands were found: {commands:?}", commands.len());
    for path in commands {
        let help = help_of(&path);
        for mark in ["`", "](", "[`", "<http", "**"] {
            assert!(!help.contains(mark), "{path:?} says {mark:?}: {help}");
        }
    }
}

#[test]
fn options_say_their_defaults() {
    for path in commands() {
        let help = help_of(&path);
        for (option, default) in [
            ("listen", "127.0.0.1:8787"),
            ("origin", "http://localhost, with the port listened on"),
            ("data", if path == ["demo"] { "postern-demo" } else { "postern-data" }),
            ("database-url", "postern.sqlite3 in the data folder"),
            ("log", "info"),
            ("log-format", "text"),
            ("format", "auto"),
            ("to", "ocsf"),
            ("threads", "one for each core"),
        ] {
            if help.contains(&format!("  --{option} ")) {
                let said = said_of(&help, option);
                assert!(said.contains(&format!("[default: {default}]")), "{path:?} --{option}: {said}");
            }
        }
    }
}
