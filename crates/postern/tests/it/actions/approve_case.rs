use jiff::SignedDuration;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern_core::case::Stage;
use postern_core::evidence::Kind;

use super::{assert_denied, assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn a_privileged_reset_wants_a_second_yes_and_three_days(db) {
        let app = TestApp::start(db).await;
        let (ben, sol) = (app.caller("ben").await, app.caller("sol").await);
        let id = app.case_of_dina_awaiting_approval().await;
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "awaiting_approval");
        assert_refused(apply_remedy(&app.scope(), &sol, &id, (None, PLACEHOLDER_REASON)).await, "awaiting_approval");
        for reason in ["", " \n "] {
            assert_invalid(approve_case(&app.scope(), &sol, &id, (&app.plan_hash(&id).await, reason)).await, "reason");
        }
        let browser = app.browser_with_planted_session("sol").await;
        let path = format!("/desk/cases/{id}/approve");
        browser.get(&path).await.ok().shows("the evidence convinces you too");
        let plan = app.plan_hash(&id).await;
        browser.get(&path).await.ok().shows("What goes Code app");
        browser.post(&path, &[("plan", plan.as_str()), ("reason", PLACEHOLDER_REASON)]).await.leads_to(&format!("/desk/cases/{id}"));
        assert_eq!(app.events("case.approved").await.len(), 1);
        app.wait_for_hold(&id).await;
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        let left = until.duration_since(app.clock.now());
        assert!(left > SignedDuration::from_hours(71) && left <= SignedDuration::from_hours(72));
        app.advance(left - SignedDuration::from_secs(1));
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "waiting period");
        app.advance_seconds(2);
        app.reset("ben", &id).await;
    }

    async fn who_gave_evidence_is_not_the_second_yes(db) {
        let app = TestApp::start(db).await;
        let (sol, ada) = (app.caller("sol").await, app.caller("ada").await);
        let id = app.open("dina").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("sol", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        assert_denied(approve_case(&app.scope(), &sol, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await, "staff.second-person");
        assert!(app.events("case.approved").await.is_empty());
        approve_case(&app.scope(), &ada, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await.unwrap();
        app.wait_for_hold(&id).await;
    }

    async fn who_heard_the_phrase_is_not_the_second_yes(db) {
        let app = TestApp::start(db).await;
        let sol = app.caller("sol").await;
        let id = app.open("dina").await;
        app.bind("sol", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("ben", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        assert_denied(approve_case(&app.scope(), &sol, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await, "staff.second-person");
    }

    async fn there_is_nothing_to_approve_before_the_proof_suffices(db) {
        let app = TestApp::start(db).await;
        let sol = app.caller("sol").await;
        let id = app.open("dina").await;
        assert_refused(approve_case(&app.scope(), &sol, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await, "verifying");
        let standard = app.ready_case_of_ana().await;
        assert_refused(approve_case(&app.scope(), &sol, &standard, (&app.plan_hash(&standard).await, PLACEHOLDER_REASON)).await, "ready");
    }
}
