use postern::actions::ActionError;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::contest::{WhichOthers, contest, contest_others};
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
        anybody.get("/not-me").await.ok().shows("This was not you?");
        anybody.get(&format!("/not-me?code={code}")).await.ok();
        assert_eq!(app.stage(&id).await, "ready");
        anybody.post("/not-me", &[("code", &code)]).await.ok().shows("Nothing on your account was changed");
        assert_eq!(app.stage(&id).await, "contested");
        ana.get("/account").await.ok();
        assert!(app.person("ana").await.suspended_at.is_none());
        for (login, words) in [("sol", "contested"), ("ada", "contested")] {
            let caller = app.caller(login).await;
            assert_refused(apply_remedy(&app.scope(), &caller, &id, (None, PLACEHOLDER_REASON)).await, words);
        }
        assert!(matches!(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, Err(ActionError::Denied(_))));
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
        app.browser().post("/not-me", &[("code", &code)]).await.ok().shows("Your account is suspended");
        assert_eq!(app.stage(&id).await, "contested");
        assert!(app.person("ana").await.suspended_at.is_some());
        assert_eq!(app.events("user.suspended").await.len(), 1);
        // The sign-in that was under way, the pass, and a new sign-in: all closed.
        claimant.post("/sign-in/pass", &[("pass", &pass.code)]).await.leads_to("/sign-in");
        claimant.post("/sign-in", &form).await.status(409).shows("This account is suspended. Call the help desk");
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "");
        assert!(app.events("pass.used").await.is_empty());
    }

    async fn after_the_case_closed_it_ends_the_intruders_sessions(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let intruder = app.enrol_by_hand(&id).await;
        intruder.get("/account").await.ok();
        assert_eq!(app.stage(&id).await, "closed");
        let code = app.not_me(MAIL, "You are back in").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok().shows("every session has ended");
        intruder.get("/account").await.leads_to("/sign-in");
        assert_eq!(app.count(LIVE_SESSIONS).await, 0);
    }

    async fn a_notice_of_a_new_factor_can_be_contested(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let intruder = app.enrol_by_hand(&id).await;
        let code = app.not_me(MAIL, "sign-in method was added").await;
        contest(&app.scope(), &code).await.unwrap();
        intruder.get("/account").await.leads_to("/sign-in");
        assert!(app.person("ana").await.suspended_at.is_some());
    }

    async fn the_links_of_all_contacts_work_and_a_case_is_stopped_once(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (mail, text) = (app.not_me(MAIL, "asked").await, app.not_me("+44 7700 900120", "asked").await);
        assert_ne!(mail, text);
        contest(&app.scope(), &text).await.unwrap();
        assert!(!contest(&app.scope(), &mail).await.unwrap().account_suspended);
        assert_eq!(app.stage(&id).await, "contested");
    }

    async fn it_stops_what_its_notice_named_and_asks_about_the_others(db) {
        let app = TestApp::start(db).await;
        let strangers = app.open("ana").await;
        let code = app.not_me(MAIL, "asked to recover").await;
        let (own, third) = (app.open("ana").await, app.open("ana").await);
        let reference = app.row(&own).await.reference;
        let owner = app.browser();
        let page = owner.post("/not-me", &[("code", &code)]).await;
        page.ok().shows("It is stopped").shows(&app.row(&strangers).await.reference).shows("Are these yours?").shows(&reference);
        page.shows("an unknown device at -").shows("None of these were me");
        let stages = [app.stage(&strangers).await, app.stage(&own).await, app.stage(&third).await];
        assert_eq!(stages, ["contested", "verifying", "verifying"], "what nobody named was stopped in silence");
        // The code that the question carries is good for the others alone.
        let (_, rest) = page.body.split_once("name=\"code\" value=\"").unwrap();
        let follow_up = rest.split('"').next().unwrap().to_owned();
        app.secrets.saw_contest(&follow_up);
        let (first, last) = (app.row(&strangers).await.reference, app.row(&third).await.reference);
        let form = [("code", follow_up.as_str()), ("reference", first.as_str())];
        owner.post("/not-me/others", &form).await.status(409).shows("nothing to stop");
        let form = [("code", follow_up.as_str()), ("reference", last.as_str())];
        owner.post("/not-me/others", &form).await.ok().shows("It is stopped").shows(&reference);
        assert_eq!((app.stage(&third).await, app.stage(&own).await), ("contested", "verifying"));
        assert_eq!(app.events("case.contested").await.len(), 2);
        app.advance_seconds(3601);
        let late = contest_others(&app.scope(), &follow_up, WhichOthers::All).await.map(|_| ());
        assert_invalid(late, "code");
        assert_eq!(app.stage(&own).await, "verifying");
    }

    async fn a_digest_stops_nothing_by_itself_and_asks_which(db) {
        let app = TestApp::start(db).await;
        let first = app.open("ana").await;
        let (own, strangers, more) = (app.open("ana").await, app.open("ana").await, app.open("ana").await);
        app.advance_seconds(3601);
        crate::test_app::eventually("the digest", async || app.row(&own).await.announced_at.is_some()).await;
        let code = app.not_me(MAIL, "More requests").await;
        let owner = app.browser();
        let page = owner.post("/not-me", &[("code", &code)]).await;
        page.ok().shows("Which of these were not you?").shows("Nothing is stopped yet");
        page.shows(&app.row(&strangers).await.reference).does_not_show(&app.row(&first).await.reference);
        let api = |reference: Option<&str>| serde_json::json!({ "code": code, "reference": reference });
        let reference = app.row(&strangers).await.reference;
        let stopped = owner.post_json("/api/v1/portal/contest/others", &api(Some(&reference))).await.ok().json();
        assert_eq!(stopped["stopped"], serde_json::json!([reference]));
        assert_eq!(stopped["others"].as_array().unwrap().len(), 2);
        // Once for each.
        owner.post_json("/api/v1/portal/contest/others", &api(Some(&reference))).await.status(409);
        let stages = [app.stage(&first).await, app.stage(&own).await, app.stage(&strangers).await];
        assert_eq!(stages, ["verifying", "verifying", "contested"]);
        owner.post_json("/api/v1/portal/contest/others", &api(None)).await.ok();
        assert_eq!((app.stage(&first).await, app.stage(&own).await, app.stage(&more).await), ("verifying", "contested", "contested"));
        owner.post("/not-me", &[("code", &code)]).await.ok().shows("nothing left to stop");
    }

    async fn all_of_them_at_once_are_stopped_once(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        for _ in 0..3 {
            app.open("ana").await;
        }
        app.advance_seconds(3601);
        crate::test_app::eventually("the digest", async || !app.events("case.openings_announced").await.is_empty()).await;
        let code = app.not_me(MAIL, "More requests").await;
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, code) = (app.scope(), code.clone());
            tasks.spawn(async move { contest_others(&app, &code, WhichOthers::All).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(app.events("case.contested").await.len(), 3);
    }

    async fn what_is_over_leaves_nothing_to_stop_and_stops_nothing_else(db) {
        let app = TestApp::start(db).await;
        let withdrawn = app.open("ana").await;
        let code = app.not_me(MAIL, "asked to recover").await;
        postern::actions::withdraw_case::withdraw_case(&app.scope(), &app.row(&withdrawn).await).await.unwrap();
        let own = app.open("ana").await;
        let page = app.browser().post("/not-me", &[("code", &code)]).await;
        page.ok().shows("Which of these were not you?").shows("Nothing on your account was changed");
        assert_eq!(app.stage(&own).await, "verifying");
    }

    async fn a_link_lives_a_month_and_guesses_are_throttled(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let code = app.not_me(MAIL, "asked").await;
        app.advance(Config::CONTEST_LIFE + jiff::SignedDuration::from_secs(1));
        assert_invalid(contest(&app.scope(), &code).await, "code");
        for guess in ["", "a", "b", "c"] {
            assert_invalid(contest(&app.scope(), guess).await, "code");
        }
        assert!(assert_throttled(contest(&app.scope(), "d").await) > 0);
        assert!(app.events("case.contested").await.is_empty());
    }

    async fn of_sixteen_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let code = app.not_me(MAIL, "asked").await;
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, code) = (app.scope(), code.clone());
            tasks.spawn(async move { contest(&app, &code).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }
}
