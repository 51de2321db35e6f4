//! When a waiting period begins.

use jiff::SignedDuration;
use postern::actions::ActionError;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::start_hold::want_hold;
use postern::config::Config;
use postern::smtp::Smtp;
use postern_core::case::Stage;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_testkit::FakeSmtp;

use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::{Database, TestApp, eventually, production};

const MAIL: &str = "carl@demo.postern.invalid";
const VERIFIED: &str = "about to be reset";

/// A server whose mail goes to this relay, and whose calls wait for ever.
async fn start(db: Database, smtp: &FakeSmtp) -> TestApp {
    let url = smtp.url();
    TestApp::start_with(db, move |config: &mut Config| {
        production(config);
        config.smtp = Some(Smtp { url, from: "postern@halden.invalid".parse().unwrap() });
    })
    .await
}

impl TestApp {
    async fn verify_carl(&self, id: &CaseId) {
        self.bind("ben", id).await;
        self.record("ben", id, Kind::LiveVideo).await;
        self.vouch("mona", id).await;
    }

    async fn mail_contact(&self) -> String {
        let row = sqlx::query_as(self.own("SELECT id FROM contacts WHERE value = $1")).bind(MAIL);
        let (id,): (String,) = row.fetch_one(self.db.reader()).await.unwrap();
        id
    }

    /// Two rounds of the job, and nothing came of it.
    async fn still_waits(&self, id: &CaseId) {
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
        assert_eq!(self.stage(id).await, "awaiting_notice");
    }
}

