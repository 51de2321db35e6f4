use postern::actions::ActionError;
use postern::actions::contest::contest;
use postern::actions::decide_on_passkey::{approve_passkey, stop_passkey};
use postern::store::persons::made_by;
use postern::store::power_grants::{self, NewGrant};
use postern_testkit::SoftPasskey;
use serde_json::json;
use tokio::task::JoinSet;

use super::{assert_denied, assert_invalid};
use crate::browser::Browser;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

const BENS_MAIL: &str = "ben@demo.postern.invalid";

/// A passkey of somebody's that waits: its id, its device, and the browser that added it.
async fn waiting(app: &TestApp, login: &str) -> (String, SoftPasskey, Browser) {
    let ended = sqlx::query(app.own("UPDATE persons SET first_passkey_until = NULL WHERE login = $1"));
    ended.bind(login).execute(app.db.reader()).await.unwrap();
    let (browser, mut device) = (app.browser(), SoftPasskey::new(app.config.origin.clone()));
    app.sign_in_by_hand(&browser, login).await;
    let proof = app.code_proof(login).await;
    app.add_key(&browser, &mut device, proof).await.ok();
    let listed = browser.get("/api/v1/account/factors").await.ok().json();
    let id = listed["factors"][1]["id"].as_str().unwrap().to_owned();
    (id, device, browser)
}

