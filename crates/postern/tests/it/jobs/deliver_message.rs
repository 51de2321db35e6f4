use jiff::SignedDuration;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::app::App;
use postern::job::JobKind;
use postern::scope::Scope;
use postern::smtp::Smtp;
use postern::store::jobs::{self, Lease};
use postern_testkit::{FakeGateway, FakeSmtp, FakeTwilio};
use tokio::net::TcpListener;

use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, eventually, production};

/// Starts with both ways out.
async fn start(place: Place, smtp: &FakeSmtp, gateway: &FakeGateway) -> TestApp {
    place.set("gateway_url", gateway.url().as_str()).await;
    let url = smtp.url();
    let from = "Postern <postern@halden.invalid>".parse().unwrap();
    TestApp::start_at(place, |config| config.smtp = Some(Smtp { url, from })).await
}

async fn waiting(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL").await
}

on_both! {
    async fn mail_text_and_voice_go_out_once_each(db) {
        let (smtp, gateway) = (FakeSmtp::start().await, FakeGateway::start().await);
        let app = start(Place::with_people(db).await, &smtp, &gateway).await;
        app.open("ana").await;
        eventually("all three are delivered", async || waiting(&app).await == 0).await;
        let mails = smtp.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["ana@demo.postern.invalid"]);
        assert_eq!(mails[0].from, "postern@halden.invalid");
        assert_eq!(mails[0].header("Subject"), Some("Somebody asked to recover your account"));
        let text = mails[0].text();
        let link = format!("{}/not-me#", app.origin());
        assert!(text.contains(&link), "no link in: {text}");
        // The link works as it stands in the mail.
        let code = text.split("/not-me#").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        app.secrets.saw_contest(&code);
        app.browser().post("/not-me", &[("code", &code)]).await.ok().shows("It is stopped");

        let mut texts = gateway.texts();
        texts.sort_by(|a, b| a.channel.cmp(&b.channel));
        let heads: Vec<_> = texts.iter().map(|t| (t.channel.as_str(), t.to.as_str())).collect();
        assert_eq!(heads, [("sms", "+44 7700 900120"), ("voice", "+44 20 7946 0120")]);
        assert!(texts[0].text.contains("/not-me#") && !texts[1].text.contains("/not-me#"));
        app.advance_seconds(3600);
        app.jobs.due.notify_one();
        assert_eq!((smtp.mails().len(), gateway.texts().len()), (1, 2));
    }

    /// Against a stand-in with the part of Twilio's API that is used: its forms, its addresses, and its basic authentication.
    async fn text_and_voice_go_out_as_twilio_wants_them(db) {
        let twilio = FakeTwilio::start().await;
        let app = TestApp::start(db).await;
        let url = twilio.url();
        let set = async |token: &str| {
            let named = [
                ("gateway_kind", "twilio"),
                ("gateway_url", url.as_str()),
                ("gateway_account", FakeTwilio::ACCOUNT),
                ("gateway_token", token),
                ("gateway_from", "+44 20 7946 0100"),
            ];
            let named = named.map(|(name, value)| (name.to_owned(), value.to_owned()));
            set_tenant_settings(&app.scope(), &named, "a test wants it so").await.unwrap();
        };
        set("another-secret").await;
        app.open("ana").await;
        eventually("both were refused", async || twilio.refused() >= 2).await;
        assert!(twilio.forms().is_empty());
        set(FakeTwilio::TOKEN).await;
        app.advance_seconds(3600);
        app.jobs.due.notify_one();
        eventually("both went out", async || twilio.forms().len() == 2).await;
        let mut forms = twilio.forms();
        forms.sort_by(|a, b| a.resource.cmp(&b.resource));
        let of = |n: usize, name: &str| {
            let field = forms[n].fields.iter().find(|(field, _)| field == name);
            field.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert_eq!((forms[0].resource.as_str(), forms[1].resource.as_str()), ("Calls.json", "Messages.json"));
        assert_eq!((of(0, "To").as_str(), of(1, "To").as_str()), ("+442079460120", "+447700900120"));
        assert_eq!(of(0, "From"), "+442079460100");
        let said = of(0, "Twiml");
        assert!(said.starts_with("<Response><Say>Halden Works") && said.ends_with("</Say></Response>"), "{said}");
        assert!(of(1, "Body").contains("/not-me#"));
        // Neither the record nor what the operator reads has the secret.
        let record = app.events("tenant.settings_changed").await;
        assert!(!format!("{record:?}").contains(FakeTwilio::TOKEN) && !format!("{record:?}").contains("another-secret"));
    }

    async fn while_the_outside_is_down_nothing_is_lost(db) {
        let (smtp, gateway) = (FakeSmtp::start().await, FakeGateway::start().await);
        smtp.set_broken(true);
        gateway.set_broken(true);
        let app = start(Place::with_people(db).await, &smtp, &gateway).await;
        app.open("ana").await;
        eventually("all were tried", async || smtp.refused() >= 1 && gateway.refused() >= 2).await;
        // The next attempt is so long after the outcome of the last: time passes only once that is written down.
        let noted = async |attempts: i64| {
            let leased = app.count("SELECT COUNT(*) FROM jobs WHERE leased_by IS NOT NULL").await;
            leased == 0 && app.messages().await.iter().all(|m| m.last_error.is_some() && m.attempts >= attempts)
        };
        for attempt in 2..=3 {
            eventually("the failure is written down", async || noted(attempt - 1).await).await;
            app.advance_seconds(121);
            eventually("all were tried again", async || i64::try_from(smtp.refused()).unwrap() >= attempt).await;
        }
        eventually("the last failure is written down", async || noted(3).await).await;
        assert_eq!(waiting(&app).await, 3);
        smtp.set_broken(false);
        gateway.set_broken(false);
        app.advance_seconds(7201);
        eventually("all arrive", async || waiting(&app).await == 0).await;
        assert_eq!((smtp.mails().len(), gateway.texts().len()), (1, 2));
    }

    async fn a_server_that_is_not_there_is_found_when_it_comes(db) {
        let (smtp, gateway) = (FakeSmtp::start().await, FakeGateway::start().await);
        let address = smtp.address();
        let app = start(Place::with_people(db).await, &smtp, &gateway).await;
        drop(smtp);
        app.open("gus").await;
        eventually("mail failed", async || app.messages().await.iter().any(|m| m.last_error.is_some())).await;
        let smtp = FakeSmtp::start_on(address).await;
        app.advance_seconds(31);
        eventually("mail arrives", async || smtp.mails().len() == 1).await;
        eventually("and is settled", async || waiting(&app).await == 0).await;
    }

    async fn a_crash_between_the_attempt_and_its_outcome_sends_it_again(db) {
        let place = Place::with_people(db).await;
        let config = place.config("127.0.0.1:1".parse().unwrap());
        // An app without a server has no jobs: it commits, claims its messages, and is gone.
        let app = App::start(config).await.unwrap();
        let [scope] = Scope::of_served(&app).try_into().ok().unwrap();
        postern::actions::open_case::open_case(&scope, "gus", None).await.unwrap();
        for kind in [JobKind::DeliverMail, JobKind::DeliverText] {
            let mut change = scope.begin().await.unwrap();
            let lease = Lease { by: &app.node, until: change.at() + SignedDuration::from_secs(30) };
            assert_eq!(jobs::lease(&mut change, kind, lease, 10).await.unwrap().len(), 1);
            // Nobody else may send it meanwhile.
            assert!(jobs::lease(&mut change, kind, lease, 10).await.unwrap().is_empty());
            change.commit_unrecorded("a test's attempt").await.unwrap();
        }
        app.db.close().await;

        let (smtp, gateway) = (FakeSmtp::start().await, FakeGateway::start().await);
        let app = start(place, &smtp, &gateway).await;
        assert_eq!(waiting(&app).await, 2);
        app.advance_seconds(31);
        eventually("both arrive", async || waiting(&app).await == 0).await;
        assert_eq!((smtp.mails().len(), gateway.texts().len()), (1, 1));
    }

    /// A gateway that takes the call and never answers is its own organisation's trouble.
    async fn a_gateway_that_hangs_keeps_no_other_organisation_waiting(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let (hanging, gateway) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), FakeGateway::start().await);
        let hanging = format!("http://{}/", hanging.local_addr().unwrap());
        for (app, url) in [(&halden, hanging.as_str()), (&quay, gateway.url().as_str())] {
            let named = [("gateway_url".to_owned(), url.to_owned())];
            set_tenant_settings(&app.scope(), &named, "a test wants it so").await.unwrap();
        }
        // Each of these waits for twenty seconds.
        for who in ["gus", "fay", "emil", "carl"] {
            halden.open(who).await;
        }
        quay.open("gus").await;
        eventually("the other one's call goes out", async || gateway.texts().len() == 1).await;
        assert_eq!(waiting(&halden).await, 4, "and the calls of the first one wait");
    }

    /// An organisation's own relay, with its own sender; one that hangs is its own organisation's trouble.
    async fn an_organisation_may_have_a_relay_of_its_own(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let (hanging, relay) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), FakeSmtp::start().await);
        let hanging = format!("smtp://{}", hanging.local_addr().unwrap());
        for (app, url, from) in [
            (&halden, hanging.as_str(), "Halden <postern@halden.invalid>"),
            (&quay, relay.url().as_str(), "The Clinic <desk@quay.invalid>"),
        ] {
            let named = [("smtp_url".to_owned(), url.to_owned()), ("smtp_from".to_owned(), from.to_owned())];
            set_tenant_settings(&app.scope(), &named, "a test wants it so").await.unwrap();
        }
        halden.open("gus").await;
        quay.open("gus").await;
        eventually("the other one's mail goes out", async || relay.mails().len() == 1).await;
        assert_eq!(relay.mails()[0].from, "desk@quay.invalid");
        assert_eq!(relay.mails()[0].header("From"), Some("\"The Clinic\" <desk@quay.invalid>"));
        let mail = "SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL AND channel = 'email'";
        assert_eq!(halden.count(mail).await, 1, "and the mail of the first one waits");
    }

    async fn in_development_the_outbox_page_is_the_relay(db) {
        let app = TestApp::start(db).await;
        app.open("gus").await;
        eventually("both count as accepted", async || waiting(&app).await == 0).await;
        let messages = app.messages().await;
        assert!(messages.iter().all(|m| m.body.contains("Halden Works")), "development shows what was said");
    }

    async fn without_a_way_out_messages_wait(db) {
        let smtp = FakeSmtp::start().await;
        let app = TestApp::start_with(db, production).await;
        app.open("gus").await;
        eventually("they are put off, and it is noted why", async || {
            app.messages().await.iter().all(|m| m.attempts == 0 && m.last_error.is_some())
        })
        .await;
        let app = TestApp::start_at(app.stop().await, |config| {
            production(config);
            config.smtp = Some(Smtp { url: smtp.url(), from: "postern@halden.invalid".parse().unwrap() });
        })
        .await;
        app.advance_seconds(61);
        eventually("the mail arrives", async || smtp.mails().len() == 1).await;
        eventually("the mail is settled", async || waiting(&app).await == 1).await;
        app.advance_seconds(86_400);
        let left: Vec<String> = app.messages().await.into_iter().filter(|m| m.delivered_at.is_none()).map(|m| m.channel).collect();
        assert_eq!(left, ["voice"], "the call still waits for a gateway");
    }
}
