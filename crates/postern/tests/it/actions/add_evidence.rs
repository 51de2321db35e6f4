use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::bind_claimant_page::callable_numbers;
use postern::actions::escalate_case::escalate_case;
use postern::actions::record_call::{RecordedCall, record_call};
use postern_core::evidence::{EvidenceClass, EvidenceOutcome, Kind};

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
        let case = app.case(&id).await;
        assert!(case.evidence().iter().all(|piece| piece.outcome == EvidenceOutcome::Rejected));
        assert!(case.proof(app.scope().now).kinds().is_empty());
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
        let recorded = add_evidence(&app.scope(), &ben, &id, Verification::confirmed(Kind::ManagerVouch, "she said so on the phone")).await;
        assert_refused(recorded, "Nobody records it for them");
        // Not even as something that was refused: what stands there would read like hers.
        assert!(app.case(&id).await.evidence().is_empty());
        assert_eq!(app.events("step.refused").await.len(), 1);
    }

    async fn a_call_counts_only_when_the_phrase_was_heard_on_it(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        assert_invalid(add_evidence(&app.scope(), &ben, &id, Verification::confirmed(Kind::CallPlaced, "HD-1")).await, "kind");
        assert_invalid(add_evidence(&app.scope(), &ben, &id, Verification::confirmed(Kind::LiveVideo, " ")).await, "reference");
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

    async fn a_call_that_failed_is_recorded_and_proves_nothing(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap()[0].id.clone();
        let phrase = app.row(&id).await.phrase;
        for (outcome, risk, shown) in [
            ("nobody_answered", 0, "Nobody answered"),
            ("wrong_person", 1, "It was somebody else"),
            ("coached", 2, "Somebody had told them what to say"),
        ] {
            // Whoever was told what to say fails by their answer, whatever words they read.
            let ended = if outcome == "coached" { "confirmed" } else { outcome };
            let form = [("outcome", ended), ("began_it", "no"), ("contact", &number), ("phrase", &phrase), ("reference", "")];
            ben.post(&format!("/desk/cases/{id}/call"), &form).await.status(303);
            ben.get(&format!("/desk/cases/{id}")).await.ok().shows(shown);
            let case = app.case(&id).await;
            assert_eq!((case.risk(), case.evidence().last().unwrap().outcome.as_str()), (risk, outcome));
            assert!(case.proof(app.scope().now).kinds().is_empty());
            let recorded = app.events("case.evidence_failed").await;
            let detail = serde_json::json!({ "kind": "call_placed", "outcome": outcome, "risk": risk });
            assert_eq!(recorded[0]["detail"], detail);
        }
        // The next request in her name is shown it, and bears the risk.
        let next = app.open("ana").await;
        let page = ben.get(&format!("/desk/cases/{next}")).await;
        page.ok().shows("risk 2").shows("Somebody had told them what to say: Call placed by us");
    }

    async fn an_outcome_fits_its_kind_and_a_failed_call_names_a_number_on_file(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        let said = |kind, outcome, contact| Verification { kind, outcome, contact, reference: "HD-1" };
        let absent = EvidenceOutcome::NobodyAnswered;
        for (kind, outcome, contact, field) in [
            (Kind::InPerson, absent, None, "outcome"),
            (Kind::LiveVideo, EvidenceOutcome::Rejected, None, "outcome"),
            (Kind::CallPlaced, absent, None, "contact"),
            (Kind::CallPlaced, absent, Some("a number they gave"), "contact"),
            (Kind::CallPlaced, EvidenceOutcome::Confirmed, Some("a number they gave"), "kind"),
        ] {
            assert_invalid(add_evidence(&app.scope(), &ben, &id, said(kind, outcome, contact)).await, field);
        }
        assert!(app.case(&id).await.evidence().is_empty());
        app.bind("ben", &id).await;
        // Without a number it is the one that the page is bound to.
        add_evidence(&app.scope(), &ben, &id, said(Kind::CallPlaced, absent, None)).await.unwrap();
        assert!(!app.case(&id).await.evidence()[0].is_confirmed());
        // A call to another number is no proof that the page is theirs.
        let elsewhere = said(Kind::CallPlaced, EvidenceOutcome::Confirmed, Some("another number"));
        assert_invalid(add_evidence(&app.scope(), &ben, &id, elsewhere).await, "kind");
    }

    async fn a_call_that_completes_the_proof_is_kept_with_it(db) {
        let app = TestApp::start(db).await;
        let (ben, id) = (app.caller("ben").await, app.open("ana").await);
        app.record("bea", &id, Kind::InPerson).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying");
        let phrase = app.row(&id).await.phrase;
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap()[0].id.clone();
        let said = |began_it, phrase, reference| RecordedCall {
            contact: &number, outcome: Some(EvidenceOutcome::Confirmed), began_it, phrase, reference,
        };
        // What is left out is never taken for the best, and an empty phrase is no guess.
        assert_invalid(record_call(&app.scope(), &ben, &id, said(None, &phrase, "HD-1")).await, "began_it");
        assert_invalid(record_call(&app.scope(), &ben, &id, said(Some(true), " ", "HD-1")).await, "phrase");
        assert_invalid(record_call(&app.scope(), &ben, &id, said(Some(true), &phrase, "")).await, "reference");
        assert!(app.events("case.phrase_rejected").await.is_empty());
        assert_eq!(app.case(&id).await.evidence().len(), 2);
        record_call(&app.scope(), &ben, &id, said(Some(true), &phrase, "HD-1")).await.unwrap();
        assert_eq!(app.stage(&id).await, "ready");
        let case = app.case(&id).await;
        assert_eq!((case.evidence()[2].kind(), case.evidence()[2].reference()), (Kind::CallPlaced, "HD-1"));
        assert_eq!(app.events("case.claimant_page_bound").await.len(), 1);
    }
}
