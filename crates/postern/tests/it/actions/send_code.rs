//! Codes are sent after the password alone, ten an hour at most, and the page says how their delivery goes.

use jiff::SignedDuration;
use postern::actions::send_code::MOST_CODES;
use postern_testkit::FakeGateway;
use tokio::task::JoinSet;

use crate::browser::FLOW;
use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, eventually};

const SENT: &str = "SELECT COUNT(*) FROM sent_codes";

on_both! {
    async fn a_text_says_what_it_is_for_and_is_bound_to_this_address(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let asks = app.password_by_hand("ana").await;
        asks.get("/sign-in/second-step").await.ok().shows("Text a code to …20").does_not_show("900120");
        let code = app.have_code_sent(&asks, &factor).await;
        let sent = app.messages().await.into_iter().max_by_key(|message| message.id.clone()).unwrap();
        assert_eq!((sent.channel.as_str(), sent.recipient.as_str()), ("sms", "+44 7700 900120"));
        assert!(sent.body.starts_with("Halden Works: ") && sent.body.contains("Never tell it anyone"), "{}", sent.body);
        let host = app.config.origin.host_str().unwrap();
        assert_eq!(sent.body.lines().last().unwrap(), format!("@{host} #{code}"));
        let long = "SELECT COUNT(*) FROM sent_codes WHERE length(code_hash) = 64 AND length(recipient_hash) = 64";
        assert_eq!(app.count(long).await, 1, "hashes are kept");
        let page = asks.get("/sign-in/sent-code").await;
        page.ok().shows("in this browser and nowhere else").shows("Nobody from your organisation asks for this code");
        assert!(page.body.contains("autocomplete=\"one-time-code\""));
        assert_eq!(app.events("signin.code_sent").await[0]["detail"]["kind"], "sms");
    }

    async fn who_has_shown_no_password_or_has_no_such_factor_is_sent_nothing(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let before = app.messages().await.len();
        let nobody = app.browser();
        for login in ["nobody-by-that-name", "ana"] {
            nobody.post("/sign-in", &[("login", login), ("password", "wrong wrong wrong")]).await.status(422);
            nobody.post("/sign-in/sent-code", &[("factor", &factor)]).await.leads_to("/sign-in");
        }
        // Somebody else's factor.
        let gus = app.password_by_hand("gus").await;
        gus.get("/sign-in/sent-code").await.leads_to("/sign-in/second-step");
        for factor in [factor.as_str(), ""] {
            gus.post("/sign-in/sent-code", &[("factor", factor)]).await.status(409).shows("No code can be sent there");
        }
        gus.post("/sign-in/sent-code/finish", &[("code", "123456")]).await.status(409);
        assert_eq!((app.count(SENT).await, app.messages().await.len()), (0, before));
    }

    /// Twelve at once in two sign-ins: ten go out, and the next one after an hour.
    async fn ten_an_hour_and_never_one_more(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let flows = [app.password_by_hand("ana").await, app.password_by_hand("ana").await];
        let mut tasks = JoinSet::new();
        for n in 0..12 {
            let (browser, factor) = (app.browser(), factor.clone());
            browser.set_cookie(FLOW, flows[n % 2].cookie(FLOW).as_deref());
            tasks.spawn(async move { browser.post("/sign-in/sent-code", &[("factor", &factor)]).await.status });
        }
        let statuses = tasks.join_all().await;
        assert_eq!(app.count(SENT).await, MOST_CODES, "{statuses:?}");
        assert_eq!(app.count("SELECT COUNT(*) FROM sent_codes WHERE ended_at IS NULL").await, 2, "one in each sign-in");
        app.advance_seconds(3590);
        let asks = app.password_by_hand("ana").await;
        asks.post("/sign-in/sent-code", &[("factor", &factor)]).await.status(429);
        app.advance_seconds(11);
        asks.post("/sign-in/sent-code", &[("factor", &factor)]).await.leads_to("/sign-in/sent-code");
    }

    async fn a_slow_or_broken_gateway_is_said(db) {
        let gateway = FakeGateway::start().await;
        let place = Place::with_people(db).await;
        place.set("gateway_url", gateway.url().as_str()).await;
        let app = TestApp::start_at(place, |_| {}).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        eventually("the notices are out", async || {
            app.count("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL AND channel = 'sms'").await == 0
        }).await;
        gateway.set_broken(true);
        let asks = app.password_by_hand("ana").await;
        let refused = gateway.refused();
        asks.post("/sign-in/sent-code", &[("factor", &factor)]).await.leads_to("/sign-in/sent-code");
        eventually("it was tried", async || gateway.refused() > refused).await;
        eventually("the page says so", async || {
            asks.get("/sign-in/sent-code").await.visible().contains("did not go out yet")
        }).await;
        app.advance(SignedDuration::from_secs(61));
        asks.get("/sign-in/sent-code").await.ok().shows("did not go out yet").shows("Use another way");
        asks.post("/sign-in/sent-code", &[("factor", &factor)]).await.leads_to("/sign-in/sent-code");
        gateway.set_broken(false);
        app.advance(SignedDuration::from_mins(2));
        eventually("the next one is out", async || {
            asks.get("/sign-in/sent-code").await.visible().contains("is on its way to …20")
        }).await;
        // The one before it is dead: it is not sent, nobody is alarmed, and its text is gone.
        eventually("the one before it is withdrawn", async || {
            app.count("SELECT COUNT(*) FROM outbox WHERE channel = 'sms' AND body <> ''").await == 0
        }).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM outbox WHERE channel = 'sms' AND delivered_at IS NULL").await, 1);
        assert_eq!(app.count("SELECT COUNT(*) FROM jobs WHERE dead_at IS NOT NULL").await, 0);
    }
}