on_both! {
    async fn a_senior_says_yes_on_the_record_and_it_works_at_once(db) {
        let app = TestApp::start(db).await;
        let (id, mut device, _) = waiting(&app, "ben").await;
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/desk/people").await.ok().shows("1 new passkey of staff waits");
        sol.get("/desk/passkeys").await.ok().shows("Ben Adeyemi");
        let path = format!("/desk/passkeys/{id}");
        sol.get(&path).await.ok().shows("Works from").shows("Ask Ben Adeyemi in person");
        sol.post(&format!("{path}/approve"), &[("reason", " ")]).await.status(422);
        // It gives power: a touch of the last five minutes is wanted, and what was typed stays.
        app.advance_seconds(301);
        let form = [("reason", "showed me the key in the office")];
        let page = sol.post(&format!("{path}/approve"), &form).await;
        assert!(page.status(403).body.contains("showed me the key in the office"));
        let fresh = app.browser_with_planted_session("sol").await;
        fresh.post(&format!("{path}/approve"), &form).await.leads_to("/desk/passkeys");
        app.sign_in_with_passkey(&app.browser(), &mut device).await.ok();
        let approved = &app.events("mfa.factor_approved").await[0];
        assert_eq!(approved["reason"], "showed me the key in the office");
        assert_eq!(approved["actor"]["id"], app.person("sol").await.id.as_str());
        assert!(approved["before"]["waits_until"].is_string());
        fresh.get(&path).await.status(404);
    }

    async fn who_may_say_yes_and_who_may_stop_it(db) {
        let app = TestApp::start(db).await;
        let (bens, _, _) = waiting(&app, "ben").await;
        let (sols, _, _) = waiting(&app, "sol").await;
        let (adas, _, _) = waiting(&app, "ada").await;
        let (ben, bea, sol, ada) =
            (app.caller("ben").await, app.caller("bea").await, app.caller("sol").await, app.caller("ada").await);
        for (caller, id, policy) in [
            (&sol, &sols, "staff.passkey-never-oneself"),
            (&ada, &adas, "staff.passkey-never-oneself"),
            (&sol, &adas, "staff.passkey-never-higher"),
        ] {
            assert_denied(approve_passkey(&app.scope(), caller, id, PLACEHOLDER_REASON).await, policy);
        }
        for caller in [&ben, &bea] {
            let refused = approve_passkey(&app.scope(), caller, &bens, PLACEHOLDER_REASON).await;
            assert!(matches!(refused, Err(ActionError::Denied(_))));
            let refused = stop_passkey(&app.scope(), caller, &bens, PLACEHOLDER_REASON).await;
            assert!(matches!(refused, Err(ActionError::Denied(_))));
        }
        let mut weak = sol.clone();
        weak.phishing_resistant = false;
        assert_denied(approve_passkey(&app.scope(), &weak, &bens, PLACEHOLDER_REASON).await, "staff.passkey-only");
        let mut token = ada.clone();
        token.scopes = Some(vec!["cases:act".to_owned()]);
        assert_denied(approve_passkey(&app.scope(), &token, &bens, PLACEHOLDER_REASON).await, "staff.passkey-no-token");
        let mut stale = sol.clone();
        stale.stepped_up_at = None;
        let refused = approve_passkey(&app.scope(), &stale, &bens, PLACEHOLDER_REASON).await;
        assert!(matches!(refused, Err(ActionError::StepUp)));
        assert!(app.events("mfa.factor_approved").await.is_empty());
        // To stop one, a senior needs neither the rank nor a touch, only a reason.
        assert_invalid(stop_passkey(&app.scope(), &sol, &adas, "").await, "reason");
        stop_passkey(&app.scope(), &stale, &adas, PLACEHOLDER_REASON).await.unwrap();
        approve_passkey(&app.scope(), &ada, &sols, PLACEHOLDER_REASON).await.unwrap();
    }

    async fn what_was_stopped_never_works(db) {
        let app = TestApp::start(db).await;
        let (id, mut device, ben) = waiting(&app, "ben").await;
        let sol = app.browser_with_planted_session("sol").await;
        let stop = format!("/api/v1/waiting-passkeys/{id}/stop");
        sol.post_json(&stop, &json!({ "reason": "Ben knows nothing of it" })).await.status(204);
        sol.post_json(&stop, &json!({ "reason": "Ben knows nothing of it" })).await.status(404);
        let removed = &app.events("mfa.factor_removed").await[0];
        assert_eq!(removed["reason"], "Ben knows nothing of it");
        app.advance_seconds(25 * 3600);
        app.sign_in_with_passkey(&app.browser(), &mut device).await.status(401);
        ben.get("/account").await.leads_to("/sign-in");
    }

    /// "This was not me" removes it with the rest.
    async fn the_owner_stops_it_from_the_notice(db) {
        let app = TestApp::start(db).await;
        let (_, mut device, _) = waiting(&app, "ben").await;
        let code = app.not_me(BENS_MAIL, "and waits").await;
        contest(&app.scope(), &code).await.unwrap();
        assert_eq!(app.events("mfa.factor_removed").await[0]["detail"]["why"], "contested");
        app.advance_seconds(25 * 3600);
        app.sign_in_with_passkey(&app.browser(), &mut device).await.status(401);
    }

    /// Whoever made somebody of the staff, and has seen their set-up code, is no second person beside them.
    async fn who_made_them_says_no_yes(db) {
        let app = TestApp::start(db).await;
        let (id, _, _) = waiting(&app, "ben").await;
        let (ben, ada) = (app.person("ben").await.id, app.caller("ada").await);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        made_by::save(&mut change, &ben, &ada.person.id).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        let refused = approve_passkey(&app.scope(), &ada, &id, PLACEHOLDER_REASON).await;
        assert!(matches!(refused, Err(ActionError::Refused(_))), "{refused:?}");
        approve_passkey(&app.scope(), &app.caller("sol").await, &id, PLACEHOLDER_REASON).await.unwrap();
    }

    /// For whom a role waits counts as having it: as somebody's rank, and as made by whoever asked for it.
    async fn a_role_that_waits_counts_for_who_may_say_yes(db) {
        let app = TestApp::start(db).await;
        let (ada, gus) = (app.caller("ada").await, app.person("gus").await.id);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let grant = NewGrant {
            person: &gus,
            role: Some("admin"),
            token: None,
            requested_by: &ada.person.id,
            takes_effect_at: app.clock.now() + jiff::SignedDuration::from_hours(72),
        };
        power_grants::insert(&mut change, &grant).await.unwrap();
        made_by::save(&mut change, &gus, &ada.person.id).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        let (id, _, _) = waiting(&app, "gus").await;
        let sol = app.caller("sol").await;
        assert_denied(approve_passkey(&app.scope(), &sol, &id, PLACEHOLDER_REASON).await, "staff.passkey-never-higher");
        let own = approve_passkey(&app.scope(), &ada, &id, PLACEHOLDER_REASON).await;
        assert!(matches!(own, Err(ActionError::Refused(_))), "{own:?}");
    }

    /// A yes and a no at once: one of them counts.
    async fn of_a_yes_and_a_no_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        let (id, _, _) = waiting(&app, "ben").await;
        let (sol, ada) = (app.caller("sol").await, app.caller("ada").await);
        let mut tasks = JoinSet::new();
        for yes in [true, false, true, false] {
            let (app, id) = (app.scope(), id.clone());
            let caller = if yes { sol.clone() } else { ada.clone() };
            tasks.spawn(async move {
                if yes {
                    approve_passkey(&app, &caller, &id, PLACEHOLDER_REASON).await
                } else {
                    stop_passkey(&app, &caller, &id, PLACEHOLDER_REASON).await
                }
            });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        let (yes, no) = (app.events("mfa.factor_approved").await.len(), app.events("mfa.factor_removed").await.len());
        assert_eq!(yes + no, 1);
    }
}
