use postern::actions::contest::contest;
use postern::actions::lift_lock::{lift_lock, list_locks};
use postern::actions::lift_suspension::lift_suspension;
use postern::actions::sign_in::{Credentials, sign_in};
use postern::actions::suspend_person::suspend_person;
use postern::actions::{ActionError, Caller};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{assert_denied, assert_throttled};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

const STOLEN: &str = "Phone stolen on the train, they called from the office";

async fn suspend(app: &TestApp, by: &str, login: &str) -> Result<(), ActionError> {
    let (by, person) = (app.caller(by).await, app.person(login).await.id);
    suspend_person(&app.scope(), &by, &person, STOLEN).await
}

async fn lift(app: &TestApp, by: &Caller, login: &str) -> Result<(), ActionError> {
    let person = app.person(login).await.id;
    lift_suspension(&app.scope(), by, &person, "Spoke with them, the phone is off the account").await
}

on_both! {
    async fn a_call_shuts_an_account_at_once_and_is_told(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let half = app.browser();
        half.post("/sign-in", &[("login", "gus"), ("password", &app.password_of("gus"))]).await.leads_to("/sign-in/second-step");
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.person("gus").await.id;
        let page = format!("/desk/people/{id}/suspend");
        ben.get(&format!("/desk/people/{id}")).await.ok().shows("Suspend the account").does_not_show("Lift the suspension");
        ben.get(&page).await.ok().shows("Every session ends at once");
        ben.post(&page, &[("reason", "")]).await.status(422);
        gus.get("/account").await.ok();
        ben.post(&page, &[("reason", STOLEN)]).await.leads_to(&format!("/desk/people/{id}"));
        gus.get("/account").await.leads_to("/sign-in");
        app.advance_seconds(30);
        let code = app.phone("gus").await.code(app.seconds());
        half.post("/sign-in/second-step", &[("code", &code)]).await;
        half.get("/account").await.leads_to("/sign-in");
        assert!(matches!(app.try_password("gus", &app.password_of("gus")).await, Err(ActionError::Refused(_))));
        // Whoever does not know the password learns nothing.
        assert!(matches!(app.try_password("gus", "no, not this one").await, Err(ActionError::Wrong(_))));
        let suspended = &app.events("user.suspended").await[0];
        assert_eq!((&suspended["reason"], &suspended["detail"]["why"]), (&json!(STOLEN), &json!("the desk")));
        assert_eq!(suspended["policies"], json!(["staff.suspend-person"]));
        assert!(app.messages().await.iter().any(|message| message.subject == "The help desk suspended your account"));
        let page = ben.get(&format!("/desk/people/{id}")).await;
        page.ok().shows("Ben Adeyemi did it").does_not_show("Suspend the account").does_not_show("Lift the suspension");
        let again = suspend(&app, "bea", "gus").await;
        assert!(matches!(again, Err(ActionError::Refused(_))), "{again:?}");
    }

    async fn who_is_higher_oneself_and_a_program_are_refused(db) {
        let app = TestApp::start(db).await;
        for higher in ["ada", "sol"] {
            assert_denied(suspend(&app, "ben", higher).await, "staff.end-sessions-never-higher");
        }
        assert_denied(suspend(&app, "ben", "ben").await, "staff.change-never-oneself");
        let mut program = app.caller("ada").await;
        program.scopes = Some(vec!["people:read".to_owned()]);
        let gus = app.person("gus").await.id;
        assert_denied(suspend_person(&app.scope(), &program, &gus, STOLEN).await, "staff.change-no-token");
        assert!(app.events("user.suspended").await.is_empty());
    }

    /// Lifting is the dangerous half.
    async fn another_senior_lifts_it_with_a_touch_and_it_is_told(db) {
        let app = TestApp::start(db).await;
        suspend(&app, "sol", "gus").await.unwrap();
        let (ben, sol, ada) = (app.caller("ben").await, app.caller("sol").await, app.caller("ada").await);
        assert!(matches!(lift(&app, &ben, "gus").await, Err(ActionError::Denied(_))));
        let own = lift(&app, &sol, "gus").await;
        assert!(matches!(own, Err(ActionError::Refused(_))), "{own:?}");
        let untouched = Caller { stepped_up_at: None, ..ada.clone() };
        assert!(matches!(lift(&app, &untouched, "gus").await, Err(ActionError::StepUp)));
        assert!(app.person("gus").await.suspended_at.is_some());
        lift(&app, &ada, "gus").await.unwrap();
        assert!(app.person("gus").await.suspended_at.is_none());
        let enabled = &app.events("user.enabled").await[0];
        assert_eq!((&enabled["before"]["suspended"], &enabled["before"]["by"]), (&json!(true), &json!(sol.person.id.as_str())));
        assert!(app.messages().await.iter().any(|message| message.subject == "Your account is open again"));
        app.sign_in_by_hand(&app.browser(), "gus").await;
        assert!(matches!(lift(&app, &ada, "gus").await, Err(ActionError::Refused(_))));
    }

    /// Nobody at the desk lifts what the owner shut, even where the desk had shut it before.
    async fn what_the_owner_shut_the_desk_does_not_open(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.suspend("gus").await;
        assert!(matches!(lift(&app, &ada, "gus").await, Err(ActionError::Refused(_))));
        suspend(&app, "ben", "fay").await.unwrap();
        let code = app.not_me("fay@demo.postern.invalid", "suspended your account").await;
        contest(&app.scope(), &code).await.unwrap();
        assert!(matches!(lift(&app, &ada, "fay").await, Err(ActionError::Refused(_))));
        assert!(app.person("fay").await.suspended_at.is_some());
    }

    async fn of_two_that_lift_it_at_once_one_wins(db) {
        let app = TestApp::start(db).await;
        suspend(&app, "ben", "gus").await.unwrap();
        let mut tasks = JoinSet::new();
        for login in ["sol", "ada"] {
            let (scope, by, gus) = (app.scope(), app.caller(login).await, app.person("gus").await.id);
            tasks.spawn(async move { lift_suspension(&scope, &by, &gus, PLACEHOLDER_REASON).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|done| *done).count(), 1);
        assert_eq!(app.events("user.enabled").await.len(), 1);
    }

    /// One try before its time, and no more: the counts stay.
    async fn a_lock_is_seen_and_lifted_for_one_try(db) {
        let app = TestApp::start(db).await;
        let id = app.person("gus").await.id;
        let ben = app.browser_with_planted_session("ben").await;
        let locks = async |ben: &crate::browser::Browser| -> Value {
            ben.get(&format!("/api/v1/people/{id}")).await.ok().json()["locks"].clone()
        };
        assert_eq!(locks(&ben).await, json!([]));
        // Where nothing waits, it is not offered.
        let page = format!("/desk/people/{id}");
        ben.get(&page).await.ok().does_not_show("Let them try again");
        let path = format!("/desk/people/{id}/lift-lock");
        ben.post(&path, &[("reason", PLACEHOLDER_REASON)]).await.status(409).shows("Nothing of theirs waits");
        for _ in 0..5 {
            app.wait_for_next_try();
            assert!(matches!(app.try_password("gus", "no, not this one").await, Err(ActionError::Wrong(_))));
        }
        assert_throttled(app.try_password("gus", &app.password_of("gus")).await);
        assert_eq!(locks(&ben).await[0]["kind"], "password");
        assert!(locks(&ben).await[0]["until"].is_string());
        ben.get(&format!("/desk/people/{id}")).await.ok().shows("no try before").shows("Let them try again");
        ben.post(&path, &[("reason", "Rang the number on file, they mistyped it")]).await.leads_to(&format!("/desk/people/{id}"));
        assert_eq!(locks(&ben).await, json!([]));
        assert!(matches!(app.try_password("gus", "wrong again").await, Err(ActionError::Wrong(_))));
        let wait = assert_throttled(app.try_password("gus", &app.password_of("gus")).await);
        assert!(wait > 8, "the count began anew: {wait}");
        let lifted = &app.events("user.lock_lifted").await[0];
        assert_eq!(lifted["detail"]["kinds"], json!(["password"]));
        assert!(app.messages().await.iter().any(|message| message.subject == "You can try to sign in again"));
    }

    /// Of passwords each device counts for itself: sixty wrong ones on two of them shut neither for good.
    async fn a_password_is_not_said_to_be_shut_for_what_all_devices_count_together(db) {
        let app = TestApp::start(db).await;
        let known = app.sign_in("gus").await;
        for _ in 0..60 {
            let password = zeroize::Zeroizing::new("no, not this one".to_owned());
            let typed = Credentials { login: "gus", password, device: Some(&known.device) };
            assert!(matches!(sign_in(&app.scope(), typed).await, Err(ActionError::Wrong(_))));
            app.advance_seconds(3601);
        }
        app.guess_passwords("gus", 60).await;
        let gus = app.person("gus").await.id;
        assert!(list_locks(&app.scope(), &gus).await.unwrap().is_empty());
    }

    async fn what_was_switched_off_at_the_cap_is_not_lifted(db) {
        let app = TestApp::start(db).await;
        app.guess_passwords("gus", 100).await;
        let (ben, gus) = (app.caller("ben").await, app.person("gus").await.id);
        let refused = lift_lock(&app.scope(), &ben, &gus, PLACEHOLDER_REASON).await;
        assert!(matches!(refused, Err(ActionError::Refused(_))), "{refused:?}");
        assert_throttled(app.try_password("gus", &app.password_of("gus")).await);
        let page = app.browser_with_planted_session("ben").await.get(&format!("/desk/people/{gus}")).await;
        page.ok().shows("it has to be bound anew");
    }
}
