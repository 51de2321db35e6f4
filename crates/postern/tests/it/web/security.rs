//! Cookies, headers and forms from elsewhere (ASVS 3.3 to 3.5).

use postern::demo;
use reqwest::Method;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};

use crate::browser::{Browser, CASE, DEVICE, FLOW, SESSION};
use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, production};

const PASSWORD: &str = "ana-has-a-long-demo-password";

/// Every `Set-Cookie` of a whole sign-in and a case.
async fn cookies_of_a_sign_in(app: &TestApp, browser: &Browser) -> Vec<String> {
    let mut seen = Vec::new();
    let mut look = |answer: &crate::browser::Answer| {
        let all = answer.headers.get_all(SET_COOKIE).iter();
        seen.extend(all.map(|value| value.to_str().unwrap().to_owned()));
    };
    look(&browser.post("/sign-in", &[("login", "ana"), ("password", PASSWORD)]).await);
    let code = app.phone("ana").await.code(app.seconds());
    look(&browser.post("/sign-in/second-step", &[("code", &code)]).await);
    look(&browser.post_json("/sign-in/passkey/start", &serde_json::json!({})).await);
    look(&browser.post("/recover/case", &[("login", "ana")]).await);
    seen
}

on_both! {
    async fn cookies_are_host_bound_secure_and_closed_to_scripts(db) {
        for mode in [|_: &mut _| {}, production] {
            let app = TestApp::start_with(db, mode).await;
            let seen = cookies_of_a_sign_in(&app, &app.browser()).await;
            let set: Vec<&String> = seen.iter().filter(|cookie| !cookie.contains("Max-Age=0")).collect();
            for name in [SESSION, FLOW, DEVICE, CASE, "__Host-postern-ceremony"] {
                assert!(set.iter().any(|cookie| cookie.starts_with(&format!("{name}="))), "{name} was not set");
            }
            for cookie in &seen {
                assert!(cookie.starts_with("__Host-"), "{cookie}");
                for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                    assert!(cookie.split("; ").any(|part| part == attribute), "no {attribute} in {cookie}");
                }
                assert!(!cookie.contains("Domain"), "{cookie}");
            }
            // A session ends with the browser; nothing in it can be read.
            let session = set.iter().find(|cookie| cookie.starts_with(SESSION)).unwrap();
            assert!(!session.contains("Max-Age") && !session.contains("Expires"));
            assert!(session.split([';', '=']).nth(1).unwrap().len() >= 43, "256 bits: {session}");
        }
    }

    async fn every_answer_has_the_headers(db) {
        let app = TestApp::start(db).await;
        let (nobody, ben) = (app.browser(), app.browser_with_planted_session("ben").await);
        let open = ["/", "/sign-in", "/recover", "/not-me", "/set-up", "/healthz", "/readyz", "/api", "/no-such-page"];
        for path in open.into_iter().chain(["/desk", "/account", "/desk/cases/none", "/api/v1/cases"]) {
            for browser in [&nobody, &ben] {
                let answer = browser.get(path).await;
                let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
                let csp = header("content-security-policy");
                for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
                    assert!(csp.contains(part), "{path}: {csp}");
                }
                assert!(!csp.contains("unsafe"), "{path}: {csp}");
                assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
                assert_eq!(header("x-frame-options"), "DENY", "{path}");
                assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
                assert!(header("strict-transport-security").starts_with("max-age=63072000"), "{path}");
                assert_eq!(header("cache-control"), "no-store", "{path}");
                assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
                assert_eq!(header("x-request-id").len(), 36, "{path}");
                assert!(!header("server").contains("axum"), "{path}");
            }
        }
    }

    async fn pages_hold_no_inline_script_or_style_and_no_other_origin(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        for path in ["/sign-in", "/recover", "/not-me", "/account", "/desk", &format!("/desk/cases/{id}")] {
            let page = ben.get(path).await;
            for tag in page.body.split("<script").skip(1) {
                assert!(tag.trim_start().starts_with("src=\"/static/"), "{path}: <script{}", tag.split('>').next().unwrap());
            }
            for mark in ["<style", " style=\"", " onclick=", " onload=", "javascript:", "src=\"http", "href=\"http"] {
                assert!(!page.body.contains(mark), "{path} has {mark}");
            }
        }
        // What is loaded is kept for good, under an address that changes with it.
        let page = app.browser().get("/sign-in").await;
        let (_, rest) = page.body.split_once("href=\"/static/").unwrap();
        let file = format!("/static/{}", rest.split('"').next().unwrap());
        let style = app.browser().get(&file).await;
        assert!(style.ok().headers["cache-control"].to_str().unwrap().contains("immutable"));
    }

    async fn a_form_from_another_site_is_refused(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        let path = format!("/desk/cases/{id}/refuse");
        let form = [("reason", "HD-4711, could not read the phrase")];
        let post = || ben.request(Method::POST, &path).form(&form);
        let origin = app.origin();
        let unrecognised: [(&str, &[(&str, &str)]); 7] = [
            ("cross-site", &[("sec-fetch-site", "cross-site")]),
            ("same-site", &[("sec-fetch-site", "same-site")]),
            ("cross-site that claims our origin", &[("sec-fetch-site", "cross-site"), ("origin", &origin)]),
            ("another origin", &[("origin", "https://evil.example")]),
            ("no origin at all", &[("origin", "null")]),
            ("our host on another port", &[("origin", "http://localhost:1")]),
            ("a cookie and no word of where it came from", &[]),
        ];
        for (what, headers) in unrecognised {
            let request = headers.iter().fold(post(), |request, (name, value)| request.header(*name, *value));
            ben.send(request).await.status(403).shows("came from another site");
            assert_eq!(app.stage(&id).await, "verifying", "{what}");
        }
        ben.send(post().header("sec-fetch-site", "same-origin")).await.leads_to(&format!("/desk/cases/{id}"));
        assert_eq!(app.stage(&id).await, "closed");
    }

    async fn nobody_is_signed_in_from_another_site(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let form = [("login", "ana"), ("password", PASSWORD)];
        let request = browser.request(Method::POST, "/sign-in").header(ORIGIN, "https://evil.example").form(&form);
        browser.send(request).await.status(403);
        assert!(browser.cookie(FLOW).is_none());
        // A program without cookies is no browser that could be misled.
        let request = browser.request(Method::POST, "/sign-in").form(&form);
        browser.send(request).await.leads_to("/sign-in/second-step");
    }

    async fn made_up_ended_and_idle_sessions_are_nobody(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        let made_up = ana.request(Method::GET, "/account").header(COOKIE, format!("{SESSION}=made-up"));
        let stranger = app.browser();
        stranger.set_cookie(SESSION, Some("made-up-by-somebody"));
        stranger.get("/account").await.leads_to("/sign-in");
        drop(made_up);

        // 29 minutes, used, 29 minutes more: alive. 31 without use: not.
        app.advance_seconds(29 * 60);
        ana.get("/account").await.ok();
        app.advance_seconds(29 * 60);
        ana.get("/account").await.ok();
        app.advance_seconds(31 * 60);
        ana.get("/account").await.leads_to("/sign-in");

        app.sign_in_by_hand(&ana, "ana").await;
        let old = ana.cookie(SESSION).unwrap();
        for _ in 0..20 {
            app.advance_seconds(25 * 60);
            if ana.get("/account").await.status != 200 {
                break;
            }
        }
        ana.get("/account").await.leads_to("/sign-in");

        app.sign_in_by_hand(&ana, "ana").await;
        assert_ne!(ana.cookie(SESSION).unwrap(), old, "a new sign-in is a new session");
        let kept = ana.cookie(SESSION).unwrap();
        ana.post("/sign-out", &[]).await.leads_to("/sign-in");
        ana.set_cookie(SESSION, Some(&kept));
        ana.get("/account").await.leads_to("/sign-in");
    }

    async fn staff_have_a_shorter_rest_and_a_longer_day_and_are_warned_in_time(db) {
        let app = TestApp::start(db).await;
        let (ana, ben) = (app.browser_with_planted_session("ana").await, app.browser_with_planted_session("ben").await);
        let left = async |browser: &Browser| {
            let page = browser.get("/account").await.ok().body.clone();
            page.split("data-session-ends=\"").nth(1).unwrap().split('"').next().unwrap().parse::<i64>().unwrap()
        };
        // The clock of a test goes on too, by as long as a test takes.
        let is_about = |left: i64, minutes: i64| (minutes * 60 - 59..=minutes * 60).contains(&left);
        assert!(is_about(left(&ana).await, 30) && is_about(left(&ben).await, 15));
        for minutes in (14..12 * 60).step_by(14) {
            app.advance_seconds(14 * 60);
            assert!(is_about(left(&ben).await, (12 * 60 - minutes).min(15)), "after {minutes} minutes");
            match ana.get("/account").await.status {
                200 => assert!(minutes < 8 * 60),
                _ => assert!(minutes >= 8 * 60),
            }
        }
        app.advance_seconds(14 * 60);
        ben.get("/desk").await.leads_to("/sign-in");

        // Whoever is given a role while they are away is out, and back by a sign-in.
        let gus = app.browser_with_planted_session("gus").await;
        app.advance_seconds(15 * 60);
        gus.get("/account").await.ok();
        app.advance_seconds(15 * 60);
        app.set_person("gus", "role = 'agent'").await;
        gus.get("/account").await.leads_to("/sign-in");
        app.set_person("gus", "role = 'person'").await;
    }

    async fn a_session_of_one_person_ends_no_session_of_another(db) {
        let app = TestApp::start(db).await;
        let (ana, fay) = (app.browser(), app.browser());
        app.sign_in_by_hand(&ana, "ana").await;
        app.sign_in_by_hand(&fay, "fay").await;
        let sessions = app.session_ids("ana").await;
        fay.post(&format!("/account/sessions/{}/end", sessions[0]), &[]).await.status(404);
        ana.get("/account").await.ok();
        assert_eq!(demo::password("ana"), PASSWORD);
    }

    async fn the_log_and_the_answers_of_a_broken_start_hold_no_secret(db) {
        // An empty place has no people; the one secret is the key file, which nobody else may read.
        let app = TestApp::start_at(Place::empty(db).await, |_| {}).await;
        postern::actions::set_up::offer_first_admin(&app.scope()).await.unwrap();
        let key = app.config.data.join("postern.key");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        app.secrets.saw_contest(std::fs::read_to_string(&key).unwrap().trim());
    }
}

impl TestApp {
    /// Ids of somebody's live sessions.
    pub async fn session_ids(&self, login: &str) -> Vec<String> {
        let person = self.person(login).await;
        let now = self.clock.now();
        let sessions = postern::store::sessions::list(&self.db, &self.tenant, &person.id, now).await;
        sessions.unwrap().into_iter().map(|session| session.id).collect()
    }
}
