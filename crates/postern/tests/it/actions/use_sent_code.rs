//! A code that was sent opens one session, in the sign-in that asked for it, and proves nothing else.

use jiff::SignedDuration;
use postern::actions::contest::contest;
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{FLOW, SESSION};
use crate::on_both::on_both;
use crate::steps::wrong_number;
use crate::test_app::TestApp;

const FINISH: &str = "/sign-in/sent-code/finish";

on_both! {
    /// A mailbox is no factor: that session is of the first level.
    async fn it_completes_the_sign_in(db) {
        let app = TestApp::start(db).await;
        for (login, kind, amr, aal) in [
            ("ana", "sms", json!(["pwd", "sms", "mfa"]), 2),
            ("gus", "voice", json!(["pwd", "tel", "mfa"]), 2),
            ("ana", "email", json!(["pwd", "email_code"]), 1),
        ] {
            app.advance_seconds(30);
            let (_, factor) = app.with_codes(login, kind).await;
            let asks = app.password_by_hand(login).await;
            let code = app.have_code_sent(&asks, &factor).await;
            // As it is read out, and as browsers fill it in.
            let (start, end) = code.split_at(3);
            let spaced = format!("{start} {end}");
            asks.post(FINISH, &[("code", &spaced)]).await.leads_to("/");
            asks.get("/account").await.ok();
            asks.get("/account/activity").await.ok().shows("a code that was sent").shows("A code to sign in was sent");
            let events = app.events("signin.succeeded").await;
            let found = events.iter().find(|event| event["detail"]["method"] == kind).unwrap();
            assert_eq!((&found["detail"]["amr"], &found["detail"]["aal"]), (&amr, &json!(aal)));
        }
    }

    async fn of_eight_at_once_one_is_signed_in(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let before = app.events("signin.succeeded").await.len();
        let asks = app.password_by_hand("ana").await;
        let code = app.have_code_sent(&asks, &factor).await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (browser, code) = (app.browser(), code.clone());
            browser.set_cookie(FLOW, asks.cookie(FLOW).as_deref());
            tasks.spawn(async move {
                browser.post(FINISH, &[("code", &code)]).await;
                browser.cookie(SESSION).is_some()
            });
        }
        let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!((won, app.events("signin.succeeded").await.len() - before), (1, 1));
    }

    /// In its sign-in, for ten minutes, and until the next one is sent.
    async fn it_counts_nowhere_else_and_not_for_long(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let (asks, other) = (app.password_by_hand("ana").await, app.password_by_hand("ana").await);
        let first = app.have_code_sent(&asks, &factor).await;
        other.post(FINISH, &[("code", &first)]).await.status(409);
        let second = app.have_code_sent(&asks, &factor).await;
        if first != second {
            asks.post(FINISH, &[("code", &first)]).await.status(422).shows("not the code that was sent last");
        }
        app.advance(SignedDuration::from_secs(599));
        asks.get("/sign-in/sent-code").await.ok();
        app.advance_seconds(1);
        asks.post(FINISH, &[("code", &second)]).await.leads_to("/sign-in");
        let asks = app.password_by_hand("ana").await;
        let code = app.have_code_sent(&asks, &factor).await;
        app.advance(SignedDuration::from_secs(599));
        asks.post(FINISH, &[("code", &code)]).await.leads_to("/");
    }

    async fn another_code_does_not_begin_the_count_anew(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let asks = app.password_by_hand("ana").await;
        for _ in 0..5 {
            let code = app.have_code_sent(&asks, &factor).await;
            asks.post(FINISH, &[("code", &wrong_number(&code))]).await.status(422);
            app.wait_for_next_try();
        }
        let code = app.have_code_sent(&asks, &factor).await;
        asks.post(FINISH, &[("code", &code)]).await.status(429).shows("Too many attempts");
        // And the owner was told at the third.
        app.not_me("ana@demo.postern.invalid", "Somebody has your password or linked account").await;
        app.advance_seconds(1801);
        let asks = app.password_by_hand("ana").await;
        let code = app.have_code_sent(&asks, &factor).await;
        asks.post(FINISH, &[("code", &code)]).await.leads_to("/");
    }

    /// Whoever took the number over gets a session, and no further.
    async fn it_opens_no_desk_and_proves_no_change(db) {
        let app = TestApp::start(db).await;
        let (ben, factor) = app.with_codes("ben", "voice").await;
        let asks = app.password_by_hand("ben").await;
        let code = app.have_code_sent(&asks, &factor).await;
        asks.post(FINISH, &[("code", &code)]).await.leads_to("/");
        asks.get("/desk").await.ok().shows("A passkey is needed");
        let contact = app.code_contact(&asks, "voice").await;
        let body = json!({ "contact": contact, "proof": { "code": code } });
        // A code that was sent is no proof of the app's.
        asks.post_json("/api/v1/account/sent-codes/finish", &body).await.status(422);
        asks.post_json("/api/v1/account/push/finish", &json!({ "proof": { "code": code } })).await.status(422);
        // And the last factor that proves a change stays.
        let listed = ben.get("/api/v1/account/factors").await.ok().json();
        let app_id = listed["factors"].as_array().unwrap().iter().find(|factor| factor["kind"] == "totp").unwrap();
        let path = format!("/account/factors/{}/remove", app_id["id"].as_str().unwrap());
        let code = app.code_proof("ben").await["code"].as_str().unwrap().to_owned();
        ben.post(&path, &[("code", &code)]).await.status(409);
    }

    async fn what_ends_the_access_ends_the_code(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let live = "SELECT COUNT(*) FROM sent_codes WHERE ended_at IS NULL";
        let asks = app.password_by_hand("ana").await;
        let code = app.have_code_sent(&asks, &factor).await;
        assert_eq!(app.count(live).await, 1);
        let not_me = app.not_me("ana@demo.postern.invalid", "A new sign-in method").await;
        assert!(contest(&app.scope(), &not_me).await.unwrap().account_suspended);
        assert_eq!(app.count(live).await, 0);
        asks.post(FINISH, &[("code", &code)]).await.leads_to("/sign-in");
    }
}
