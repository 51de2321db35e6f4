//! A phone whose clock is off is set right with us by two codes and another factor.

use postern_testkit::TestPhone;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, CEREMONY, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// An hour and a bit: the time without summer time, on a clock that is a little slow as well.
const SLOW: i64 = -3_630;

impl TestApp {
    /// The code of somebody's first app, by a clock that is so many seconds off.
    async fn off(&self, login: &str, seconds: i64) -> String {
        let code = self.phone(login).await.code(self.seconds() + seconds);
        self.secrets.saw(&code);
        code
    }

    /// The two codes that the app shows one after the other, the second now.
    async fn two_codes(&self, login: &str, seconds: i64) -> (String, String) {
        (self.off(login, seconds - 30).await, self.off(login, seconds).await)
    }

    async fn gets_in(&self, login: &str, seconds: i64) -> u16 {
        let browser = self.browser();
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = self.off(login, seconds).await;
        browser.post("/sign-in/second-step", &[("code", &code)]).await.status
    }

    /// Gus, signed in, with a second code app as another factor.
    async fn gus_with_two_apps(&self) -> (Browser, TestPhone) {
        let gus = self.browser();
        self.sign_in_by_hand(&gus, "gus").await;
        let offered = gus.post_json("/api/v1/account/code-apps/start", &json!({})).await.ok().json();
        let second = TestPhone::from_key(offered["key"].as_str().unwrap());
        self.secrets.saw_seed(second.secret());
        let first_code = second.code(self.seconds());
        self.secrets.saw(&first_code);
        let proof = self.code_proof("gus").await;
        let sent = json!({ "first_code": first_code, "label": "Tablet", "proof": proof });
        gus.post_json("/api/v1/account/code-apps/finish", &sent).await.ok();
        self.advance_seconds(90);
        (gus, second)
    }