on_both! {
    async fn a_hold_begins_when_a_relay_took_the_notice(db) {
        let smtp = FakeSmtp::start().await;
        smtp.set_broken(true);
        let app = start(db, &smtp).await;
        let (ben, id) = (app.caller("ben").await, app.open("carl").await);
        app.verify_carl(&id).await;
        eventually("mail was tried", async || smtp.refused() >= 1).await;
        app.advance_seconds(12 * 3600);
        app.still_waits(&id).await;
        assert!(app.events("case.hold_started").await.is_empty(), "it ran, and nobody was told");
        let early = apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await;
        assert!(matches!(early, Err(ActionError::Refused(_))));
        smtp.set_broken(false);
        app.advance_seconds(7201);
        app.wait_for_hold(&id).await;
        let messages = app.messages().await;
        let notice = messages.iter().find(|m| m.recipient == MAIL && m.subject.contains(VERIFIED)).unwrap();
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        assert_eq!(until.as_microsecond(), notice.delivered_at.unwrap() + 86_400_000_000);
        app.advance(until.duration_since(app.clock.now()) - SignedDuration::from_secs(2));
        let early = apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await;
        assert!(matches!(early, Err(ActionError::Refused(_))));
        app.advance_seconds(3);
        app.reset("ben", &id).await;
    }

    async fn a_contact_that_is_lost_begins_no_hold(db) {
        let smtp = FakeSmtp::start().await;
        let app = start(db, &smtp).await;
        let (ben, mail) = (app.browser_with_planted_session("ben").await, app.mail_contact().await);
        let id = app.open("carl").await;
        let (case, lost) = (format!("/desk/cases/{id}"), format!("/desk/cases/{id}/contact-lost"));
        ben.get(&case).await.ok().shows("Reported lost?");
        ben.post(&lost, &[("contact", mail.as_str()), ("reason", "")]).await.status(422);
        let form = [("contact", mail.as_str()), ("reason", PLACEHOLDER_REASON)];
        ben.post(&lost, &form).await.leads_to(&case);
        ben.get(&case).await.ok().shows("reported lost");
        ben.post(&lost, &form).await.status(409);
        app.verify_carl(&id).await;
        // It went out, and reached nobody who counts.
        eventually("the mail went out", async || {
            smtp.mails().iter().any(|m| m.header("Subject").is_some_and(|subject| subject.contains(VERIFIED)))
        })
        .await;
        app.still_waits(&id).await;
        assert_eq!(app.events("contact.reported_lost").await.len(), 1);
        let notified = app.messages().await.into_iter().filter(|m| m.subject.contains("reported lost")).count();
        assert_eq!(notified, 2, "each contact, the one that is said to be lost too");
    }

    async fn a_number_that_was_called_and_a_contact_newer_than_the_case_begin_no_hold(db) {
        // Development takes every message: the office number was called, and the mail address is newer than the case.
        let app = TestApp::start(db).await;
        let id = app.open("carl").await;
        let sql = sqlx::query(app.own("UPDATE contacts SET filed_at = $2, confirmed_at = $2 WHERE value = $1"));
        sql.bind(MAIL).bind(app.clock.now().as_microsecond()).execute(app.db.reader()).await.unwrap();
        app.verify_carl(&id).await;
        eventually("both went out", async || {
            let sql = "SELECT COUNT(*) FROM outbox WHERE notice = 'case_verified' AND delivered_at IS NOT NULL";
            app.count(sql).await == 2
        })
        .await;
        app.still_waits(&id).await;
        // Old enough, and confirmed by nobody.
        let sql = sqlx::query(app.own("UPDATE contacts SET filed_at = 1, confirmed_at = NULL WHERE value = $1"));
        sql.bind(MAIL).execute(app.db.reader()).await.unwrap();
        app.still_waits(&id).await;
    }

    async fn after_a_day_two_seniors_outside_the_case_begin_it_and_it_is_doubled(db) {
        let smtp = FakeSmtp::start().await;
        smtp.set_broken(true);
        let app = start(db, &smtp).await;
        let (sol, ada) = (app.caller("sol").await, app.caller("ada").await);
        let id = app.open("carl").await;
        app.verify_carl(&id).await;
        let early = want_hold(&app.scope(), &sol, &id, PLACEHOLDER_REASON).await;
        assert!(matches!(early, Err(ActionError::Refused(_))), "a day has not gone by");
        app.advance(a_day());
        app.advance_seconds(1);
        eventually("seniors are told", async || app.events("case.notice_overdue").await.len() == 1).await;
        let notified = app.messages().await.into_iter().filter(|m| m.subject.contains("has not begun"));
        let mut notified: Vec<String> = notified.map(|m| m.recipient).collect();
        notified.sort();
        assert_eq!(notified, ["ada@demo.postern.invalid", "sol@demo.postern.invalid"]);
        let browser = app.browser_with_planted_session("sol").await;
        let (case, path) = (format!("/desk/cases/{id}"), format!("/desk/cases/{id}/start-hold"));
        browser.get(&case).await.ok().shows("For a day no such message went out").shows("Begin the waiting period");
        browser.get(&path).await.ok().shows("lasts twice as long");
        browser.post(&path, &[("reason", "")]).await.status(422);
        browser.post(&path, &[("reason", PLACEHOLDER_REASON)]).await.leads_to(&case);
        assert_eq!(app.stage(&id).await, "awaiting_notice");
        assert_eq!(app.notified_overseers("may begin unheard").await.len(), 2);
        for other in [&sol, &app.caller("ben").await] {
            let denied = want_hold(&app.scope(), other, &id, PLACEHOLDER_REASON).await;
            assert!(matches!(denied, Err(ActionError::Denied(_))), "one senior twice, or an agent");
        }
        want_hold(&app.scope(), &ada, &id, PLACEHOLDER_REASON).await.unwrap();
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        let left = until.duration_since(app.clock.now());
        assert!(left > SignedDuration::from_hours(47) && left <= SignedDuration::from_hours(48));
        assert_eq!(app.notified_overseers("began unheard").await.len(), 2);
        assert_eq!(app.events("case.hold_wanted").await.len(), 2);
        assert_eq!(app.events("case.hold_started").await[0]["detail"]["doubled"], true);
    }
}
