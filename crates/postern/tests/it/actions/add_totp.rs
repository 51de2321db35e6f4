//! A lost phone is replaced without a case.

use postern_testkit::{SoftPasskey, TestPhone};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, CEREMONY, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

impl TestApp {
    /// Asks for a new code app, and scans it with a new phone.
    async fn scan_new_app(&self, browser: &Browser) -> TestPhone {
        let offered = browser.post_json("/api/v1/account/code-apps/start", &json!({})).await.ok().json();
        let phone = TestPhone::from_key(offered["key"].as_str().unwrap());
        self.secrets.saw_seed(phone.secret());
        phone
    }

    /// Adds the app on this phone.
    async fn finish_new_app(
        &self,
        browser: &Browser,
        (phone, label): (&TestPhone, &str),
        proof: Value,
    ) -> u16 {
        let first_code = phone.code(self.seconds());
        self.secrets.saw(&first_code);
        let sent = json!({ "first_code": first_code, "label": label, "proof": proof });
        browser.post_json("/api/v1/account/code-apps/finish", &sent).await.status
    }

    async fn add_app(&self, browser: &Browser, login: &str, label: &str) -> TestPhone {
        let phone = self.scan_new_app(browser).await;
        let proof = self.code_proof(login).await;
        assert_eq!(self.finish_new_app(browser, (&phone, label), proof).await, 200);
        phone
    }

    async fn opens_with(&self, login: &str, phone: &TestPhone) -> bool {
        let browser = self.browser();
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = phone.code(self.seconds());
        self.secrets.saw(&code);
        browser.post("/sign-in/second-step", &[("code", &code)]).await.status == 303
    }
}

