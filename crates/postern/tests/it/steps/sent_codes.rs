//! Codes that are sent during a sign-in, over HTTP.

use postern::actions::set_tenant_settings::set_tenant_settings;
use serde_json::json;

use super::PLACEHOLDER_REASON;
use crate::browser::Browser;
use crate::test_app::TestApp;

impl TestApp {
    /// The organisation allows codes by text, call and mail.
    pub async fn allow_codes(&self) {
        let named = ["text_codes", "mail_codes"].map(|name| (name.to_owned(), "on".to_owned()));
        set_tenant_settings(&self.scope(), &named, PLACEHOLDER_REASON).await.unwrap();
    }

    /// The contact of somebody signed in to which codes of this kind would go.
    pub async fn code_contact(&self, browser: &Browser, kind: &str) -> String {
        let listed = browser.get("/api/v1/account/sent-codes").await.ok().json();
        let contacts = listed["contacts"].as_array().unwrap();
        let found = contacts.iter().find(|contact| contact["kind"] == kind).expect("such a contact");
        found["id"].as_str().unwrap().to_owned()
    }

    /// Somebody signed in, to whom codes of this kind are sent from now on; and the factor.
    pub async fn with_codes(&self, login: &str, kind: &str) -> (Browser, String) {
        self.allow_codes().await;
        let browser = self.browser();
        self.sign_in_by_hand(&browser, login).await;
        let contact = self.code_contact(&browser, kind).await;
        let body = json!({ "contact": contact, "proof": self.code_proof(login).await });
        let added = browser.post_json("/api/v1/account/sent-codes/finish", &body).await;
        let factor = added.status(201).json()["factor"].as_str().unwrap().to_owned();
        (browser, factor)
    }

    /// The password in a new browser.
    pub async fn password_by_hand(&self, login: &str) -> Browser {
        let browser = self.browser();
        let form = [("login", login), ("password", &*self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser
    }

    /// Has a code sent in a sign-in under way, and reads it.
    pub async fn have_code_sent(&self, browser: &Browser, factor: &str) -> String {
        self.advance_seconds(1);
        browser.post("/sign-in/sent-code", &[("factor", factor)]).await.leads_to("/sign-in/sent-code");
        let sent = self.messages().await.into_iter().max_by_key(|message| message.id.clone());
        let code = code_in(&sent.expect("a message").body);
        self.secrets.saw_sent(&code);
        code
    }
}

/// The six digits of a message, however they are spelt.
pub fn code_in(body: &str) -> String {
    let body = body.replace(", ", "");
    let digits = body.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6);
    digits.expect("a code").to_owned()
}
