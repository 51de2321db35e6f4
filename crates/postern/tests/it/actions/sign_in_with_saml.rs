//! A provider that speaks SAML, over HTTP: its answer comes as another site's POST, and counts once, in the browser that asked.
//! What it has to hold is in `it/saml.rs`; what follows from it is as with any provider: `sign_in_with_provider.rs`.

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::SignedDuration;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern_testkit::saml_provider::{ReadSamlRequest, SamlWords, read_saml_request, saml_settings};
use reqwest::Method;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::{Answer, Browser, FLOW};
use crate::on_both::on_both;
use crate::steps::providers::{FEDERATED, way_there};
use crate::test_app::TestApp;

const REFUSED: &str = "what it said does not prove who you are";
const OVER: &str = "was begun in another browser";
const CONSUMER: &str = "/sign-in/federated/quay/acs";
const LINKED: &str = "SELECT COUNT(*) FROM factors WHERE kind = 'federated' AND removed_at IS NULL";

/// What the browser brings, from the page that the provider's POST was answered with.
type Form = [(String, String); 2];

impl TestApp {
    async fn with_saml(&self) {
        let named = [("identity_providers".to_owned(), saml_settings("quay"))];
        set_tenant_settings(&self.scope(), &named, "a test wants it so").await.unwrap();
    }

    fn at_saml(&self, request: &ReadSamlRequest, name: &str) -> SamlWords {
        SamlWords::right(request, name, self.scope().now)
    }

    async fn asks_saml(&self, browser: &Browser) -> ReadSamlRequest {
        read_saml_request(&self.go_to_provider(browser, "quay").await)
    }

    /// As browsers send it: from another site, without a cookie.
    async fn comes_from_saml(&self, request: &ReadSamlRequest, words: &SamlWords) -> Form {
        let sent = [("SAMLResponse", words.posted()), ("RelayState", request.relay_state.clone())];
        let browser = self.browser();
        let asked = browser.request(Method::POST, CONSUMER).header(ORIGIN, "https://login.example.com");
        let page = browser.send(asked.header("sec-fetch-site", "cross-site").form(&sent)).await;
        assert!(!page.headers.contains_key(SET_COOKIE), "another site's POST sets a cookie");
        let body = page.ok().body.replace("&#x2f;", "/").replace("&#x3d;", "=").replace("&#x2b;", "+");
        ["SAMLResponse", "RelayState"].map(|name| {
            let value = body.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a form");
            (name.to_owned(), value.split('"').next().unwrap().to_owned())
        })
    }

    async fn link_at_saml(&self, browser: &Browser, name: &str) -> Answer {
        let request = read_saml_request(&self.go_and_link(browser, "gus", "quay").await);
        assert!(request.force_authn, "what is linked wants a fresh sign-in");
        let form = self.comes_from_saml(&request, &self.at_saml(&request, name)).await;
        bring(browser, &form).await
    }
}

/// As the page's form does.
async fn bring(browser: &Browser, form: &Form) -> Answer {
    let [one, two] = form;
    let form = [(one.0.as_str(), one.1.as_str()), (two.0.as_str(), two.1.as_str())];
    browser.post("/sign-in/federated/quay/answer", &form).await
}

