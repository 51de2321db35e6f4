//! Number 12: what is nobody else's business is closed to others, and the first admin's code goes to no journal.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Folder, postern, started, text};
use crate::test_app::{Database, TestApp, eventually};

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admins_code_goes_to_a_file_that_is_gone_when_it_was_used() {
    let folder = Folder::new("first-admin");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (listen, origin, data) =
        (format!("127.0.0.1:{port}"), format!("http://localhost:{port}"), folder.at("data"));
    let mut server = started(&["serve", "--listen", &listen, "--data", &data]);
    let said = BufReader::new(server.stdout.take().unwrap());
    let said: Vec<String> =
        said.lines().map(Result::unwrap).take_while(|line| !line.contains("the link is in")).collect();
    let file = folder.at("data/first-admin-code-your-organisation.txt");
    assert_eq!(mode(&file), 0o600);
    let link = fs::read_to_string(&file).unwrap();
    let code = link.lines().next().unwrap().split_once("/set-up#").unwrap().1.to_owned();
    assert!(!said.join("\n").contains(&code), "{said:?}");
    for (name, wanted) in
        [("", 0o700), ("postern.key", 0o600), ("postern.sqlite3", 0o600), ("postern.sqlite3-wal", 0o600)]
    {
        assert_eq!(mode(Path::new(&data).join(name)), wanted, "{name}");
    }
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let form = [
        ("code", code.as_str()),
        ("login", "root.admin"),
        ("name", "Rosa Admin"),
        ("email", "rosa@demo.postern.invalid"),
        ("password", "gravel-otter-91-lamp-violet"),
    ];
    let page = format!("{origin}/set-up");
    eventually("it answers", async || http.get(&page).send().await.is_ok()).await;
    let answer = http.post(&page).header("origin", &origin).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    assert!(!Path::new(&file).exists(), "the code is used, and its file is still there");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn a_key_that_others_can_read_is_refused_and_a_database_is_closed() {
    let folder = Folder::new("modes");
    let data = folder.at("data");
    let export = |out: &str| postern(&["audit", "export", "--data", &data, "--out", &folder.at(out)]);
    // The first run makes both; the log is empty, or holds what it began with.
    export("one");
    let (key, database) = (folder.at("data/postern.key"), folder.at("data/postern.sqlite3"));
    assert_eq!((mode(&key), mode(&database)), (0o600, 0o600));
    for open in [0o644, 0o640, 0o604] {
        set_mode(&key, open);
        let refused = export("two");
        assert_eq!(refused.status.code(), Some(1));
        let said = text(&refused.stderr);
        assert!(said.contains(&format!("chmod 600 {key}")), "{said}");
    }
    set_mode(&key, 0o600);
    set_mode(&database, 0o644);
    fs::create_dir(folder.at("three")).unwrap();
    set_mode(folder.at("three"), 0o755);
    export("three");
    assert_eq!(mode(&database), 0o600);
}

/// A secret that was wiped must not stay in the file's free pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_deleted_is_overwritten() {
    let app = TestApp::start(Database::Sqlite).await;
    assert_eq!(app.count("PRAGMA secure_delete").await, 1);
}
