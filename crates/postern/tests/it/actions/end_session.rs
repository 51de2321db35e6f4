use postern::store::sessions;
use postern_testkit::SoftPasskey;
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const OTHERS: &str = "/account/sessions/end-others";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.advance_seconds(30);
    app.sign_in_by_hand(&browser, login).await;
    browser
}

/// The id of the session in which a browser is.
async fn session_of(browser: &Browser) -> String {
    let listed = browser.get("/api/v1/account/sessions").await.ok().json();
    let sessions = listed["sessions"].as_array().unwrap().clone();
    let own = sessions.iter().find(|session| session["is_this"] == true).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

async fn code(app: &TestApp, login: &str) -> String {
    app.code_proof(login).await["code"].as_str().unwrap().to_owned()
}

/// Whoever was out asks for the account in vain.
async fn is_out(browser: &Browser) {
    browser.get("/account").await.leads_to("/sign-in");
}

on_both! {
    async fn a_session_alone_ends_no_other(db) {
        let app = TestApp::start(db).await;
        let (here, elsewhere) = (signed_in(&app, "gus").await, signed_in(&app, "gus").await);
        let other = session_of(&elsewhere).await;
        here.get("/account").await.ok().shows("End all other sessions").does_not_show("You have just shown");
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        let backup = app.backup_codes_of("gus").await.remove(0);
        for path in [format!("/account/sessions/{other}/end"), OTHERS.to_owned()] {
            here.get(&path).await.ok().shows("Show a way in that you have");
            here.post(&path, &[]).await.status(422).shows("Show a way in that you have once more");
            here.post_json(&format!("/api/v1{path}"), &json!({})).await.status(422);
        }
        for code in ["", wrong.as_str(), backup.as_str()] {
            here.post(OTHERS, &[("code", code)]).await.status(422);
            app.wait_for_next_try();
        }
        elsewhere.get("/account").await.ok();
        assert!(app.events("session.revoked").await.is_empty());
    }

    async fn with_a_code_one_ends_and_the_others_stay(db) {
        let app = TestApp::start(db).await;
        let (here, lost, third) =
            (signed_in(&app, "gus").await, signed_in(&app, "gus").await, signed_in(&app, "gus").await);
        let path = format!("/account/sessions/{}/end", session_of(&lost).await);
        let code = code(&app, "gus").await;
        here.post(&path, &[("code", &code)]).await.leads_to("/account");
        is_out(&lost).await;
        third.get("/account").await.ok();
        here.get("/account").await.ok().shows("That session is ended").shows("at 1 other place");
        // For five minutes one press is enough, and not a second longer.
        here.get(OTHERS).await.ok().does_not_show("Show a way in");
        app.advance_seconds(301);
        here.post(OTHERS, &[]).await.status(422);
        third.get("/account").await.ok();
    }

    async fn after_an_addition_one_press_ends_all_others_and_is_told(db) {
        let app = TestApp::start(db).await;
        let (elsewhere, fay) = (signed_in(&app, "fay").await, signed_in(&app, "fay").await);
        // Somebody who knows the password stands before the second step.
        let half = app.browser();
        half.post("/sign-in", &[("login", "fay"), ("password", &app.password_of("fay"))]).await.leads_to("/sign-in/second-step");
        let mut device = SoftPasskey::new(app.config.origin.clone());
        let stolen = fay.cookie(SESSION);
        let proof = app.code_proof("fay").await;
        app.add_key(&fay, &mut device, proof).await.ok();
        elsewhere.get("/account").await.ok().does_not_show("You have just shown");
        fay.get("/account").await.ok().shows("You have just shown").shows("at 1 other place");
        // Whoever copied the session before has shown nothing.
        let copy = app.browser();
        copy.set_cookie(SESSION, stolen.as_deref());
        copy.get("/account").await.ok().does_not_show("You have just shown");
        copy.post(OTHERS, &[]).await.status(422);
        fay.post(OTHERS, &[]).await.leads_to("/account");
        fay.get("/account").await.ok().shows("Every other session of yours is ended").does_not_show("You have just shown");
        is_out(&elsewhere).await;
        half.get("/sign-in/second-step").await.leads_to("/sign-in");
        let revoked = &app.events("session.revoked").await[0];
        assert_eq!(revoked["detail"], json!({ "sessions": 1, "why": "the owner ended them" }));
        let told = app.messages().await;
        assert!(told.iter().any(|message| message.subject.contains("Other sessions of your account were ended")));
    }

    async fn a_touch_for_it_counts_once_and_for_nothing_else(db) {
        let app = TestApp::start(db).await;
        let fay = signed_in(&app, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        app.advance_seconds(301);
        let elsewhere = signed_in(&app, "fay").await;
        let api = "/api/v1/account/sessions";
        // What was asked for new backup codes ends nothing.
        let options = fay.post_json("/api/v1/account/backup-codes/start", &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("{api}/end-others"), &proof).await.status(401);
        elsewhere.get("/account").await.ok();
        let options = fay.post_json(&format!("{api}/end/start"), &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("{api}/end-others"), &proof).await.status(204);
        fay.post_json(&format!("{api}/end-others"), &proof).await.status(401);
        is_out(&elsewhere).await;
        assert_eq!(app.events("session.revoked").await.len(), 1);
    }

    /// Nobody ends what is not theirs, whatever they show.
    async fn a_code_of_ones_own_ends_no_session_of_another(db) {
        let app = TestApp::start(db).await;
        let (ana, fay) = (signed_in(&app, "ana").await, signed_in(&app, "fay").await);
        let (path, code) = (format!("/account/sessions/{}/end", session_of(&ana).await), code(&app, "fay").await);
        fay.post(&path, &[("code", &code)]).await.status(404);
        fay.get(&path).await.status(404);
        ana.get("/account").await.ok();
        fay.get("/account").await.ok();
    }

    /// Two that end each other at the same moment: one code, one wins, and somebody is still in.
    async fn of_two_with_one_code_one_wins(db) {
        let app = TestApp::start(db).await;
        let (one, two) = (signed_in(&app, "gus").await, signed_in(&app, "gus").await);
        let proof = json!({ "proof": { "code": code(&app, "gus").await } });
        let mut tasks = JoinSet::new();
        for from in [&one, &two] {
            let browser = app.browser();
            browser.set_cookie(SESSION, from.cookie(SESSION).as_deref());
            let proof = proof.clone();
            tasks.spawn(async move {
                browser.post_json("/api/v1/account/sessions/end-others", &proof).await.status
            });
        }
        let mut statuses: Vec<u16> = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 204, "{statuses:?}");
        assert!([401, 409, 422].contains(&statuses[1]), "{statuses:?}");
        let gus = app.person("gus").await;
        let live = sessions::list(&app.db, &app.tenant, &gus.id, app.clock.now()).await.unwrap();
        assert_eq!(live.len(), 1);
    }
}
