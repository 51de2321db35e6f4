//! What waits for somebody at the desk, or for a manager, is mailed to them.

use postern::actions::record_call::{RecordedCall, record_call};
use postern::actions::{bind_claimant_page::callable_numbers, escalate_case::escalate_case};
use postern_core::evidence::EvidenceOutcome;
use reqwest::Method;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

impl TestApp {
    /// The logins to which a mail under this subject went.
    async fn mailed(&self, subject: &str) -> Vec<String> {
        let all = self.messages().await.into_iter().filter(|message| message.subject.contains(subject));
        let mut all: Vec<String> =
            all.map(|message| message.recipient.split('@').next().unwrap().to_owned()).collect();
        all.sort();
        all
    }
}

on_both! {
    async fn a_manager_is_asked_once_the_desk_has_called(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        assert!(app.mailed("needs your word").await.is_empty(), "anybody can open a case in her name");
        app.bind("ben", &id).await;
        assert_eq!(app.mailed("needs your word").await, ["mona"]);
        let mail = app.messages().await.into_iter().find(|message| message.subject.contains("needs your word")).unwrap();
        assert!(mail.body.contains("Ana Ferreira") && mail.body.contains(&format!("/account/vouches/{id}")), "{}", mail.body);
        assert!(!mail.body.contains(&app.row(&id).await.phrase));
        let emil = app.open("emil").await;
        app.bind("ben", &emil).await;
        assert_eq!(app.mailed("needs your word").await.len(), 1, "he has no manager");
    }

    async fn seniors_hear_of_what_waits_for_them_and_who_did_it_does_not(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        escalate_case(&app.scope(), &app.caller("sol").await, &id, PLACEHOLDER_REASON).await.unwrap();
        assert_eq!(app.mailed("was escalated").await, ["ada"]);
        app.case_of_dina_awaiting_approval().await;
        assert_eq!(app.mailed("waits for another yes").await, ["ada", "sol"]);
    }

    async fn an_owner_who_was_told_what_to_say_brings_the_seniors_in(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap().remove(0);
        let phrase = app.row(&id).await.phrase;
        let call = RecordedCall {
            contact: &number.id,
            outcome: Some(EvidenceOutcome::Coached),
            began_it: Some(false),
            phrase: &phrase,
            reference: PLACEHOLDER_REASON,
        };
        record_call(&app.scope(), &app.caller("ben").await, &id, call).await.unwrap();
        assert_eq!(app.mailed("tells an owner what to say").await, ["ada", "sol"]);
    }

    async fn whoever_has_a_case_hears_that_its_owner_stopped_it(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        ben.post(&format!("/desk/cases/{id}/take"), &[]).await.leads_to(&format!("/desk/cases/{id}"));
        let code = app.not_me("ana@demo.postern.invalid", "asked to recover").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok();
        assert_eq!(app.mailed("An owner stopped a case").await, ["ada", "ben", "sol"]);
    }

    async fn each_has_a_switch_and_only_what_can_come_to_them(db) {
        let app = TestApp::start(db).await;
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/account").await.ok().shows("A case was escalated").shows("needs my word");
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/account").await.ok().shows("An owner stopped a case").does_not_show("was escalated").does_not_show("my word");
        let mona = app.browser_with_planted_session("mona").await;
        mona.get("/account").await.ok().shows("Somebody whom I lead needs my word").does_not_show("A case was escalated");
        app.browser_with_planted_session("ana").await.get("/account").await.ok().does_not_show("What we mail you about");
        sol.post("/account/notices", &[("wanted", "vouch_asked"), ("wanted", "no_such_kind")]).await.leads_to("/account");
        assert_eq!(app.events("user.notices_chosen").await[0]["before"]["off"], serde_json::json!([]));
        let id = app.open("ana").await;
        escalate_case(&app.scope(), &app.caller("ben").await, &id, PLACEHOLDER_REASON).await.unwrap();
        assert_eq!(app.mailed("was escalated").await, ["ada"], "sol has switched it off");
        sol.post("/account/notices", &[("wanted", "case_escalated")]).await.leads_to("/account");
        let other = app.open("fay").await;
        escalate_case(&app.scope(), &app.caller("ben").await, &other, PLACEHOLDER_REASON).await.unwrap();
        assert_eq!(app.mailed("was escalated").await, ["ada", "ada", "sol"]);
    }

    async fn an_open_page_is_told_when_its_case_moved(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        let at = |version: i64| format!("/desk/cases/{id}?seen={version}");
        let version = app.row(&id).await.version;
        let by_page = || ben.request(Method::GET, &at(version)).header("hx-request", "true");
        ben.send(by_page()).await.status(204);
        // Whoever asks for it gets the page, whatever it has shown before.
        ben.get(&at(version)).await.ok().shows("Ana Ferreira");
        app.bind("ben", &id).await;
        ben.get(&at(version)).await.ok().shows("The page is bound");
        ben.get("/desk/cases/no-such-case?seen=1").await.status(404);
        app.browser_with_planted_session("fay").await.get(&at(version)).await.status(403);
    }
}
