//! What an open page is told: that something has changed, and nothing else.

use std::time::{Duration, Instant};

use postern::actions::escalate_case::escalate_case;
use postern::actions::open_case::open_case;
use postern_core::id::CaseId;
use reqwest::header::ACCEPT;
use reqwest::{Method, Response};

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::{TestApp, eventually};

const CHANGED: &str = "event: changed\ndata: {}\n\n";

/// A stream that a page has opened.
async fn open(browser: &Browser, path: &str) -> Response {
    let stream = knock(browser, path).await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    stream
}

/// Whatever the answer is.
async fn knock(browser: &Browser, path: &str) -> Response {
    browser.request(Method::GET, path).header(ACCEPT, "text/event-stream").send().await.unwrap()
}

/// Reads until it is told that something changed. Heartbeats are passed over. `false`: nothing came within this time.
async fn is_told(stream: &mut Response, within: Duration) -> bool {
    let told = async {
        loop {
            let part = stream.chunk().await.unwrap().expect("it has ended");
            if String::from_utf8_lossy(&part).contains(CHANGED) {
                return;
            }
        }
    };
    tokio::time::timeout(within, told).await.is_ok()
}

/// Reads to its end.
async fn ends(stream: &mut Response) {
    let rest = async { while stream.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(Duration::from_secs(25), rest).await.expect("it is still open");
}

const SOON: Duration = Duration::from_secs(10);
/// Longer than two looks.
const A_WHILE: Duration = Duration::from_millis(2500);

impl TestApp {
    async fn agent(&self) -> Browser {
        self.browser_with_planted_session("ben").await
    }

    async fn escalate(&self, id: &CaseId) {
        escalate_case(&self.scope(), &self.caller("ben").await, id, PLACEHOLDER_REASON).await.unwrap();
    }
}

on_both! {
    async fn a_list_hears_of_cases_whichever_node_moves_them(db) {
        let app = TestApp::start(db).await;
        let mut stream = open(&app.agent().await, "/desk/live").await;
        assert!(!is_told(&mut stream, A_WHILE).await, "nothing has happened yet");
        app.sign_in("ana").await;
        assert!(!is_told(&mut stream, A_WHILE).await, "a sign-in is no case");
        app.open("ana").await;
        assert!(is_told(&mut stream, SOON).await);
        let other = app.second_node().await;
        let opened = open_case(&other.scope(), "carl", None).await.unwrap();
        app.secrets.saw(&opened.claimant_page_token);
        other.stop().await;
        assert!(is_told(&mut stream, SOON).await);
    }

    async fn a_case_hears_of_itself_alone(db) {
        let app = TestApp::start(db).await;
        let (id, other) = (app.open("ana").await, app.open("carl").await);
        let mut stream = open(&app.agent().await, &format!("/desk/cases/{id}/live")).await;
        app.escalate(&other).await;
        assert!(!is_told(&mut stream, A_WHILE).await, "it was another one");
        app.escalate(&id).await;
        assert!(is_told(&mut stream, SOON).await);
    }

    async fn it_ends_with_the_session_and_with_the_role(db) {
        let app = TestApp::start(db).await;
        let ben = app.agent().await;
        let mut stream = open(&ben, "/desk/live").await;
        ben.post("/sign-out", &[]).await;
        ends(&mut stream).await;
        let refused = knock(&ben, "/desk/live").await;
        assert_eq!(refused.status(), 401);
        assert!(!refused.headers().contains_key("set-cookie"), "nobody comes back to a stream");
        let mut stream = open(&app.agent().await, "/desk/live").await;
        app.set_person("ben", "role = 'person'").await;
        ends(&mut stream).await;
        app.set_person("ben", "role = 'agent'").await;
    }

    async fn it_keeps_no_session_going(db) {
        let app = TestApp::start(db).await;
        let ben = app.agent().await;
        let last_seen = "SELECT MAX(last_seen_at) FROM sessions";
        let before = app.count(last_seen).await;
        app.advance_seconds(600);
        let stream = open(&ben, "/desk/live").await;
        assert_eq!(app.count(last_seen).await, before);
        drop(stream);
        ben.get("/desk").await.ok();
        assert!(app.count(last_seen).await > before);
    }

    /// Every address that an open page asks by itself, each minute, and nobody there.
    async fn pages_left_open_do_not_outlast_the_rest_of_staff(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let ben = app.agent().await;
        let asked = ["/desk".to_owned(), format!("/desk/cases/{id}?seen=0"), "/desk/incidents".to_owned(), "/account".to_owned()];
        for path in &asked {
            ben.get(path).await.ok();
        }
        for minute in 1..=15 {
            app.advance_seconds(60);
            let goes_on = minute < 15;
            assert_eq!(knock(&ben, "/desk/live").await.status() == 200, goes_on, "the stream in minute {minute}");
            for path in &asked {
                let answer = ben.request(Method::GET, path).header("hx-request", "true").send().await.unwrap();
                assert_eq!(answer.status() == 200, goes_on, "{path} in minute {minute}");
            }
        }
        // A person who asks for a page is somebody, and one that sends something too.
        let ben = app.agent().await;
        app.advance_seconds(14 * 60);
        ben.get("/desk").await.ok();
        app.advance_seconds(14 * 60);
        ben.get("/desk").await.ok();
    }

    async fn a_session_has_a_few_and_gives_them_back(db) {
        let app = TestApp::start(db).await;
        let ben = app.agent().await;
        let mut streams = Vec::new();
        for _ in 0..4 {
            streams.push(open(&ben, "/desk/live").await);
        }
        assert_eq!(app.case_feeds.count(), (1, 4), "one look for all of them");
        let refused = knock(&ben, "/desk/live").await;
        assert_eq!(refused.status(), 429);
        open(&app.browser_with_planted_session("sol").await, "/desk/live").await;
        streams.clear();
        eventually("nobody listens, and nothing is looked at", async || app.case_feeds.count() == (0, 0)).await;
        open(&ben, "/desk/live").await;
    }

    async fn it_is_for_the_desk_and_for_scripts(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let fay = app.browser_with_planted_session("fay").await;
        for path in ["/desk/live".to_owned(), format!("/desk/cases/{id}/live")] {
            assert_eq!(knock(&fay, &path).await.status(), 403);
            app.agent().await.get(&path).await.status(400);
        }
        assert_eq!(knock(&app.agent().await, "/desk/cases/no-such-case/live").await.status(), 404);
    }

    async fn a_server_that_stops_waits_for_no_page(db) {
        let app = TestApp::start(db).await;
        let mut stream = open(&app.agent().await, "/desk/live").await;
        let began = Instant::now();
        let place = app.stop().await;
        ends(&mut stream).await;
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        place.throw_away().await;
    }
}
