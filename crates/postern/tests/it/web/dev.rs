use postern::actions::begin_story::fill_past;

use serde_json::json;

use crate::on_both::on_both;
use crate::steps::jsonl;
use crate::test_app::TestApp;

/// The rules of all open findings, once a record that was taken in now was analysed too.
async fn rules_by_now(app: &TestApp) -> Vec<String> {
    let wrong_clock = json!({
        "postern": "signin/v1", "provider": "okta", "at": app.clock.now().to_string(), "person": "marker", "method": "totp",
        "result": "failure", "cause": "mfa_clock_drift",
    });
    app.import("marker.jsonl", jsonl(&[wrong_clock])).await;
    app.finding("clock_drift").await;
    let open = app.open_findings().await;
    open.into_iter().map(|row| row.rule).filter(|rule| rule != "clock_drift").collect()
}

on_both! {
    async fn the_stand_ins_show_what_the_outside_world_would_see(db) {
        let app = TestApp::start(db).await;
        let (id, browser) = (app.open("ana").await, app.browser());
        let outbox = browser.get("/dev/outbox.json").await.ok().json();
        assert_eq!(outbox.as_array().unwrap().len(), 3);
        browser.get("/dev/outbox").await.ok().shows("Somebody asked to recover your account");
        let codes = browser.get("/dev/phone.json").await.ok().json();
        assert_eq!(codes["ana"], app.phone("ana").await.code(app.seconds()));
        browser.get("/dev/phone").await.ok().shows("mona");
        let before = browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap();
        browser.post("/dev/clock", &[("seconds", "3600")]).await.leads_to("/dev/clock");
        let after = browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap();
        assert!((3600..3660).contains(&(after - before)));
        // It never goes back.
        browser.post("/dev/clock", &[("seconds", "-3600")]).await.leads_to("/dev/clock");
        assert!(browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap() >= after);
        assert_eq!(app.stage(&id).await, "verifying");
    }

    /// The messages of three days ago are not on their way any more.
    async fn the_demos_past_was_told_in_the_past(db) {
        let app = TestApp::start(db).await;
        fill_past(&app.scope()).await.unwrap();
        assert!(app.count("SELECT COUNT(*) FROM outbox").await > 0);
        let late = "SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL OR delivered_at > created_at + 60000000";
        assert_eq!(app.count(late).await, 0);
        let stuck = postern::store::jobs::list_stuck(&app.db, &app.tenant, app.clock.now()).await.unwrap();
        assert!(stuck.is_empty(), "a banner would say so");
    }

    /// What the desk shows, the detectors found in records of this minute.
    async fn the_demo_attack_is_one_incident_about_the_right_person(db) {
        let (harbour, quay) = TestApp::start_two(db).await;
        for app in [&harbour, &quay] {
            fill_past(&app.scope()).await.unwrap();
        }
        let desk = harbour.browser_with_planted_session("ben").await;
        harbour.browser().get("/dev/stories").await.ok().shows("Start the attack").shows("Start the outage");
        harbour.browser().post("/dev/stories", &[("story", "attack")]).await.leads_to("/dev/stories");
        let finding = harbour.finding("mfa_fatigue").await;
        assert_eq!((finding.subject_label.as_str(), finding.people_count), ("fay@demo.postern.invalid", 1));
        // The two weeks before are quiet: nothing else is found.
        assert_eq!(rules_by_now(&harbour).await, ["mfa_fatigue", "mfa_fatigue_warning"]);
        assert_eq!(harbour.events("incident.opened").await.len(), 1);
        // The caller's request stands with the strangers, and burns.
        desk.get("/desk?list=strangers").await.ok().shows("Fay Delgado");
        let id = harbour.newest_case().await;
        let page = desk.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("It looks like an attack on this account").shows("an open incident concerns them");
        let mails = harbour.messages().await;
        assert!(mails.iter().any(|mail| mail.recipient == "sol@demo.postern.invalid"), "seniors were not told");
        assert!(quay.open_findings().await.is_empty(), "the other organisation sees it");
        assert_eq!(quay.events("incident.opened").await.len(), 0);
    }

    async fn the_demo_outage_is_told_above_everything_and_blames_nobody(db) {
        let (harbour, quay) = TestApp::start_two(db).await;
        fill_past(&harbour.scope()).await.unwrap();
        let desk = harbour.browser_with_planted_session("ben").await;
        desk.get("/desk/home").await.ok().does_not_show("a reset helps nobody");
        assert!(desk.get("/desk/home").await.body.contains("1 otherwise"), "the request that was taken back is no bar");
        for _ in 0..2 {
            harbour.browser().post("/dev/stories", &[("story", "outage")]).await.leads_to("/dev/stories");
            harbour.advance_seconds(30);
        }
        let finding = harbour.finding("outage").await;
        assert_eq!((finding.subject_kind.as_str(), finding.people_count), ("tenant", 12));
        assert_eq!(rules_by_now(&harbour).await, ["outage"]);
        desk.get("/desk/home").await.ok().shows("Until it is over, a reset helps nobody");
        assert_eq!(harbour.events("incident.opened").await.len(), 0);
        assert!(quay.open_findings().await.is_empty(), "the other organisation sees it");
        quay.browser_with_planted_session("ben").await.get("/desk/home").await.ok().does_not_show("a reset helps nobody");
    }

    async fn two_weeks_of_the_demo_are_quiet_and_the_same_again(db) {
        let app = TestApp::start(db).await;
        fill_past(&app.scope()).await.unwrap();
        let kept = app.count("SELECT COUNT(*) FROM imported_sign_ins").await;
        assert!((120..600).contains(&kept), "{kept} records");
        fill_past(&app.scope()).await.unwrap();
        assert_eq!(app.count("SELECT COUNT(*) FROM imported_sign_ins").await, kept);
        let imports = app.browser_with_planted_session("ada").await.get("/desk/imports").await;
        imports.ok().shows("Demo records: two weeks of work").shows("the demo").shows(&format!("{kept} known before"));
        assert!(app.events("signins.imported").await.iter().all(|event| event["detail"]["via"] == "demo"));
        assert_eq!(rules_by_now(&app).await, Vec::<String>::new());
    }
}