on_both! {
    async fn an_account_is_linked_signs_in_and_is_unlinked(db) {
        let app = TestApp::start(db).await;
        app.with_saml().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let told = app.messages().await.len();
        app.link_at_saml(&gus, "gus-at-quay").await.leads_to("/account");
        assert!(app.messages().await.len() > told, "no contact was told");
        app.link_at_saml(&gus, "gus-at-quay").await.status(409).shows("linked already");
        assert_eq!(app.count(LINKED).await, 1);
        app.advance_seconds(30);

        let browser = app.browser();
        let request = app.asks_saml(&browser).await;
        let form = app.comes_from_saml(&request, &app.at_saml(&request, "gus-at-quay")).await;
        bring(&browser, &form).await.leads_to("/sign-in/second-step");
        browser.get("/account").await.leads_to("/sign-in");
        let code = app.phone("gus").await.code(app.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        let came = &app.events("signin.federated").await[0]["detail"];
        assert_eq!(came["provider"], json!("quay"));
        assert!(came["acr"].as_str().unwrap().ends_with(":PasswordProtectedTransport"));

        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let linked = listed["factors"].as_array().unwrap().iter().find(|factor| factor["kind"] == "federated").unwrap();
        let remove = format!("/api/v1/account/factors/{}/remove/finish", linked["id"].as_str().unwrap());
        app.advance_seconds(30);
        let proof = json!({ "proof": app.code_proof("gus").await });
        assert!(gus.post_json(&remove, &proof).await.status < 300);
        assert_eq!(app.count(LINKED).await, 0);
    }

    async fn an_assertion_counts_once_and_in_the_browser_that_asked(db) {
        let app = TestApp::start(db).await;
        app.with_saml().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link_at_saml(&gus, "gus-at-quay").await.leads_to("/account");
        let asks = async || {
            let browser = app.browser();
            let request = app.asks_saml(&browser).await;
            let form = app.comes_from_saml(&request, &app.at_saml(&request, "gus-at-quay")).await;
            (browser, form)
        };
        // In another browser, whose own sign-in goes on.
        let (mine, form) = asks().await;
        let (_, theirs) = asks().await;
        bring(&mine, &theirs).await.status(422).shows(OVER);
        bring(&app.browser(), &form).await.status(422).shows(OVER);
        bring(&mine, &form).await.leads_to("/sign-in/second-step");
        // Another sign-in's assertion under this one's state, which is what an attacker would bring.
        let (browser, form) = asks().await;
        let (_, theirs) = asks().await;
        bring(&browser, &[theirs[0].clone(), form[1].clone()]).await.status(422).shows(REFUSED);
        assert_eq!(browser.cookie(FLOW), None);
        // Twice: with the cookie kept, as somebody does who has seen both.
        let (browser, form) = asks().await;
        let cookie = browser.cookie(FEDERATED);
        bring(&browser, &form).await.leads_to("/sign-in/second-step");
        browser.set_cookie(FEDERATED, cookie.as_deref());
        bring(&browser, &form).await.status(422).shows(OVER);
        // And the same assertion in the next sign-in of the same browser.
        let request = app.asks_saml(&browser).await;
        bring(&browser, &[form[0].clone(), ("RelayState".to_owned(), request.relay_state)]).await.status(422).shows(REFUSED);
        // Eight times at once.
        let (browser, form) = asks().await;
        let (browser, mut tries) = (Arc::new(browser), JoinSet::new());
        for _ in 0..8 {
            let (browser, form) = (Arc::clone(&browser), form.clone());
            tries.spawn(async move { bring(&browser, &form).await.status });
        }
        let through = tries.join_all().await.into_iter().filter(|status| *status == 303).count();
        assert_eq!(through, 1);
        // Too late.
        let browser = app.browser();
        let request = app.asks_saml(&browser).await;
        app.advance(SignedDuration::from_mins(5));
        let form = app.comes_from_saml(&request, &app.at_saml(&request, "gus-at-quay")).await;
        bring(&browser, &form).await.status(422).shows(OVER);
    }

    async fn what_is_no_proof_leaves_a_record_and_no_session(db) {
        let app = TestApp::start(db).await;
        app.with_saml().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link_at_saml(&gus, "gus-at-quay").await.leads_to("/account");
        let browser = app.browser();
        let failed = app.events("signin.failed").await.len();
        let request = app.asks_saml(&browser).await;
        let mut words = app.at_saml(&request, "gus-at-quay");
        words.audience = "https://other.example.com".to_owned();
        let form = app.comes_from_saml(&request, &words).await;
        bring(&browser, &form).await.status(422).shows(REFUSED);
        assert_eq!(app.events("signin.failed").await.len(), failed + 1);
        // Nobody's account, and an answer that nobody asked for.
        let request = app.asks_saml(&browser).await;
        let form = app.comes_from_saml(&request, &app.at_saml(&request, "somebody-else")).await;
        bring(&browser, &form).await.status(422).shows("This account lets nobody in here");
        let form = app.comes_from_saml(&request, &app.at_saml(&request, "gus-at-quay")).await;
        bring(&app.browser(), &form).await.status(422).shows(OVER);
        // By the way of the other protocol.
        let request = app.asks_saml(&browser).await;
        let back = format!("/sign-in/federated/quay?code=x&state={}", request.relay_state);
        browser.get(&back).await.status(422).shows(REFUSED);
        // A link is begun with proof, and in this session.
        let request = read_saml_request(&app.go_and_link(&gus, "gus", "quay").await);
        let mut words = app.at_saml(&request, "another-at-quay");
        words.signed_in_at = app.scope().now - SignedDuration::from_mins(2);
        let form = app.comes_from_saml(&request, &words).await;
        bring(&gus, &form).await.status(422).shows(REFUSED);
        assert_eq!(app.events("step.refused").await[0]["detail"]["step"], json!("link_account"));
    }

    /// The one place where another site may post to: it reads no cookie, and nothing is kept.
    async fn what_another_site_posts_leaves_no_trace(db) {
        let ten = NonZeroU32::new(10).unwrap();
        let app = TestApp::start_with(db, |config| config.requests_per_minute = ten).await;
        app.with_saml().await;
        let counts = async || (app.count("SELECT COUNT(*) FROM sign_ins").await, app.count("SELECT COUNT(*) FROM ceremonies").await);
        let before = counts().await;
        let stranger = app.browser_from("127.0.11.1");
        let post = async |path: &str, value: &str| {
            let asked = stranger.request(Method::POST, path).header("sec-fetch-site", "cross-site");
            stranger.send(asked.header(COOKIE, "x=y").form(&[("SAMLResponse", value)])).await
        };
        let page = post(CONSUMER, "\"><script>").await;
        page.ok().shows("Back from quay account");
        assert!(!page.body.contains("\"><script>"));
        post("/sign-in/federated/other/acs", "x").await.status(404);
        // A form that is wrong is not offered again: another site could have words of its own shown here.
        let words = ("Your account is locked. Call the desk on 555 0100", "\u{1}");
        for form in [vec![words, ("SAMLResponse", "x\u{1}")], vec![("SAMLResponse", "PHg+"), ("RelayState", "555 0100")]] {
            let asked = stranger.request(Method::POST, CONSUMER).header("sec-fetch-site", "cross-site");
            let answer = stranger.send(asked.form(&form)).await;
            answer.status(400).does_not_show("555 0100");
        }
        post("/sign-in/federated/quay/answer", "x").await.status(403);
        post("/sign-in", "x").await.status(403);
        post(CONSUMER, &"x".repeat(70_000)).await.status(413);
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(post(CONSUMER, "x").await.status);
        }
        assert!(statuses.contains(&429), "{statuses:?}");
        assert_eq!(counts().await, before);
    }

    async fn an_administrator_gets_what_the_provider_wants(db) {
        let app = TestApp::start(db).await;
        app.with_saml().await;
        let metadata = app.browser().get("/sign-in/federated/quay/metadata").await;
        assert!(metadata.ok().body.contains(&format!("{}{CONSUMER}", app.origin())));
        app.browser().get("/sign-in/federated/other/metadata").await.status(404);
        let _oidc = app.with_provider().await;
        app.browser().get("/sign-in/federated/quay/metadata").await.status(404);
        let page = app.browser().post("/sign-in/with/quay", &[]).await;
        assert!(way_there(&page).starts_with("http://127.0.0.1"));
    }
}
