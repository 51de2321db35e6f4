use postern::demo;
use postern_testkit::SoftPasskey;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// The right password, then a key.
async fn password_and_key(browser: &Browser, login: &str, device: &mut SoftPasskey) -> Answer {
    let form = [("login", login), ("password", &demo::password(login))];
    browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
    let options = browser.post_json("/sign-in/second-step/passkey/start", &json!({})).await.ok().json();
    browser.post_json("/sign-in/second-step/passkey/finish", &device.touch(options)).await
}

/// Ben, who may add a first key at once, with a plain one.
async fn ben_with_a_plain_key(app: &TestApp) -> (Browser, SoftPasskey) {
    let ben = app.browser();
    app.sign_in_by_hand(&ben, "ben").await;
    let mut device = SoftPasskey::without_user_verification(app.config.origin.clone());
    let proof = app.code_proof("ben").await;
    app.add_key(&ben, &mut device, proof).await.ok();
    (ben, device)
}

on_both! {
    /// Who finds a plain key can touch it: it opens nothing without the password, whatever it says later.
    async fn a_key_that_does_not_verify_its_user_never_opens_a_session_alone(db) {
        let app = TestApp::start(db).await;
        let (_, mut device) = ben_with_a_plain_key(&app).await;
        let thief = app.browser();
        app.sign_in_with_passkey(&thief, &mut device).await.status(401);
        // Not even when the finder has set a PIN on it.
        device.set_pin();
        app.sign_in_with_passkey(&thief, &mut device).await.status(409).shows("after the password only");
        assert!(thief.cookie(SESSION).is_none());
        thief.get("/desk").await.leads_to("/sign-in");
    }

    async fn after_the_password_it_completes_the_sign_in_and_opens_the_desk(db) {
        let app = TestApp::start(db).await;
        let (_, mut device) = ben_with_a_plain_key(&app).await;
        let ben = app.browser();
        password_and_key(&ben, "ben", &mut device).await.ok();
        ben.get("/desk").await.ok().shows("Nobody is waiting");
        let amr: &Value = &app.events("signin.succeeded").await[0]["detail"]["amr"];
        assert_eq!(amr, &json!(["pwd", "swk", "mfa"]));
        // It is no touch: a key that was found, with a cookie that was stolen, would be one.
        ben.post_json("/account/step-up/start", &json!({})).await.status(409).shows("sign in again");
    }

    /// It is no passkey either when it proves one: for staff the new one waits.
    async fn a_passkey_that_only_a_plain_key_proved_waits(db) {
        let app = TestApp::start(db).await;
        let (ben, mut plain) = ben_with_a_plain_key(&app).await;
        let mut passkey = SoftPasskey::new(app.config.origin.clone());
        let added = app.add_key_with(&ben, &mut passkey, &mut plain).await.ok().json();
        assert_ne!(added["waits_until"], Value::Null);
        app.sign_in_with_passkey(&app.browser(), &mut passkey).await.status(409);
    }

    /// A plain key where a passkey is wanted is refused, with a word about what to do.
    async fn a_plain_key_is_not_enrolled_as_a_passkey(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let options = fay.post_json("/account/passkeys/start", &json!({})).await.ok().json();
        let mut device = SoftPasskey::without_user_verification(app.config.origin.clone());
        let created = device.create(options["create"].clone());
        let answer = json!({ "created": created, "proof": app.code_proof("fay").await });
        let refused = fay.post_json("/account/passkeys/finish", &answer).await;
        refused.status(401).shows("did not check that it is you");
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }

    /// A passkey does for the second step too; it verifies its user there as everywhere.
    async fn a_passkey_is_good_after_the_password_too(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        password_and_key(&app.browser(), "fay", &mut device).await.ok();
    }

    /// Neither without the password, nor for somebody else, nor twice.
    async fn out_of_order_it_leads_nowhere(db) {
        let app = TestApp::start(db).await;
        let (ben, mut device) = ben_with_a_plain_key(&app).await;
        let nobody = app.browser();
        nobody.post_json("/sign-in/second-step/passkey/start", &json!({})).await.status(401);
        let form = [("login", "ben"), ("password", &demo::password("ben"))];
        nobody.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let options = nobody.post_json("/sign-in/second-step/passkey/start", &json!({})).await.ok().json();
        let answer = device.touch(options);
        // The ceremony is Ben's: after Bea's password it is not found.
        let bea = app.browser();
        let form = [("login", "bea"), ("password", &demo::password("bea"))];
        bea.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        bea.post_json("/sign-in/second-step/passkey/start", &json!({})).await.status(409);
        bea.set_cookie(crate::browser::CEREMONY, nobody.cookie(crate::browser::CEREMONY).as_deref());
        bea.post_json("/sign-in/second-step/passkey/finish", &answer).await.status(401);
        let flow = nobody.cookie(crate::browser::FLOW);
        let ceremony = nobody.cookie(crate::browser::CEREMONY);
        nobody.post_json("/sign-in/second-step/passkey/finish", &answer).await.ok();
        let again = app.browser();
        again.set_cookie(crate::browser::FLOW, flow.as_deref());
        again.set_cookie(crate::browser::CEREMONY, ceremony.as_deref());
        again.post_json("/sign-in/second-step/passkey/finish", &answer).await.status(401);
        ben.get("/account").await.ok();
    }
}
