//! An identity provider says that somebody has signed out there: what began by it ends, nothing else does, and nobody but the
//! provider can say it.

use std::num::NonZeroU32;
use std::sync::Arc;

use postern::actions::hear_logout::hear_logout;
use postern_testkit::{FakeIdentityProvider, LogoutAtProvider, SignInAtProvider};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const HEARS: &str = "/sign-in/federated/quay/backchannel-logout";

impl TestApp {
    fn logout(&self, claims: Value) -> LogoutAtProvider {
        LogoutAtProvider { now: self.seconds(), claims, typ: "logout+jwt", alg: "ES256" }
    }

    /// As the provider's server posts it: with no cookie, and no `Origin`.
    async fn provider_posts(&self, token: &str) -> Answer {
        let browser = self.browser();
        browser.send(browser.request(Method::POST, HEARS).form(&[("logout_token", token)])).await
    }

    /// Gus has linked his account, and is signed in by hand in the browser that comes back.
    async fn gus_with_linked_account(&self, provider: &FakeIdentityProvider) -> Browser {
        let gus = self.browser();
        self.sign_in_by_hand(&gus, "gus").await;
        self.link(&gus, "gus", provider, "gus-at-quay").await;
        gus
    }

    /// Gus stands before his second step.
    async fn gus_comes(&self, provider: &FakeIdentityProvider, claims: Value) -> Browser {
        let browser = self.browser();
        self.come_from(&browser, provider, |who| who.claims = claims).await.leads_to("/sign-in/second-step");
        browser
    }

