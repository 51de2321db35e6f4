use postern::web::toast::Toast;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const LIST: &str = "/api/v1/account/activity";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.advance_seconds(30);
    app.sign_in_by_hand(&browser, login).await;
    browser
}

/// Lines of a message, newest first.
async fn lines(browser: &Browser, message: &str) -> Vec<Value> {
    let listed = browser.get(LIST).await.ok().json();
    let entries = listed["entries"].as_array().unwrap().clone();
    entries.into_iter().filter(|entry| entry["message_id"] == message).collect()
}

/// The page on which it is said of the newest line of a message.
async fn not_me(browser: &Browser, message: &str) -> String {
    let id = lines(browser, message).await[0]["id"].as_str().unwrap().to_owned();
    format!("/account/activity/{id}/not-me")
}

async fn code(app: &TestApp, login: &str) -> String {
    app.code_proof(login).await["code"].as_str().unwrap().to_owned()
}

/// Somebody with the password types a wrong code.
async fn fail_second_step(app: &TestApp, login: &str, times: usize) -> Browser {
    let browser = app.browser_from("127.0.0.7");
    browser
        .post("/sign-in", &[("login", login), ("password", &app.password_of(login))])
        .await
        .leads_to("/sign-in/second-step");
    for _ in 0..times {
        let wrong = app.phone(login).await.wrong_code(app.seconds());
        browser.post("/sign-in/second-step", &[("code", &wrong)]).await.status(422);
        app.wait_for_next_try();
    }
    browser
}

