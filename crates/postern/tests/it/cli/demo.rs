use super::{Folder, postern, text};

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

/// Number 12: the demo shows every secret to the whole machine, and `--reset` deletes. Neither is for real people's data.
#[test]
fn a_data_folder_that_no_demo_made_is_refused() {
    let folder = Folder::new("not-a-demo");
    folder.write("data/postern.key", "the key of real people");
    folder.write("data/postern.sqlite3", "real people");
    for more in [&[][..], &["--reset"]] {
        let data = folder.at("data");
        let arguments = [&["demo", "--listen", "127.0.0.1:1", "--data", &data], more].concat();
        let output = postern(&arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
        assert!(text(&output.stderr).contains("holds data that no demo made"), "{}", text(&output.stderr));
        assert_eq!(std::fs::read_to_string(folder.at("data/postern.key")).unwrap(), "the key of real people");
    }
    // An empty one is taken, and known again. Nobody may listen on port 1, so it ends there, or asks to be stopped.
    let data = folder.at("new");
    std::fs::create_dir(&data).unwrap();
    let mut demo = super::started(&["demo", "--listen", "127.0.0.1:0", "--data", &data]);
    let mark = std::path::Path::new(&data).join("made-by-postern-demo");
    for _ in 0..2_000 {
        if mark.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(mark.exists(), "an empty folder was not taken");
}

/// The other way round: everybody knows the passwords of a demo's people.
#[test]
fn serve_refuses_a_demos_folder() {
    let folder = Folder::new("serve-a-demo");
    folder.write("data/made-by-postern-demo", "");
    let output = postern(&["serve", "--listen", "127.0.0.1:0", "--data", &folder.at("data")]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("holds a demo's data"), "{said}");
    assert!(!std::path::Path::new(&folder.at("data/postern.key")).exists(), "it began all the same");
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
