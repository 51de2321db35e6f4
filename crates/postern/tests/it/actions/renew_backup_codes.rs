//! Backup codes count once their owner has said that they are kept.

use serde_json::{Value, json};

use crate::browser::{Answer, Browser, CASE, CEREMONY};
use crate::on_both::on_both;
use crate::test_app::TestApp;

impl TestApp {
    pub async fn new_codes(&self, browser: &Browser, proof: Value) -> Vec<String> {
        let sent = json!({ "proof": proof });
        let made = browser.post_json("/api/v1/account/backup-codes/finish", &sent).await.ok().json();
        let codes: Vec<String> = serde_json::from_value(made["codes"].clone()).unwrap();
        self.secrets.saw_all(&codes);
        codes
    }

    pub async fn try_backup_code(&self, login: &str, code: &str) -> Answer {
        let browser = self.browser();
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser.post("/sign-in/backup-code", &[("backup_code", code)]).await
    }
}

async fn left(browser: &Browser) -> i64 {
    browser.get("/api/v1/account/factors").await.ok().json()["backup_codes_left"].as_i64().unwrap()
}

pub async fn confirm(browser: &Browser) -> u16 {
    browser.post_json("/api/v1/account/backup-codes/confirm", &json!({})).await.status
}

on_both! {
    async fn until_they_are_kept_the_codes_from_before_are_good(db) {
        let app = TestApp::start(db).await;
        let old = app.backup_codes_of("gus").await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let new = app.new_codes(&gus, app.code_proof("gus").await).await;
        assert_eq!((new.len(), left(&gus).await), (10, 3));
        app.try_backup_code("gus", &new[0]).await.status(422);
        app.advance_seconds(120);
        app.try_backup_code("gus", &old[0]).await.leads_to("/");
        // Shown again after a reload, or lost: the newest count, and only when they are confirmed.
        let newest = app.new_codes(&gus, app.code_proof("gus").await).await;
        assert_eq!(confirm(&gus).await, 204);
        assert_eq!(left(&gus).await, 10);
        for dead in [&old[1], &new[1]] {
            app.try_backup_code("gus", dead).await.status(422);
            app.advance_seconds(120);
        }
        app.try_backup_code("gus", &newest[0]).await.leads_to("/");
        // The same word once more, as after an answer that got lost, is the same word.
        assert_eq!(confirm(&gus).await, 204);
        assert_eq!(app.events("mfa.backup_codes_confirmed").await.len(), 1);
    }

    /// On pages, without a script.
    async fn the_account_page_makes_them(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        gus.get("/account").await.ok().shows("none left");
        gus.get("/account/backup-codes").await.ok().shows("You have no backup codes");
        gus.post("/account/backup-codes", &[("code", "000000")]).await.status(422).shows("This code is wrong");
        let proof = app.code_proof("gus").await;
        let page = gus.post("/account/backup-codes", &[("code", proof["code"].as_str().unwrap())]).await;
        page.ok();
        let codes: Vec<&str> = page.body.split("<li>").skip(1).filter_map(|item| item.split("</li>").next()).collect();
        let codes: Vec<String> = codes.into_iter().filter(|code| code.len() < 40).map(str::to_owned).collect();
        app.secrets.saw_all(&codes);
        assert_eq!((codes.len(), left(&gus).await), (10, 0));
        gus.post("/account/backup-codes/confirm", &[]).await.status(409).shows("tick the box");
        gus.post("/account/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/account");
        assert_eq!(left(&gus).await, 10);
        app.try_backup_code("gus", &codes[3]).await.leads_to("/");
    }

    async fn a_session_alone_makes_none(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let wrong = json!({ "proof": { "code": app.phone("gus").await.wrong_code(app.seconds()) } });
        gus.post_json("/api/v1/account/backup-codes/finish", &wrong).await.status(422);
        // A backup code is for a lost factor, and proves nothing here.
        let codes = app.backup_codes_of("gus").await;
        gus.post_json("/api/v1/account/backup-codes/finish", &json!({ "proof": { "code": codes[0] } })).await.status(422);
        assert_eq!(confirm(&gus).await, 409);
        assert_eq!(left(&gus).await, 3);
    }

    async fn somebody_else_confirms_nothing(db) {
        let app = TestApp::start(db).await;
        let (gus, fay) = (app.browser(), app.browser());
        app.sign_in_by_hand(&gus, "gus").await;
        app.sign_in_by_hand(&fay, "fay").await;
        app.new_codes(&gus, app.code_proof("gus").await).await;
        fay.set_cookie(CEREMONY, gus.cookie(CEREMONY).as_deref());
        assert_eq!(confirm(&fay).await, 409);
        assert_eq!((left(&gus).await, left(&fay).await), (0, 0));
    }

    /// Whoever had the session has the token still: it says nothing once the session has ended, on no page.
    async fn a_session_that_ended_confirms_nothing(db) {
        let app = TestApp::start(db).await;
        let thief = app.browser();
        app.sign_in_by_hand(&thief, "gus").await;
        let codes = app.new_codes(&thief, app.code_proof("gus").await).await;
        let token = thief.cookie(CEREMONY);
        thief.post("/sign-out", &[]).await.leads_to("/sign-in");
        thief.set_cookie(CEREMONY, token.as_deref());
        thief.post("/enrol/done", &[("kept", "on")]).await.status(409);
        thief.post("/recover/case", &[("login", "gus")]).await.leads_to("/recover/case");
        app.secrets.saw(&thief.cookie(CASE).unwrap());
        thief.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.status(409);
        // Nor does a session that came later.
        app.advance_seconds(60);
        app.sign_in_by_hand(&thief, "gus").await;
        thief.set_cookie(CEREMONY, token.as_deref());
        assert_eq!(confirm(&thief).await, 409);
        assert_eq!(left(&thief).await, 0);
        app.advance_seconds(60);
        app.try_backup_code("gus", &codes[0]).await.status(422);
    }

    /// A double click.
    async fn said_twice_at_once_it_is_said_once(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.new_codes(&gus, app.code_proof("gus").await).await;
        let answers = tokio::join!(confirm(&gus), confirm(&gus), confirm(&gus), confirm(&gus));
        assert_eq!(answers, (204, 204, 204, 204));
        assert_eq!(app.events("mfa.backup_codes_confirmed").await.len(), 1);
    }

    /// What was shown before the account was shut never opens it.
    async fn codes_that_wait_die_with_the_access(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.new_codes(&gus, app.code_proof("gus").await).await;
        assert_eq!(confirm(&gus).await, 204);
        app.new_codes(&gus, app.code_proof("gus").await).await;
        let code = app.not_me("gus@demo.postern.invalid", "New backup codes").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok();
        assert_eq!(confirm(&gus).await, 401);
        let live = "SELECT COUNT(*) FROM backup_code_sets WHERE revoked_at IS NULL";
        // Ana's are the demo's; his own from before are his again when the account is opened.
        assert_eq!(app.count(live).await, 2);
    }

    async fn the_time_to_confirm_ends(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.new_codes(&gus, app.code_proof("gus").await).await;
        app.advance_seconds(15 * 60);
        assert_eq!(left(&gus).await, 0, "and the session lives on");
        app.advance_seconds(15 * 60 + 1);
        assert_eq!(confirm(&gus).await, 409);
        assert_eq!(left(&gus).await, 0);
    }
}
