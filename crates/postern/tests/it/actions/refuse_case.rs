use postern::actions::apply_remedy::apply_remedy;
use postern::actions::refuse_case::refuse_case;
use postern_core::id::CaseId;

use super::{assert_invalid, assert_refused};
use crate::browser::CASE;
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

on_both! {
    async fn a_refusal_is_told_to_the_owner(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        refuse_case(&app.scope(), &app.caller("ben").await, &id, PLACEHOLDER_REASON).await.unwrap();
        let notified = app.messages().await.into_iter().filter(|m| m.subject.contains("was refused")).count();
        assert_eq!(notified, 2, "in writing, to mail and text");
    }

    async fn a_refusal_closes_the_case_with_its_reason(db) {
        let app = TestApp::start(db).await;
        let (ben, claimant) = (app.browser_with_planted_session("ben").await, app.browser());
        claimant.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        let path = format!("/desk/cases/{id}/refuse");
        ben.get(&path).await.ok().shows("A refusal is a good outcome");
        ben.post(&path, &[("reason", " ")]).await.status(422).shows("Give a reason");
        ben.post(&path, &[("reason", "could not read the phrase")]).await.leads_to(&format!("/desk/cases/{id}"));
        let refused = app.events("case.refused").await;
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0]["reason"], "could not read the phrase");
        claimant.get("/recover/case").await.ok().shows("closed without a reset").does_not_show("could not read");
        // It is over: nothing moves it any more.
        let caller = app.caller("ben").await;
        assert_refused(refuse_case(&app.scope(), &caller, &id, PLACEHOLDER_REASON).await, "closed");
        claimant.post("/recover/case/withdraw", &[]).await.status(409);
        claimant.post("/recover/case/pass", &[]).await.status(409).shows("There is no pass yet");
    }

    async fn it_can_be_refused_until_the_reset_and_is_stopped_after(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        for reason in ["", "?!", "  \t"] {
            let id = app.ready_case_of_ana().await;
            assert_invalid(refuse_case(&app.scope(), &ben, &id, reason).await, "reason");
            refuse_case(&app.scope(), &ben, &id, PLACEHOLDER_REASON).await.unwrap();
            assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "");
            // A refusal hands the next request to a senior, for 30 days.
            app.advance(a_day() * 31);
        }
        let id = app.reset_case_of_ana().await;
        refuse_case(&app.scope(), &ben, &id, PLACEHOLDER_REASON).await.unwrap();
        assert_eq!(app.stage(&id).await, "contested");
    }

    async fn a_strangers_case_can_only_be_refused(db) {
        let app = TestApp::start(db).await;
        let (ben, claimant) = (app.browser_with_planted_session("ben").await, app.browser());
        claimant.post("/recover/case", &[("login", "nobody-here")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        ben.get("/desk?list=strangers").await.ok().shows("nobody-here").shows("not in the directory");
        ben.get(&format!("/desk/cases/{id}")).await.ok().shows("Nobody in the directory signs in as");
        let form = [("reason", PLACEHOLDER_REASON)];
        ben.get(&format!("/desk/cases/{id}/apply-remedy")).await.status(404);
        ben.post(&format!("/desk/cases/{id}/apply-remedy"), &form).await.status(404);
        ben.post(&format!("/desk/cases/{id}/escalate"), &form).await.status(409);
        assert_eq!(app.row(&id).await.stage, "verifying");
        ben.post(&format!("/desk/cases/{id}/refuse"), &form).await.leads_to(&format!("/desk/cases/{id}"));
        claimant.get("/recover/case").await.ok().shows("closed without a reset");
        assert!(claimant.cookie(CASE).is_some());
    }
}

impl TestApp {
    /// The case that was opened last.
    pub async fn newest_case(&self) -> CaseId {
        let opened = self.events("case.opened").await;
        CaseId::new(opened[0]["case"].as_str().unwrap())
    }
}
