use postern::actions::change_password::{PasswordChange, change_password};
use postern::actions::factor_proof::FactorProof;
use postern::actions::{ActionError, Caller};
use postern::leaked_passwords;
use postern::store::{StoreError, persons};
use serde_json::json;
use sha1::Digest as _;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::assert_throttled;
use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::{Place, TestApp};

const NEW: &str = "gravel-otter-91-lamp-violet";
const PAGE: &str = "/account/password";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.sign_in_by_hand(&browser, login).await;
    browser
}

/// With a fresh code.
async fn change(app: &TestApp, browser: &Browser, (current, new): (&str, &str)) -> Answer {
    let proof = app.code_proof("gus").await;
    let code = proof["code"].as_str().unwrap();
    browser.post(PAGE, &[("current_password", current), ("new_password", new), ("code", code)]).await
}

fn sha1_hex(password: &str) -> String {
    data_encoding::HEXUPPER.encode(&sha1::Sha1::digest(password.as_bytes()))
}

/// Says whether the password alone gets as far as the second step.
async fn opens(app: &TestApp, password: &str) -> bool {
    let form = [("login", "gus"), ("password", password)];
    app.browser().post("/sign-in", &form).await.status == 303
}

on_both! {
    /// A sign-in whose password was checked while it was changed stands nowhere.
    async fn the_password_that_was_checked_has_to_be_the_one_that_counts(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let read = app.person("gus").await;
        change(&app, &gus, (&app.password_of("gus"), NEW)).await.leads_to("/account");
        let scope = app.scope();
        let mut change = scope.begin_for(&read.id).await.unwrap();
        let checked = persons::expect_password(&mut change, &read.id, read.password_hash.as_deref()).await;
        assert!(matches!(checked, Err(StoreError::Conflict)), "{checked:?}");
        let now = app.person("gus").await.password_hash;
        persons::expect_password(&mut change, &read.id, now.as_deref()).await.unwrap();
    }

    async fn it_changes_is_told_and_everything_else_ends(db) {
        let app = TestApp::start(db).await;
        let elsewhere = signed_in(&app, "gus").await;
        app.advance_seconds(30);
        let gus = signed_in(&app, "gus").await;
        let old = app.password_of("gus");
        // Somebody who has just typed the old one, and stands before the second step.
        let half = app.browser();
        let form = [("login", "gus"), ("password", &*old)];
        half.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        gus.get("/account").await.ok().shows("Change your password");
        gus.get(PAGE).await.ok().shows("every other session of yours ends");
        change(&app, &gus, (&old, NEW)).await.leads_to("/account");
        gus.get("/account").await.ok().shows("Your password is changed");
        elsewhere.get("/account").await.leads_to("/sign-in");
        let code = app.phone("gus").await.code(app.seconds() + 30);
        app.advance_seconds(30);
        half.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
        assert!(!opens(&app, &old).await, "the old password still opens");
        app.advance_seconds(60);
        assert!(opens(&app, NEW).await, "the new password does not open");
        let changed = &app.events("user.password_changed").await[0];
        assert_eq!(changed["detail"]["proven_by"]["kind"], "totp");
        assert_eq!(app.events("session.revoked").await.len(), 1);
        let told = app.messages().await;
        let told: Vec<_> = told.iter().filter(|m| m.subject.contains("password of your account was changed")).collect();
        assert!(!told.is_empty() && told.iter().any(|message| message.body.contains("/not-me#")));
    }

    async fn a_passkey_proves_it_over_the_api(db) {
        let app = TestApp::start(db).await;
        let fay = signed_in(&app, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        let api = "/api/v1/account/password";
        let options = fay.post_json(&format!("{api}/start"), &json!({})).await.ok().json();
        let proof = json!({ "assertion": device.touch(options) });
        let body = json!({ "current_password": app.password_of("fay"), "new_password": NEW, "proof": proof });
        app.secrets.saw(NEW);
        fay.post_json(&format!("{api}/finish"), &body).await.status(204);
        // The ceremony is over: the same answer changes nothing more.
        let body = json!({ "current_password": NEW, "new_password": format!("{NEW}-2"), "proof": proof });
        fay.post_json(&format!("{api}/finish"), &body).await.status(401);
        assert_eq!(app.events("user.password_changed").await[0]["detail"]["proven_by"]["kind"], "webauthn");
        assert_eq!(app.events("user.password_changed").await.len(), 1);
    }

    async fn neither_the_password_nor_the_factor_alone_changes_it(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let old = app.password_of("gus");
        change(&app, &gus, ("wrong, all of it", NEW)).await.status(422).shows("This is not your password");
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        for code in ["", wrong.as_str()] {
            let form = [("current_password", &*old), ("new_password", NEW), ("code", code)];
            gus.post(PAGE, &form).await.status(422);
            app.wait_for_next_try();
        }
        // A backup code is for a lost factor.
        let backup = app.backup_codes_of("gus").await.remove(0);
        let form = [("current_password", &*old), ("new_password", NEW), ("code", &*backup)];
        gus.post(PAGE, &form).await.status(422);
        assert!(app.events("user.password_changed").await.is_empty());
        assert_eq!(app.events("step.refused").await.len(), 4);
        assert!(opens(&app, &old).await);
    }

    /// The code that went with a password that is no good was not used up.
    async fn a_new_password_that_is_no_good_is_refused_and_costs_no_code(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let old = app.password_of("gus");
        let proof = app.code_proof("gus").await;
        let code = proof["code"].as_str().unwrap();
        let long = "gravel otter 91 lamp violet ".repeat(5);
        let bad = [
            (old.as_str(), "This is the password that you have"),
            ("short", "12 characters or more"),
            ("password1234", "easy to guess"),
            (long.as_str(), "128 characters or fewer"),
        ];
        for (new, why) in bad {
            let form = [("current_password", &*old), ("new_password", new), ("code", code)];
            gus.post(PAGE, &form).await.status(422).shows(why);
        }
        let control = [("current_password", &*old), ("new_password", "gravel\u{0}otter-91-lamp"), ("code", code)];
        gus.post(PAGE, &control).await.status(422);
        let huge = "x".repeat(1 << 20);
        for form in [[("current_password", &*huge), ("new_password", NEW)], [("current_password", &*old), ("new_password", &*huge)]] {
            gus.post(PAGE, &form).await.status(413);
        }
        let form = [("current_password", &*old), ("new_password", NEW), ("code", code)];
        gus.post(PAGE, &form).await.leads_to("/account");
    }

    async fn one_that_leaked_is_refused(db) {
        let place = Place::with_people(db).await;
        let list = "2C3F1D08C1E3BD7B6F4A4E5D6E0A3E8F1B2C3D4E:3\n".to_owned() + &sha1_hex(NEW);
        leaked_passwords::import(list.as_bytes(), &place.folder().join(leaked_passwords::FILE)).unwrap();
        let app = TestApp::start_at(place, |_| {}).await;
        let gus = signed_in(&app, "gus").await;
        let old = app.password_of("gus");
        change(&app, &gus, (&old, NEW)).await.status(422).shows("on a list of leaked ones");
        change(&app, &gus, (&old, &format!("{NEW}-2"))).await.leads_to("/account");
    }

    /// Guesses here and at sign-in are one count.
    async fn ten_wrong_passwords_wait_and_so_does_sign_in(db) {
        let app = TestApp::start(db).await;
        let caller: Caller = app.caller("gus").await;
        let proof = FactorProof::Code("000000".to_owned());
        let mut refused = 0;
        for number in 0..10 {
            let (current, new) = (Zeroizing::new(format!("guess number {number}")), Zeroizing::new(NEW.to_owned()));
            let typed = PasswordChange { current, new, proof: &proof };
            match change_password(&app.scope(), &caller, "", &typed).await {
                Err(ActionError::Invalid { field: "current_password", .. }) => refused += 1,
                Err(ActionError::Throttled(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(refused, 2, "guesses that were compared before the first wait");
        assert_eq!(app.events("step.refused").await.len(), 10);
        assert_throttled(app.try_password("gus", &app.password_of("gus")).await);
    }

    async fn of_two_changes_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        let gus = std::sync::Arc::new(signed_in(&app, "gus").await);
        let old = app.password_of("gus");
        let code = app.code_proof("gus").await["code"].as_str().unwrap().to_owned();
        let mut tasks = JoinSet::new();
        for number in 0..4 {
            let (gus, old, code) = (std::sync::Arc::clone(&gus), old.clone(), code.clone());
            tasks.spawn(async move {
                let new = format!("{NEW}-{number}");
                let form = [("current_password", &*old), ("new_password", &*new), ("code", &*code)];
                gus.post(PAGE, &form).await.status
            });
        }
        let answers = tasks.join_all().await;
        assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
        assert_eq!(app.events("user.password_changed").await.len(), 1);
    }
}
