//! The person is read anew at each step: the stricter of the opening and of now holds.

use jiff::SignedDuration;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::vouch::{ManagersWord, vouch};
use postern_core::case::Stage;
use postern_core::evidence::Kind;

use super::{assert_denied, assert_refused};
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

on_both! {
    async fn a_tier_raised_before_the_reset_wants_its_hold(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "ready");
        let verified_at = app.clock.now();
        app.set_person("ana", "tier = 'sensitive'").await;
        let ben = app.caller("ben").await;
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "");
        app.wait_for_hold(&id).await;
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "waiting period");
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        let minute = SignedDuration::from_mins(1);
        assert!(until.duration_since(verified_at) <= a_day() + minute, "it counts from the notice of then");
        app.advance(until.duration_since(app.clock.now()) + SignedDuration::from_secs(1));
        app.reset("ben", &id).await;
    }

    async fn a_tier_raised_during_a_hold_wants_the_second_yes_and_the_proof(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.case_of_carl_on_hold().await;
        app.set_person("carl", "tier = 'privileged'").await;
        // Two channels are not three: it is gathered anew, and the page says what is missing.
        assert_eq!(app.stage(&id).await, "verifying");
        app.record("ben", &id, Kind::CallPlaced).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "awaiting_approval");
        app.approve("sol", &id).await;
        app.wait_for_hold(&id).await;
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        assert!(until.duration_since(app.clock.now()) > a_day() * 2, "three days, from the second yes");
    }

    async fn a_tier_that_is_lowered_helps_nobody(db) {
        let app = TestApp::start(db).await;
        let id = app.open("carl").await;
        app.set_person("carl", "tier = 'standard'").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying", "a call and a vouch are enough on the lower tier only");
        app.record("ben", &id, Kind::LiveVideo).await;
        app.wait_for_hold(&id).await;
    }

    async fn a_rank_that_is_given_during_the_case_protects_at_once(db) {
        let app = TestApp::start(db).await;
        let id = app.ready_case_of_ana().await;
        app.set_person("ana", "role = 'senior'").await;
        let ben = app.caller("ben").await;
        assert_denied(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "staff.never-equal-or-higher");
        app.set_person("ana", "role = 'person'").await;
        app.reset("ben", &id).await;
    }

    async fn who_is_not_the_manager_any_more_has_no_word_and_a_new_one_has_none_yet(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let phrase = app.row(&id).await.phrase;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        let fay = app.person("fay").await.id;
        let sql = "UPDATE persons SET manager_id = $1 WHERE login_key = 'ana'";
        sqlx::query(app.own(sql)).bind(fay.as_str()).execute(app.db.reader()).await.unwrap();
        for login in ["mona", "fay"] {
            let caller = app.caller(login).await;
            let outcome = vouch(&app.scope(), &caller, &id, ManagersWord::yes(&phrase, "I spoke with her")).await;
            assert!(matches!(outcome, Err(postern::actions::ActionError::Denied(_))), "{login}");
        }
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn a_vouch_falls_with_the_manager(db) {
        let app = TestApp::start(db).await;
        let id = app.ready_case_of_ana().await;
        app.set_person("ana", "manager_id = NULL").await;
        let ben = app.caller("ben").await;
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "does not suffice");
        assert_eq!(app.stage(&id).await, "verifying");
    }
}
