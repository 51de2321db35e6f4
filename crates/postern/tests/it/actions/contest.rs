use postern::actions::ActionError;
use postern::actions::contest::contest;
use postern::actions::force_mfa_reset::force_mfa_reset;
use postern::actions::show_pass::show_pass;
use postern::config::Config;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_refused, assert_throttled};
use crate::on_both::on_both;
use crate::steps::{LIVE_SESSIONS, PLACEHOLDER_REASON};
use crate::test_app::TestApp;

const MAIL: &str = "ana@demo.postern.invalid";

on_both! {
    async fn before_the_reset_it_stops_the_case_and_not_the_account(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        let id = app.ready_case_of_ana().await;
        let code = app.not_me(MAIL, "asked to recover").await;
        let anybody = app.browser();
        // Mail scanners look at links: looking stops nothing.
        anybody.get("/not-me").await.ok().says("This was not you?");
        anybody.get(&format!("/not-me?code={code}")).await.ok();
        assert_eq!(app.stage(&id).await, "ready");
        anybody.post("/not-me", &[("code", &code)]).await.ok().says("Nothing on your account was changed");
        assert_eq!(app.stage(&id).await, "contested");
        ana.get("/account").await.ok();
        assert!(app.person("ana").await.suspended_at.is_none());
        for (login, words) in [("sol", "contested"), ("ada", "contested")] {
            let caller = app.caller(login).await;
            assert_refused(force_mfa_reset(&app, &caller, &id, PLACEHOLDER_REASON).await, words);
        }
        assert!(matches!(force_mfa_reset(&app, &ben, &id, PLACEHOLDER_REASON).await, Err(ActionError::Denied(_))));
        // The link worked once.
        anybody.post("/not-me", &[("code", &code)]).await.status(422);
        assert_eq!(app.events("case.contested").await.len(), 1);
    }

    async fn after_the_reset_it_suspends_the_account_too(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await;
        let claimant = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        claimant.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        let code = app.not_me(MAIL, "were removed").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok().says("Your account is suspended");
        assert_eq!(app.stage(&id).await, "contested");
        assert!(app.person("ana").await.suspended_at.is_some());
        assert_eq!(app.events("user.suspended").await.len(), 1);
        // The sign-in that was under way, the pass, and a new sign-in: all closed.
        claimant.post("/sign-in/pass", &[("pass", &pass.code)]).await.leads_to("/sign-in");
        claimant.post("/sign-in", &form).await.status(409).says("not open for sign-in");
        assert_refused(show_pass(&app, &app.row(&id).await).await, "");
        assert!(app.events("pass.used").await.is_empty());
    }

    async fn after_the_case_closed_it_ends_the_intruders_sessions(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let intruder = app.enrol_by_hand(&id).await;
        intruder.get("/account").await.ok();
        assert_eq!(app.stage(&id).await, "closed");
        let code = app.not_me(MAIL, "You are back in").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok().says("every session has ended");
        intruder.get("/account").await.leads_to("/sign-in");
        assert_eq!(app.count(LIVE_SESSIONS).await, 0);
    }

    async fn a_notice_of_a_new_factor_can_be_contested(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let intruder = app.enrol_by_hand(&id).await;
        let code = app.not_me(MAIL, "sign-in method was added").await;
        contest(&app, &code).await.unwrap();
        intruder.get("/account").await.leads_to("/sign-in");
        assert!(app.person("ana").await.suspended_at.is_some());
    }

    async fn the_links_of_all_contacts_work_and_a_case_is_stopped_once(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (mail, text) = (app.not_me(MAIL, "asked").await, app.not_me("+44 7700 900120", "asked").await);
        assert_ne!(mail, text);
        contest(&app, &text).await.unwrap();
        assert!(!contest(&app, &mail).await.unwrap().account_suspended);
        assert_eq!(app.stage(&id).await, "contested");
    }

    async fn a_link_lives_a_month_and_guesses_are_throttled(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let code = app.not_me(MAIL, "asked").await;
        app.advance(Config::CONTEST_LIFE + jiff::SignedDuration::from_secs(1));
        assert_invalid(contest(&app, &code).await, "code");
        for guess in ["", "a", "b", "c"] {
            assert_invalid(contest(&app, guess).await, "code");
        }
        assert!(assert_throttled(contest(&app, "d").await) > 0);
        assert!(app.events("case.contested").await.is_empty());
    }

    async fn of_sixteen_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let code = app.not_me(MAIL, "asked").await;
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, code) = (app.app(), code.clone());
            tasks.spawn(async move { contest(&app, &code).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }
}
