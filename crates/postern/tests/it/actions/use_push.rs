//! What a phone approved opens one session, in the sign-in that asked.

use jiff::SignedDuration;
use postern_core::factor::push::APPROVAL_LIFE;
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{FLOW, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn a_phone_completes_the_sign_in(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        // Nothing goes on before the phone has answered.
        asked.browser.post("/sign-in/push/finish", &[]).await.status(409).shows("Your phone has not said yes");
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        // The page says so, and is not what goes on.
        asked.browser.get("/sign-in/push").await.ok().shows("Your phone said yes");
        assert!(asked.browser.cookie(SESSION).is_none());
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        asked.browser.get("/account").await.ok();
        let signed_in = &app.events("signin.succeeded").await[0]["detail"];
        assert_eq!(signed_in["method"], "push");
        assert_eq!(signed_in["amr"], json!(["pwd", "swk", "mca", "mfa"]));
        assert_eq!(signed_in["aal"], 2);
        asked.browser.get("/account/activity").await.ok().shows("a phone that approved it");
    }

    /// It is not phishing-resistant: the desk stays shut, and it proves no change.
    async fn it_opens_no_desk_and_adds_no_factor(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("ben", 1).await;
        let asked = app.ask_phone("ben").await;
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        asked.browser.get("/desk").await.ok().shows("A passkey is needed");
        asked.browser.post_json("/api/v1/account/push/finish", &json!({ "proof": { "code": "" } })).await.status(422);
    }

    async fn of_eight_at_once_one_is_signed_in(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let before = app.events("signin.succeeded").await.len();
        let asked = app.ask_phone("gus").await;
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let browser = app.browser();
            browser.set_cookie(FLOW, asked.browser.cookie(FLOW).as_deref());
            tasks.spawn(async move {
                browser.post("/sign-in/push/finish", &[]).await;
                browser.cookie(SESSION).is_some()
            });
        }
        let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!((won, app.events("signin.succeeded").await.len() - before), (1, 1));
    }

    async fn an_approval_is_taken_up_within_a_minute(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        for (later, status) in [(APPROVAL_LIFE, 409), (APPROVAL_LIFE - SignedDuration::from_secs(2), 303)] {
            let asked = app.ask_phone("gus").await;
            assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
            app.advance(later);
            asked.browser.post("/sign-in/push/finish", &[]).await.status(status);
        }
    }

    /// In the sign-in that asked, and with a phone that is still there.
    async fn it_counts_nowhere_else(db) {
        let app = TestApp::start(db).await;
        let (gus, phone) = app.with_phone("gus", 1).await;
        let (asked, other) = (app.ask_phone("gus").await, app.browser());
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        other.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        other.post("/sign-in/push/finish", &[]).await.status(409);
        app.browser().post("/sign-in/push/finish", &[]).await.leads_to("/sign-in");
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let id = listed["factors"][1]["id"].as_str().unwrap();
        let code = app.code_proof("gus").await["code"].as_str().unwrap().to_owned();
        gus.post(&format!("/account/factors/{id}/remove"), &[("code", &code)]).await.leads_to("/account");
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/sign-in");
    }

    /// A reset ends what an approval would open, and the phone with it.
    async fn a_reset_ends_the_phone(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("ana", 1).await;
        let asked = app.ask_phone("ana").await;
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        app.reset_case_of_ana().await;
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/sign-in");
        app.phone_says("requests", &phone.list(app.clock.now().as_millisecond())).await.status(401);
    }
}
