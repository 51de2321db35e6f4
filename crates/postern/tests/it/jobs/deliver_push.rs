//! Phones are woken by Web Push: what is really sent is opened here as a browser would.

use std::net::IpAddr;
use std::str::FromStr as _;

use postern::actions::subscribe_push::checked_endpoint;
use postern::public_address::is_public;
use postern::public_resolver::PublicResolver;
use postern_testkit::{FakePushService, PushPhone};
use reqwest::dns::{Name, Resolve as _};

use crate::on_both::on_both;
use crate::test_app::{TestApp, eventually, production};

impl TestApp {
    async fn subscribe(&self, phone: &PushPhone, subscription: &[String; 3]) -> u16 {
        self.advance(jiff::SignedDuration::from_millis(5));
        let said = phone.subscribe(self.clock.now().as_millisecond(), subscription);
        self.phone_says("subscribe", &said).await.status
    }

    /// Nobody is left to be woken now.
    async fn no_push_waits(&self) {
        let sql = "SELECT COALESCE(MIN(CASE WHEN leased_by IS NULL THEN run_at ELSE 0 END), 9223372036854775807) FROM jobs WHERE kind = 'deliver_push'";
        eventually("no push waits", async || self.count(sql).await > self.clock.now().as_microsecond()).await;
    }
}

