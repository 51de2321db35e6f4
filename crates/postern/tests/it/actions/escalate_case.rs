use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::escalate_case::escalate_case;
use postern::actions::refuse_case::refuse_case;
use postern::actions::take_case::take_case;
use postern_core::evidence::Kind;

use super::{assert_denied, assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn an_escalated_case_is_closed_to_agents(db) {
        let app = TestApp::start(db).await;
        let (ben, bea) = (app.caller("ben").await, app.caller("bea").await);
        let id = app.ready_case_of_ana().await;
        take_case(&app.scope(), &ben, &id).await.unwrap();
        for reason in ["", "\u{0}\n", "-"] {
            assert_invalid(escalate_case(&app.scope(), &ben, &id, reason).await, "reason");
        }
        escalate_case(&app.scope(), &ben, &id, "two pages claim to be her").await.unwrap();
        let recorded = app.events("case.escalated").await;
        assert_eq!(recorded[0]["reason"], "two pages claim to be her");
        for agent in [&ben, &bea] {
            let rule = "staff.escalated-to-senior";
            assert_denied(take_case(&app.scope(), agent, &id).await, rule);
            assert_denied(apply_remedy(&app.scope(), agent, &id, (None, PLACEHOLDER_REASON)).await, rule);
            assert_denied(refuse_case(&app.scope(), agent, &id, PLACEHOLDER_REASON).await, rule);
            assert_denied(add_evidence(&app.scope(), agent, &id, Verification::confirmed(Kind::LiveVideo, PLACEHOLDER_REASON)).await, rule);
        }
        let browser = app.browser_with_planted_session("ben").await;
        let page = browser.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("escalated").shows("a senior has it now");
        browser.get(&format!("/desk/cases/{id}/apply-remedy")).await.status(403);
        assert_refused(escalate_case(&app.scope(), &ben, &id, PLACEHOLDER_REASON).await, "");
        // Whoever had it has it no more: a senior can take it.
        take_case(&app.scope(), &app.caller("sol").await, &id).await.unwrap();
        app.reset("sol", &id).await;
    }
}
