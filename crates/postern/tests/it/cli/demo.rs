use super::{postern, text};

#[test]
fn it_refuses_an_address_that_others_can_reach() {
    for listen in ["0.0.0.0:0", "192.0.2.7:8787"] {
        let output = postern(&["demo", "--listen", listen, "--data", "/nowhere/at/all"]);
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.contains("can be reached from outside"), "{said}");
        assert!(output.stdout.is_empty(), "it greeted: {}", text(&output.stdout));
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    assert_eq!(postern(&["demo", "--no-such-flag"]).status.code(), Some(2));
    let help = postern(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for command in ["serve", "demo", "diagnose", "config", "audit"] {
        assert!(text(&help.stdout).contains(command), "{command}");
    }
}

#[test]
fn config_check_says_everything_that_is_wrong_and_no_secret() {
    let output = postern(&[
        "config",
        "check",
        "--listen",
        "here",
        "--origin",
        "gopher://x/y",
        "--database-url",
        "mysql://u:hunter2secret@db/x",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("3 problem(s)") || said.contains("4 problem(s)"), "{said}");
    for field in ["listen", "origin", "database_url"] {
        assert!(said.contains(field), "{said}");
    }
    assert!(!said.contains("hunter2secret"));
    let fine = postern(&["config", "check", "--database-url", "postgres://u:hunter2secret@db/x"]);
    assert_eq!(fine.status.code(), Some(0));
    assert!(!text(&fine.stdout).contains("hunter2secret"));
}
