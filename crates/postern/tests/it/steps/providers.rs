//! Sign-ins at an identity provider, over HTTP.

use postern::actions::set_tenant_settings::set_tenant_settings;
use postern_testkit::{FakeIdentityProvider, SignInAtProvider};
use serde_json::Value;

use crate::browser::{Answer, Browser};
use crate::test_app::TestApp;

/// The cookie of a sign-in at a provider.
pub const FEDERATED: &str = "__Host-postern-federated";

impl TestApp {
    /// The organisation's people may sign in with accounts at these.
    pub async fn set_providers(&self, providers: &[(&str, &FakeIdentityProvider)]) {
        let text = providers.iter().map(|(name, provider)| provider.settings(name)).collect::<String>();
        self.secrets.saw(FakeIdentityProvider::client_secret());
        let named = [("identity_providers".to_owned(), text)];
        set_tenant_settings(&self.scope(), &named, "a test wants it so").await.unwrap();
    }

    /// An organisation with one provider, `quay`.
    pub async fn with_provider(&self) -> FakeIdentityProvider {
        let provider = FakeIdentityProvider::start().await;
        self.set_providers(&[("quay", &provider)]).await;
        provider
    }

    /// Somebody signs in there now, as they should.
    pub fn at_provider(&self, sub: &'static str) -> SignInAtProvider {
        SignInAtProvider { sub, now: self.seconds(), claims: Value::Null, alg: "ES256" }
    }

    /// From the page of sign-in to the provider: the address there.
    pub async fn go_to_provider(&self, browser: &Browser, name: &str) -> String {
        way_there(&browser.post(&format!("/sign-in/with/{name}"), &[]).await)
    }

    /// From the account page to the provider, with a code as proof. The browser is signed in.
    pub async fn go_and_link(&self, browser: &Browser, login: &str, name: &str) -> String {
        let proof = self.code_proof(login).await;
        let form = [("code", proof["code"].as_str().unwrap())];
        way_there(&browser.post(&format!("/account/linked-accounts/{name}"), &form).await)
    }

    /// Links an account. The browser is signed in.
    pub async fn link(&self, browser: &Browser, login: &str, at: &FakeIdentityProvider, sub: &'static str) {
        let to = self.go_and_link(browser, login, "quay").await;
        browser.get(&at.sign_in(&to, &self.at_provider(sub))).await.leads_to("/account");
    }

    /// Comes from the provider to the page of sign-in.
    pub async fn come_from(
        &self,
        browser: &Browser,
        at: &FakeIdentityProvider,
        change: impl FnOnce(&mut SignInAtProvider),
    ) -> Answer {
        let to = self.go_to_provider(browser, "quay").await;
        let mut who = self.at_provider("gus-at-quay");
        change(&mut who);
        browser.get(&at.sign_in(&to, &who)).await
    }
}

/// Where the page leads.
pub fn way_there(page: &Answer) -> String {
    let body = page.ok().body.replace("&#x2f;", "/").replace("&amp;", "&");
    let to = body.split("content=\"0; url=").nth(1).expect("a way to the provider");
    to.split('"').next().unwrap().to_owned()
}