    async fn gus_signs_in(&self, provider: &FakeIdentityProvider, claims: Value) -> Browser {
        self.advance_seconds(30);
        let browser = self.gus_comes(provider, claims).await;
        let code = self.phone("gus").await.code(self.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        browser
    }
}

async fn lives(browser: &Browser) -> bool {
    browser.get("/account").await.status == 200
}

on_both! {
    async fn it_ends_what_began_by_it_and_nothing_else(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let by_hand = app.gus_with_linked_account(&provider).await;
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        let two = app.gus_signs_in(&provider, json!({ "sid": "s2" })).await;
        let three = app.gus_signs_in(&provider, json!({ "sid": "s3" })).await;
        let unnamed = app.gus_signs_in(&provider, Value::Null).await;

        // A session, whosever it is.
        let said = app.provider_posts(&provider.log_out(&app.logout(json!({ "sid": "s1" })))).await;
        assert_eq!((said.status, said.headers["cache-control"].to_str().unwrap()), (200, "no-store"));
        assert_eq!([lives(&one).await, lives(&two).await, lives(&three).await, lives(&unnamed).await], [false, true, true, true]);
        let ended = &app.events("session.revoked").await[0];
        assert_eq!(ended["detail"], json!({ "sessions": 1, "why": "signed out at the identity provider quay" }));
        assert_eq!(ended["actor"]["type"], "system");
        // A session of an account, and what may be that session.
        let both = json!({ "sid": "s2", "sub": "gus-at-quay" });
        app.provider_posts(&provider.log_out(&app.logout(both))).await.status(200);
        assert_eq!([lives(&two).await, lives(&three).await, lives(&unnamed).await], [false, true, false]);
        // One of somebody else's, one that nobody knows, and an account that nobody has linked.
        for other in [json!({ "sid": "s3", "sub": "somebody-else" }), json!({ "sid": "s9" }), json!({ "sub": "gus" })] {
            let events = app.events("session.revoked").await.len();
            app.provider_posts(&provider.log_out(&app.logout(other))).await.status(200);
            assert_eq!((lives(&three).await, app.events("session.revoked").await.len()), (true, events));
        }
        // All of an account, and who is on the way in.
        app.advance_seconds(30);
        let waiting = app.gus_comes(&provider, json!({ "sid": "s4" })).await;
        app.provider_posts(&provider.log_out(&app.logout(json!({ "sub": "gus-at-quay" })))).await.status(200);
        assert!(!lives(&three).await);
        let code = app.phone("gus").await.code(app.seconds());
        waiting.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
        assert!(!lives(&waiting).await);
        assert!(lives(&by_hand).await);
    }

    async fn what_is_no_logout_of_the_providers_ends_nothing(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        let (now, event) = (app.seconds(), "http://schemas.openid.net/event/backchannel-logout");
        let lies = [
            json!({ "iss": "https://login.example.com" }),
            json!({ "iss": null }),
            json!({ "aud": "another-client" }),
            json!({ "aud": ["postern", "another-client"] }),
            json!({ "aud": [] }),
            json!({ "azp": "another-client" }),
            json!({ "iat": now - 660 }),
            json!({ "iat": now + 120 }),
            json!({ "iat": null }),
            json!({ "exp": now }),
            json!({ "exp": null }),
            json!({ "events": null }),
            json!({ "events": {} }),
            json!({ "events": { event: true } }),
            json!({ "events": [event] }),
            json!({ "nonce": "n" }),
            json!({ "nonce": "" }),
            json!({ "jti": null }),
            json!({ "jti": "" }),
            json!({ "sid": null }),
            json!({ "sid": "" }),
            json!({ "sub": "" }),
            json!({ "sid": "s".repeat(256) }),
        ];
        for lie in lies {
            let mut claims = json!({ "sid": "s1" });
            claims.as_object_mut().unwrap().extend(lie.as_object().unwrap().clone());
            let said = app.provider_posts(&provider.log_out(&app.logout(claims))).await;
            assert_eq!((said.status, said.headers["cache-control"].to_str().unwrap()), (400, "no-store"), "{lie}");
            assert_eq!(said.json(), json!({ "error": "invalid_request" }), "{lie}");
        }
        assert!(lives(&one).await);
        assert_eq!(app.events("session.revoked").await.len(), 0);
        app.provider_posts(&provider.log_out(&app.logout(json!({ "sid": "s1" })))).await.status(200);
        assert!(!lives(&one).await);
    }

    async fn what_the_provider_did_not_sign_as_a_logout_ends_nothing(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        let right = || app.logout(json!({ "sid": "s1" }));
        for alg in ["none", "unsigned", "HS256"] {
            let token = provider.log_out(&LogoutAtProvider { alg, ..right() });
            assert_eq!(app.provider_posts(&token).await.status, 400, "{alg}");
        }
        // An id token has another type.
        for typ in ["JWT", "at+jwt", ""] {
            let token = provider.log_out(&LogoutAtProvider { typ, ..right() });
            assert_eq!(app.provider_posts(&token).await.status, 400, "{typ}");
        }
        // Of another key, that nobody publishes.
        provider.rotate_key(9);
        let strange = provider.log_out(&right());
        provider.rotate_key(7);
        app.provider_posts(&strange).await.status(400);
        // Changed after it was signed.
        let token = provider.log_out(&app.logout(json!({ "sid": "s9" })));
        let other = provider.log_out(&right());
        let [head, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let body = other.split('.').nth(1).unwrap();
        app.provider_posts(&format!("{head}.{body}.{signature}")).await.status(400);
        for junk in ["", "x", "a.b.c", "....", &format!("{token}.{token}"), &"e".repeat(20_000)] {
            app.provider_posts(junk).await.status(400);
        }
        let browser = app.browser();
        browser.send(browser.request(Method::POST, HEARS)).await.status(400);
        browser.send(browser.request(Method::POST, HEARS).body("x".repeat(100_000))).await.status(400);
        browser.get(HEARS).await.status(405);
        browser.post(&HEARS.replace("quay", "nobody"), &[("logout_token", &other)]).await.status(404);
        assert!(lives(&one).await);
        assert_eq!(app.events("session.revoked").await.len(), 0);
        // The same with nothing wrong in it.
        app.provider_posts(&provider.log_out(&right())).await.status(200);
        assert!(!lives(&one).await);
    }

    async fn a_logout_counts_once_on_all_nodes(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let other = app.second_node().await;
        // Somebody has signed out, and another node hears it.
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        let token = provider.log_out(&app.logout(json!({ "sub": "gus-at-quay" })));
        hear_logout(&other.scope(), "quay", &token).await.unwrap();
        assert!(!lives(&one).await);
        // They sign in again; whoever has kept the token puts them out on no node.
        let again = app.gus_signs_in(&provider, json!({ "sid": "s2" })).await;
        app.provider_posts(&token).await.status(400);
        hear_logout(&other.scope(), "quay", &token).await.unwrap_err();
        assert!(lives(&again).await);
        // Eight times at once.
        let token = provider.log_out(&app.logout(json!({ "sid": "s2" })));
        let mut tries = JoinSet::new();
        for _ in 0..8 {
            let browser = app.browser();
            let request = browser.request(Method::POST, HEARS).form(&[("logout_token", &token)]);
            tries.spawn(async move { browser.send(request).await.status });
        }
        let all = tries.join_all().await;
        assert_eq!(all.iter().filter(|status| **status == 200).count(), 1, "{all:?}");
        assert!(all.iter().all(|status| [200, 400].contains(status)), "{all:?}");
        assert!(!lives(&again).await);
        other.stop().await;
    }

    async fn the_names_of_one_provider_are_not_anothers(db) {
        let app = TestApp::start(db).await;
        let (quay, evil) = (FakeIdentityProvider::start().await, FakeIdentityProvider::start().await);
        app.set_providers(&[("quay", &quay), ("evil", &evil)]).await;
        let _by_hand = app.gus_with_linked_account(&quay).await;
        let one = app.gus_signs_in(&quay, json!({ "sid": "s1" })).await;
        let claims = json!({ "sid": "s1", "sub": "gus-at-quay" });
        let browser = app.browser();
        let its_own = HEARS.replace("quay", "evil");
        // It knows the names of the session and of the account; each alone, and both.
        for claims in [json!({ "sid": "s1" }), json!({ "sub": "gus-at-quay" }), claims.clone()] {
            let theirs = evil.log_out(&app.logout(claims));
            app.provider_posts(&theirs).await.status(400);
            let request = browser.request(Method::POST, &its_own).form(&[("logout_token", &theirs)]);
            browser.send(request).await.status(200);
            assert!(lives(&one).await);
        }
        // A token says whose it is by the address and by its issuer: either alone is nothing.
        let quays = quay.log_out(&app.logout(claims));
        browser.send(browser.request(Method::POST, &its_own).form(&[("logout_token", &quays)])).await.status(400);
        assert!(lives(&one).await);
        app.provider_posts(&quays).await.status(200);
        assert!(!lives(&one).await);
    }

    /// A provider that signs everybody out at once is no flood; who sends what no provider signed is.
    async fn junk_is_counted_and_leaves_no_trace_and_what_is_right_is_not_held_up(db) {
        let ten = NonZeroU32::new(10).unwrap();
        let app = TestApp::start_with(db, |config| config.requests_per_minute = ten).await;
        let provider = app.with_provider().await;
        // What is known of the provider is known.
        app.provider_posts(&provider.log_out(&app.logout(json!({ "sid": "s0" })))).await.status(200);
        let (rows, asked) = (app.count("SELECT COUNT(*) FROM ceremonies").await, provider.asked());
        let events = app.count("SELECT COUNT(*) FROM audit_entries").await;
        let unsigned = LogoutAtProvider { alg: "unsigned", ..app.logout(json!({ "sid": "s1" })) };
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(app.provider_posts(&provider.log_out(&unsigned)).await.status);
        }
        assert_eq!(statuses.first(), Some(&400));
        assert!(statuses.iter().filter(|status| **status == 429).count() >= 15, "{statuses:?}");
        assert_eq!(app.count("SELECT COUNT(*) FROM ceremonies").await, rows);
        assert_eq!(app.count("SELECT COUNT(*) FROM audit_entries").await, events);
        assert!(provider.asked() <= asked + 1, "keys are looked for once a minute at most");
        for n in 0..30 {
            let token = provider.log_out(&app.logout(json!({ "sid": format!("s{n}") })));
            app.provider_posts(&token).await.status(200);
        }
    }

    /// Their browser may be on its way back when they are signed out there. The provider issues what it says when the code is redeemed,
    /// so that it is from after the logout; what they begin after it counts, however long ago they signed in there.
    async fn what_was_begun_before_the_logout_is_over(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let both = json!({ "sid": "another", "sub": "gus-at-quay" });
        let (of_session, of_none) = (json!({ "sid": "s" }), json!({}));
        for (named, claims) in [
            (json!({ "sid": "s" }), &of_session),
            (json!({ "sid": "s", "sub": "gus-at-quay" }), &of_session),
            (json!({ "sub": "gus-at-quay" }), &of_session),
            // Where the provider names its session at one time and not at another, it may be the one.
            (both.clone(), &of_none),
        ] {
            app.advance_seconds(60);
            let browser = app.browser();
            let to = app.go_to_provider(&browser, "quay").await;
            app.advance_seconds(2);
            app.provider_posts(&provider.log_out(&app.logout(named.clone()))).await.status(200);
            app.advance_seconds(2);
            let who = SignInAtProvider { claims: claims.clone(), ..app.at_provider("gus-at-quay") };
            browser.get(&provider.sign_in(&to, &who)).await.shows("Begin again");
            assert_eq!(app.count("SELECT COUNT(*) FROM flows WHERE ended_at IS NULL").await, 0, "{named}");
            let mut since = claims.clone();
            since["auth_time"] = json!(app.seconds() - 600);
            assert!(lives(&app.gus_signs_in(&provider, since).await).await, "{named}");
        }
        // Another session of theirs was not meant.
        app.advance_seconds(60);
        let browser = app.browser();
        let to = app.go_to_provider(&browser, "quay").await;
        app.provider_posts(&provider.log_out(&app.logout(both))).await.status(200);
        let who = SignInAtProvider { claims: of_session, ..app.at_provider("gus-at-quay") };
        browser.get(&provider.sign_in(&to, &who)).await.leads_to("/sign-in/second-step");
    }

    async fn of_an_answer_and_a_logout_at_once_no_sign_in_is_left(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        for n in 0..6 {
            app.advance_seconds(30);
            let (browser, sid) = (app.browser(), format!("s{n}"));
            let to = app.go_to_provider(&browser, "quay").await;
            let who = SignInAtProvider { claims: json!({ "sid": sid }), ..app.at_provider("gus-at-quay") };
            let (back, token) = (provider.sign_in(&to, &who), provider.log_out(&app.logout(json!({ "sid": sid }))));
            let (_, heard) = tokio::join!(browser.get(&back), app.provider_posts(&token));
            assert_eq!(heard.status, 200);
            assert_eq!(app.count("SELECT COUNT(*) FROM flows WHERE ended_at IS NULL").await, 0, "{n}");
        }
    }

    /// Once each, and what is not theirs besides.
    async fn what_was_heard_before_and_what_nobody_named_count_against_their_sender(db) {
        let ten = NonZeroU32::new(10).unwrap();
        let app = TestApp::start_with(db, |config| config.requests_per_minute = ten).await;
        let provider = app.with_provider().await;
        let token = provider.log_out(&app.logout(json!({ "sid": "s1" })));
        app.provider_posts(&token).await.status(200);
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(app.provider_posts(&token).await.status);
        }
        assert!(statuses[0] == 400 && statuses.contains(&429), "{statuses:?}");
        app.advance_seconds(600);
        let nobodys = HEARS.replace("quay", "nobody");
        let browser = app.browser();
        let mut statuses = Vec::new();
        for _ in 0..20 {
            let request = browser.request(Method::POST, &nobodys).form(&[("logout_token", &token)]);
            statuses.push(browser.send(request).await.status);
        }
        assert!(statuses[0] == 404 && statuses.contains(&429), "{statuses:?}");
    }