on_both! {
    async fn each_finds_what_happened_in_plain_words_and_nothing_of_others(db) {
        let app = TestApp::start(db).await;
        let ana = signed_in(&app, "ana").await;
        app.browser().post("/sign-in", &[("login", "ana"), ("password", "no, not this one")]).await.status(422);
        fail_second_step(&app, "ana", 1).await;
        app.refuse("ben", &app.open("ana").await).await;
        app.move_to_passkey(&ana, "ana").await;
        let page = ana.get("/account/activity").await;
        page.ok();
        for words in [
            "Signed in with password and code",
            "Somebody typed a wrong password",
            "Somebody had your password or linked account, and failed at the second step",
            "A way to sign in was added",
            "Somebody asked to recover your account",
            "A request to recover your account was refused",
            "by the help desk or your organisation",
            "127.0.0.7",
        ] {
            page.shows(words);
        }
        // Who at the desk it was, and from where, stays there.
        page.does_not_show("Ben");
        let refused = &lines(&ana, "activity-request-refused").await[0];
        assert_eq!((&refused["by"], &refused["ip"], &refused["can_disown"]), (&json!("desk"), &Value::Null, &json!(true)));
        ana.get("/account").await.ok().shows("Recent activity").shows("A way to sign in was added");
        let gus = signed_in(&app, "gus").await;
        assert_eq!(gus.get(LIST).await.ok().json()["entries"].as_array().unwrap().len(), 1);
        let path = not_me(&ana, "activity-factor-added").await;
        gus.get(&path).await.status(404);
        gus.post(&path, &[]).await.status(404);
        gus.post("/account/activity/0195b6c2-8f2e-7cc3-98a5-000000000000/not-me", &[]).await.status(404);
        ana.get("/account").await.ok();
        assert!(app.events("user.activity_disowned").await.is_empty());
    }

    async fn pages_follow_each_other_and_nothing_is_left_out(db) {
        let app = TestApp::start(db).await;
        signed_in(&app, "gus").await;
        for _ in 0..35 {
            app.advance_seconds(3600);
            app.browser().post("/sign-in", &[("login", "gus"), ("password", "no, not this one")]).await;
        }
        app.advance_seconds(2 * 3600);
        let gus = signed_in(&app, "gus").await;
        let (mut ids, mut before) = (Vec::new(), String::new());
        loop {
            let page = gus.get(&format!("{LIST}?before={before}")).await.ok().json();
            let entries = page["entries"].as_array().unwrap();
            assert!(entries.len() <= 30);
            ids.extend(entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            before = next.to_owned();
        }
        let all = ids.len();
        assert!(all >= 37, "{all}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "one stands on two pages");
        gus.get("/account/activity").await.ok().shows("Older");
        for junk in ["x", "1", "x.y", "99999999999999999999.y"] {
            gus.get(&format!("{LIST}?before={junk}")).await.status(400);
        }
    }

    /// Opening the page stops nothing; one press stops all, and goes itself: a stolen session puts nobody out and stays.
    async fn without_a_factor_one_press_ends_everything_and_itself(db) {
        let app = TestApp::start(db).await;
        let (gus, elsewhere) = (signed_in(&app, "gus").await, signed_in(&app, "gus").await);
        let half = fail_second_step(&app, "gus", 1).await;
        let case = app.open("gus").await;
        let path = not_me(&gus, "activity-second-step-failed").await;
        gus.get(&path).await.ok().shows("You are signed out here too");
        elsewhere.get("/account").await.ok();
        assert!(app.events("case.contested").await.is_empty());
        let done = gus.post(&path, &[]).await;
        done.ok().shows("It is stopped").shows("2 sessions have ended").shows("Sign in again").shows(&app.row(&case).await.reference);
        gus.get("/account").await.leads_to("/sign-in");
        elsewhere.get("/account").await.leads_to("/sign-in");
        half.get("/sign-in/second-step").await.leads_to("/sign-in");
        assert_eq!(app.stage(&case).await, "contested");
        let disowned = &app.events("user.activity_disowned").await[0];
        assert_eq!(disowned["detail"]["event"], "signin.failed");
        assert_eq!((&disowned["detail"]["sessions"], &disowned["detail"]["stays"]), (&json!(2), &json!(false)));
        let finding = app.finding("disowned_activity").await;
        assert_eq!(finding.severity, "incident");
        let told = app.messages().await;
        assert!(told.iter().any(|message| message.subject.contains("Something on your account was not you")));
        // The owner comes back with what they have, and sees that it was said.
        let gus = signed_in(&app, "gus").await;
        gus.get("/account/activity").await.ok().shows("not you");
        assert_eq!(lines(&gus, "activity-second-step-failed").await[0]["disowned"], true);
    }

    async fn with_a_factor_the_session_stays_and_it_is_said_once(db) {
        let app = TestApp::start(db).await;
        let (gus, elsewhere) = (signed_in(&app, "gus").await, signed_in(&app, "gus").await);
        let path = not_me(&gus, "activity-signed-in-by-code").await;
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post(&path, &[("code", &wrong)]).await.status(422);
        elsewhere.get("/account").await.ok();
        let right = code(&app, "gus").await;
        gus.post(&path, &[("code", &right)]).await.ok().shows("1 session has ended").does_not_show("Sign in again");
        elsewhere.get("/account").await.leads_to("/sign-in");
        gus.get("/account").await.ok();
        // Twice is once, in the browser and in the API.
        gus.post(&path, &[]).await.status(409).shows("You have said so already");
        gus.post_json(&format!("/api/v1{path}"), &json!({})).await.status(409);
        assert_eq!(app.events("user.activity_disowned").await.len(), 1);
        // That it was said is nothing that could be said again of.
        let path = not_me(&gus, "activity-disowned").await;
        gus.post(&path, &[]).await.status(409);
    }

    async fn of_two_presses_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let path = format!("/api/v1{}", not_me(&gus, "activity-signed-in-by-code").await);
        let mut tasks = JoinSet::new();
        for _ in 0..2 {
            let browser = app.browser();
            browser.set_cookie(SESSION, gus.cookie(SESSION).as_deref());
            let path = path.clone();
            tasks.spawn(async move { browser.post_json(&path, &json!({})).await.status });
        }
        let mut statuses: Vec<u16> = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{statuses:?}");
        assert!([401, 409].contains(&statuses[1]), "{statuses:?}");
        assert_eq!(app.events("user.activity_disowned").await.len(), 1);
    }

    async fn what_is_old_is_for_the_desk(db) {
        let app = TestApp::start(db).await;
        signed_in(&app, "gus").await;
        app.advance_seconds(30 * 86_400);
        let gus = signed_in(&app, "gus").await;
        let old = lines(&gus, "activity-signed-in-by-code").await.remove(1);
        assert_eq!(old["can_disown"], false);
        let path = format!("/account/activity/{}/not-me", old["id"].as_str().unwrap());
        gus.post(&path, &[]).await.status(409).shows("too long ago");
        gus.get("/account").await.ok();
    }

    /// A slip of the finger is told to nobody; the third time is, once, and the next sign-in elsewhere mentions each.
    async fn failed_second_steps_are_told_and_mentioned(db) {
        let app = TestApp::start(db).await;
        let told = async |app: &TestApp| {
            let messages = app.messages().await;
            messages.iter().filter(|message| message.subject == "Somebody has your password or linked account").count()
        };
        fail_second_step(&app, "gus", 2).await;
        assert_eq!(told(&app).await, 0);
        fail_second_step(&app, "gus", 2).await;
        let once = told(&app).await;
        assert!(once > 0);
        let gus = signed_in(&app, "gus").await;
        assert_eq!(gus.cookie("__Host-postern-toast").as_deref(), Some(Toast::OthersFailed.as_str()));
        gus.get("/account").await.ok().shows("Since you were here last");
        // What came before it is said once, and one's own slips are not mentioned.
        let again = app.browser();
        app.advance_seconds(60);
        again.post("/sign-in", &[("login", "gus"), ("password", &app.password_of("gus"))]).await.leads_to("/sign-in/second-step");
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        again.post("/sign-in/second-step", &[("code", &wrong)]).await;
        let right = app.phone("gus").await.code(app.seconds());
        again.post("/sign-in/second-step", &[("code", &right)]).await.leads_to("/");
        again.get("/account").await.ok().does_not_show("Since you were here last");
        assert_eq!(told(&app).await, once);
    }
}
