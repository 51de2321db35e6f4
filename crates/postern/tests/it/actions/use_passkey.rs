use postern::actions::{ActionError, sign_in_with_passkey, use_passkey};
use postern::demo;
use postern::store::factors;
use postern_core::factor::FactorKind;
use postern_testkit::SoftPasskey;
use serde_json::{Value, json};
use webauthn_rs::prelude::PublicKeyCredential;

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

/// The row of somebody's newest key.
async fn passkey_row(app: &TestApp, login: &str) -> String {
    let own = factors::list(&app.db, &app.tenant, &app.person(login).await.id).await.unwrap();
    own.into_iter().rfind(|factor| factor.is(FactorKind::Webauthn)).unwrap().id
}

async fn column(app: &TestApp, column: &str, row: &str) -> String {
    let sql = format!("SELECT {column} FROM factors WHERE id = '{row}'");
    sqlx::query_scalar(app.own(&sql)).fetch_one(app.db.reader()).await.unwrap()
}

async fn copy(app: &TestApp, column: &str, (from, to): (&str, &str)) {
    let other = format!(
        "(SELECT o.{column} FROM factors o WHERE o.id = '{from}' AND o.tenant_id = factors.tenant_id)"
    );
    run(app, &format!("UPDATE factors SET {column} = {other} WHERE id = '{to}'")).await;
}

async fn run(app: &TestApp, sql: &str) {
    let changed = sqlx::query(app.own(sql)).execute(app.db.reader()).await.unwrap();
    assert_eq!(changed.rows_affected(), 1, "{sql}");
}

/// What a device answers on the page of sign-in, with the token of the ceremony.
async fn answer_of(app: &TestApp, device: &mut SoftPasskey) -> (String, Value) {
    let asked = sign_in_with_passkey::start(&app.scope()).await.unwrap();
    app.secrets.saw(&asked.token);
    (asked.token.to_string(), device.get(asked.options))
}

fn read(answer: &Value) -> PublicKeyCredential {
    serde_json::from_value(answer.clone()).unwrap()
}

/// Our own fault, and on the record why.
async fn refused<T>(app: &TestApp, outcome: Result<T, ActionError>) {
    assert!(matches!(outcome, Err(ActionError::Internal(_))), "a key of another row was heard");
    let failed = &app.events("signin.failed").await[0]["detail"];
    let why = "what is stored as this key was not sealed for its row";
    assert_eq!((&failed["method"], &failed["detail"]), (&json!("webauthn"), &json!(why)));
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

    /// Whoever can write into the database can put the key of their own passkey where somebody else's stands, or their name for it too;
    /// it does not open there.
    async fn a_public_key_opens_in_its_persons_row_only(db) {
        let app = TestApp::start(db).await;
        let (fay, gus) = (app.browser(), app.browser());
        app.sign_in_by_hand(&fay, "fay").await;
        app.sign_in_by_hand(&gus, "gus").await;
        let mut fays = app.move_to_passkey(&fay, "fay").await;
        let mut guss = app.move_to_passkey(&gus, "gus").await;
        let (fay_row, gus_row) = (passkey_row(&app, "fay").await, passkey_row(&app, "gus").await);
        let user = answer_of(&app, &mut guss).await.1["response"]["userHandle"].clone();
        let sessions = app.session_ids("gus").await;
        // The key alone.
        copy(&app, "sealed", (&fay_row, &gus_row)).await;
        let (token, answer) = answer_of(&app, &mut guss).await;
        refused(&app, sign_in_with_passkey::finish(&app.scope(), &token, &read(&answer)).await).await;
        // With what it is found by, in an answer that claims to be of Gus.
        run(&app, &format!("UPDATE factors SET credential_id = 'aside' WHERE id = '{fay_row}'")).await;
        let credential = answer["rawId"].clone();
        let (token, mut answer) = answer_of(&app, &mut fays).await;
        assert_ne!(answer["rawId"], credential);
        let name = answer["id"].as_str().unwrap();
        run(&app, &format!("UPDATE factors SET credential_id = '{name}' WHERE id = '{gus_row}'")).await;
        answer["response"]["userHandle"] = user;
        refused(&app, sign_in_with_passkey::finish(&app.scope(), &token, &read(&answer)).await).await;
        // After the password.
        let step = app.password("gus").await;
        refused(&app, use_passkey::start(&app.scope(), &step.row).await).await;
        assert_eq!(app.session_ids("gus").await, sessions);
    }

    /// Nor does one of the same person: a plain key, which is good after the password only, would open alone.
    async fn a_public_key_opens_in_no_other_row_of_its_person(db) {
        let app = TestApp::start(db).await;
        let (ben, mut plain) = ben_with_a_plain_key(&app).await;
        plain.set_pin();
        let plain_row = passkey_row(&app, "ben").await;
        let mut passkey = SoftPasskey::new(app.config.origin.clone());
        let proof = app.code_proof("ben").await;
        app.add_key(&ben, &mut passkey, proof).await.ok();
        app.advance_seconds(24 * 3600);
        app.sign_in_with_passkey(&app.browser(), &mut passkey).await.ok();
        let row = passkey_row(&app, "ben").await;
        assert_ne!(row, plain_row);
        let name: String = column(&app, "credential_id", &plain_row).await;
        copy(&app, "sealed", (&plain_row, &row)).await;
        run(&app, &format!("UPDATE factors SET credential_id = 'aside' WHERE id = '{plain_row}'")).await;
        run(&app, &format!("UPDATE factors SET credential_id = '{name}' WHERE id = '{row}'")).await;
        let sessions = app.session_ids("ben").await;
        let (token, answer) = answer_of(&app, &mut plain).await;
        refused(&app, sign_in_with_passkey::finish(&app.scope(), &token, &read(&answer)).await).await;
        assert_eq!(app.session_ids("ben").await, sessions);
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
