use postern_testkit::SoftPasskey;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Fay with her code app and a passkey, in a session that the passkey opened.
async fn fay_with_both(app: &TestApp) -> (Browser, SoftPasskey) {
    let fay = app.browser();
    app.sign_in_by_hand(&fay, "fay").await;
    let device = app.move_to_passkey(&fay, "fay").await;
    (fay, device)
}

/// The ids of one's own factors of a kind.
async fn ids(browser: &Browser, kind: &str) -> Vec<String> {
    let listed = browser.get("/api/v1/account/factors").await.ok().json();
    let factors = listed["factors"].as_array().unwrap();
    let of_kind = factors.iter().filter(|factor| factor["kind"] == kind);
    of_kind.map(|factor| factor["id"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn with_proof_it_goes_is_told_and_other_sessions_end(db) {
        let app = TestApp::start(db).await;
        let (fay, mut device) = fay_with_both(&app).await;
        let elsewhere = app.browser();
        app.sign_in_with_passkey(&elsewhere, &mut device).await.ok();
        let totp = ids(&fay, "totp").await.remove(0);
        fay.get(&format!("/account/factors/{totp}/remove")).await.ok().shows("every other session of yours ends");
        let path = format!("/account/factors/{totp}/remove");
        let options = fay.post_json(&format!("{path}/start"), &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("{path}/finish"), &proof).await.ok();
        assert!(ids(&fay, "totp").await.is_empty());
        fay.get("/account").await.ok();
        elsewhere.get("/account").await.leads_to("/sign-in");
        let removed = &app.events("mfa.factor_removed").await[0];
        assert_eq!(removed["detail"]["kind"], "totp");
        assert_eq!(removed["detail"]["proven_by"]["kind"], "webauthn");
        assert_eq!(removed["before"]["factors"].as_array().unwrap().len(), 2);
        assert_eq!(app.events("session.revoked").await.len(), 1);
        // Its code opens nothing any more: what is left is the passkey.
        let kept = "SELECT COUNT(*) FROM factors WHERE removed_at IS NOT NULL AND length(sealed) > 0";
        assert_eq!(app.count(kept).await, 0, "the secret was not overwritten");
        app.sign_in_with_passkey(&app.browser(), &mut device).await.ok();
    }

    /// The lost passkey goes with a code, and a new one is added with the next: nobody needs the desk for it.
    async fn who_lost_the_only_passkey_replaces_it_with_a_code(db) {
        let app = TestApp::start(db).await;
        let (_, mut lost) = fay_with_both(&app).await;
        let fay = app.browser();
        app.advance_seconds(30);
        app.sign_in_by_hand(&fay, "fay").await;
        let old = ids(&fay, "webauthn").await.remove(0);
        let proof = app.code_proof("fay").await;
        let code = proof["code"].as_str().unwrap();
        fay.post(&format!("/account/factors/{old}/remove"), &[("code", code)]).await.leads_to("/account");
        app.sign_in_with_passkey(&app.browser(), &mut lost).await.status(401);
        let mut new = SoftPasskey::new(app.config.origin.clone());
        let proof = app.code_proof("fay").await;
        app.add_key(&fay, &mut new, proof).await.ok();
        app.sign_in_with_passkey(&app.browser(), &mut new).await.ok();
    }

    async fn a_session_alone_removes_nothing(db) {
        let app = TestApp::start(db).await;
        let (fay, _) = fay_with_both(&app).await;
        let passkey = ids(&fay, "webauthn").await.remove(0);
        let path = format!("/account/factors/{passkey}/remove");
        let wrong = app.phone("fay").await.wrong_code(app.seconds());
        fay.post(&path, &[]).await.status(422);
        fay.post(&path, &[("code", &wrong)]).await.status(422);
        app.wait_for_next_try();
        let api = format!("/api/v1{path}/finish");
        fay.post_json(&api, &json!({ "proof": { "code": wrong } })).await.status(422);
        fay.post_json(&api, &json!({})).await.status(400);
        // Somebody else's is not there, with their own proof.
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let proof = app.code_proof("gus").await;
        gus.post(&path, &[("code", proof["code"].as_str().unwrap())]).await.status(404);
        assert!(app.events("mfa.factor_removed").await.is_empty());
        assert_eq!(app.events("step.refused").await.len(), 4);
    }

    /// What was asked about one factor removes no other.
    async fn a_touch_for_one_factor_removes_no_other(db) {
        let app = TestApp::start(db).await;
        let (fay, mut device) = fay_with_both(&app).await;
        let (totp, passkey) = (ids(&fay, "totp").await.remove(0), ids(&fay, "webauthn").await.remove(0));
        let start = format!("/account/factors/{totp}/remove/start");
        let options = fay.post_json(&start, &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("/account/factors/{passkey}/remove/finish"), &proof).await.status(401);
        assert!(app.events("mfa.factor_removed").await.is_empty());
    }

    async fn the_last_one_that_works_stays(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let totp = ids(&gus, "totp").await.remove(0);
        let path = format!("/account/factors/{totp}/remove");
        gus.get(&path).await.ok().shows("only way you have to sign in");
        let proof = app.code_proof("gus").await;
        let refused = gus.post(&path, &[("code", proof["code"].as_str().unwrap())]).await;
        refused.status(409).shows("Add a passkey or a code app first");
        assert_eq!(app.events("step.refused").await.len(), 1);
        // One that still waits is no way in: with it alone Ben would be shut out for a day.
        let made = sqlx::query(app.own("UPDATE persons SET first_passkey_until = NULL WHERE login = 'ben'"));
        made.execute(app.db.reader()).await.unwrap();
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        let mut device = SoftPasskey::new(app.config.origin.clone());
        let proof = app.code_proof("ben").await;
        app.add_key(&ben, &mut device, proof).await.ok();
        let totp = ids(&ben, "totp").await.remove(0);
        let proof = app.code_proof("ben").await;
        let form = [("code", proof["code"].as_str().unwrap())];
        ben.post(&format!("/account/factors/{totp}/remove"), &form).await.status(409);
    }

    /// Two removals at once, each of which leaves the other the last: one is refused.
    async fn of_two_at_once_one_stays(db) {
        let app = TestApp::start(db).await;
        let (fay, mut device) = fay_with_both(&app).await;
        let (totp, passkey) = (ids(&fay, "totp").await.remove(0), ids(&fay, "webauthn").await.remove(0));
        let proof = app.code_proof("fay").await;
        let options = fay.post_json(&format!("/account/factors/{totp}/remove/start"), &json!({})).await.ok().json();
        let touch = json!({ "assertion": device.touch(options) });
        let mut tasks = JoinSet::new();
        for (id, proof) in [(passkey, proof), (totp, touch)] {
            let browser = app.browser();
            for name in [SESSION, crate::browser::CEREMONY] {
                browser.set_cookie(name, fay.cookie(name).as_deref());
            }
            let path = format!("/account/factors/{id}/remove/finish");
            tasks.spawn(async move { browser.post_json(&path, &json!({ "proof": proof })).await.status });
        }
        let mut statuses: Vec<u16> = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!([401, 409, 422].contains(&statuses[1]), "{statuses:?}");
        assert_eq!(app.events("mfa.factor_removed").await.len(), 1);
        let left: &Value = &fay.get("/api/v1/account/factors").await.ok().json()["factors"];
        assert_eq!(left.as_array().unwrap().len(), 1);
    }
}
