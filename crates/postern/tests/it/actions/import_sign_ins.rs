use std::io::Write as _;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::on_both::on_both;
use crate::steps::{declined, fatigue, jsonl, send_log, signed_in};
use crate::test_app::{TestApp, eventually};

const PATH: &str = "/api/v1/sign-ins/import";

async fn rows(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) FROM imported_sign_ins").await
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

on_both! {
    async fn the_same_record_is_kept_once_in_whatever_file_it_comes(db) {
        let app = TestApp::start(db).await;
        let log = fatigue("ana", 3, app.clock.now());
        let first = app.import("a.jsonl", log.clone()).await;
        assert_eq!((&first["stored"], &first["repeated"]), (&3.into(), &0.into()));
        let again = app.import("b.jsonl.gz", gzip(&(log.clone() + &log + &fatigue("gus", 1, app.clock.now())))).await;
        assert_eq!((&again["attempts"], &again["stored"], &again["repeated"]), (&7.into(), &1.into(), &6.into()));
        assert_eq!(rows(&app).await, 4);
        let events = app.events("signins.imported").await;
        assert_eq!(events.len(), 2);
        assert_eq!(events[0]["detail"]["stored"], 1);
        assert_eq!(events[0]["detail"]["source"], "b.jsonl.gz");
        assert_eq!((&events[0]["actor"]["type"], &events[0]["policies"]), (&"token".into(), &json!(["staff.set-up"])));
    }

    /// 63 sign-ins and nothing new, unexplained: why is in the answer and on the page.
    async fn what_was_not_new_is_explained(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let long_ago = now - SignedDuration::from_hours(24 * 900);
        let import = app.import("fixtures.jsonl", fatigue("ana", 3, long_ago)).await;
        assert_eq!((&import["attempts"], &import["stored"]), (&3.into(), &0.into()));
        let summary = import["summary"].as_str().unwrap();
        assert!(summary.starts_with("0 of 3 new; 3 left out: older than the 90 days"), "{summary}");
        app.import("fresh.jsonl", fatigue("gus", 2, now)).await;
        let again = app.import("fresh.jsonl", fatigue("gus", 2, now)).await;
        assert_eq!(again["summary"], "0 of 2 new; 2 known before.");
        let page = app.browser_with_planted_session("ada").await.get("/desk/imports").await;
        page.ok().shows(summary).shows("0 of 2 new; 2 known before.").shows("2 of 2 new.");
    }

    async fn fast_guesses_are_counted_where_a_log_writes_them_as_equal_lines(db) {
        let app = TestApp::start(db).await;
        let second = jiff::Timestamp::from_second(app.clock.now().as_second() - 5).unwrap();
        let mut wrong = declined("ana", second);
        (wrong["method"], wrong["cause"]) = ("password".into(), "bad_password".into());
        let guesses = jsonl(&vec![wrong.clone(); 40]);
        let first = app.import("authelia.log", guesses.clone()).await;
        assert_eq!((&first["stored"], &first["repeated"]), (&40.into(), &0.into()));
        app.finding("brute_force").await;
        // The same file again, and one that ends in the middle of the same second.
        assert_eq!(app.import("authelia.log", guesses).await["stored"], 0);
        assert_eq!(app.import("authelia.log", jsonl(&vec![wrong.clone(); 45])).await["stored"], 5);
        // What has an id, or a fraction of a second, is told apart by it.
        let mut with_id = wrong.clone();
        with_id["id"] = "r-1".into();
        assert_eq!(app.import("id.log", jsonl(&vec![with_id; 3])).await["stored"], 1);
        wrong["at"] = (second + SignedDuration::from_millis(5)).to_string().into();
        assert_eq!(app.import("fraction.log", jsonl(&vec![wrong; 3])).await["stored"], 1);
    }

    async fn two_at_once_keep_each_record_once(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["signins:import"]).await;
        let now = app.clock.now();
        let log = jsonl(&(0..2_500).map(|n| signed_in(&format!("p{n}"), now)).collect::<Vec<_>>());
        let (one, other) = (app.browser(), app.browser());
        let (one, other) =
            tokio::join!(send_log(&one, &token, "1", log.clone()), send_log(&other, &token, "2", log.clone()));
        let stored = [one, other].map(|answer| answer.status(201).json()["stored"].as_i64().unwrap());
        assert_eq!(stored.iter().sum::<i64>(), 2_500, "{stored:?}");
        assert_eq!(rows(&app).await, 2_500);
        // Each is longer than one change: its beginning and its end are on record.
        let finished: Vec<_> = app.events("signins.imported").await.iter().map(|e| e["detail"]["finished"].clone()).collect();
        assert_eq!(finished.iter().filter(|finished| **finished == Value::Bool(true)).count(), 2);
        assert_eq!(finished.len(), 4);
    }

    async fn malformed_lines_are_named_and_never_quoted(db) {
        let app = TestApp::start(db).await;
        let log = format!("{}{{\"secret\":\"hunter2-in-a-log\n{{\"eventType\":\"app.rate_limit\"}}\n", fatigue("ana", 1, app.clock.now()));
        let import = app.import("mixed.jsonl", log).await;
        assert_eq!(import["malformed_lines"], json!([{ "line": 2, "why": "ends in the middle of the record" }]));
        assert_eq!((&import["malformed"], &import["of_other_kinds"]), (&1.into(), &1.into()));
        app.secrets.saw("hunter2-in-a-log");
    }

    async fn what_holds_no_sign_in_is_refused_with_what_was_found(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["signins:import"]).await;
        let program = app.browser();
        for (log, found) in [
            ("", "it is empty"),
            ("{\"eventType\":\"app.rate_limit\"}\n", "1 record, 1 of other kinds"),
            ("not a log at all\n", "1 malformed (line 1:"),
        ] {
            let problem = send_log(&program, &token, "x", log).await.status(422).json();
            assert_eq!(problem["type"], "https://postern.invalid/problems/invalid");
            assert!(problem["detail"].as_str().unwrap().contains(found), "{problem}");
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM imports").await, 0);
        // Whoever sends nothing but that is slowed down; what fits costs nothing.
        app.to_the_next_hour();
        for _ in 0..6 {
            send_log(&program, &token, "x", fatigue("ana", 1, app.clock.now())).await.status(201);
        }
        for _ in 0..5 {
            send_log(&program, &token, "x", "nonsense").await.status(422);
        }
        assert!(send_log(&program, &token, "x", "nonsense").await.status(429).headers.contains_key("retry-after"));
    }

    async fn who_may_not_import_imports_nothing(db) {
        let app = TestApp::start(db).await;
        let log = fatigue("ana", 5, app.clock.now());
        let reader = app.token(&["findings:read", "audit:read"]).await;
        send_log(&app.browser(), &reader, "x", log.clone()).await.status(403);
        for login in ["ben", "sol", "otto", "ana"] {
            let browser = app.browser_with_planted_session(login).await;
            let request = browser.request(reqwest::Method::POST, PATH).header("origin", app.origin());
            browser.send(request.body(log.clone())).await.status(403);
        }
        let weak = app.browser_with_planted_weak_session("ada").await;
        weak.send(weak.request(reqwest::Method::POST, PATH).header("origin", app.origin()).body(log.clone())).await.status(403);
        app.browser().send(app.browser().request(reqwest::Method::POST, PATH).body(log)).await.status(401);
        assert_eq!(rows(&app).await, 0);
        assert_eq!(app.events("access.denied").await.len(), 6);
    }

    async fn without_a_slot_nothing_is_read(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["signins:import"]).await;
        let slots = app.scope().tenant.activity.importing.0.clone().try_acquire_many_owned(2).unwrap();
        let files = || {
            let names = std::fs::read_dir(&app.config.data).unwrap().map(|entry| entry.unwrap().file_name());
            names.filter(|name| name.to_string_lossy().starts_with("import-")).count()
        };
        let (program, page) = (app.browser(), app.browser_with_planted_session("ada").await);
        let request = page.request(reqwest::Method::POST, "/desk/imports").header("origin", app.origin());
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        let log = fatigue("ana", 5, app.clock.now());
        let form = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{log}\r\n--x--\r\n");
        let look = async {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            assert_eq!(files(), 0, "nothing is on its way to the disk");
        };
        let (by_api, by_page, ()) =
            tokio::join!(send_log(&program, &token, "x", log), page.send(request.body(form)), look);
        assert!(by_api.status(429).headers.contains_key("retry-after"));
        by_page.status(429).shows("Other files are being taken in");
        drop(slots);
        send_log(&app.browser(), &token, "x", fatigue("ana", 1, app.clock.now())).await.status(201);
    }

    async fn a_reading_that_nobody_waits_for_ends(db) {
        let app = TestApp::start_with(db, |config| config.signals.max_import_bytes = 1 << 30).await;
        let token = app.token(&["signins:import"]).await;
        // Nothing of it is kept, so that only a look tells that nobody waits; and to read it all takes far longer than
        // `eventually` has patience.
        let log = gzip(&"{\"eventType\":\"app.rate_limit\",\"of\":\"nobody\"}\n".repeat(1_000_000)).repeat(100);
        let program = app.browser();
        let sent = tokio::time::timeout(std::time::Duration::from_secs(2), send_log(&program, &token, "x", log));
        assert!(sent.await.is_err(), "it takes longer than that to read it all");
        eventually("the slot is given back", async || app.scope().tenant.activity.importing.0.available_permits() == 2).await;
    }

    async fn uploads_that_were_left_half_done_go_at_the_start(db) {
        let app = TestApp::start(db).await;
        let place = app.config.data.clone();
        let at_stop = app.stop().await;
        for (name, is_old) in [("import-old", true), ("import-new", false), ("other-old", true)] {
            let file = std::fs::File::create(place.join(name)).unwrap();
            if is_old {
                let now = file.metadata().unwrap().modified().unwrap();
                file.set_modified(now - std::time::Duration::from_hours(1)).unwrap();
            }
        }
        let app = TestApp::start_at(at_stop, |_| {}).await;
        let is_there = |name: &str| app.config.data.join(name).exists();
        eventually("the old one is gone", async || !is_there("import-old")).await;
        assert!(is_there("import-new") && is_there("other-old"));
    }

    async fn more_than_the_limit_is_refused_and_so_is_what_unpacks_to_more(db) {
        let app = TestApp::start_with(db, |config| config.signals.max_import_bytes = 100_000).await;
        let token = app.token(&["signins:import"]).await;
        let program = app.browser();
        let now = app.clock.now();
        let log = |people: usize| jsonl(&(0..people).map(|n| signed_in(&format!("p{n}"), now)).collect::<Vec<_>>());
        let problem = send_log(&program, &token, "big", log(1_000)).await.status(413).json();
        assert!(problem["detail"].as_str().unwrap().contains("100000 bytes"), "{problem}");
        assert_eq!(rows(&app).await, 0);
        // Sixteen times what may be sent: the rest of a packed file is left out, and it says so.
        let import = send_log(&program, &token, "bomb.gz", gzip(&log(20_000))).await.status(201).json();
        assert!(import["problem"].as_str().unwrap().contains("unpacks to more"), "{import}");
        assert_eq!(rows(&app).await, import["stored"].as_i64().unwrap());
        assert!(rows(&app).await < 16_000);
    }

    async fn what_is_older_than_is_kept_is_left_out_and_the_rest_goes_when_its_time_has_come(db) {
        let app = TestApp::start(db).await;
        let (now, day) = (app.clock.now(), SignedDuration::from_hours(24));
        let log = jsonl(&[signed_in("ana", now - day * 91), signed_in("ana", now - day * 89), signed_in("ana", now)]);
        let import = app.import("old.jsonl", log).await;
        assert_eq!((&import["stored"], &import["out_of_time"]), (&2.into(), &1.into()));
        assert!(import["summary"].as_str().unwrap().starts_with("2 of 3 new; 1 left out: older than the 90 days"), "{import}");
        app.advance(day * 2);
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        assert_eq!(rows(&app).await, 1);
        app.advance(day * 91);
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        assert_eq!(rows(&app).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) FROM imports").await, 0);
    }

    async fn real_shapes_are_read(db) {
        let app = TestApp::start(db).await;
        let at = app.clock.now().to_string();
        let okta = json!({
            "uuid": "e-1", "published": at, "eventType": "user.session.start", "actor": { "id": "00u1", "type": "User",
            "alternateId": "ana@demo.postern.invalid", "displayName": "Ana" }, "client": { "ipAddress": "198.51.100.7" },
            "outcome": { "result": "FAILURE", "reason": "INVALID_CREDENTIALS" }, "target": [],
        });
        let entra = json!({ "value": [{
            "id": "66ea54eb-6301-4ee5-be62-ff5a759b0100", "createdDateTime": at, "userPrincipalName": "gus@corp.example",
            "userId": "u1", "ipAddress": "203.0.113.9", "isInteractive": true, "appDisplayName": "Mail",
            "status": { "errorCode": 50126, "failureReason": "Invalid username or password" },
        }]});
        for (log, provider) in [(json!([okta]).to_string(), "okta"), (entra.to_string(), "entra")] {
            let import = app.import(provider, log).await;
            assert_eq!(import["stored"], 1, "{import}");
            let sql = "SELECT COUNT(*) FROM imported_sign_ins WHERE record LIKE '%bad_password%'";
            assert!(app.count(sql).await > 0);
        }
        // Ana's mail address is on file: the record is hers.
        let id = app.person("ana").await.id;
        let reader = app.token(&["findings:read"]).await;
        let request = app.browser().request(reqwest::Method::GET, &format!("/api/v1/people/{id}/diagnosis"));
        let diagnosis = app.browser().send(request.bearer_auth(reader)).await.ok().json();
        let accounts = diagnosis["accounts"].as_array().unwrap();
        let okta = accounts.iter().find(|account| account["provider"] == "okta").unwrap();
        assert_eq!((&okta["state"], &okta["cause"]), (&"locked_out".into(), &"bad_password".into()));
        assert_eq!(okta["reset_helps"], "no");
    }
}