async fn labels(browser: &Browser) -> Vec<String> {
    let listed = browser.get("/api/v1/account/factors").await.ok().json();
    let factors = listed["factors"].as_array().unwrap();
    factors.iter().map(|factor| factor["label"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    /// The new phone's app is added on a page without a script, the old phone's is removed with the new one's code.
    async fn a_new_phone_takes_the_place_of_the_old_one(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        gus.post("/account/code-apps/start", &[]).await.leads_to("/account/code-apps/new");
        let page = gus.get("/account/code-apps/new").await;
        page.ok();
        let key = page.body.split("data-key>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let new = TestPhone::from_key(&key);
        app.secrets.saw_seed(new.secret());
        let old = app.phone("gus").await;
        let proof = app.code_proof("gus").await;
        let first = new.code(app.seconds());
        let proof = proof["code"].as_str().unwrap();
        let form = [("first_code", first.as_str()), ("label", "New phone"), ("code", proof)];
        gus.post("/account/code-apps/new", &form).await.leads_to("/account");
        app.secrets.saw(&first);
        assert_eq!(labels(&gus).await, ["Code app", "New phone"]);
        assert_eq!(app.events("mfa.factor_enrolled").await[0]["detail"]["proven_by"]["kind"], "totp");
        app.advance_seconds(60);
        assert!(app.opens_with("gus", &old).await && app.opens_with("gus", &new).await);
        app.advance_seconds(60);
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let old_id = listed["factors"][0]["id"].as_str().unwrap();
        let code = new.code(app.seconds());
        app.secrets.saw(&code);
        gus.post(&format!("/account/factors/{old_id}/remove"), &[("code", &code)]).await.leads_to("/account");
        app.advance_seconds(60);
        assert!(!app.opens_with("gus", &old).await && app.opens_with("gus", &new).await);
    }

    async fn the_account_page_says_when_it_was_added_and_last_used(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let used = app.clock.now();
        app.advance_seconds(60);
        app.add_app(&gus, "gus", "New phone").await;
        app.advance_seconds(3600);
        app.sign_in_by_hand(&gus, "gus").await;
        let factors = gus.get("/api/v1/account/factors").await.ok().json()["factors"].clone();
        let page = gus.get("/account").await;
        for factor in factors.as_array().unwrap() {
            let label = factor["label"].as_str().unwrap();
            let is_its = |item: &&str| item.contains(label) && item.contains("/account/factors/");
            let item = page.body.split("<li").find(is_its).expect("the factor is listed");
            for date in [&factor["created_at"], &factor["last_used_at"]] {
                let Some(date) = date.as_str() else { continue };
                assert!(item.contains(&format!("datetime=\"{date}\"")), "{date}: {item}");
            }
        }
        let at = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        assert!(at(&factors[0]["last_used_at"]) >= used, "{factors}");
        let apart = at(&factors[1]["created_at"]).duration_since(used).as_secs();
        assert!((60..600).contains(&apart), "{apart}");
        assert!(factors[0]["created_at"] != factors[0]["last_used_at"]);
    }

    async fn a_person_may_have_eight_and_more_but_not_any_number(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let mut phones = Vec::new();
        for n in 2..=20 {
            phones.push(app.add_app(&gus, "gus", &format!("App {n}")).await);
        }
        assert_eq!(labels(&gus).await.len(), 20);
        gus.post_json("/api/v1/account/code-apps/start", &json!({})).await.status(409).shows("Remove one that you don't use");
        gus.post_json("/account/passkeys/start", &json!({})).await.status(409).shows("Remove one that you don't use");
        app.advance_seconds(60);
        for phone in [&phones[0], &phones[18]] {
            assert!(app.opens_with("gus", phone).await);
        }
    }

    async fn a_session_alone_adds_nothing(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let phone = app.scan_new_app(&gus).await;
        // The new app's own code proves nothing: nobody has enrolled it yet.
        let own = json!({ "code": phone.code(app.seconds()) });
        assert_eq!(app.finish_new_app(&gus, (&phone, ""), own).await, 422);
        let wrong = json!({ "code": app.phone("gus").await.wrong_code(app.seconds()) });
        assert_eq!(app.finish_new_app(&gus, (&phone, ""), wrong).await, 422);
        // A wrong first code uses up no proof, and adds nothing.
        let proof = app.code_proof("gus").await;
        let wrong_first = json!({ "first_code": phone.wrong_code(app.seconds()), "proof": proof });
        gus.post_json("/api/v1/account/code-apps/finish", &wrong_first).await.status(422);
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
        assert_eq!(app.finish_new_app(&gus, (&phone, ""), proof).await, 200);
        // What was asked in one session is somebody else's nothing.
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        fay.set_cookie(CEREMONY, gus.cookie(CEREMONY).as_deref());
        let proof = app.code_proof("fay").await;
        assert_eq!(app.finish_new_app(&fay, (&phone, ""), proof).await, 409);
    }

    async fn a_passkey_proves_it_too(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device: SoftPasskey = app.move_to_passkey(&fay, "fay").await;
        let offered = fay.post_json("/api/v1/account/code-apps/start", &json!({})).await.ok().json();
        let phone = TestPhone::from_key(offered["key"].as_str().unwrap());
        app.secrets.saw_seed(phone.secret());
        let proof = json!({ "assertion": device.touch(offered["get"].clone()) });
        assert_eq!(app.finish_new_app(&fay, (&phone, "Tablet"), proof).await, 200);
        app.advance_seconds(60);
        assert!(app.opens_with("fay", &phone).await);
    }

    async fn of_eight_answers_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let phone = app.scan_new_app(&gus).await;
        let proof = app.code_proof("gus").await;
        let sent = json!({ "first_code": phone.code(app.seconds()), "proof": proof });
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (browser, sent) = (app.browser(), sent.clone());
            for name in [SESSION, CEREMONY] {
                browser.set_cookie(name, gus.cookie(name).as_deref());
            }
            tasks.spawn(async move { browser.post_json("/api/v1/account/code-apps/finish", &sent).await.status });
        }
        let won = tasks.join_all().await.into_iter().filter(|status| *status == 200).count();
        assert_eq!((won, labels(&gus).await.len()), (1, 2));
    }

    async fn the_time_for_it_ends(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let phone = app.scan_new_app(&gus).await;
        app.advance_seconds(15 * 60 - 30);
        let proof = app.code_proof("gus").await;
        assert_eq!(app.finish_new_app(&gus, (&phone, ""), proof).await, 409);
        gus.get("/account/code-apps/new").await.leads_to("/account");
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }
}
