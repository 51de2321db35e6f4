use postern::actions::replace_password::expect_stand_in;
use postern_testkit::SoftPasskey;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::assert_throttled;
use crate::browser::{Answer, Browser, CEREMONY, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const NEW: &str = "gravel-otter-91-lamp-violet";
const PAGE: &str = "/account/replace-password";
const API: &str = "/api/v1/account/replace-password";
const A_DAY: i64 = 24 * 3600;

/// Somebody who added a passkey a day ago, and has just signed in with it.
async fn with_a_passkey(app: &TestApp, login: &str) -> (Browser, SoftPasskey) {
    let browser = app.browser();
    app.sign_in_by_hand(&browser, login).await;
    let mut device = app.move_to_passkey(&browser, login).await;
    app.advance_seconds(A_DAY);
    app.sign_in_with_passkey(&browser, &mut device).await.ok();
    (browser, device)
}

async fn asked(browser: &Browser) -> Value {
    browser.post_json(&format!("{PAGE}/start"), &json!({})).await.ok().json()
}

/// As the page's script sends it.
async fn send(browser: &Browser, new: &str, answer: &Value) -> Answer {
    browser.post(PAGE, &[("new_password", new), ("assertion", &answer.to_string())]).await
}

async fn try_password(app: &TestApp, login: &str, password: &str) -> u16 {
    app.browser().post("/sign-in", &[("login", login), ("password", password)]).await.status
}

async fn is_unchanged(app: &TestApp) {
    assert!(app.events("user.password_changed").await.is_empty());
    assert_eq!(try_password(app, "gus", &app.password_of("gus")).await, 303);
}

on_both! {
    async fn a_passkey_stands_in_for_a_forgotten_password(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let (elsewhere, half) = (app.browser(), app.browser());
        app.sign_in_with_passkey(&elsewhere, &mut device).await.ok();
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        half.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        gus.get("/account").await.ok().shows("Once in, you can set a new password");
        assert!(gus.get("/account/password").await.ok().body.contains("href=\"/account/replace-password\""));
        gus.get(PAGE).await.ok().shows("every other session of yours ends");
        let before = gus.cookie(SESSION);
        let answer = device.touch(asked(&gus).await);
        app.secrets.saw(NEW);
        send(&gus, NEW, &answer).await.leads_to("/account");
        gus.get("/account").await.ok().shows("Your password is changed");
        // Whoever had copied this session's token holds nothing either.
        let copied = app.browser();
        copied.set_cookie(SESSION, before.as_deref());
        for ended in [&elsewhere, &copied] {
            ended.get("/account").await.leads_to("/sign-in");
        }
        let code = app.phone("gus").await.code(app.seconds());
        half.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
        // The password is another one, and no more than that: a second step is asked for as before.
        assert_eq!(try_password(&app, "gus", &app.password_of("gus")).await, 422);
        let form = [("login", "gus"), ("password", NEW)];
        let anew = app.browser();
        anew.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        anew.get("/account").await.leads_to("/sign-in");
        let changed = &app.events("user.password_changed").await[0];
        assert_eq!((&changed["detail"]["forgotten"], &changed["detail"]["proven_by"]["kind"]), (&json!(true), &json!("webauthn")));
        let told = app.messages().await.into_iter().filter(|message| message.subject.contains("Another password was set"));
        let told: Vec<_> = told.collect();
        assert!(!told.is_empty() && told.iter().any(|message| message.body.contains("/not-me#")));
    }

    async fn it_does_so_over_the_api(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let options = gus.post_json(&format!("{API}/start"), &json!({})).await.ok().json();
        let answer = device.touch(options);
        app.secrets.saw(NEW);
        let finish = format!("{API}/finish");
        gus.post_json(&finish, &json!({ "new_password": "short", "assertion": answer })).await.status(422);
        // What was refused used up no answer.
        gus.post_json(&finish, &json!({ "new_password": NEW, "assertion": answer })).await.status(204);
        gus.post_json(&finish, &json!({ "new_password": format!("{NEW}-2"), "assertion": answer })).await.status(401);
        gus.get("/account").await.ok();
        assert_eq!(app.events("user.password_changed").await.len(), 1);
        assert_eq!(try_password(&app, "gus", NEW).await, 303);
    }

    /// Neither a code, nor a key that looked at nobody, nor somebody else's passkey.
    async fn nothing_but_a_passkey_of_ones_own_stands_in(db) {
        let app = TestApp::start(db).await;
        let (fay, mut fays) = with_a_passkey(&app, "fay").await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let code = app.code_proof("gus").await;
        let codes = app.backup_codes_of("gus").await;
        for typed in [code["code"].as_str().unwrap(), &codes[0]] {
            gus.post(PAGE, &[("new_password", NEW), ("code", typed)]).await.status(422).shows("Use a passkey: it stands in");
            let body = json!({ "new_password": NEW, "proof": { "code": typed } });
            gus.post_json(&format!("{API}/finish"), &body).await.status(400);
        }
        // Fay's answer to Fay's question, and to Gus's.
        app.sign_in_with_passkey(&fay, &mut fays).await.ok();
        let answer = fays.touch(asked(&fay).await);
        gus.set_cookie(CEREMONY, fay.cookie(CEREMONY).as_deref());
        send(&gus, NEW, &answer).await.status(422);
        let mut options = asked(&gus).await;
        options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": answer["id"] }]);
        send(&gus, NEW, &fays.touch(options)).await.status(422);
        device.stop_verifying();
        let touched = device.touch(asked(&gus).await);
        gus.post(PAGE, &[("new_password", NEW), ("assertion", "{}")]).await.status(422).shows("not an answer of a passkey");
        send(&gus, NEW, &touched).await.status(422).shows("not a passkey of yours");
        assert_eq!(app.events("step.refused").await.len(), 2, "an answer to another's question was asked of nobody");
        is_unchanged(&app).await;
    }

    async fn an_answer_counts_once_in_time_and_for_what_was_asked(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        // Too late: a second after five minutes.
        let (answer, ceremony) = (device.touch(asked(&gus).await), gus.cookie(CEREMONY));
        app.advance_seconds(301);
        gus.set_cookie(CEREMONY, ceremony.as_deref());
        send(&gus, NEW, &answer).await.status(422).shows("took too long");
        // What was asked for something else, either way.
        for other in ["/account/step-up", "/account/password"] {
            let options = gus.post_json(&format!("{other}/start"), &json!({})).await.ok().json();
            let answer = device.touch(options);
            send(&gus, NEW, &answer).await.status(422).shows("took too long");
        }
        let answer = device.touch(asked(&gus).await);
        let old = app.password_of("gus");
        let form = [("current_password", &*old), ("new_password", NEW), ("assertion", &answer.to_string())];
        gus.post("/account/password", &form).await.status(422);
        gus.post_json("/account/step-up/finish", &answer).await.status(401);
        is_unchanged(&app).await;
        // In time, and then again.
        app.advance_seconds(60);
        let (answer, ceremony) = (device.touch(asked(&gus).await), gus.cookie(CEREMONY));
        app.secrets.saw(NEW);
        send(&gus, NEW, &answer).await.leads_to("/account");
        gus.set_cookie(CEREMONY, ceremony.as_deref());
        send(&gus, &format!("{NEW}-2"), &answer).await.status(422);
        assert_eq!(app.events("user.password_changed").await.len(), 1);
    }

    async fn of_several_at_once_with_one_answer_one_counts(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let answer = device.touch(asked(&gus).await);
        let (session, ceremony) = (gus.cookie(SESSION), gus.cookie(CEREMONY));
        let mut tasks = JoinSet::new();
        for number in 0..4 {
            let (browser, answer) = (app.browser(), answer.clone());
            browser.set_cookie(SESSION, session.as_deref());
            browser.set_cookie(CEREMONY, ceremony.as_deref());
            let new = format!("{NEW}-{number}");
            app.secrets.saw(&new);
            tasks.spawn(async move {
                let body = json!({ "new_password": new, "assertion": answer });
                (browser.post_json(&format!("{API}/finish"), &body).await.status, new)
            });
        }
        let answers = tasks.join_all().await;
        let won: Vec<_> = answers.iter().filter(|(status, _)| *status == 204).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(status, _)| [204, 401, 409].contains(status)), "{answers:?}");
        assert_eq!(app.events("user.password_changed").await.len(), 1);
        assert_eq!(try_password(&app, "gus", &won[0].1).await, 303);
    }

    /// A code adds a passkey: so one that is new stands in for nothing, to the second.
    async fn a_passkey_stands_in_a_day_after_it_was_added(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let mut device = SoftPasskey::new(app.config.origin.clone());
        let proof = app.code_proof("gus").await;
        app.add_key(&gus, &mut device, proof).await.ok();
        gus.get(PAGE).await.ok().shows("Your passkey is new. It stands in for your password from");
        gus.post_json(&format!("{API}/start"), &json!({})).await.status(409).shows("passkey is new");
        let sql = app.own("SELECT created_at FROM factors WHERE kind = 'webauthn'");
        let (added,): (i64,) = sqlx::query_as(sql).fetch_one(app.db.reader()).await.unwrap();
        let caller = app.caller("gus").await;
        for (seconds, stands_in) in [(0, false), (A_DAY - 1, false), (A_DAY, true)] {
            let at = jiff::Timestamp::from_microsecond(added + seconds * 1_000_000).unwrap();
            assert_eq!(expect_stand_in(&app.scope().at(at), &caller).await.is_ok(), stands_in, "after {seconds} s");
        }
        // One of before asks and answers; a second one that is new does not beside it.
        app.advance_seconds(A_DAY);
        app.sign_in_with_passkey(&gus, &mut device).await.ok();
        let mut second = SoftPasskey::new(app.config.origin.clone());
        app.add_key_with(&gus, &mut second, &mut device).await.ok();
        let options = asked(&gus).await;
        assert_eq!(options["publicKey"]["allowCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(options["publicKey"]["userVerification"], "required");
        app.secrets.saw(NEW);
        send(&gus, NEW, &device.touch(options)).await.leads_to("/account");
    }

    async fn whoever_has_no_passkey_or_no_password_is_told(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        ben.get(PAGE).await.ok().shows("You have none that works here");
        let mut plain = SoftPasskey::without_user_verification(app.config.origin.clone());
        let proof = app.code_proof("ben").await;
        app.add_key(&ben, &mut plain, proof).await.ok();
        app.advance_seconds(A_DAY);
        let ben = app.browser_with_planted_session("ben").await;
        ben.get(PAGE).await.ok().shows("You have none that works here");
        ben.post_json(&format!("{API}/start"), &json!({})).await.status(409);
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let answer = device.touch(asked(&gus).await);
        let gone = sqlx::query(app.own("UPDATE persons SET password_hash = NULL WHERE login = 'gus'"));
        gone.execute(app.db.reader()).await.unwrap();
        gus.get(PAGE).await.ok().shows("You have no password");
        send(&gus, NEW, &answer).await.status(409);
        assert!(app.person("gus").await.password_hash.is_none());
        assert!(app.events("user.password_changed").await.is_empty());
    }

    /// Who forgets a password has guessed at it: the new one does not wait for that, on the device that set it.
    async fn guesses_at_the_old_one_do_not_slow_the_new_one(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let known = gus.cookie(crate::browser::DEVICE);
        let try_here = async |password: &str| {
            let browser = app.browser();
            browser.set_cookie(crate::browser::DEVICE, known.as_deref());
            browser.post("/sign-in", &[("login", "gus"), ("password", password)]).await.status
        };
        for _ in 0..2 {
            assert_eq!(try_here("wrong, all of it").await, 422);
        }
        assert_eq!(try_here(&app.password_of("gus")).await, 429);
        let answer = device.touch(asked(&gus).await);
        app.secrets.saw(NEW);
        send(&gus, NEW, &answer).await.leads_to("/account");
        assert_eq!(try_here(NEW).await, 303);
        // A stranger's guesses are as they were.
        app.advance_seconds(3600);
        for _ in 0..2 {
            assert!(app.try_password("gus", "wrong, all of it").await.is_err());
        }
        assert_throttled(app.try_password("gus", NEW).await);
        assert_eq!(try_here(NEW).await, 303);
    }

    /// A recovery that somebody asked for is neither proven by it nor stopped.
    async fn a_case_that_is_open_stays_as_it_is(db) {
        let app = TestApp::start(db).await;
        let (gus, mut device) = with_a_passkey(&app, "gus").await;
        let case = app.open("gus").await;
        let before = app.stage(&case).await;
        let answer = device.touch(asked(&gus).await);
        app.secrets.saw(NEW);
        send(&gus, NEW, &answer).await.leads_to("/account");
        assert_eq!(app.stage(&case).await, before);
        assert!(app.events("case.closed").await.is_empty());
    }

    /// Nothing is asked, and nobody is looked up: it is the same for everybody.
    async fn the_way_in_is_said_where_people_look_for_it(db) {
        let app = TestApp::start(db).await;
        let stranger = app.browser();
        for page in ["/sign-in", "/recover"] {
            let page = stranger.get(page).await;
            assert!(page.ok().body.contains("href=\"/forgotten-password\""));
        }
        let page = stranger.get("/forgotten-password").await;
        page.ok().shows("If you have a passkey, sign in with it").shows("Ask the help desk what can be done");
        assert!(page.body.contains("data-passkey=\"/sign-in/passkey\"") && page.body.contains("data-next=\"/account/replace-password\""));
        // Whoever comes without a session signs in first, and then goes on.
        stranger.get(PAGE).await.leads_to("/sign-in");
    }
}
