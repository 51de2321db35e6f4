//! The card on the account page: what somebody could lose, and what is left then.

use postern::store::factors::{self, Factor};
use postern_testkit::SoftPasskey;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::test_app::TestApp;

async fn readiness(browser: &Browser) -> Value {
    browser.get("/api/v1/account/readiness").await.ok().json()
}

/// What is said of one loss: by its word, or by the kind of the factor.
fn loss(readiness: &Value, name: &str) -> Value {
    let losses = readiness["losses"].as_array().unwrap();
    losses
        .iter()
        .find(|loss| loss["loss"] == name || loss["factor"]["kind"] == name)
        .cloned()
        .unwrap_or_default()
}

fn labels(loss: &Value) -> Vec<String> {
    let left = loss["factors_left"].as_array().unwrap().iter();
    left.map(|factor| factor["label"].as_str().unwrap().to_owned()).collect()
}

/// The person's passkey says from now on that it is copied to other devices, as a browser's own may.
async fn plant_synced(app: &TestApp, login: &str) {
    let person = app.person(login).await.id;
    let own = factors::list(&app.db, &app.tenant, &person).await.unwrap();
    let passkey = own.iter().find(|factor| factor.kind == "webauthn").unwrap();
    let (scope, place) = (app.scope(), Factor::place(&app.tenant, &person, &passkey.id));
    let mut stored: Value =
        serde_json::from_slice(&scope.tenant.keys.unseal(&place, &passkey.sealed).unwrap()).unwrap();
    for flag in ["backup_eligible", "backup_state"] {
        assert_eq!(
            stored["cred"][flag], false,
            "the form in which a passkey is stored has changed: {stored}"
        );
        stored["cred"][flag] = true.into();
    }
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, stored.to_string().as_bytes()).unwrap();
    let mut change = scope.begin().await.unwrap();
    factors::save_passkey(&mut change, &passkey.id, &sealed).await.unwrap();
    change.commit_unrecorded("a passkey of another device").await.unwrap();
}

on_both! {
    async fn a_code_app_alone_locks_out_with_its_phone(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser_with_planted_session("fay").await;
        let page = fay.get("/account").await;
        page.ok().shows("Losing one thing would lock you out").shows("If you lose the phone with code app")
            .shows("You would be locked out").shows("Add a second device (2 minutes)")
            .shows("a number on file that it may call, and your manager can vouch");
        assert!(page.body.contains("href=\"#add-passkey\"") && page.body.contains("id=\"add-passkey\""));
        let said = readiness(&fay).await;
        assert_eq!((&said["state"], loss(&said, "code_app")["advice"].as_str()), (&"at_risk".into(), Some("second_device")));
        assert_eq!((&said["has_manager"], said["callable_numbers"].as_i64() > Some(0)), (&true.into(), true));
        let emil = app.browser_with_planted_session("emil").await;
        emil.get("/account").await.ok().shows("No manager of yours is on file");
    }

    async fn a_passkey_and_codes_make_a_lost_phone_good(db) {
        let app = TestApp::start(db).await;
        app.backup_codes_of("gus").await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let mut device = SoftPasskey::new(app.config.origin.clone());
        let proof = app.code_proof("gus").await;
        app.add_key(&gus, &mut device, proof).await.ok();
        gus.get("/account").await.ok().shows("Losing any one thing will not lock you out").shows("You can still get in with: passkey")
            .does_not_show("You would be locked out");
        let said = readiness(&gus).await;
        assert_eq!(said["state"], "safe");
        assert_eq!((labels(&loss(&said, "code_app")).len(), loss(&said, "code_app")["codes_left"].as_i64()), (1, Some(3)));
        assert_eq!(labels(&loss(&said, "every_device")).len(), 0);
        assert_eq!(loss(&said, "every_device")["locks_out"], false, "there are codes");
        assert_eq!((labels(&loss(&said, "password")).len(), loss(&said, "password")["codes_left"].as_i64()), (1, Some(0)));
        // On one device only, until it says otherwise.
        assert!(loss(&said, "passkey").is_object());
        plant_synced(&app, "gus").await;
        let said = readiness(&gus).await;
        assert!(loss(&said, "synced_passkey").is_object() && loss(&said, "every_device").is_null(), "{said}");
        gus.get("/account").await.ok().shows("If you lose the account that copies passkey");
    }

    async fn what_does_not_work_is_no_way_in(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_weak_session("ben").await;
        let mut device = SoftPasskey::new(app.config.origin.clone());
        // The first passkey of staff waits, where nobody let it in at once.
        let ended = sqlx::query(app.own("UPDATE persons SET first_passkey_until = NULL WHERE login = $1"));
        ended.bind("ben").execute(app.db.reader()).await.unwrap();
        let proof = app.code_proof("ben").await;
        let before = readiness(&ben).await;
        app.add_key(&ben, &mut device, proof).await.ok();
        ben.get("/account").await.ok().shows("You would be locked out");
        assert_eq!(readiness(&ben).await["losses"], before["losses"]);
    }

    async fn no_program_asks_it(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["people:read"]).await;
        let program = app.browser();
        let asked = program.request(Method::GET, "/api/v1/account/readiness").bearer_auth(&token);
        program.send(asked).await.status(403);
        app.browser().get("/api/v1/account/readiness").await.status(401);
        let fay = app.browser_with_planted_session("fay").await;
        fay.post_json("/api/v1/account/readiness", &json!({})).await.status(405);
    }
}
