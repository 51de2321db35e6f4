//! Number 11: an account that is suspended is not verified and reset into a dead end.

use postern::actions::ActionError;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern::actions::recover_person::recover_person;
use postern::store::{StoreError, persons};
use postern_core::evidence::Kind;

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn it_is_not_verified_and_the_desk_sees_why_and_what_lifts_it(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.suspend("ana").await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying", "a suspended account was verified");
        assert!(app.events("case.verified").await.is_empty());
        let page = ben.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("This account is suspended since").shows("this was not me").shows("postern person recover");
        let case = ben.get(&format!("/api/v1/cases/{id}")).await.ok().json();
        assert!(case["person"]["suspended_at"].is_string(), "{case}");
        assert_eq!(case["person"]["suspended_why"], "the owner said: this was not me");
        assert!(case["person"]["suspension_lifted_by"].as_str().unwrap().contains("postern person recover"));
        assert!(case["missing"]["forbidden"].as_str().unwrap().contains("suspended"));
        assert_eq!(case["lock"]["open"], false);
        assert!(case["lock"]["why"].as_str().unwrap().contains("suspended"));
        let reset = [("reason", PLACEHOLDER_REASON)];
        ben.post(&format!("/desk/cases/{id}/apply-remedy"), &reset).await.status(403).shows("suspended");
        // The operator lifts it, and closes what was open in the person's name.
        recover_person(&app.scope(), "ana", PLACEHOLDER_REASON, false).await.unwrap();
        assert!(app.person("ana").await.suspended_at.is_none());
        assert_eq!(app.stage(&id).await, "closed");
    }

    async fn one_that_was_ready_is_not_reset_and_that_is_on_the_record(db) {
        let app = TestApp::start(db).await;
        let ready = app.ready_case_of_ana().await;
        let awaiting = app.case_of_dina_awaiting_approval().await;
        app.suspend("ana").await;
        app.suspend("dina").await;
        let (ben, sol) = (app.caller("ben").await, app.caller("sol").await);
        assert_denied(apply_remedy(&app.scope(), &ben, &ready, (None, PLACEHOLDER_REASON)).await, "staff.suspended-account");
        assert_denied(approve_case(&app.scope(), &sol, &awaiting, (&app.plan_hash(&awaiting).await, PLACEHOLDER_REASON)).await, "staff.suspended-account");
        let denied = app.events("access.denied").await;
        assert_eq!(denied.len(), 2);
        assert_eq!(denied[1]["case"], ready.as_str());
        assert!(app.events("mfa.factor_admin_reset").await.is_empty());
        assert_eq!((app.stage(&ready).await, app.stage(&awaiting).await), ("ready", "awaiting_approval"));
    }

    /// Between the look at the person and the commit lies a moment: what was read is checked in the change.
    async fn what_was_read_of_a_person_is_checked_in_the_change(db) {
        let app = TestApp::start(db).await;
        let read = app.person("ana").await.subject(&app.scope().tenant.settings.tiers, app.clock.now());
        for assignment in ["suspended_at = 1", "tier = 'privileged'", "role = 'admin'", "manager_id = NULL"] {
            let scope = app.scope();
            let mut change = scope.begin().await.unwrap();
            persons::lock_unchanged(&mut change, &read).await.unwrap();
            drop(change);
            app.set_person("ana", assignment).await;
            let scope = app.scope();
            let mut change = scope.begin().await.unwrap();
            let changed = persons::lock_unchanged(&mut change, &read).await;
            assert!(matches!(changed, Err(StoreError::Conflict)), "{assignment}: {changed:?}");
            drop(change);
            app.set_person("ana", "suspended_at = NULL, tier = 'standard', role = 'person'").await;
            let mona = app.person("mona").await.id;
            let sql = "UPDATE persons SET manager_id = $1 WHERE login_key = 'ana'";
            sqlx::query(app.own(sql)).bind(mona.as_str()).execute(app.db.reader()).await.unwrap();
        }
        let id = app.ready_case_of_ana().await;
        let ben = app.caller("ben").await;
        assert!(!matches!(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, Err(ActionError::Conflict)));
    }
}
