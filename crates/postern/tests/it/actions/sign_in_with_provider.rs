//! A linked account as the first step of a sign-in: what the provider says is checked, and who has linked it comes no further
//! than with a password.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern_testkit::FakeIdentityProvider;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::browser::FLOW;
use crate::on_both::on_both;
use crate::steps::providers::FEDERATED;
use crate::test_app::{TestApp, production};

const REFUSED: &str = "what it said does not prove who you are";
const OVER: &str = "was begun in another browser";

on_both! {
    async fn a_linked_account_and_a_second_step_sign_in(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        app.advance_seconds(30);

        let browser = app.browser();
        browser.get("/sign-in").await.ok().shows("Sign in with quay account");
        let back = app.come_from(&browser, &provider, |who| who.claims = json!({ "amr": ["pwd", "hwk"], "acr": "2" })).await;
        back.leads_to("/sign-in/second-step");
        assert_eq!(browser.cookie(FEDERATED).unwrap_or_default(), "");
        browser.get("/account").await.leads_to("/sign-in");
        let code = app.phone("gus").await.code(app.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        browser.get("/account").await.ok().shows("quay account");

        let came = &app.events("signin.federated").await[0]["detail"];
        assert_eq!((&came["provider"], &came["amr"], &came["acr"]), (&json!("quay"), &json!(["pwd", "hwk"]), &json!("2")));
        let signed_in = &app.events("signin.succeeded").await[0]["detail"];
        // What the provider says of itself raises nothing here.
        assert_eq!((&signed_in["aal"], &signed_in["amr"]), (&json!(2), &json!(["fed", "otp", "mfa"])));
    }

    /// Each of these names the right account, and is no proof.
    async fn a_token_that_proves_nothing_lets_nobody_in(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let now = app.seconds();
        let lies = [
            json!({ "iss": "https://login.example.com" }),
            json!({ "aud": "another-client" }),
            json!({ "aud": ["postern", "another-client"], "azp": "postern" }),
            json!({ "azp": "another-client" }),
            json!({ "nonce": "another" }),
            json!({ "nonce": null }),
            json!({ "exp": now - 1 }),
            json!({ "iat": now - 660, "exp": now + 300 }),
            json!({ "iat": now + 120 }),
            json!({ "sub": "" }),
            json!({ "sub": "g".repeat(256) }),
        ];
        for lie in lies {
            let browser = app.browser();
            let back = app.come_from(&browser, &provider, |who| who.claims = lie.clone()).await;
            assert_eq!(back.status, 422, "{lie}");
            back.shows(REFUSED);
            assert_eq!(browser.cookie(FLOW), None, "{lie}");
        }
        for alg in ["none", "unsigned", "HS256"] {
            let back = app.come_from(&app.browser(), &provider, |who| who.alg = alg).await;
            assert_eq!(back.status, 422, "{alg}");
            back.shows(REFUSED);
        }
        app.come_from(&app.browser(), &provider, |who| who.claims = json!({ "exp": null })).await.status(409);
        assert_eq!(app.events("signin.federated").await.len(), 0);
        // The same account with nothing wrong in it.
        app.come_from(&app.browser(), &provider, |_| {}).await.leads_to("/sign-in/second-step");
    }

    async fn an_account_that_nobody_has_linked_lets_nobody_in(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        // The provider says that it is the mail address of Gus, and has checked it.
        let stranger = app.come_from(&app.browser(), &provider, |who| who.sub = "somebody-else").await;
        stranger.status(422).shows("This account lets nobody in here");
        // Nothing tells them from one whose owner may not sign in.
        app.suspend("gus").await;
        let suspended = app.come_from(&app.browser(), &provider, |_| {}).await;
        assert_eq!((suspended.status, suspended.visible()), (stranger.status, stranger.visible()));
        assert_eq!(app.events("signin.federated").await.len(), 0);
    }

    async fn an_answer_counts_once_and_in_the_browser_that_asked(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let asks = async || {
            let browser = app.browser();
            let to = app.go_to_provider(&browser, "quay").await;
            let back = provider.sign_in(&to, &app.at_provider("gus-at-quay"));
            (browser, back)
        };
        // In another browser, whose own sign-in goes on.
        let (mine, back) = asks().await;
        let (_, their_back) = asks().await;
        mine.get(&their_back).await.status(422).shows(OVER);
        app.browser().get(&back).await.status(422).shows(OVER);
        mine.get(&back).await.leads_to("/sign-in/second-step");
        // With another state.
        let (browser, back) = asks().await;
        browser.get(&back.replace("&state=", "&state=x")).await.status(422).shows(OVER);
        // Twice: with the cookie kept, as somebody does who has seen both.
        let (browser, back) = asks().await;
        let cookie = browser.cookie(FEDERATED);
        browser.get(&back).await.leads_to("/sign-in/second-step");
        browser.set_cookie(FEDERATED, cookie.as_deref());
        browser.get(&back).await.status(422).shows(OVER);
        // Eight times at once.
        let (browser, back) = asks().await;
        let (browser, mut tries) = (Arc::new(browser), JoinSet::new());
        for _ in 0..8 {
            let (browser, back) = (Arc::clone(&browser), back.clone());
            tries.spawn(async move { browser.get(&back).await.status });
        }
        let through = tries.join_all().await.into_iter().filter(|status| *status == 303).count();
        assert_eq!(through, 1);
        // Too late.
        let (browser, back) = asks().await;
        app.advance(SignedDuration::from_mins(5));
        browser.get(&back).await.status(422).shows(OVER);
        // Turned away over there.
        let (browser, back) = asks().await;
        let (path, query) = back.split_once('?').unwrap();
        let rest = query.split_once('&').unwrap().1;
        browser.get(&format!("{path}?error=access_denied&{rest}")).await.status(422).shows(REFUSED);
    }

    /// Anybody can bring a browser here: what answers no sign-in leaves no trace, and whoever sends much has to wait.
    async fn an_answer_to_no_sign_in_leaves_no_trace(db) {
        let ten = NonZeroU32::new(10).unwrap();
        let app = TestApp::start_with(db, |config| config.requests_per_minute = ten).await;
        let _provider = app.with_provider().await;
        let sign_ins = "SELECT COUNT(*) FROM sign_ins";
        let (rows, events) = (app.count(sign_ins).await, app.events("signin.failed").await.len());
        let stranger = app.browser_from("127.0.11.1");
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(stranger.get("/sign-in/federated/quay?code=x&state=y").await.status);
        }
        assert_eq!(statuses.first(), Some(&422));
        assert!(statuses.contains(&429), "{statuses:?}");
        assert_eq!((app.count(sign_ins).await, app.events("signin.failed").await.len()), (rows, events));
    }

    /// RFC 9207, RFC 9700 §4.4: the code of an honest provider is brought to nobody else.
    async fn the_answer_of_one_provider_is_not_taken_for_anothers(db) {
        let app = TestApp::start(db).await;
        let (quay, evil) = (FakeIdentityProvider::start().await, FakeIdentityProvider::start().await);
        app.set_providers(&[("quay", &quay), ("evil", &evil)]).await;
        let browser = app.browser();
        let to = app.go_to_provider(&browser, "quay").await;
        let back = quay.sign_in(&to, &app.at_provider("gus-at-quay"));
        browser.get(&back.replace("/federated/quay", "/federated/evil")).await.status(422).shows(OVER);
        let issuer = |provider: &FakeIdentityProvider| provider.issuer().replace("://", "%3A%2F%2F").replacen(':', "%3A", 1);
        for with in [format!("iss={}", issuer(&evil)), String::new()] {
            let to = app.go_to_provider(&browser, "quay").await;
            let back = quay.sign_in(&to, &app.at_provider("gus-at-quay"));
            let changed = back.replace(&format!("iss={}", issuer(&quay)), &with);
            assert_ne!(back, changed);
            let asked = (quay.asked(), evil.asked());
            browser.get(&changed).await.status(422).shows(REFUSED);
            assert_eq!((quay.asked(), evil.asked()), asked);
        }
        // The other one knows the name of the account, and that is all that it takes from.
        app.sign_in_by_hand(&browser, "gus").await;
        app.link(&browser, "gus", &quay, "gus-at-quay").await;
        let other = app.browser();
        let to = app.go_to_provider(&other, "evil").await;
        other.get(&evil.sign_in(&to, &app.at_provider("gus-at-quay"))).await.status(422).shows("lets nobody in here");
    }

    async fn a_provider_may_change_its_key_and_may_be_down(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let asked = provider.asked();
        app.come_from(&app.browser(), &provider, |_| {}).await.leads_to("/sign-in/second-step");
        assert_eq!(provider.asked(), asked, "what is known is kept");
        app.advance(SignedDuration::from_mins(2));
        provider.rotate_key(9);
        app.come_from(&app.browser(), &provider, |_| {}).await.leads_to("/sign-in/second-step");
        assert_eq!(provider.asked(), asked + 1);
        app.advance(SignedDuration::from_hours(2));
        provider.set_up(false);
        for _ in 0..3 {
            let page = app.browser().post("/sign-in/with/quay", &[]).await;
            page.status(409).shows("The other site does not answer as it should");
        }
        assert_eq!(provider.asked(), asked + 2, "one that is down is left in peace");
        provider.set_up(true);
        app.advance(SignedDuration::from_secs(10));
        app.come_from(&app.browser(), &provider, |_| {}).await.leads_to("/sign-in/second-step");
        // Nobody's settings name it any more.
        app.set_providers(&[]).await;
        app.browser().post("/sign-in/with/quay", &[]).await.status(404);
        app.browser().get("/sign-in/federated/quay?code=x&state=y").await.status(422);
    }

    /// How long ago somebody signed in there counts here too: it is asked of the provider, and held against what it says.
    /// Whoever asks first may hang up while the provider is slow: nobody else waits for that.
    async fn who_hangs_up_leaves_nobody_waiting(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let held = provider.hold().await;
        let (impatient, patient) = (app.browser(), app.browser());
        let hung_up = timeout(Duration::from_millis(300), impatient.post("/sign-in/with/quay", &[])).await;
        assert!(hung_up.is_err());
        drop(held);
        app.go_to_provider(&patient, "quay").await;
        assert_eq!(provider.asked(), 1, "what the first has asked for is there");
    }

    async fn a_sign_in_there_is_twelve_hours_old_at_most(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let to = app.go_to_provider(&app.browser(), "quay").await;
        assert!(to.contains("max_age=43200"), "{to}");
        let comes = async |auth_time: Value| {
            let claims = json!({ "auth_time": auth_time });
            app.come_from(&app.browser(), &provider, |who| who.claims = claims).await
        };
        comes(json!(app.seconds() - 43_200)).await.leads_to("/sign-in/second-step");
        comes(json!(app.seconds() - 43_300)).await.status(422).shows("too long ago").shows("Sign out there and begin again");
        comes(json!(app.seconds() + 600)).await.status(422);
        // Some never say, and nobody has demanded it of this one.
        comes(Value::Null).await.leads_to("/sign-in/second-step");
        let an_hour = format!("{}max_age = 3600\n", provider.settings("quay"));
        let named = [("identity_providers".to_owned(), an_hour)];
        set_tenant_settings(&app.scope(), &named, "an hour is long enough").await.unwrap();
        comes(json!(app.seconds() - 3600)).await.leads_to("/sign-in/second-step");
        for too_old in [json!(app.seconds() - 3700), Value::Null] {
            comes(too_old).await.status(422).shows("too long ago");
        }
        assert_eq!(app.causes().await, ["external_idp"; 4]);
        assert_eq!(app.session_ids("gus").await.len(), 1);
    }

    /// As the guide says: it has the limits of any session, it ends with the link, and what the provider does ends it not.
    async fn a_session_begun_there_is_our_own(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let signs_in = async || {
            app.advance_seconds(30);
            let browser = app.browser();
            app.come_from(&browser, &provider, |_| {}).await.leads_to("/sign-in/second-step");
            let code = app.phone("gus").await.code(app.seconds());
            browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
            browser
        };
        let browser = signs_in().await;
        // Neither a provider that is gone, nor one that the settings name no more, ends it, and no logout of such a one is heard.
        provider.set_up(false);
        app.set_providers(&[]).await;
        browser.get("/account").await.ok();
        for path in ["/sign-in/federated/quay/logout", "/backchannel-logout", "/sign-in/federated/quay/backchannel-logout"] {
            browser.post(path, &[("logout_token", "x")]).await.status(404);
        }
        // In use all the while, it ends after eight hours.
        for _ in 0..19 {
            browser.get("/account").await.ok();
            app.advance_seconds(25 * 60);
        }
        browser.get("/account").await.ok();
        app.advance_seconds(5 * 60);
        browser.get("/account").await.leads_to("/sign-in");
        // The next one begins at the provider again, and wants a second step again.
        provider.set_up(true);
        app.set_providers(&[("quay", &provider)]).await;
        let (browser, other) = (signs_in().await, signs_in().await);
        // Signing out here is for here.
        let asked = provider.asked();
        other.post("/sign-out", &[]).await.leads_to("/sign-in");
        other.get("/account").await.leads_to("/sign-in");
        assert_eq!(provider.asked(), asked);
        browser.get("/account").await.ok();
        // Whoever unlinks the account ends what it may have begun.
        app.advance_seconds(30);
        app.sign_in_by_hand(&gus, "gus").await;
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let linked = listed["factors"].as_array().unwrap().iter().find(|factor| factor["kind"] == "federated").unwrap();
        let remove = format!("/api/v1/account/factors/{}/remove/finish", linked["id"].as_str().unwrap());
        let proof = json!({ "proof": app.code_proof("gus").await });
        assert!(gus.post_json(&remove, &proof).await.status < 300);
        browser.get("/account").await.leads_to("/sign-in");
    }

    /// Whoever may change an organisation's settings does not reach into the server's own network with them.
    async fn outside_of_development_a_provider_is_on_the_internet(db) {
        let app = TestApp::start_with(db, |config| {
            production(config);
            config.private_identity_hosts = vec!["login.internal.example".to_owned()];
        }).await;
        let provider = FakeIdentityProvider::start().await;
        app.set_providers(&[("quay", &provider)]).await;
        app.browser().post("/sign-in/with/quay", &[]).await.status(409).shows("does not answer as it should");
        assert_eq!(provider.asked(), 0);
    }
}