    /// The specification has one answer for a logout that is wrong and for one that fails.
    async fn while_the_provider_is_down_a_logout_that_cannot_be_checked_ends_nothing(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        // A node that has never asked it.
        let other = app.second_node().await;
        provider.set_up(false);
        let token = provider.log_out(&app.logout(json!({ "sid": "s1" })));
        hear_logout(&other.scope(), "quay", &token).await.unwrap_err();
        assert!(lives(&one).await);
        // It is not used up: sent again to one that knows the provider's keys, it counts.
        app.provider_posts(&token).await.status(200);
        assert!(!lives(&one).await);
        other.stop().await;
    }

    async fn a_provider_may_have_another_key_by_then(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        let one = app.gus_signs_in(&provider, json!({ "sid": "s1" })).await;
        app.advance_seconds(120);
        provider.rotate_key(9);
        app.provider_posts(&provider.log_out(&app.logout(json!({ "sid": "s1" })))).await.status(200);
        assert!(!lives(&one).await);
    }

    /// Whoever completes a sign-in while its provider ends it is not left signed in, whichever comes first.
    async fn no_session_slips_through_while_it_is_being_opened(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let _by_hand = app.gus_with_linked_account(&provider).await;
        for n in 0..6 {
            app.advance_seconds(30);
            let sid = format!("s{n}");
            let browser = Arc::new(app.gus_comes(&provider, json!({ "sid": sid })).await);
            let code = app.phone("gus").await.code(app.seconds());
            let token = provider.log_out(&app.logout(json!({ "sid": sid, "sub": "gus-at-quay" })));
            let form = [("code", code.as_str())];
            let (_, heard) = tokio::join!(browser.post("/sign-in/second-step", &form), app.provider_posts(&token));
            assert_eq!(heard.status, 200);
            assert!(!lives(&browser).await, "{n}");
        }
    }
}