    async fn sign_in_with(&self, browser: &Browser, login: &str, phone: &TestPhone) {
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = phone.code(self.seconds());
        self.secrets.saw(&code);
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    fn proof_of(&self, phone: &TestPhone) -> Value {
        let code = phone.code(self.seconds());
        self.secrets.saw(&code);
        json!({ "code": code })
    }
}

async fn first_factor(browser: &Browser) -> Value {
    browser.get("/api/v1/account/factors").await.ok().json()["factors"][0].clone()
}

fn sent((first, second): &(String, String), proof: &Value) -> Value {
    json!({ "first_code": first, "second_code": second, "proof": proof })
}

on_both! {
    async fn an_hour_off_is_set_right_by_two_codes_and_another_factor(db) {
        let app = TestApp::start(db).await;
        let (_, tablet) = app.gus_with_two_apps().await;
        // On another day: codes of an hour ago are older than the last that counted, and count no more.
        app.advance_seconds(24 * 3600);
        let gus = app.browser();
        app.sign_in_with(&gus, "gus", &tablet).await;
        app.advance_seconds(60);
        assert_eq!(app.gets_in("gus", SLOW).await, 422);
        let id = first_factor(&gus).await["id"].as_str().unwrap().to_owned();
        let path = format!("/account/factors/{id}/resync");
        gus.get(&path).await.ok().shows("automatic");
        let (first, second) = app.two_codes("gus", SLOW).await;
        let proof = app.proof_of(&tablet);
        let form = [("first_code", first.as_str()), ("second_code", &second), ("code", proof["code"].as_str().unwrap())];
        gus.post(&path, &form).await.leads_to("/account");
        gus.get("/account").await.ok().shows("Its clock is about 61 minutes slow.");
        assert_eq!(first_factor(&gus).await["clock"], json!({ "is_slow": true, "seconds": 3630 }));
        gus.get("/account/activity").await.ok().shows("A code app or a hardware token was set right");
        let record = &app.events("mfa.factor_resynced").await[0];
        assert_eq!(record["detail"]["clock_steps"], -121);
        assert_eq!(record["before"]["clock_steps"], 0);
        app.advance_seconds(60);
        assert_eq!(app.gets_in("gus", SLOW).await, 303);
        // The desk sees it too.
        let person = app.person("gus").await.id;
        app.browser_with_planted_session("ada").await.get(&format!("/desk/people/{person}")).await.ok().shows("61 minutes slow");
        // Somebody set the phone's clock right: what was known of it is forgotten.
        app.advance_seconds(60);
        assert_eq!(app.gets_in("gus", 0).await, 303);
        assert_eq!(first_factor(&gus).await["clock"], json!(null));
        app.advance_seconds(60);
        assert_eq!(app.gets_in("gus", SLOW).await, 422);
    }

    async fn three_late_codes_move_the_clock(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        for _ in 0..3 {
            assert_eq!(first_factor(&gus).await["clock"], json!(null));
            app.advance_seconds(90);
            assert_eq!(app.gets_in("gus", -30).await, 303);
        }
        assert_eq!(first_factor(&gus).await["clock"], json!({ "is_slow": true, "seconds": 30 }));
        app.advance_seconds(90);
        assert_eq!(app.gets_in("gus", -60).await, 303);
        app.advance_seconds(120);
        assert_eq!(app.gets_in("gus", -90).await, 422);
    }

    async fn without_another_factor_or_with_other_codes_nothing_is_set(db) {
        let app = TestApp::start(db).await;
        let (gus, tablet) = app.gus_with_two_apps().await;
        let id = first_factor(&gus).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/account/factors/{id}/resync/finish");
        let codes = app.two_codes("gus", SLOW).await;
        // The app whose clock it is proves nothing.
        let own = json!({ "code": app.off("gus", 0).await });
        gus.post_json(&path, &sent(&codes, &own)).await.status(422).shows("Show another factor");
        let wrong = json!({ "code": tablet.wrong_code(app.seconds()) });
        gus.post_json(&path, &sent(&codes, &wrong)).await.status(422);
        assert_eq!(first_factor(&gus).await["clock"], json!(null));
        assert!(app.events("mfa.factor_resynced").await.is_empty());
        // Nobody else's app, and none that is there.
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let proof = app.code_proof("fay").await;
        fay.post_json(&path, &sent(&codes, &proof)).await.status(404);
        fay.get(&format!("/account/factors/{id}/resync")).await.status(404);
        fay.post_json(&format!("/api/v1/account/factors/{id}/resync/start"), &json!({})).await.status(404);
    }

    async fn the_same_code_twice_and_two_in_the_wrong_order_set_nothing(db) {
        let app = TestApp::start(db).await;
        let (gus, tablet) = app.gus_with_two_apps().await;
        let id = first_factor(&gus).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/account/factors/{id}/resync/finish");
        let (first, second) = app.two_codes("gus", 300).await;
        let proof = app.proof_of(&tablet);
        for wrong in [(second.clone(), second.clone()), (second.clone(), first.clone())] {
            gus.post_json(&path, &sent(&wrong, &proof)).await.status(422).shows("follow each other");
            app.advance_seconds(1);
        }
        // Neither used the proof up.
        gus.post_json(&path, &sent(&(first, second), &proof)).await.status(204);
    }

    /// Guesses are those of the sign-in: a session alone buys no more of them.
    async fn guesses_are_paid_for(db) {
        let app = TestApp::start(db).await;
        let (gus, tablet) = app.gus_with_two_apps().await;
        let id = first_factor(&gus).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/account/factors/{id}/resync/finish");
        let wrong = tablet.wrong_code(app.seconds());
        let (guess, proof) = ((wrong.clone(), wrong), app.proof_of(&tablet));
        for _ in 0..5 {
            gus.post_json(&path, &sent(&guess, &proof)).await.status(422);
            app.wait_for_next_try();
        }
        gus.post_json(&path, &sent(&guess, &proof)).await.status(429);
    }

    async fn codes_from_before_the_last_that_counted_set_nothing(db) {
        let app = TestApp::start(db).await;
        let (gus, tablet) = app.gus_with_two_apps().await;
        assert_eq!(app.gets_in("gus", 0).await, 303);
        let id = first_factor(&gus).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/account/factors/{id}/resync/finish");
        // Codes of the last ten minutes, as somebody may have looked over a shoulder.
        let codes = app.two_codes("gus", -300).await;
        let proof = app.proof_of(&tablet);
        gus.post_json(&path, &sent(&codes, &proof)).await.status(422).shows("used already");
        assert_eq!(first_factor(&gus).await["clock"], json!(null));
    }

    async fn a_passkey_proves_it_and_its_answer_only_once(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        app.advance_seconds(90);
        let id = first_factor(&fay).await["id"].as_str().unwrap().to_owned();
        let base = format!("/api/v1/account/factors/{id}/resync");
        let options = fay.post_json(&format!("{base}/start"), &json!({})).await.ok().json();
        let proof = json!({ "assertion": device.touch(options) });
        let sent = sent(&app.two_codes("fay", 300).await, &proof);
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (browser, path, sent) = (app.browser(), format!("{base}/finish"), sent.clone());
            for name in [SESSION, CEREMONY] {
                browser.set_cookie(name, fay.cookie(name).as_deref());
            }
            tasks.spawn(async move { browser.post_json(&path, &sent).await.status });
        }
        let won = tasks.join_all().await.into_iter().filter(|status| *status == 204).count();
        assert_eq!((won, app.events("mfa.factor_resynced").await.len()), (1, 1));
        assert_eq!(first_factor(&fay).await["clock"], json!({ "is_slow": false, "seconds": 300 }));
    }
}
