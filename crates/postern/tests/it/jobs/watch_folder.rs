use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use postern::store::imports::{self, ImportRow};

use crate::on_both::on_both;
use crate::steps::{declined, fatigue, jsonl, signed_in};
use crate::test_app::{Database, Place, TestApp, eventually};

/// A server that watches a folder of its own; and the part of it that is this organisation's.
async fn watching(db: Database) -> (TestApp, PathBuf) {
    let place = Place::with_people(db).await;
    let folder = place.folder().join("inbox");
    fs::create_dir(&folder).unwrap();
    let watched = folder.canonicalize().unwrap();
    let folder = watched.join("halden-works");
    fs::create_dir(&folder).unwrap();
    (TestApp::start_at(place, |config| config.signals.import_folder = Some(watched)).await, folder)
}

async fn restarted(app: TestApp, folder: &Path) -> TestApp {
    TestApp::start_at(app.stop().await, |config| {
        config.signals.import_folder = folder.parent().map(Path::to_owned);
    })
    .await
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

async fn import(app: &TestApp, source: &str) -> Option<ImportRow> {
    let mut all = imports_of(app, source).await;
    assert!(all.len() <= 1, "{source} is listed twice");
    all.pop()
}

/// The newest first.
async fn imports_of(app: &TestApp, source: &str) -> Vec<ImportRow> {
    let all = imports::list(&app.db, &app.tenant).await.unwrap();
    all.into_iter().filter(|row| row.source == source).collect()
}

async fn stored(app: &TestApp, source: &str, expected: i64) {
    eventually(&format!("{expected} records of {source}"), async || {
        import(app, source).await.is_some_and(|row| row.stored == expected)
    })
    .await;
}

on_both! {
    async fn a_log_that_grows_is_read_on_from_its_last_whole_line(db) {
        let (app, folder) = watching(db).await;
        let log = folder.join("okta.jsonl");
        let now = app.clock.now();
        append(&log, &fatigue("ana", 3, now));
        stored(&app, "okta.jsonl", 3).await;
        let more = jsonl(&[declined("ana", now), signed_in("gus", now)]);
        let (whole, half) = more.split_at(more.len() - 40);
        append(&log, whole);
        stored(&app, "okta.jsonl", 4).await;
        append(&log, half);
        stored(&app, "okta.jsonl", 5).await;
        append(&log, &jsonl(&[declined("ana", now + jiff::SignedDuration::from_secs(9))]));
        let finding = app.finding("mfa_fatigue").await;
        let lines: Vec<i64> = serde_json::from_str::<Vec<serde_json::Value>>(&finding.evidence).unwrap().iter()
            .map(|piece| piece["line"].as_i64().unwrap()).collect();
        assert_eq!((lines, finding.record_count), (vec![1, 2, 3, 4, 6], 5));
        let row = import(&app, "okta.jsonl").await.unwrap();
        assert_eq!((row.records, row.malformed_records, row.repeated), (6, 0, 0));
        // On the record once, however often it grew.
        assert_eq!(app.events("signins.imported").await.len(), 1);
    }

    async fn equal_lines_are_numbered_over_the_whole_of_a_file_that_grows(db) {
        let (app, folder) = watching(db).await;
        let log = folder.join("authelia.jsonl");
        let second = jiff::Timestamp::from_second(app.clock.now().as_second() - 5).unwrap();
        let guess = jsonl(&[declined("ana", second)]);
        append(&log, &guess.repeat(3));
        stored(&app, "authelia.jsonl", 3).await;
        append(&log, &guess.repeat(2));
        stored(&app, "authelia.jsonl", 5).await;
        let app = restarted(app, &folder).await;
        append(&log, &guess);
        stored(&app, "authelia.jsonl", 6).await;
        // The same as a whole brings nothing new.
        append(&folder.join("copy.jsonl"), &guess.repeat(6));
        stored(&app, "copy.jsonl", 0).await;
    }

    async fn a_restart_reads_nothing_twice(db) {
        let (app, folder) = watching(db).await;
        let log = folder.join("okta.jsonl");
        let now = app.clock.now();
        append(&log, &fatigue("ana", 3, now));
        append(&folder.join("entra.json"), &format!("[{}]", signed_in("ana", now)));
        stored(&app, "okta.jsonl", 3).await;
        stored(&app, "entra.json", 1).await;
        let app = restarted(app, &folder).await;
        append(&log, &jsonl(&[signed_in("gus", now)]));
        stored(&app, "okta.jsonl", 4).await;
        for source in ["okta.jsonl", "entra.json"] {
            let row = import(&app, source).await.unwrap();
            assert_eq!((row.repeated, row.records), (0, row.stored), "{source}");
        }
    }

    async fn another_log_under_the_old_name_is_read_from_its_beginning_as_an_import_of_its_own(db) {
        let (app, folder) = watching(db).await;
        let log = folder.join("okta.jsonl");
        let now = app.clock.now();
        append(&log, &fatigue("ana", 5, now));
        stored(&app, "okta.jsonl", 5).await;
        let finding = app.finding("mfa_fatigue").await;
        let evidence = format!("/desk/incidents/{}", finding.id);
        let rotated = async |first: &str, people: usize| {
            let named = |n| if n == 0 { first.to_owned() } else { format!("{first}{n}") };
            let lines = (0..people).map(|n| signed_in(&named(n), now)).collect::<Vec<_>>();
            fs::write(folder.join(".new"), jsonl(&lines)).unwrap();
            fs::rename(folder.join(".new"), &log).unwrap();
        };
        // Shorter than what was read; then longer, and then of the same length.
        for (round, (first, people)) in [("fay", 3_usize), ("gus", 40), ("eve", 40)].into_iter().enumerate() {
            rotated(first, people).await;
            eventually(&format!("the log that begins with {first}"), async || {
                let all = imports_of(&app, "okta.jsonl").await;
                all.len() == round + 2 && all[0].stored == i64::try_from(people).unwrap()
            })
            .await;
        }
        // The lines of the first one are still those that back what they showed.
        let page = app.browser_with_planted_session("sol").await.get(&evidence).await;
        page.ok().shows("ana at okta").does_not_show("fay at okta").does_not_show("gus at okta");
    }

    async fn half_a_line_of_text_is_no_record_until_nothing_more_can_come(db) {
        let (app, folder) = watching(db).await;
        let log = folder.join("authelia.log");
        let at = jiff::Timestamp::from_second(app.clock.now().as_second() - 30).unwrap();
        let line = |second: i64, address: &str| {
            let at = at + jiff::SignedDuration::from_secs(second);
            format!(
                "time=\"{at}\" level=error msg=\"Unsuccessful 1FA authentication attempt by user 'ana'\" method=POST \
                 path=/api/firstfactor remote_ip={address}"
            )
        };
        append(&log, &(line(0, "198.51.100.7") + "\n"));
        stored(&app, "authelia.log", 1).await;
        // The address is cut: what there is of it is an address too.
        append(&log, &line(1, "198.51.100.7"));
        append(&folder.join("okta.jsonl"), signed_in("gus", at).to_string().as_str());
        stored(&app, "okta.jsonl", 1).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        stored(&app, "authelia.log", 1).await;
        append(&log, "4\n");
        stored(&app, "authelia.log", 2).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM imported_sign_ins WHERE record LIKE '%198.51.100.74%'").await, 1);
        append(&log, &line(2, "198.51.100.7"));
        tokio::time::sleep(std::time::Duration::from_millis(3_500)).await;
        stored(&app, "authelia.log", 2).await;
        app.advance_seconds(300);
        stored(&app, "authelia.log", 3).await;
    }

    async fn documents_are_read_when_they_have_come_to_rest(db) {
        let (app, folder) = watching(db).await;
        let now = app.clock.now();
        fs::create_dir(folder.join("2026-03")).unwrap();
        let path = folder.join("2026-03/page.json");
        append(&path, "[\n");
        for who in ["ana", "gus", "fay"] {
            append(&path, &format!("{},\n", signed_in(who, now)));
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        }
        append(&path, &format!("{}]", signed_in("emil", now)));
        stored(&app, "2026-03/page.json", 4).await;
        assert_eq!(import(&app, "2026-03/page.json").await.unwrap().malformed_records, 0);
        let mut packed = flate2::write::GzEncoder::new(File::create(folder.join("a.gz")).unwrap(), flate2::Compression::fast());
        packed.write_all(jsonl(&[signed_in("dina", now)]).as_bytes()).unwrap();
        packed.finish().unwrap();
        stored(&app, "a.gz", 1).await;
    }

    async fn what_is_of_no_use_is_named_once_and_keeps_nobody_from_the_rest(db) {
        let (app, folder) = watching(db).await;
        let now = app.clock.now();
        fs::write(folder.join("<b>notes.txt"), "[\nnothing here\n").unwrap();
        fs::write(folder.join("rates.jsonl"), "{\"eventType\":\"app.rate_limit\"}\n").unwrap();
        fs::write(folder.join(".hidden"), fatigue("ana", 3, now)).unwrap();
        fs::write(folder.join("empty"), "").unwrap();
        fs::write(folder.join("good.jsonl"), fatigue("ana", 3, now)).unwrap();
        stored(&app, "good.jsonl", 3).await;
        eventually("the others are named", async || {
            import(&app, "<b>notes.txt").await.is_some() && import(&app, "rates.jsonl").await.is_some()
        })
        .await;
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM imports").await, 3);
        let page = app.browser_with_planted_session("ada").await.get("/desk/imports").await;
        page.ok().shows("no sign-in record that Postern knows").shows("unknown kind of record: 1");
        assert!(!page.body.contains("<b>notes"));
        // It comes to be of use.
        append(&folder.join("rates.jsonl"), &jsonl(&[signed_in("gus", now)]));
        stored(&app, "rates.jsonl", 1).await;
        assert_eq!(import(&app, "rates.jsonl").await.unwrap().problem, None);
    }

    async fn a_link_leads_nowhere_outside(db) {
        let (app, folder) = watching(db).await;
        let now = app.clock.now();
        let outside = app.config.data.join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("log.jsonl"), fatigue("ana", 4, now)).unwrap();
        std::os::unix::fs::symlink(outside.join("log.jsonl"), folder.join("out.jsonl")).unwrap();
        std::os::unix::fs::symlink(&outside, folder.join("out")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("zero")).unwrap();
        fs::write(folder.join("in.jsonl"), fatigue("ana", 3, now)).unwrap();
        std::os::unix::fs::symlink(folder.join("in.jsonl"), folder.join("also-in.jsonl")).unwrap();
        stored(&app, "in.jsonl", 0).await;
        stored(&app, "also-in.jsonl", 3).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM imports").await, 2);
    }

    async fn two_nodes_share_a_folder(db) {
        let (app, folder) = watching(db).await;
        let other = app.second_node().await;
        let now = app.clock.now();
        for part in 0..5 {
            append(&folder.join("okta.jsonl"), &jsonl(&[signed_in(&format!("p{part}"), now)]));
            append(&folder.join(format!("{part}.json")), &format!("[{}]", signed_in(&format!("q{part}"), now)));
            stored(&app, "okta.jsonl", part + 1).await;
        }
        for part in 0..5 {
            stored(&app, &format!("{part}.json"), 1).await;
        }
        assert_eq!(app.count("SELECT CAST(SUM(records) AS BIGINT) FROM imports").await, 10);
        other.stop().await;
    }
}
