use postern_testkit::SoftPasskey;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, SESSION};
use crate::on_both::on_both;
use crate::steps::a_day;
use crate::test_app::TestApp;

const BENS_MAIL: &str = "ben@demo.postern.invalid";
const ADAS_MAIL: &str = "ada@demo.postern.invalid";

fn new_device(app: &TestApp) -> SoftPasskey {
    SoftPasskey::new(app.config.origin.clone())
}

/// Ben as one whom an admin added: nobody let him add a first passkey at once.
async fn ben_without_the_right(app: &TestApp) -> Browser {
    let ended = sqlx::query(app.own("UPDATE persons SET first_passkey_until = NULL WHERE login = 'ben'"));
    ended.execute(app.db.reader()).await.unwrap();
    let ben = app.browser();
    app.sign_in_by_hand(&ben, "ben").await;
    ben
}

/// What is asked when somebody adds a passkey, and a device that answers.
async fn created(app: &TestApp, browser: &Browser) -> (Value, SoftPasskey) {
    let options = browser.post_json("/account/passkeys/start", &json!({})).await.ok().json();
    let mut device = new_device(app);
    (device.create(options["create"].clone()), device)
}

on_both! {
    /// A cookie that was stolen, at any age, adds nothing: neither alone nor with what is no factor.
    async fn a_session_alone_adds_nothing(db) {
        let app = TestApp::start(db).await;
        let codes = app.backup_codes_of("ben").await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        let thief = app.browser();
        thief.set_cookie(SESSION, ben.cookie(SESSION).as_deref());
        let finish = "/account/passkeys/finish";
        let (new, _) = created(&app, &thief).await;
        thief.post_json(finish, &json!({ "created": new })).await.status(400);
        for wrong in ["", "000000", &app.phone("ben").await.wrong_code(app.seconds()), &codes[0]] {
            let (new, _) = created(&app, &thief).await;
            let answer = json!({ "created": new, "proof": { "code": wrong } });
            thief.post_json(finish, &answer).await.status(422);
            app.wait_for_next_try();
        }
        // A passkey that was made just now proves nothing.
        let (_, mut device) = created(&app, &thief).await;
        let answer = device.get(thief.post_json("/sign-in/passkey/start", &json!({})).await.ok().json());
        let (new, _) = created(&app, &thief).await;
        thief.post_json(finish, &json!({ "created": new, "proof": { "assertion": answer } })).await.status(422);
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
        // Each wrong code is on the record, and paid for like one at sign-in.
        assert_eq!(app.events("step.refused").await.len(), 4);
        let (new, _) = created(&app, &thief).await;
        let answer = json!({ "created": new, "proof": { "code": "000000" } });
        thief.post_json(finish, &answer).await.status(422);
        let (new, _) = created(&app, &thief).await;
        let right = app.phone("ben").await.code(app.seconds());
        thief.post_json(finish, &json!({ "created": new, "proof": { "code": right } })).await.status(429);
    }

    /// Whose own code or passkey it is adds one, hours after signing in.
    async fn a_factor_that_is_there_proves_it(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        app.advance_seconds(20 * 60);
        let (mut first, mut second) = (new_device(&app), new_device(&app));
        let proof = app.code_proof("fay").await;
        let added = app.add_key(&fay, &mut first, proof.clone()).await.ok().json();
        assert_eq!(added["waits_until"], Value::Null);
        // The code was used up by it.
        app.add_key(&fay, &mut second, proof).await.status(422).shows("used already");
        app.add_key_with(&fay, &mut second, &mut first).await.ok();
        let enrolled = app.events("mfa.factor_enrolled").await;
        let proven_by: Vec<&Value> = enrolled.iter().map(|e| &e["detail"]["proven_by"]["kind"]).collect();
        assert_eq!(proven_by, ["webauthn", "totp"]);
        // It works: in a session that it opened, and the first one still does too.
        app.sign_in_with_passkey(&app.browser(), &mut second).await.ok();
        app.sign_in_with_passkey(&app.browser(), &mut first).await.ok();
    }

    /// Four "first" passkeys at once, with one code: one is added.
    async fn of_four_at_once_one_is_added(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let proof = app.code_proof("fay").await;
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let browser = app.browser();
            browser.set_cookie(SESSION, fay.cookie(SESSION).as_deref());
            let (new, _) = created(&app, &browser).await;
            let answer = json!({ "created": new, "proof": proof });
            tasks.spawn(async move { browser.post_json("/account/passkeys/finish", &answer).await.status });
        }
        let mut statuses = tasks.join_all().await;
        statuses.sort_unstable();
        // The first two that were too late are looked at, and a third waits.
        assert!(matches!(statuses[..], [200, 422, 422, 422 | 429]), "{statuses:?}");
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    /// Staff's passkey that only a code proved: password and code may have been talked out of them.
    async fn a_first_passkey_of_staff_waits_a_day_and_is_told(db) {
        let app = TestApp::start(db).await;
        let ben = ben_without_the_right(&app).await;
        let (mut device, proof) = (new_device(&app), app.code_proof("ben").await);
        let added = app.add_key(&ben, &mut device, proof).await.ok().json();
        let until: jiff::Timestamp = added["waits_until"].as_str().unwrap().parse().unwrap();
        let hours = until.duration_since(app.clock.now()).as_secs();
        assert!((a_day().as_secs() - 60..=a_day().as_secs()).contains(&hours), "{hours} s");
        ben.get("/account").await.ok().shows("waits").shows("or when a senior or an admin says yes");
        // The person is told, and every admin.
        let messages = app.messages().await;
        let notified = |to: &str, subject: &str| messages.iter().any(|m| m.recipient == to && m.subject.contains(subject));
        assert!(notified(BENS_MAIL, "was added, and waits"));
        assert!(notified(ADAS_MAIL, "A new passkey of staff waits"));
        // Until then it opens nothing, alone or after the password, and proves nothing.
        app.sign_in_with_passkey(&app.browser(), &mut device).await.status(409).shows("It works from");
        let options = ben.post_json("/account/passkeys/start", &json!({})).await.ok().json();
        assert_eq!(options["get"], Value::Null);
        ben.post_json("/account/step-up/start", &json!({})).await.status(409);
        app.advance(until.duration_since(app.clock.now()) - jiff::SignedDuration::from_secs(1));
        app.sign_in_with_passkey(&app.browser(), &mut device).await.status(409);
        app.advance_seconds(2);
        let later = app.browser();
        app.sign_in_with_passkey(&later, &mut device).await.ok();
        later.get("/desk").await.ok().shows("Nobody is waiting");
        // The next one is proven by it, and waits for nothing.
        let mut second = new_device(&app);
        let added = app.add_key_with(&later, &mut second, &mut device).await.ok().json();
        assert_eq!(added["waits_until"], Value::Null);
        app.sign_in_with_passkey(&app.browser(), &mut second).await.ok();
    }

    /// Who was let in by more than themself adds the first one without the wait; the right is used up by it.
    async fn the_right_to_a_first_passkey_is_used_up(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        let (mut first, mut second) = (new_device(&app), new_device(&app));
        let proof = app.code_proof("ben").await;
        assert_eq!(app.add_key(&ben, &mut first, proof).await.ok().json()["waits_until"], Value::Null);
        let proof = app.code_proof("ben").await;
        assert_ne!(app.add_key(&ben, &mut second, proof).await.ok().json()["waits_until"], Value::Null);
        app.sign_in_with_passkey(&app.browser(), &mut first).await.ok();
        app.sign_in_with_passkey(&app.browser(), &mut second).await.status(409);
    }

    /// After a recovery by the desk, and for a day: the case had its evidence, its hold and its notices.
    async fn a_pass_stands_for_the_factor_that_is_gone(db) {
        let app = TestApp::start(db).await;
        for (seconds, waits) in [(24 * 3600 - 300, false), (24 * 3600 + 1, true)] {
            let made = sqlx::query(app.own("UPDATE persons SET role = 'person', first_passkey_until = NULL WHERE login = 'ana'"));
            made.execute(app.db.reader()).await.unwrap();
            let id = app.reset_case_of_ana().await;
            app.enrol_by_hand(&id).await;
            let staff = sqlx::query(app.own("UPDATE persons SET role = 'agent' WHERE login = 'ana'"));
            staff.execute(app.db.reader()).await.unwrap();
            app.advance_seconds(seconds);
            let ana = app.browser();
            app.sign_in_by_hand(&ana, "ana").await;
            let (mut device, proof) = (new_device(&app), app.code_proof("ana").await);
            let added = app.add_key(&ana, &mut device, proof).await.ok().json();
            assert_eq!(added["waits_until"] != Value::Null, waits, "{seconds} s after the pass");
            app.advance(a_day());
        }
    }

    async fn a_label_is_bounded_and_a_plain_one_is_given(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let (new, _) = created(&app, &fay).await;
        let answer = json!({ "created": new, "proof": { "code": "000000" }, "label": "x".repeat(61) });
        fay.post_json("/account/passkeys/finish", &answer).await.status(422).shows("60 characters");
        let (mut device, proof) = (new_device(&app), app.code_proof("fay").await);
        app.add_key(&fay, &mut device, proof).await.ok();
        let listed = fay.get("/api/v1/account/factors").await.ok().json();
        assert_eq!(listed["factors"][1]["label"], "Passkey");
        let id = listed["factors"][1]["id"].as_str().unwrap();
        let path = format!("/account/factors/{id}/name");
        fay.post(&path, &[("label", "  The <b>blue</b> one ")]).await.leads_to("/account");
        let page = fay.get("/account").await;
        page.ok();
        assert!(page.body.contains("The &lt;b&gt;blue&lt;&#x2f;b&gt; one"), "{}", page.visible());
        let api = format!("/api/v1{path}");
        fay.post_json(&api, &json!({ "label": "x".repeat(60) })).await.status(204);
        fay.post_json(&api, &json!({ "label": "x".repeat(61) })).await.status(422);
        fay.post_json(&api, &json!({ "label": " " })).await.status(422);
        assert_eq!(app.events("mfa.factor_named").await.len(), 2);
        // Somebody else's is not there.
        let gus = app.browser_with_planted_session("gus").await;
        gus.post_json(&api, &json!({ "label": "mine" })).await.status(404);
    }
}
