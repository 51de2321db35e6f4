//! Phones that approve sign-ins, over HTTP.

use postern_testkit::PushPhone;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::test_app::TestApp;

/// A sign-in that waits for a phone.
pub struct WaitingSignIn {
    /// The browser that signs in.
    pub browser: Browser,
    /// The number that its page shows.
    pub number: String,
}

impl TestApp {
    /// A phone with the key of this number, which nobody has enrolled.
    pub fn push_phone(&self, number: u8) -> PushPhone {
        PushPhone::new(&self.origin(), number)
    }

    /// The secret of a link, with a code of the person's app as proof. The browser is signed in.
    pub async fn push_link(&self, browser: &Browser, login: &str) -> String {
        let proof = json!({ "proof": self.code_proof(login).await });
        let link = browser.post_json("/api/v1/account/push/finish", &proof).await.ok().json();
        let (page, secret) = link["link"].as_str().unwrap().split_once("#enrol=").unwrap();
        assert_eq!(page, format!("{}/phone", self.origin()));
        self.secrets.saw(secret);
        secret.to_owned()
    }

    /// Somebody's phone, enrolled from a browser in which they are signed in.
    pub async fn add_phone(&self, browser: &Browser, login: &str, number: u8) -> PushPhone {
        let phone = self.push_phone(number);
        let secret = self.push_link(browser, login).await;
        self.phone_says("enrol", &phone.enrol(&secret, "Phone")).await.ok();
        phone
    }

    /// Somebody who has signed in, and added a phone.
    pub async fn with_phone(&self, login: &str, number: u8) -> (Browser, PushPhone) {
        let browser = self.browser();
        self.sign_in_by_hand(&browser, login).await;
        let phone = self.add_phone(&browser, login, number).await;
        (browser, phone)
    }

    /// What a phone sends, and nothing with it: no cookie, no origin.
    pub async fn phone_says(&self, path: &str, body: &Value) -> Answer {
        let phone = self.browser();
        let request = phone.request(reqwest::Method::POST, &format!("/api/v1/push/{path}"));
        phone.send(request.json(body)).await
    }

    /// The password in a new browser, and then the phone is asked.
    pub async fn ask_phone(&self, login: &str) -> WaitingSignIn {
        let browser = self.browser();
        let form = [("login", login), ("password", &*self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let number = self.ask_phone_again(&browser).await;
        WaitingSignIn { browser, number }
    }

    /// Asks in a sign-in under way; gives the number that the page shows.
    pub async fn ask_phone_again(&self, browser: &Browser) -> String {
        browser.post("/sign-in/push", &[]).await.leads_to("/sign-in/push");
        let number = browser.get("/sign-in/push").await.ok().marked("data-number").replace(' ', "");
        self.secrets.saw(&number);
        number
    }

    /// What a phone is asked, newest first.
    pub async fn asked_of(&self, phone: &PushPhone) -> Vec<Value> {
        // Each statement carries a later moment than the one before.
        self.advance(jiff::SignedDuration::from_millis(5));
        let said = phone.list(self.clock.now().as_millisecond());
        let answer = self.phone_says("requests", &said).await.ok().json();
        answer["requests"].as_array().unwrap().clone()
    }

    /// The status of a phone's answer to what it is asked first.
    pub async fn phone_answers(&self, phone: &PushPhone, answer: &str, number: &str) -> u16 {
        let asked = self.asked_of(phone).await;
        let first = asked.first().expect("something is asked");
        self.phone_says("answer", &phone.answer(first, answer, number)).await.status
    }
}

/// Six digits that are not these.
pub fn wrong_number(number: &str) -> String {
    format!("{:06}", (number.parse::<u32>().unwrap() + 1) % 1_000_000)
}
