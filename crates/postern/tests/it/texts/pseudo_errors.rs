//! What goes wrong, in the pseudo language: pages and forms of people outside the desk, and what their scripts are answered. The API
//! stays English.

use reqwest::Method;
use serde_json::json;

use super::pseudo::says_messages;
use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// What a page shows of the request itself.
fn data(page: &Answer) -> Vec<String> {
    let requests = page.body.split("<span class=\"key\">").skip(1);
    requests.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[track_caller]
fn says(app: &TestApp, page: &Answer, status: u16) {
    page.status(status);
    let data = data(page);
    says_messages(app, page, &data.iter().map(String::as_str).collect::<Vec<_>>());
}

async fn refused(app: &TestApp, browser: &Browser, path: &str, form: &[(&str, &str)], status: u16) {
    let page = browser.post(path, form).await;
    says(app, &page, status);
    assert!(page.body.contains("role=\"alert\""), "{path} does not say what is wrong");
}

on_both! {
    async fn pages_that_are_not_there(db) {
        let app = TestApp::start_pseudo(db).await;
        let browser = app.browser();
        says(&app, &browser.get("/nothing/here").await, 404);
        says(&app, &browser.get("/sign-out").await, 405);
        says(&app, &browser.get("/sign-in?x=%00").await, 422);
        says(&app, &browser.get("/%00").await, 400);
        let from_elsewhere = browser.request(Method::POST, "/sign-in").header("origin", "https://evil.example");
        says(&app, &browser.send(from_elsewhere.form(&[("login", "ana")])).await, 403);
        refused(&app, &browser, "/sign-in", &[("login", "ana")], 400).await;
        refused(&app, &browser, "/sign-in", &[("login", &"x".repeat(70_000)), ("password", "x")], 413).await;
        refused(&app, &browser, "/recover/join", &[("login", "ana\u{0}"), ("reference", "C-7K3M9Q")], 422).await;
    }

    async fn forms_before_a_sign_in(db) {
        let app = TestApp::start_pseudo(db).await;
        let browser = app.browser();
        refused(&app, &browser, "/sign-in", &[("login", "ana"), ("password", "wrong, all of it")], 422).await;
        refused(&app, &browser, "/recover/join", &[("login", "ana"), ("reference", "C-7K3M9Q")], 422).await;
        refused(&app, &browser, "/not-me", &[("code", "wrong")], 422).await;
        let set_up = [("code", "ABCD-EFGH"), ("login", "ana"), ("password", "wrong, all of it")];
        refused(&app, &browser, "/set-up", &set_up, 422).await;
        let form = [("login", "ana"), ("password", &*app.password_of("ana"))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        refused(&app, &browser, "/sign-in/second-step", &[("code", "000000")], 422).await;
        refused(&app, &browser, "/sign-in/backup-code", &[("backup_code", "AAAA-BBBB")], 422).await;
        let mut last = 422;
        for _ in 0..12 {
            let page = browser.post("/sign-in/second-step", &[("code", "000001")]).await;
            last = page.status;
            says(&app, &page, last);
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429, "never throttled");
    }

    async fn forms_of_an_account(db) {
        let app = TestApp::start_pseudo(db).await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        let page = ana.get("/account").await;
        let factor = page.body.split("/account/factors/").nth(1).unwrap().split('/').next().unwrap();
        let (name, remove) = (format!("/account/factors/{factor}/name"), format!("/account/factors/{factor}/remove"));
        refused(&app, &ana, &name, &[("label", &"x".repeat(61))], 422).await;
        refused(&app, &ana, &name, &[("label", " ")], 422).await;
        refused(&app, &ana, &remove, &[("code", "000000")], 409).await;
        let resync = remove.replace("/remove", "/resync");
        let codes = [("first_code", "000000"), ("second_code", "000000"), ("code", "000000")];
        refused(&app, &ana, &resync, &codes, 422).await;
        refused(&app, &ana, "/account/backup-codes", &[("code", "000000")], 422).await;
        refused(&app, &ana, "/account/backup-codes/confirm", &[], 409).await;
        let wrong = [("current_password", "wrong, all of it"), ("new_password", "x"), ("code", "000000")];
        refused(&app, &ana, "/account/password", &wrong, 422).await;
    }

    async fn a_managers_form(db) {
        let app = TestApp::start_pseudo(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        let mona = app.browser_with_planted_session("mona").await;
        let path = format!("/account/vouches/{id}");
        let reference = app.row(&id).await.reference;
        let form = [("outcome", "confirmed"), ("phrase", "three wrong words"), ("how", "x")];
        for form in [&form[..], &[("outcome", "confirmed"), ("phrase", "a b c"), ("how", "")]] {
            let page = mona.post(&path, form).await;
            page.status(422);
            says_messages(&app, &page, &[&reference, "AF"]);
        }
    }

    async fn scripts_are_answered_in_the_pages_language_and_programs_in_english(db) {
        let app = TestApp::start_pseudo(db).await;
        let browser = app.browser();
        let form = [("login", "ana"), ("password", &*app.password_of("ana"))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let answer = browser.post_json("/sign-in/second-step/passkey/start", &json!({})).await;
        let problem = answer.status(409).json();
        assert_eq!(problem["message_id"], "no-passkey-here");
        assert!(problem["detail"].as_str().unwrap().starts_with("[Ţĥîš àĉĉôûñţ"), "{problem}");
        let joined = browser.post_json("/api/v1/recovery/joined", &json!({})).await;
        assert_eq!(joined.status, 404);
        assert_eq!(joined.json()["detail"], "There is nothing here.");
        assert_eq!(joined.json()["message_id"], "nothing-here");
    }
}
