use jiff::SignedDuration;
use postern::actions::contest::contest;
use postern::actions::escalate_case::escalate_case;
use postern::actions::take_case::take_case;
use postern::actions::withdraw_case::withdraw_case;
use postern::store::StoreError;
use postern::store::cases;
use postern::store::outbox::Message;
use postern_core::id::{CaseId, ContactId};
use postern_core::policy::Request;

use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::{TestApp, eventually};

const DIGEST: &str = "More requests to recover";

impl TestApp {
    async fn digests(&self) -> Vec<Message> {
        self.messages().await.into_iter().filter(|m| m.subject.starts_with(DIGEST)).collect()
    }

    async fn wait_for_digests(&self, count: usize) {
        eventually("the digest goes out", async || {
            self.events("case.openings_announced").await.len() == count
        })
        .await;
    }

    async fn is_announced(&self, id: &CaseId) -> bool {
        self.row(id).await.announced_at.is_some()
    }
}

on_both! {
    async fn a_flood_of_openings_is_one_digest_a_day_and_no_call(db) {
        let app = TestApp::start(db).await;
        app.to_the_next_hour();
        let mut opened = Vec::new();
        let mut first_digest = app.clock.now();
        for batch in 0..3 {
            for _ in 0..5 {
                opened.push(app.open("ana").await);
            }
            app.advance_seconds(3600);
            if batch == 0 {
                app.wait_for_digests(1).await;
                first_digest = app.clock.now();
            }
        }
        assert!(app.is_announced(&opened[0]).await);
        let nearly = first_digest + a_day() - SignedDuration::from_mins(10);
        app.advance(nearly.duration_since(app.clock.now()));
        app.open("ana").await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(app.events("case.openings_announced").await.len(), 1, "a second digest within a day");
        app.advance_seconds(660);
        app.wait_for_digests(2).await;
        for id in &opened {
            assert!(app.is_announced(id).await);
        }
        // Sixteen requests: the first told on mail, text and phone; two digests on mail and text.
        let messages = app.messages().await.into_iter().filter(|m| m.subject.contains("recover your account"));
        let messages: Vec<Message> = messages.collect();
        assert_eq!(messages.len(), 3 + 2 + 2);
        assert_eq!(messages.iter().filter(|m| m.channel == "voice").count(), 1);
        let digests = app.digests().await;
        let mail = digests.iter().rfind(|m| m.channel == "email").unwrap();
        let reference = app.row(&opened[1]).await.reference;
        assert!(mail.body.contains("/not-me#"), "{}", mail.body);
        // With a login it would be enough to take a page over.
        assert!(!mail.body.contains(&reference), "{}", mail.body);
        let text = digests.iter().find(|m| m.channel == "sms").unwrap();
        assert!(text.body.contains("more request") && text.body.contains("/not-me#"), "{}", text.body);
    }

    async fn a_digest_waits_an_hour_for_more(db) {
        let app = TestApp::start(db).await;
        app.open("fay").await;
        let second = app.open("fay").await;
        app.advance_seconds(3600 - 60);
        app.open("fay").await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(!app.is_announced(&second).await);
        app.advance_seconds(61);
        app.wait_for_digests(1).await;
        let mail = &app.digests().await[0];
        assert!(mail.body.contains("2 more requests"), "{}", mail.body);
    }

    async fn the_first_within_a_day_and_the_only_open_one_is_told_at_once(db) {
        let app = TestApp::start(db).await;
        let first = app.open("ana").await;
        withdraw_case(&app.scope(), &app.row(&first).await).await.unwrap();
        app.advance(a_day() - SignedDuration::from_secs(20));
        let within = app.open("ana").await;
        assert!(!app.is_announced(&within).await);
        withdraw_case(&app.scope(), &app.row(&within).await).await.unwrap();
        app.advance(a_day() + SignedDuration::from_secs(1));
        let after = app.open("ana").await;
        assert!(app.is_announced(&after).await);
        // One that she stopped, and that no senior has closed yet, silences nothing.
        contest(&app.scope(), &app.not_me("ana@demo.postern.invalid", "asked").await).await.unwrap();
        app.advance(a_day() + SignedDuration::from_secs(1));
        let next = app.open("ana").await;
        assert!(app.is_announced(&next).await);
        // Beside an open one it is gathered, however old that one is.
        app.advance(a_day() + a_day());
        assert!(!app.is_announced(&app.open("ana").await).await);
    }

    async fn of_two_at_once_one_is_the_first(db) {
        let app = TestApp::start(db).await;
        let (one, two) = tokio::join!(app.open("ana"), app.open("ana"));
        let notified = [app.is_announced(&one).await, app.is_announced(&two).await];
        assert_eq!(notified.iter().filter(|notified| **notified).count(), 1, "both were told, or neither");
    }

    async fn whoever_works_on_a_case_has_its_owner_told_first(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        app.open("ana").await;
        let (bound, taken) = (app.open("ana").await, app.open("ana").await);
        assert!(!app.is_announced(&bound).await && !app.is_announced(&taken).await);
        app.bind("ben", &bound).await;
        take_case(&app.scope(), &ben, &taken).await.unwrap();
        // Each by itself, in writing, with a "this was not me" for that case; story.rs looks at the order.
        let messages = app.messages().await;
        assert_eq!(messages.iter().filter(|m| m.subject.contains("asked to recover")).count(), 3 + 2 + 2);
        assert_eq!(messages.iter().filter(|m| m.channel == "voice").count(), 1);
        assert_eq!(app.events("case.openings_announced").await.len(), 2);
        // Nothing is left for a digest.
        app.advance(a_day());
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(app.digests().await.is_empty());
    }

    async fn taking_a_request_back_is_told_but_for_one_of_a_flood(db) {
        let app = TestApp::start(db).await;
        let (first, of_many) = (app.open("ana").await, app.open("ana").await);
        withdraw_case(&app.scope(), &app.row(&of_many).await).await.unwrap();
        let taken_back = async || app.messages().await.iter().filter(|m| m.subject.contains("taken back")).count();
        assert_eq!(taken_back().await, 0);
        // The owner was told of one that somebody handed on.
        let handed_on = app.open("ana").await;
        escalate_case(&app.scope(), &app.caller("ben").await, &handed_on, PLACEHOLDER_REASON).await.unwrap();
        withdraw_case(&app.scope(), &app.row(&handed_on).await).await.unwrap();
        assert_eq!(taken_back().await, 2, "in writing, to mail and text");
        withdraw_case(&app.scope(), &app.row(&first).await).await.unwrap();
        assert_eq!(taken_back().await, 4);
    }

    async fn the_row_itself_refuses_to_bind_a_page_in_silence(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        app.open("ana").await;
        let id = app.open("ana").await;
        let (row, case) = (app.row(&id).await, app.case(&id).await);
        let permit = app.scope().tenant.policies.authorize(&Request::on_case(&ben.staff(), &case)).unwrap();
        let bound = case.bind_claimant_page(permit, ContactId::new("office"), ben.person.id.clone(), app.clock.now()).unwrap();
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        assert!(matches!(cases::save(&mut change, &row, &bound).await, Err(StoreError::Conflict)));
    }

    async fn two_nodes_send_one_digest(db) {
        let app = TestApp::start(db).await;
        let other = app.second_node().await;
        for _ in 0..3 {
            app.open("gus").await;
        }
        for clock in [&app.clock, &other.app.clock] {
            clock.advance(SignedDuration::from_mins(61));
        }
        app.wait_for_digests(1).await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(app.digests().await.len(), 1);
        other.stop().await;
    }
}
