//! The same over HTTP, in browsers, and what tests put in by hand where doing it properly is not their subject.

use std::sync::atomic::Ordering;

use postern::config::Config;
use postern::demo;
use postern::rng::token_hash;
use postern::store::sessions::{self, NewSession};
use postern_core::signin::{Assurance, Standing};
use postern_core::id::CaseId;
use postern_testkit::{SoftPasskey, TestPhone};

use crate::browser::{Browser, SESSION};
use crate::test_app::TestApp;

impl TestApp {
    /// A browser with a session that a passkey opened, put in through the store: no ceremony, no event.
    pub async fn browser_with_planted_session(&self, login: &str) -> Browser {
        let standing = Standing { disabled: false, has_factor: true };
        self.plant_session(login, &Assurance::passkey_alone(standing).unwrap()).await
    }

    /// A browser with a session of password and code, put in through the store.
    pub async fn browser_with_planted_weak_session(&self, login: &str) -> Browser {
        let amr = ["pwd", "otp", "mfa"].map(str::to_owned).to_vec();
        self.plant_session(login, &Assurance { aal: 2, phishing_resistant: false, amr }).await
    }

    async fn plant_session(&self, login: &str, assurance: &Assurance) -> Browser {
        let person = self.person(login).await;
        let token = self.rng.token().unwrap();
        self.secrets.saw(&token);
        let mut change = self.change().await.unwrap();
        let new = NewSession {
            token_hash: &token_hash(&token),
            person: &person.id,
            assurance,
            ip: "127.0.0.1",
            user_agent: "planted by a test",
            expires_at: change.at() + Config::SESSION_LIFE,
        };
        sessions::insert(&mut change, &new).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        self.planted_sessions.fetch_add(1, Ordering::Relaxed);
        let browser = self.browser();
        browser.set_cookie(SESSION, Some(&token));
        browser
    }

    /// Signs in over HTTP with password and code.
    pub async fn sign_in_by_hand(&self, browser: &Browser, login: &str) {
        let form = [("login", login), ("password", &demo::password(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = self.phone(login).await.code(self.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    /// From a pass to a full sign-in, over HTTP: whoever holds the case page of Ana's.
    pub async fn enrol_by_hand(&self, id: &CaseId) -> Browser {
        let (browser, password) = (self.browser(), demo::password("ana"));
        let form = [("login", "ana"), ("password", password.as_str())];
        let pass = self.show_pass(id).await.code;
        browser.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        browser.post("/sign-in/pass", &[("pass", &pass)]).await.leads_to("/enrol");
        let phone = TestPhone::from_key(&browser.get("/enrol").await.ok().marked("data-key"));
        self.secrets.saw_seed(phone.secret());
        let codes = browser.post("/enrol/codes", &[("code", &phone.code(self.seconds()))]).await;
        codes.ok().items("data-codes").iter().for_each(|code| self.secrets.saw(code));
        self.advance_seconds(30);
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = phone.code(self.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        browser
    }

    /// Adds a passkey over HTTP, from a session, signs out, and signs in with it.
    pub async fn move_to_passkey(&self, browser: &Browser) -> SoftPasskey {
        let mut device = SoftPasskey::new(self.config.origin.clone());
        let nothing = serde_json::json!({});
        let options = browser.post_json("/account/passkeys/start", &nothing).await.ok().json();
        let answer = device.create(options);
        browser.post_json("/account/passkeys/finish", &answer).await.ok();
        browser.post("/sign-out", &[]).await.leads_to("/sign-in");
        let options = browser.post_json("/sign-in/passkey/start", &nothing).await.ok().json();
        let answer = device.get(options);
        browser.post_json("/sign-in/passkey/finish", &answer).await.ok();
        device
    }
}
