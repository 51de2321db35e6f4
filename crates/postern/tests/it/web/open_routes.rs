//! What anybody may send: counted before it is read, and nothing costly outside the slots.

use std::net::Ipv4Addr;
use std::num::NonZeroU32;

use postern::demo;
use postern::sender_limits::RequestSender;
use reqwest::Method;
use reqwest::header::{HeaderValue, ORIGIN};
use serde_json::json;

use super::router::{OPEN, routes};
use crate::browser::{Answer, Browser, DEVICE};
use crate::on_both::on_both;
use crate::test_app::{Database, Place, TestApp};

/// Every open route that takes a POST, the uploads of signed-in people left out.
fn open_posts() -> Vec<String> {
    let routes = routes().into_iter().filter(|(_, methods)| methods.contains(&Method::POST));
    let paths: Vec<String> =
        routes.map(|(path, _)| path).filter(|path| OPEN.contains(&path.as_str())).collect();
    assert!(paths.len() >= 16, "{paths:?}");
    paths
}

/// Fields of forms and of JSON bodies, each as long as 64 KiB allow: what a guesser, a parser or zxcvbn likes least.
fn worst(length: usize) -> Vec<(&'static str, String)> {
    let names = ["login", "password", "name", "email", "code", "pass", "backup_code", "token_code"];
    let text = |name: &str| match name {
        // A code that reads as one, behind what is skipped.
        "code" | "pass" | "backup_code" | "token_code" => {
            format!("{}0000-0000-0000-0000", "-".repeat(length))
        }
        "password" => "aA1!zxcvbn2026pass".repeat(length / 18 + 1),
        _ => "\u{fb03}".repeat(length / 3),
    };
    names.map(|name| (name, text(name))).to_vec()
}

async fn send(app: &TestApp, browser: &Browser, path: &str, length: usize) -> Answer {
    let request = browser.request(Method::POST, path).header(ORIGIN, app.origin());
    let fields = worst(length);
    let is_json = path.starts_with("/api/") || path.contains("passkey");
    let request = match (is_json, path) {
        (true, "/api/v1/portal/cases") => request.json(&json!({ "login": fields[0].1 })),
        (true, "/api/v1/portal/contest" | "/api/v1/portal/contest/others") => {
            request.json(&json!({ "code": fields[4].1 }))
        }
        (true, "/api/v1/push/requests") => {
            request.json(&json!({ "device": fields[0].1, "at": 1, "signature": fields[0].1 }))
        }
        (true, "/api/v1/push/subscribe") => request.json(&json!({
            "device": fields[0].1, "at": 1, "endpoint": "", "p256dh": "", "auth": "", "signature": fields[0].1,
        })),
        (true, "/api/v1/push/answer") => request.json(&json!({
            "device": fields[0].1, "request": fields[0].1, "answer": "approve", "signature": fields[0].1,
        })),
        (true, _) => request.json(&json!({ "id": fields[0].1, "rawId": fields[0].1 })),
        (false, _) => request.form(&fields),
    };
    browser.send(request).await
}

/// A server on which an address that may send nothing more gets its next request after six seconds.
async fn slow_to_forget(db: Database) -> TestApp {
    let ten = NonZeroU32::new(10).unwrap();
    TestApp::start_with(db, |config| config.requests_per_minute = ten).await
}

/// Uses up what an address may send.
fn use_up(app: &TestApp, address: &str) {
    let sender = RequestSender::at(address);
    while app.sender_limits.admit(&app.tenant, &sender).is_ok() {}
}

