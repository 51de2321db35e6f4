//! A sign-in asks phones: one request at a time, not too often, and for nobody whom it does not concern.

use std::collections::HashSet;

use crate::browser::FLOW;
use crate::on_both::on_both;
use crate::steps::wrong_number;
use crate::test_app::TestApp;

const ASKED: &str = "SELECT COUNT(*) FROM push_requests";

/// How often a cause was recorded of a phone.
async fn causes(app: &TestApp, cause: &str) -> usize {
    let failed = app.events("signin.failed").await;
    failed
        .iter()
        .filter(|event| event["detail"]["method"] == "push" && event["detail"]["cause"] == cause)
        .count()
}

on_both! {
    async fn what_the_phone_shows_is_what_asked(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        assert!(app.asked_of(&phone).await.is_empty());
        let asked = app.ask_phone("gus").await;
        let requests = app.asked_of(&phone).await;
        let shown: serde_json::Value = serde_json::from_str(requests[0]["shown"].as_str().unwrap()).unwrap();
        assert_eq!((&shown["organisation"], &shown["login"]), (&"Halden Works".into(), &"gus".into()));
        assert_eq!(shown["address"], "127.0.0.1");
        assert!(shown["asked_at"].is_string() && shown["browser"].is_string(), "{shown}");
        // The number is on the page that signs in, and nowhere else.
        assert!(!requests[0].to_string().contains(&asked.number));
        asked.browser.get("/sign-in/push").await.ok().shows("type this number there").shows("Nobody from your organisation asks");
    }

    /// A phone signs the id of what it is asked, which is the challenge: 74 random bits, and not the count of a change.
    async fn what_a_phone_signs_cannot_be_foreseen(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let (mut seen, mut counts) = (HashSet::new(), HashSet::new());
        for _ in 0..8 {
            let asked = app.ask_phone("gus").await;
            let id: uuid::Uuid = app.asked_of(&phone).await[0]["id"].as_str().unwrap().parse().unwrap();
            assert!(seen.insert(id), "the same twice");
            // Where an id that a change gives has its count.
            counts.insert(id.as_u128() >> 64 & 0xfff);
            assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
            asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        }
        assert!(counts.len() > 4 && counts.iter().any(|count| *count > 0xff), "{counts:?}");
    }

    async fn who_has_no_phone_or_has_shown_no_password_asks_nobody(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        gus.post("/sign-in/push", &[]).await.leads_to("/sign-in");
        gus.get("/sign-in/push").await.leads_to("/sign-in");
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        gus.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        gus.get("/sign-in/second-step").await.ok().does_not_show("Approve on your phone");
        gus.get("/sign-in/push").await.leads_to("/sign-in/second-step");
        gus.post("/sign-in/push", &[]).await.status(409).shows("No phone of yours approves sign-ins");
        assert_eq!(app.count(ASKED).await, 0);
    }

    async fn a_second_request_makes_the_first_dead(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let first = app.asked_of(&phone).await.remove(0);
        let second = app.ask_phone_again(&asked.browser).await;
        assert_eq!(app.asked_of(&phone).await.len(), 1);
        let late = app.phone_says("answer", &phone.answer(&first, "approve", &asked.number)).await;
        assert_eq!(late.status(409).json()["message_id"], "phone-request-is-over");
        // The number of the first does not serve for the second, but by chance.
        if asked.number != second {
            assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 422);
        }
        assert_eq!(app.phone_answers(&phone, "approve", &second).await, 200);
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        assert_eq!(causes(&app, "mfa_no_response").await, 1, "the first was answered by nobody");
    }

    /// Whoever has the password must not wear its owner out: the limit of every guess holds for requests too.
    async fn requests_without_a_success_are_slowed_down_and_recorded(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        asked.browser.post("/sign-in/push", &[]).await.leads_to("/sign-in/push");
        asked.browser.post("/sign-in/push", &[]).await.status(429).shows("Too many attempts");
        for _ in 0..3 {
            app.wait_for_next_try();
            app.ask_phone_again(&asked.browser).await;
        }
        // Five in half an hour, and no more.
        app.wait_for_next_try();
        asked.browser.post("/sign-in/push", &[]).await.status(429).shows("Too many attempts");
        assert_eq!(causes(&app, "mfa_rate_limited").await, 2);
        assert_eq!(app.count(ASKED).await, 5);
        app.advance_seconds(1801);
        let asked = app.ask_phone("gus").await;
        app.wait_for_next_try();
        asked.browser.post("/sign-in/push", &[]).await.status(429);
        // A success begins the count anew.
        app.wait_for_next_try();
        let number = app.ask_phone_again(&asked.browser).await;
        assert_eq!(app.phone_answers(&phone, "approve", &number).await, 200);
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        let asked = app.ask_phone("gus").await;
        for _ in 0..4 {
            app.wait_for_next_try();
            app.ask_phone_again(&asked.browser).await;
        }
        asked.browser.post("/sign-in/push", &[]).await.status(429);
    }

    /// D9: a hundred requests in a row that lead to no sign-in, and no phone is asked any more.
    async fn a_hundred_requests_in_a_row_end_it_and_the_owner_is_told(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        for n in 1..=100 {
            let asked = app.ask_phone("gus").await;
            drop(asked);
            app.advance_seconds(3601);
            assert_eq!(app.events("mfa.factor_disabled").await.len(), usize::from(n == 100), "after {n}");
        }
        app.phone_says("requests", &phone.list(app.clock.now().as_millisecond())).await.status(401);
        let asks = app.browser();
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        asks.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        asks.post("/sign-in/push", &[]).await.status(409);
        // The other way in is as it was.
        let code = app.phone("gus").await.code(app.seconds());
        asks.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    async fn of_requests_at_once_one_is_open(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let browser = app.browser();
            browser.set_cookie(FLOW, asked.browser.cookie(FLOW).as_deref());
            tasks.spawn(async move { browser.post("/sign-in/push", &[]).await.status });
        }
        let statuses = tasks.join_all().await;
        assert!(statuses.iter().all(|status| [303, 409, 429].contains(status)), "{statuses:?}");
        assert_eq!(app.asked_of(&phone).await.len(), 1);
    }

    /// A request belongs to its sign-in: another one of the same person has its own.
    async fn two_sign_ins_have_a_request_each(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let (one, other) = (app.ask_phone("gus").await, app.ask_phone("gus").await);
        let requests = app.asked_of(&phone).await;
        assert_eq!(requests.len(), 2);
        // Newest first: it is the other's. Its number lets the other in, not the one.
        app.phone_says("answer", &phone.answer(&requests[0], "approve", &other.number)).await.ok();
        one.browser.post("/sign-in/push/finish", &[]).await.status(409);
        other.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        let wrong = wrong_number(&one.number);
        app.phone_says("answer", &phone.answer(&requests[1], "approve", &wrong)).await.status(422);
    }
}
