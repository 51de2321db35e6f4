//! What a phone answers: counted before it is compared, signed as it was shown, once.

use jiff::SignedDuration;
use postern_core::factor::push::REQUEST_LIFE;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::FLOW;
use crate::on_both::on_both;
use crate::steps::wrong_number;
use crate::test_app::TestApp;

async fn last_cause(app: &TestApp) -> Value {
    app.events("signin.failed").await[0]["detail"]["cause"].clone()
}

on_both! {
    async fn a_wrong_number_counts_and_three_end_the_request(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let wrong = wrong_number(&asked.number);
        for number in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(app.phone_answers(&phone, "approve", number).await, 422);
        }
        assert_eq!(app.count("SELECT MAX(tries) FROM push_requests").await, 0, "what is no number is no try");
        let request = app.asked_of(&phone).await.remove(0);
        for _ in 0..3 {
            let answer = app.phone_says("answer", &phone.answer(&request, "approve", &wrong)).await;
            assert_eq!(answer.status(422).json()["message_id"], "wrong-number");
            assert_eq!(last_cause(&app).await, "mfa_wrong_code");
        }
        // Not even the right one helps now.
        app.phone_says("answer", &phone.answer(&request, "approve", &asked.number)).await.status(409);
        asked.browser.get("/sign-in/push").await.ok().shows("Wrong numbers were typed on your phone");
        asked.browser.post("/sign-in/push/finish", &[]).await.status(409);
        assert!(app.asked_of(&phone).await.is_empty());
    }

    async fn the_third_number_may_be_the_right_one(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let wrong = wrong_number(&asked.number);
        for _ in 0..2 {
            assert_eq!(app.phone_answers(&phone, "approve", &wrong).await, 422);
        }
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
    }

    /// Over many requests the numbers are counted together, like every other secret that is guessed at.
    async fn numbers_are_limited_over_all_requests(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let wrong = wrong_number(&asked.number);
        for _ in 0..3 {
            assert_eq!(app.phone_answers(&phone, "approve", &wrong).await, 422);
        }
        let number = app.ask_phone_again(&asked.browser).await;
        let wrong = wrong_number(&number);
        let request = app.asked_of(&phone).await.remove(0);
        let answer = phone.answer(&request, "approve", &wrong);
        assert_eq!([app.phone_says("answer", &answer).await.status, app.phone_says("answer", &answer).await.status], [422, 422]);
        app.phone_says("answer", &phone.answer(&request, "approve", &number)).await.status(429);
        assert_eq!(last_cause(&app).await, "mfa_rate_limited");
    }

    async fn an_answer_counts_once_and_a_no_is_no(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        let (yes, no) = (phone.answer(&request, "approve", &asked.number), phone.answer(&request, "deny", ""));
        app.phone_says("answer", &no).await.ok();
        app.phone_says("answer", &no).await.status(409);
        app.phone_says("answer", &yes).await.status(409);
        assert_eq!(last_cause(&app).await, "mfa_denied");
        asked.browser.get("/sign-in/push").await.ok().shows("Your phone said no");
        asked.browser.post("/sign-in/push/finish", &[]).await.status(409);
        // Another way stands open: a no may have been a slip of the finger.
        app.advance_seconds(30);
        let code = app.phone("gus").await.code(app.seconds());
        asked.browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    /// What was shown is what was signed; nothing else in the statement may differ either.
    async fn a_signature_over_anything_else_is_refused(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        let right = phone.answer(&request, "approve", &asked.number);
        let mut other_place = request.clone();
        other_place["shown"] = request["shown"].as_str().unwrap().replace("127.0.0.1", "192.0.2.1").into();
        let mut other_answer = phone.answer(&request, "deny", "");
        other_answer["answer"] = "not_me".into();
        let mut other_number = right.clone();
        other_number["number"] = wrong_number(&asked.number).into();
        let mut broken = right.clone();
        broken["signature"] = "AAAA".into();
        let wrong = [
            phone.answer(&other_place, "approve", &asked.number),
            phone.at("https://elsewhere.example").answer(&request, "approve", &asked.number),
            app.push_phone(9).answer(&request, "approve", &asked.number),
            other_answer, other_number, broken,
        ];
        for said in &wrong {
            assert_eq!(app.phone_says("answer", said).await.status(401).json()["message_id"], "phone-not-known", "{said}");
        }
        let mut word = right.clone();
        word["answer"] = "yes".into();
        app.phone_says("answer", &word).await.status(400);
        assert_eq!(app.count("SELECT MAX(tries) FROM push_requests").await, 0);
        app.phone_says("answer", &right).await.ok();
    }

    async fn another_persons_phone_answers_nothing(db) {
        let app = TestApp::start(db).await;
        let ((_, phone), (_, fays)) = (app.with_phone("gus", 1).await, app.with_phone("fay", 2).await);
        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        assert!(app.asked_of(&fays).await.is_empty());
        for (answer, number) in [("approve", &*asked.number), ("deny", ""), ("not_me", "")] {
            app.phone_says("answer", &fays.answer(&request, answer, number)).await.status(401);
        }
        asked.browser.get("/sign-in/push").await.ok().shows("type this number");
    }

    async fn a_second_phone_of_the_same_person_answers_too(db) {
        let app = TestApp::start(db).await;
        let (gus, first) = app.with_phone("gus", 1).await;
        let second = app.add_phone(&gus, "gus", 2).await;
        let asked = app.ask_phone("gus").await;
        assert_eq!(app.asked_of(&first).await.len(), 1);
        assert_eq!(app.phone_answers(&second, "approve", &asked.number).await, 200);
        assert!(app.asked_of(&first).await.is_empty());
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        assert_eq!(listed["factors"][1]["last_used_at"], Value::Null);
        assert!(listed["factors"][2]["last_used_at"].is_string());
    }

    async fn a_request_lives_two_minutes(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        app.advance(REQUEST_LIFE - SignedDuration::from_secs(2));
        assert_eq!(app.phone_answers(&phone, "approve", &asked.number).await, 200);
        asked.browser.post("/sign-in/push/finish", &[]).await.leads_to("/");

        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        app.advance(REQUEST_LIFE);
        assert!(app.asked_of(&phone).await.is_empty());
        app.phone_says("answer", &phone.answer(&request, "approve", &asked.number)).await.status(409);
        asked.browser.get("/sign-in/push").await.ok().shows("did not answer in time");
    }

    async fn what_a_phone_signed_counts_once_and_at_its_time(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let now = || app.clock.now().as_millisecond();
        let said = phone.list(now());
        app.phone_says("requests", &said).await.ok();
        let again = app.phone_says("requests", &said).await;
        assert_eq!(again.status(401).json()["message_id"], "phone-not-known");
        app.phone_says("requests", &phone.list(said["at"].as_i64().unwrap() - 1)).await.status(401);
        for off in [-121_000, 121_000, i64::MAX - now(), i64::MIN] {
            app.phone_says("requests", &phone.list(now().saturating_add(off))).await.status(401);
        }
        app.phone_says("requests", &phone.list(now() + 60_000)).await.ok();
        // One that nobody has is told the same.
        let unknown = app.phone_says("requests", &app.push_phone(9).list(now())).await;
        assert_eq!(unknown.status(401).json()["detail"], again.json()["detail"]);
    }

    async fn of_answers_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        for round in 0..3 {
            let asked = app.ask_phone("gus").await;
            let request = app.asked_of(&phone).await.remove(0);
            let mut tasks = JoinSet::new();
            for n in 0..6 {
                let answer = match (round, n % 3) {
                    (0, _) | (_, 0) => phone.answer(&request, "approve", &asked.number),
                    (1, _) => phone.answer(&request, "deny", ""),
                    _ => phone.answer(&request, "approve", &wrong_number(&asked.number)),
                };
                let browser = app.browser();
                tasks.spawn(async move {
                    let request = browser.request(reqwest::Method::POST, "/api/v1/push/answer").json(&answer);
                    browser.send(request).await.status
                });
            }
            let statuses = tasks.join_all().await;
            let won = statuses.iter().filter(|status| **status == 200).count();
            let tries = app.count("SELECT MAX(tries) FROM push_requests").await;
            assert!(won == 1 || (round == 2 && won == 0), "round {round}: {statuses:?}");
            assert!(tries <= 3, "round {round}: {tries} tries");
            app.advance_seconds(3601);
        }
    }

    async fn after_the_sign_in_has_ended_there_is_nothing_to_answer(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        let code = app.phone("gus").await.code(app.seconds() + 30);
        app.advance_seconds(30);
        asked.browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        assert!(app.asked_of(&phone).await.is_empty());
        for (answer, number) in [("approve", &*asked.number), ("deny", "")] {
            app.phone_says("answer", &phone.answer(&request, answer, number)).await.status(409);
        }
    }

    /// The one press that the owner has: whoever it was is out, everybody is told, and nothing is asked for a while.
    async fn this_is_not_me_ends_every_sign_in_under_way(db) {
        let app = TestApp::start(db).await;
        let (gus, phone) = app.with_phone("gus", 1).await;
        let (thief, other) = (app.ask_phone("gus").await, app.ask_phone("gus").await);
        let before = app.messages().await.len();
        assert_eq!(app.phone_answers(&phone, "not_me", "").await, 200);
        for browser in [&thief.browser, &other.browser] {
            assert!(app.flow(&browser.cookie(FLOW).unwrap()).await.is_none());
            browser.get("/sign-in/push").await.leads_to("/sign-in");
            browser.post("/sign-in/push/finish", &[]).await.leads_to("/sign-in");
        }
        assert!(app.asked_of(&phone).await.is_empty());
        assert_eq!(last_cause(&app).await, "mfa_fraud_reported");
        let said = &app.events("mfa.push_disowned").await[0];
        assert_eq!((&said["detail"]["address"], &said["actor"]["type"]), (&json!("127.0.0.1"), &json!("person")));
        assert!(app.messages().await.len() > before);
        app.not_me("gus@demo.postern.invalid", "Somebody has your password or linked account").await;
        // The owner's own session lives, and with the code app they can still sign in.
        gus.get("/account").await.ok();
        let finding = app.finding("fraud_report").await;
        assert_eq!(finding.subject_kind, "person");
        // Whoever has the password asks again: the phone stays silent.
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        thief.browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        thief.browser.post("/sign-in/push", &[]).await.status(429);
        assert!(app.asked_of(&phone).await.is_empty());
        app.advance_seconds(15 * 60);
        app.ask_phone("gus").await;
    }

    async fn a_suspended_person_is_asked_nothing(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        let request = app.asked_of(&phone).await.remove(0);
        app.suspend("gus").await;
        app.phone_says("requests", &phone.list(app.clock.now().as_millisecond() + 1)).await.status(401);
        app.phone_says("answer", &phone.answer(&request, "approve", &asked.number)).await.status(401);
        asked.browser.post("/sign-in/push/finish", &[]).await.status(409);
        asked.browser.post("/sign-in/push", &[]).await.status(409).shows("suspended");
    }

    async fn a_phone_of_one_organisation_is_nobody_at_another(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let (_, phone) = halden.with_phone("gus", 1).await;
        let asked = halden.ask_phone("gus").await;
        let request = halden.asked_of(&phone).await.remove(0);
        let at_quay = phone.at(&quay.origin());
        quay.phone_says("requests", &at_quay.list(quay.clock.now().as_millisecond() + 1)).await.status(401);
        quay.phone_says("answer", &at_quay.answer(&request, "approve", &asked.number)).await.status(401);
        // The same key may be enrolled there, and is another factor: it hears and answers what is asked there.
        let (_, same) = quay.with_phone("gus", 1).await;
        assert!(quay.asked_of(&same).await.is_empty());
        quay.phone_says("answer", &same.answer(&request, "approve", &asked.number)).await.status(401);
        assert_eq!(halden.phone_answers(&phone, "approve", &asked.number).await, 200);
    }
}