on_both! {
    async fn a_request_wakes_the_phone_and_says_nothing_of_anybody(db) {
        let app = TestApp::start(db).await;
        let service = FakePushService::start().await;
        let (_, phone) = app.with_phone("gus", 1).await;
        assert_eq!(app.subscribe(&phone, &service.subscription()).await, 204);
        let asked = app.ask_phone("gus").await;
        eventually("the phone is woken", async || service.messages().len() == 1).await;
        let woken = service.messages().remove(0);
        assert_eq!(woken.said, r#"{"push":"request"}"#);
        assert!((100..=120).contains(&woken.ttl), "{}", woken.ttl);
        assert_eq!(woken.headers["urgency"], "high");
        assert_eq!(woken.claims["aud"], service.origin());
        assert_eq!(woken.claims["sub"], app.scope().tenant.link(""));
        let lives = woken.claims["exp"].as_i64().unwrap() - app.seconds();
        assert!((0..24 * 3600).contains(&lives), "{lives}");
        let page = app.browser().get("/phone").await;
        assert!(page.ok().body.contains(&format!("data-vapid=\"{}\"", woken.key)), "another key than the page names");
        // Asked again, the one before is not told any more.
        app.ask_phone_again(&asked.browser).await;
        eventually("it is woken again", async || service.messages().len() == 2).await;
        let topics: Vec<_> = service.messages().iter().map(|woken| woken.headers["topic"].clone()).collect();
        assert_ne!(topics[0], topics[1]);
        app.no_push_waits().await;
        let worker = app.browser().get("/phone/worker.js").await;
        assert_eq!(worker.ok().headers["service-worker-allowed"], "/phone");
    }

    async fn a_subscription_that_is_gone_is_forgotten(db) {
        let app = TestApp::start(db).await;
        let service = FakePushService::start().await;
        let (_, phone) = app.with_phone("gus", 1).await;
        assert_eq!(app.subscribe(&phone, &service.subscription()).await, 204);
        service.answer_with(410);
        let asked = app.ask_phone("gus").await;
        eventually("it was tried", async || service.asked() == 1).await;
        app.no_push_waits().await;
        service.answer_with(201);
        let number = app.ask_phone_again(&asked.browser).await;
        app.no_push_waits().await;
        assert_eq!(service.asked(), 1);
        // The phone answers all the same: it asks.
        assert_eq!(app.phone_answers(&phone, "approve", &number).await, 200);
        assert_eq!(app.subscribe(&phone, &service.subscription()).await, 204);
        assert_eq!(app.subscribe(&phone, &[String::new(), String::new(), String::new()]).await, 204);
        app.wait_for_next_try();
        app.ask_phone("gus").await;
        app.no_push_waits().await;
        assert_eq!(service.asked(), 1, "it had said that it wants to be woken no more");
    }

    async fn what_fails_is_tried_again_while_somebody_waits_for_it(db) {
        let app = TestApp::start(db).await;
        let service = FakePushService::start().await;
        let (_, phone) = app.with_phone("gus", 1).await;
        assert_eq!(app.subscribe(&phone, &service.subscription()).await, 204);
        service.answer_with(503);
        app.ask_phone("gus").await;
        eventually("it was tried", async || service.asked() == 1).await;
        eventually("that is kept", async || app.count("SELECT COUNT(*) FROM jobs WHERE kind = 'deliver_push' AND last_error IS NOT NULL").await == 1).await;
        service.answer_with(201);
        app.advance_seconds(4);
        app.jobs.due.notify_one();
        eventually("it is woken", async || service.messages().len() == 1).await;
        app.no_push_waits().await;
        service.answer_with(503);
        app.ask_phone("gus").await;
        eventually("it was tried", async || service.asked() == 3).await;
        eventually("that is kept", async || app.count("SELECT COUNT(*) FROM jobs WHERE kind = 'deliver_push' AND last_error IS NOT NULL").await == 1).await;
        app.advance_seconds(121);
        app.jobs.due.notify_one();
        app.no_push_waits().await;
        assert_eq!(service.asked(), 3, "nobody waits for it any more");
    }

    /// Prompts that nobody answers are what wearing somebody out looks like: the diagnosis has to see each.
    async fn what_nobody_answers_is_recorded_when_its_time_is_over(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let asked = app.ask_phone("gus").await;
        app.no_push_waits().await;
        assert!(app.events("signin.failed").await.is_empty());
        app.advance_seconds(121);
        app.jobs.due.notify_one();
        eventually("it is recorded", async || app.events("signin.failed").await.len() == 1).await;
        let cause = &app.events("signin.failed").await[0]["detail"];
        assert_eq!((&cause["method"], &cause["cause"]), (&"push".into(), &"mfa_no_response".into()));
        asked.browser.get("/sign-in/push").await.ok().shows("did not answer in time");
        // One that was answered is not recorded again.
        let number = app.ask_phone_again(&asked.browser).await;
        assert_eq!(app.phone_answers(&phone, "deny", "").await, 200);
        drop(number);
        app.advance_seconds(121);
        app.jobs.due.notify_one();
        eventually("its job is gone", async || app.count("SELECT COUNT(*) FROM jobs WHERE kind = 'deliver_push'").await == 0).await;
        assert_eq!(app.events("signin.failed").await.len(), 2, "nobody answered the first, and the second was a no");
    }

    async fn only_the_phone_says_where_it_is_woken(db) {
        let app = TestApp::start(db).await;
        let service = FakePushService::start().await;
        let ((_, phone), other) = (app.with_phone("gus", 1).await, app.push_phone(2));
        let now = || app.clock.now().as_millisecond();
        let mut forged = other.subscribe(now(), &service.subscription());
        forged["device"] = phone.device().into();
        app.phone_says("subscribe", &forged).await.status(401);
        let said = phone.subscribe(now(), &service.subscription());
        let mut elsewhere = said.clone();
        elsewhere["endpoint"] = "https://elsewhere.example/wake".into();
        app.phone_says("subscribe", &elsewhere).await.status(401);
        app.phone_says("subscribe", &said).await.status(204);
        app.phone_says("subscribe", &said).await.status(401);
        let [_, p256dh, auth] = service.subscription();
        for endpoint in ["nonsense".to_owned(), format!("http://127.0.0.1/{}", "a".repeat(1000))] {
            assert_eq!(app.subscribe(&phone, &[endpoint, p256dh.clone(), auth.clone()]).await, 422);
        }
        let [endpoint, ..] = service.subscription();
        for (key, secret) in [("AA", auth.as_str()), ("", ""), (p256dh.as_str(), "AA")] {
            assert_eq!(app.subscribe(&phone, &[endpoint.clone(), key.to_owned(), secret.to_owned()]).await, 422);
        }
        // A key that is no point of the curve is kept, and wakes nobody.
        let no_point = format!("{}AQE", "AQEB".repeat(21));
        assert_eq!(app.subscribe(&phone, &[endpoint, no_point, auth]).await, 204);
        app.ask_phone("gus").await;
        app.no_push_waits().await;
        assert_eq!(service.asked(), 0);
    }

    /// A browser names the address: it is no way into the network that the server stands in.
    async fn a_push_service_is_on_the_internet_at_large(db) {
        let app = TestApp::start_with(db, production).await;
        for right in ["https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/x", "https://93.184.215.14/x"] {
            assert!(checked_endpoint(&app.scope(), right).is_ok(), "{right}");
        }
        let wrong = [
            "http://push.example/x", "https://push.example:8443/x", "https://localhost/x", "https://intranet/x", "https://127.0.0.1/x",
            "https://[::1]/x", "https://10.0.0.5/x", "https://2130706433/x", "https://0x7f.1/x", "https://169.254.169.254/latest",
            "https://me@push.example/x", "file:///etc/passwd", "ftp://push.example/x", "push.example/x", "",
        ];
        for wrong in wrong {
            assert!(checked_endpoint(&app.scope(), wrong).is_err(), "{wrong}");
        }
    }
}

#[test]
fn addresses_that_are_not_everybodys_are_told_apart() {
    let public = ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"];
    let others = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    let is_public = |text: &&str| is_public(text.parse::<IpAddr>().unwrap());
    assert_eq!(public.iter().filter(|text| !is_public(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(others.iter().filter(|text| is_public(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[tokio::test]
async fn a_name_that_leads_home_leads_nowhere() {
    assert!(PublicResolver.resolve(Name::from_str("localhost").unwrap()).await.is_err());
}