on_both! {
    /// Number 1: of a sender that has to wait nothing is hashed, guessed at or looked up.
    async fn a_sender_that_has_to_wait_is_refused_before_anything_costs(db) {
        let app = slow_to_forget(db).await;
        let stranger = app.browser_from("127.0.0.21");
        stranger.post("/sign-in", &[("login", "ana"), ("password", &demo::password("ana"))]).await.leads_to("/sign-in/second-step");
        let before = app.hashing.slots_taken();
        for path in open_posts() {
            use_up(&app, "127.0.0.21");
            let answer = send(&app, &stranger, &path, 4_000).await;
            assert_eq!(answer.status, 429, "{path}: {}", answer.visible());
            let says = answer.headers.contains_key("retry-after") || answer.visible().contains("Wait ");
            assert!(says, "{path} does not say how long to wait");
        }
        assert_eq!(app.hashing.slots_taken(), before, "something was hashed for a sender that has to wait");
    }

    /// Number 1: the worst that anybody can send takes a slot where it costs, one or none for each request.
    async fn the_worst_input_takes_a_slot_at_most(db) {
        let app = TestApp::start(db).await;
        for (number, path) in (30..).zip(open_posts()) {
            let stranger = app.browser_from(&Ipv4Addr::new(127, 0, 7, number).to_string());
            let before = app.hashing.slots_taken();
            let answer = send(&app, &stranger, &path, 4_000).await;
            assert!(answer.status < 500 && answer.status != 413, "{path}: {}", answer.status);
            let hashes = ["/sign-in", "/set-up"].contains(&path.as_str());
            assert_eq!(app.hashing.slots_taken() - before, u64::from(hashes), "{path}: {}", answer.status);
            // What is larger than that is not read at all; where nothing is asked for, nothing is read anyway.
            let answer = send(&app, &stranger, &path, 66_000).await;
            let is_unread = path == "/sign-in/passkey/start" && answer.status == 200;
            assert!(is_unread || [400, 401, 413, 404, 303, 429].contains(&answer.status), "{path}: {}", answer.status);
        }
    }

    /// Number 1: limiter, then code, then password.
    async fn a_password_is_guessed_at_only_for_whoever_has_the_code(db) {
        let app = TestApp::start_at(Place::empty(db).await, |_| {}).await;
        let code = postern::actions::set_up::offer_first_admin(&app.scope()).await.unwrap().unwrap();
        app.secrets.saw(&code);
        let browser = app.browser();
        let set_up = async |code: &str, password: &str| {
            let before = app.hashing.slots_taken();
            let form = [("code", code), ("login", "root.admin"), ("name", "Rosa"), ("email", "rosa@demo.postern.invalid"), ("password", password)];
            let answer = browser.post("/set-up", &form).await;
            answer.status(422);
            app.hashing.slots_taken() - before
        };
        let long = "aA1!zxcvbn2026pass".repeat(7);
        assert_eq!(set_up("0000-0000-0000-0000", &long).await, 1, "the code, and no more");
        assert_eq!(set_up(&code, "password1234").await, 2, "the code, and the password");
        assert_eq!(set_up(&code, "short").await, 1, "what is too short is not guessed at");
        // A right code with a weak password costs no guess: none of these had to wait.
        for _ in 0..6 {
            assert_eq!(set_up(&code, "password1234").await, 2);
        }
    }

    /// Number 8: by address, and by network at four times the rate; pages and API alike.
    async fn an_address_and_its_network_are_limited(db) {
        let app = slow_to_forget(db).await;
        let knock = async |address: &str| app.browser_from(address).post("/recover", &[("login", "x")]).await.status;
        // Time passes meanwhile, and makes room for some more: an address has room for one in six seconds.
        let (began, mut admitted) = (app.clock.now(), 0);
        for _ in 0..20 {
            admitted += i64::from(knock("127.0.9.1").await == 200);
        }
        let room = 10 + app.clock.now().duration_since(began).as_secs() / 6 + 1;
        assert!((10..=room).contains(&admitted), "{admitted} of 20, and room for {room}");
        use_up(&app, "127.0.9.1");
        assert_eq!(knock("127.0.9.1").await, 429);
        use_up(&app, "127.0.9.1");
        let program = app.browser_from("127.0.9.1");
        let request = program.request(Method::POST, "/api/v1/portal/cases").json(&json!({ "login": "nobody" }));
        program.send(request).await.status(429);
        // The neighbours have what is left to the network: four times as much, and the first took at most 20.
        assert_eq!(knock("127.0.9.2").await, 200);
        // A network has room for one more in a second and a half: on a machine that is slower than that, a knock may get it.
        let mut refused = false;
        for _ in 0..10 {
            for address in 10..15 {
                use_up(&app, &format!("127.0.9.{address}"));
            }
            refused |= knock("127.0.9.3").await == 429;
        }
        assert!(refused, "the network is used up");
        assert_eq!(knock("127.0.10.1").await, 200, "another network");
        app.advance_seconds(3700);
        assert_eq!(knock("127.0.9.1").await, 200, "later");
    }

    /// Number 8: who has to wait costs the database nothing.
    async fn a_flood_never_reaches_the_database(db) {
        let app = slow_to_forget(db).await;
        let stranger = app.browser_from("127.0.0.26");
        let knock = async || stranger.post("/sign-in", &[("login", "x"), ("password", "y")]).await.status;
        assert_eq!(knock().await, 422);
        let guesses = "SELECT CAST(SUM(failures) AS BIGINT) FROM throttles";
        let (paid, mut read_nothing) = (app.count(guesses).await, false);
        for _ in 0..50 {
            use_up(&app, "127.0.0.26");
            // What runs beside the requests reads too; one round in which nothing was read shows that they do not.
            let before = app.db.reads();
            assert_eq!(knock().await, 429);
            read_nothing |= app.db.reads() == before;
            if read_nothing {
                break;
            }
        }
        assert!(read_nothing, "each refused request was looked up");
        assert_eq!(app.count(guesses).await, paid);
        app.advance_seconds(61);
        assert_eq!(knock().await, 422, "a minute later");
    }

    /// Number 8: a flood from the same address shuts no owner out of a device that is known, nor holds "not me" up.
    async fn a_flood_leaves_a_place_to_whoever_is_known(db) {
        let app = slow_to_forget(db).await;
        let known = app.sign_in("ana").await;
        app.open("ana").await;
        let form = [("login", "ana"), ("password", &demo::password("ana"))];
        use_up(&app, "127.0.0.22");
        app.browser_from("127.0.0.22").post("/sign-in", &form).await.status(429);
        let (owner, thief) = (app.browser_from("127.0.0.22"), app.browser_from("127.0.0.22"));
        owner.set_cookie(DEVICE, Some(&known.device));
        owner.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        // A device that has sent too much, a shared one for all we know, still has the place of its address.
        let ana = RequestSender::Owner(app.person("ana").await.id);
        let elsewhere = app.browser_from("127.0.8.1");
        elsewhere.set_cookie(DEVICE, Some(&known.device));
        while app.sender_limits.admit(&app.tenant, &ana).is_ok() {}
        elsewhere.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        while app.sender_limits.admit(&app.tenant, &ana).is_ok() {}
        use_up(&app, "127.0.8.1");
        elsewhere.post("/sign-in", &form).await.status(429);
        thief.set_cookie(DEVICE, Some("made up"));
        use_up(&app, "127.0.0.22");
        thief.post("/sign-in", &form).await.status(429);
        let code = app.not_me("ana@demo.postern.invalid", "asked to recover").await;
        use_up(&app, "127.0.0.22");
        app.browser_from("127.0.0.22").post("/not-me", &[("code", "wrong")]).await.status(429);
        app.browser_from("127.0.0.22").post("/not-me", &[("code", &code)]).await.ok();
    }

    /// Number 8: counts that say nothing any more are deleted; a person's are not.
    async fn old_counts_are_swept(db) {
        let app = TestApp::start(db).await;
        for login in ["ana", "nobody-here"] {
            for _ in 0..3 {
                app.browser().post("/sign-in", &[("login", login), ("password", "wrong, all of it")]).await.status(422);
                app.wait_for_next_try();
            }
            app.browser_from("127.0.0.23").post("/recover/case", &[("login", login)]).await.leads_to("/recover/case");
        }
        app.advance(jiff::SignedDuration::from_hours(24 * 3));
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        let left = "SELECT COUNT(*) FROM throttles WHERE subject LIKE '%open_case%'";
        assert_eq!(app.count(left).await, 0);
        // Both names alike, so that no name is told by its count.
        assert_eq!(app.count("SELECT COUNT(*) FROM throttles WHERE subject LIKE '%:password' AND failures = 3").await, 4);
        app.advance(jiff::SignedDuration::from_hours(24 * 401));
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        assert_eq!(app.count("SELECT COUNT(*) FROM throttles WHERE subject LIKE 'stranger:%'").await, 0);
        assert_eq!(app.count("SELECT COUNT(*) FROM throttles WHERE subject LIKE 'person:%:password'").await, 2);
    }

    /// A proxy appends: what stands before its own word, and what can't be read, is the sender's invention.
    async fn the_nearest_address_that_a_proxy_wrote_counts_whatever_stands_before_it(db) {
        let app = TestApp::start_with(db, |config| config.trusted_proxies = vec!["127.0.0.26/32".parse().unwrap()]).await;
        let proxy = app.browser_from("127.0.0.26");
        for (lines, seen) in [
            (vec![&b"203.0.113.9"[..]], "203.0.113.9"),
            (vec![b"7.7.7.7, 203.0.113.9"], "203.0.113.9"),
            (vec![b"\xff, 203.0.113.9"], "203.0.113.9"),
            (vec![b"7.7.7.7", b"\xff, 203.0.113.9"], "203.0.113.9"),
            (vec![b"7.7.7.7", b"\xff"], "127.0.0.26"),
            (vec![b"203.0.113.9:4711"], "203.0.113.9"),
            (vec![b"[2001:db8::9]:4711"], "2001:db8::9"),
            (vec![b"2001:db8::9"], "2001:db8::9"),
        ] {
            let mut request = proxy.request(Method::POST, "/api/v1/portal/cases").json(&json!({ "login": "ana" }));
            for line in lines {
                request = request.header("x-forwarded-for", HeaderValue::from_bytes(line).unwrap());
            }
            let opened = proxy.send(request).await.status(201).json();
            app.secrets.saw(opened["claimant_page_token"].as_str().unwrap());
            let from: String = sqlx::query_scalar(app.own("SELECT ip FROM cases ORDER BY id DESC LIMIT 1"))
                .fetch_one(app.db.reader())
                .await
                .unwrap();
            assert_eq!(from, seen);
            app.advance_seconds(3600);
        }
    }

    /// Number 8: an `X-Forwarded-For` that is not believed is said, once, and shown to admins.
    async fn a_proxy_that_nobody_named_is_told(db) {
        let app = TestApp::start(db).await;
        let (ada, ben) = (app.browser_with_planted_session("ada").await, app.browser_with_planted_session("ben").await);
        ada.get("/desk").await.ok().does_not_show("X-Forwarded-For");
        // One log is kept of both tests.
        let address = if db == Database::Sqlite { "127.0.0.24" } else { "127.0.0.25" };
        let proxy = app.browser_from(address);
        for _ in 0..3 {
            proxy.send(proxy.request(Method::GET, "/sign-in").header("x-forwarded-for", "203.0.113.9")).await.ok();
        }
        ada.get("/desk").await.ok().shows(&format!("{address} sends X-Forwarded-For and is not in trusted_proxies"));
        ben.get("/desk").await.ok().does_not_show("X-Forwarded-For");
        assert_eq!(crate::test_app::logged("is not in trusted_proxies").iter().filter(|line| line.contains(address)).count(), 1);
    }
}
