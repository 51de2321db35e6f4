use postern::actions::close_finding::{Which, close_finding};
use postern_core::evidence::Kind;

use super::{assert_denied, assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, declined, fatigue, jsonl};
use crate::test_app::{TestApp, eventually};

fn now_there(id: &str) -> Which<'_> {
    Which { id, version: None }
}

on_both! {
    async fn an_incident_is_closed_by_a_senior_with_a_reason_on_the_record(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let id = app.finding("mfa_fatigue").await.id;
        let (ben, sol, otto) = (app.caller("ben").await, app.caller("sol").await, app.caller("otto").await);
        assert_denied(close_finding(&app.scope(), &ben, now_there(&id), PLACEHOLDER_REASON).await, "staff.incident-to-senior");
        assert!(close_finding(&app.scope(), &otto, now_there(&id), PLACEHOLDER_REASON).await.is_err());
        assert_invalid(close_finding(&app.scope(), &sol, now_there(&id), " ").await, "reason");
        close_finding(&app.scope(), &sol, now_there(&id), PLACEHOLDER_REASON).await.unwrap();
        assert_refused(close_finding(&app.scope(), &sol, now_there(&id), PLACEHOLDER_REASON).await, "closed already");
        assert!(app.open_findings().await.iter().all(|row| row.id != id));
        let closed = app.events("incident.closed").await;
        assert_eq!(closed.len(), 1);
        assert_eq!((&closed[0]["reason"], &closed[0]["detail"]["finding"]), (&PLACEHOLDER_REASON.into(), &id.as_str().into()));
        assert_eq!(closed[0]["actor"]["id"], sol.person.id.as_str());
        assert_eq!(app.events("access.denied").await.len(), 2);
        assert_eq!(app.events("step.refused").await.len(), 2);
    }

    async fn nobody_closes_what_concerns_themselves(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("sol@demo.postern.invalid", 5, app.clock.now())).await;
        let id = app.finding("mfa_fatigue").await.id;
        let sol = app.caller("sol").await;
        assert_denied(close_finding(&app.scope(), &sol, now_there(&id), PLACEHOLDER_REASON).await, "staff.finding-never-oneself");
        close_finding(&app.scope(), &app.caller("ada").await, now_there(&id), PLACEHOLDER_REASON).await.unwrap();
    }

    async fn nobody_does_however_many_others_it_names(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("sol@demo.postern.invalid", 5, app.clock.now())).await;
        let id = app.finding("mfa_fatigue").await.id;
        for n in 0..250 {
            let sql = "INSERT INTO finding_people (tenant_id, login_key, finding_id) VALUES ($1, $2, $3)";
            let query = sqlx::query(sql).bind(app.tenant.as_str()).bind(format!("a{n:03}")).bind(&id);
            query.execute(app.db.reader()).await.unwrap();
        }
        let sol = app.caller("sol").await;
        assert_denied(close_finding(&app.scope(), &sol, now_there(&id), PLACEHOLDER_REASON).await, "staff.finding-never-oneself");
    }

    async fn a_strangers_guesses_at_everybody_leave_somebody_who_may_close_it(db) {
        let app = TestApp::start(db).await;
        for address in ["127.0.0.66", "127.0.0.67", "127.0.0.68"] {
            app.spray_from(address).await;
            app.finding_where("password_spray", |row| row.subject_label == address && row.people_count >= 12).await;
        }
        let ids: Vec<String> = app.open_findings().await.into_iter().map(|row| row.id).collect();
        assert!(ids.len() >= 3);
        let sol = app.caller("sol").await;
        for id in ids {
            close_finding(&app.scope(), &sol, now_there(&id), PLACEHOLDER_REASON).await.unwrap();
        }
    }

    async fn a_strangers_guesses_at_everybody_are_no_verdict_on_anybody(db) {
        let app = TestApp::start(db).await;
        for address in ["127.0.0.66", "127.0.0.67", "127.0.0.68"] {
            app.spray_from(address).await;
            app.finding_where("password_spray", |row| row.subject_label == address && row.people_count >= 12).await;
        }
        let ben = app.browser_with_planted_session("ben").await;
        let gus = app.person("gus").await.id;
        let page = ben.get(&format!("/desk/people/{gus}")).await;
        page.ok().does_not_show("looks like an attack").shows("Also named in Password Spray (127.0.0.68)");
        let case = app.open("ana").await;
        ben.get(&format!("/desk/cases/{case}")).await.ok().does_not_show("looks like an attack").does_not_show("risk");
        app.bind("ben", &case).await;
        app.record("ben", &case, Kind::CallPlaced).await;
        app.vouch("mona", &case).await;
        assert_eq!(app.stage(&case).await, "ready");
        let diagnosis = app.token(&["findings:read"]).await;
        let request = app.browser().request(reqwest::Method::GET, &format!("/api/v1/people/{gus}/diagnosis"));
        let diagnosis = app.browser().send(request.bearer_auth(diagnosis)).await.ok().json();
        assert_eq!((&diagnosis["attacked"], &diagnosis["findings"]), (&false.into(), &serde_json::json!([])));
        assert_eq!(diagnosis["also_named_in"][0]["rule"], "password_spray");
    }

    async fn what_goes_on_is_open_again_and_what_was_not_looked_at_stays_open(db) {
        let app = TestApp::start(db).await;
        app.import("1.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let first = app.finding("mfa_fatigue").await;
        let sol = app.caller("sol").await;
        close_finding(&app.scope(), &sol, now_there(&first.id), PLACEHOLDER_REASON).await.unwrap();
        app.import("2.jsonl", jsonl(&[declined("ana", app.clock.now())])).await;
        let again = app.finding_where("mfa_fatigue", |row| row.record_count == 6).await;
        assert_eq!(again.id, first.id);
        let opened = app.events("incident.opened").await;
        assert_eq!((opened.len(), &opened[0]["detail"]["again"]), (2, &true.into()));
        let stale = Which { id: &first.id, version: Some(first.version) };
        assert!(matches!(
            close_finding(&app.scope(), &sol, stale, PLACEHOLDER_REASON).await,
            Err(postern::actions::ActionError::Conflict)
        ));
        let seen = Which { id: &again.id, version: Some(again.version) };
        close_finding(&app.scope(), &sol, seen, PLACEHOLDER_REASON).await.unwrap();
    }

    async fn of_two_who_close_at_once_one_does(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let id = app.finding("mfa_fatigue").await.id;
        let (sol, ada) = (app.caller("sol").await, app.caller("ada").await);
        let scope = app.scope();
        let (one, other) = tokio::join!(
            close_finding(&scope, &sol, now_there(&id), PLACEHOLDER_REASON),
            close_finding(&scope, &ada, now_there(&id), PLACEHOLDER_REASON)
        );
        assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
        assert_eq!(app.events("incident.closed").await.len(), 1);
    }

    async fn an_open_incident_raises_the_risk_of_the_case_until_it_is_closed(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.record("ben", &id, Kind::Urgency).await;
        app.record("ben", &id, Kind::ChatClaim).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let finding = app.finding("mfa_fatigue").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        // Two of an agent's offers and an incident: the third mark.
        assert_eq!(app.stage(&id).await, "verifying");
        let ben = app.browser_with_planted_session("ben").await;
        let page = ben.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("risk 3").shows("It looks like an attack on this account").shows("Escalate the case or refuse it");
        close_finding(&app.scope(), &app.caller("sol").await, now_there(&finding.id), PLACEHOLDER_REASON).await.unwrap();
        eventually("the alarm is off", async || {
            !ben.get(&format!("/desk/cases/{id}")).await.ok().visible().contains("looks like an attack")
        })
        .await;
        app.record("ben", &id, Kind::OwnerFacts).await;
        assert_eq!(app.stage(&id).await, "ready");
    }
}
