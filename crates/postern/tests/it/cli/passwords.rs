//! `postern passwords import`, and the server that reads what it made.

use std::fs;

use postern::app::App;
use postern::leaked_passwords::{self, LeakedPasswords};
use sha1::{Digest as _, Sha1};

use super::{Folder, postern, text};
use crate::test_app::{Database, Place};

fn hash(password: &str) -> String {
    data_encoding::HEXUPPER.encode(&Sha1::digest(password.as_bytes()))
}

fn import(folder: &Folder, list: &str) -> (Option<i32>, String) {
    let output = postern(&["passwords", "import", list, "--data", &folder.at("data")]);
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn a_list_in_any_order_is_sorted_and_searched() {
    let folder = Folder::new("leaked");
    let mut lines: Vec<String> =
        (0..5000).map(|n| format!("{}:{n}", hash(&format!("password {n}")))).collect();
    lines[7] = lines[7].to_lowercase();
    // Twice, without a number, with a line break of another system, and a line with nothing on it.
    lines.push(format!("{}\r", hash("password 3")));
    lines.push(String::new());
    let list = folder.write("list.txt", &lines.join("\n"));
    let (code, said) = import(&folder, &list);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("5000 leaked passwords"), "{said}");
    let place = folder.0.join("data").join(leaked_passwords::FILE);
    assert_eq!(fs::metadata(&place).unwrap().len(), 24 + 5000 * 20);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&place).unwrap().permissions()) & 0o777,
        0o600
    );
    let list = LeakedPasswords::open(&place).unwrap().unwrap();
    for n in 0..5000 {
        assert!(list.contains(&format!("password {n}")).unwrap(), "{n}");
        assert!(!list.contains(&format!("another {n}")).unwrap(), "{n}");
    }
}

#[test]
fn a_broken_line_is_named_not_shown_and_changes_nothing() {
    let folder = Folder::new("leaked-broken");
    let good = format!("{}:1\n{}:2\n", hash("one"), hash("two"));
    let (code, said) = import(&folder, &folder.write("good.txt", &good));
    assert_eq!(code, Some(0), "{said}");
    let place = folder.0.join("data").join(leaked_passwords::FILE);
    let before = fs::read(&place).unwrap();
    let three = hash("three");
    let [short, ntlm, range] = [39, 32, 35].map(|length| three.get(..length).unwrap());
    for (broken, why) in [
        ("hunter2hunter2", "not a SHA-1 hash"),
        (short, "not a SHA-1 hash"),
        (ntlm, "NTLM"),
        (range, "a range"),
        (&format!("{}:many", hash("three")), "not a number"),
        (&format!("{}:", hash("three")), "not a number"),
        (&"A".repeat(1 << 20), "not a SHA-1 hash"),
    ] {
        let (code, said) = import(&folder, &folder.write("bad.txt", &format!("{good}{broken}\n{good}")));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("line 3: ") && said.contains(why), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert_eq!(fs::read(&place).unwrap(), before);
    }
    let (code, said) = import(&folder, &folder.write("empty.txt", "\n\n"));
    assert!(code == Some(1) && said.contains("there is no hash in it"), "{said}");
    let left: Vec<_> =
        fs::read_dir(folder.0.join("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [leaked_passwords::FILE], "something was left lying about");
}

/// A list that can't be searched would let leaked passwords pass.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_does_not_start_with_a_list_that_is_not_whole() {
    let place = Place::empty(Database::Sqlite).await;
    let file = place.folder().join(leaked_passwords::FILE);
    let start = async || {
        let config = place.config("127.0.0.1:1".parse().unwrap());
        App::start(config).await.err().map(|error| error.to_string())
    };
    assert_eq!(start().await, None, "without a list");
    let list: String = (0..100).map(|n| hash(&format!("password {n}")) + "\n").collect();
    leaked_passwords::import(list.as_bytes(), &file).unwrap();
    assert_eq!(start().await, None, "with one");
    let whole = fs::read(&file).unwrap();
    let mut disordered = whole.clone();
    disordered[24..64].rotate_left(20);
    for (bytes, why) in [
        (&whole[..whole.len() - 7], "it is not whole"),
        (&whole[..10], "too short"),
        (list.as_bytes(), "was not made by"),
        (&disordered, "out of order"),
    ] {
        fs::write(&file, bytes).unwrap();
        let said = start().await.expect("it started");
        assert!(said.contains(why) && said.contains("postern passwords import"), "{said}");
    }
    // One that the settings name, and that is not there, is a mistake: without a word nothing would be checked.
    fs::remove_file(&file).unwrap();
    let mut config = place.config("127.0.0.1:1".parse().unwrap());
    config.leaked_passwords = Some(place.folder().join("elsewhere"));
    let said = App::start(config).await.err().expect("it started").to_string();
    assert!(said.contains("elsewhere") && said.contains("is not there"), "{said}");
}
