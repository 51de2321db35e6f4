use postern::actions::add_evidence::add_evidence;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::escalate_case::escalate_case;
use postern_core::case::Recorded;
use postern_core::evidence::{EvidenceClass, Kind};

use super::{assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

fn never_accepted() -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.class() == EvidenceClass::Never).collect()
}

on_both! {
    async fn each_kind_that_is_never_accepted_is_recorded_and_raises_the_risk(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        assert_eq!(never_accepted().len(), 6);
        let id = app.open("ana").await;
        for (n, kind) in (1..).zip(never_accepted()) {
            let form = [("kind", kind.as_str()), ("reference", "they sounded sure")];
            let page = ben.post(&format!("/desk/cases/{id}/evidence"), &form).await;
            page.status(422).shows("is never accepted as proof").shows(&format!("risk {n}"));
            assert_eq!(app.case(&id).await.risk(), n);
            let recorded = app.events("case.evidence_rejected").await;
            assert_eq!(i64::try_from(recorded.len()).unwrap(), n);
            assert_eq!(recorded[0]["detail"]["kind"], kind.as_str());
            assert_eq!(recorded[0]["reason"], "they sounded sure");
        }
        assert!(app.case(&id).await.evidence().is_empty());
    }

    async fn at_risk_three_no_proof_suffices_until_a_senior_has_the_case(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        for kind in [Kind::Urgency, Kind::EmailMatch, Kind::NumberSupplied] {
            app.record("ben", &id, kind).await;
        }
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying");
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "does not suffice");
        let denied = app.events("access.denied").await;
        assert_eq!(denied[0]["policies"], serde_json::json!(["limits.risk"]));
        let page = app.browser_with_planted_session("ben").await.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("Escalate the case or refuse it");

        escalate_case(&app.scope(), &ben, &id, PLACEHOLDER_REASON).await.unwrap();
        // Nothing else was in the way: the proof is not given twice.
        assert_eq!(app.stage(&id).await, "ready");
        app.reset("sol", &id).await;
    }

    async fn at_risk_two_good_proof_still_suffices(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.record("ben", &id, Kind::Urgency).await;
        app.record("ben", &id, Kind::ChatClaim).await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "ready");
    }

    async fn facts_that_the_owner_knows_support_and_never_suffice(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("bea", &id, Kind::OwnerFacts).await;
        assert_eq!(app.case(&id).await.evidence().len(), 2);
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn nobody_records_somebody_elses_word(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        let recorded = add_evidence(&app.scope(), &ben, &id, Kind::ManagerVouch, "she said so on the phone").await;
        assert_eq!(recorded.unwrap(), Recorded::Rejected);
        assert_eq!(app.case(&id).await.risk(), 1);
    }

    async fn a_call_counts_only_when_the_phrase_was_heard_on_it(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        assert_invalid(add_evidence(&app.scope(), &ben, &id, Kind::CallPlaced, "HD-1").await, "kind");
        assert_invalid(add_evidence(&app.scope(), &ben, &id, Kind::LiveVideo, " ").await, "reference");
        assert!(app.case(&id).await.evidence().is_empty());
    }

    async fn two_people_and_two_channels_without_a_bound_page_are_not_enough(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.record("ben", &id, Kind::LiveVideo).await;
        app.record("bea", &id, Kind::InPerson).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying");
        app.bind("ben", &id).await;
        assert_eq!(app.stage(&id).await, "ready");
    }
}
