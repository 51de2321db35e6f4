use postern::actions::use_totp::use_totp;
use postern::store::factors;
use postern_core::signin::FlowStep;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn a_code_opens_once_and_its_step_never_again(db) {
        let app = TestApp::start(db).await;
        let phone = app.phone("ana").await;
        app.sign_in("ana").await;
        let step = app.password("ana").await;
        let code = phone.code(app.seconds());
        app.secrets.saw(&code);
        assert_invalid(use_totp(&app.scope(), &step.row, &code, None).await, "code");
        assert_invalid(use_totp(&app.scope(), &step.row, &phone.code(app.seconds() - 30), None).await, "code");
        app.advance_seconds(30);
        app.sign_in("ana").await;
        let causes: Vec<String> = app.causes().await;
        assert_eq!(causes, ["mfa_code_reused", "mfa_code_reused"]);
    }

    async fn a_phone_whose_clock_is_off_is_told_by_how_much(db) {
        let app = TestApp::start(db).await;
        let phone = app.phone("ana").await;
        let browser = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let slow = phone.code(app.seconds() - 180);
        let page = browser.post("/sign-in/second-step", &[("code", &slow)]).await;
        page.status(422).shows("about 3 minutes slow");
        assert_eq!(app.causes().await, ["mfa_clock_drift"]);
        // A code of the future is not named as such: a guesser would know what to send three minutes from now.
        let fast = phone.code(app.seconds() + 180);
        let page = browser.post("/sign-in/second-step", &[("code", &fast)]).await;
        page.status(422).shows("This code is wrong");
        assert_eq!(app.causes().await, ["mfa_clock_drift", "mfa_clock_drift"]);
        browser.get("/account").await.leads_to("/sign-in");
    }

    async fn guessing_is_throttled_across_sign_ins(db) {
        let app = TestApp::start(db).await;
        let phone = app.phone("ana").await;
        let wrong = phone.wrong_code(app.seconds());
        for _ in 0..5 {
            let step = app.password("ana").await;
            assert_invalid(use_totp(&app.scope(), &step.row, &wrong, None).await, "code");
            app.wait_for_next_try();
        }
        let step = app.password("ana").await;
        let wait = assert_throttled(use_totp(&app.scope(), &step.row, &phone.code(app.seconds()), None).await);
        assert!((1700..=1800).contains(&wait), "{wait}");
        app.advance_seconds(1801);
        app.sign_in("ana").await;
    }

    async fn of_sixteen_at_once_one_wins(db) {
        let app = TestApp::start(db).await;
        let code = app.phone("ana").await.code(app.seconds());
        let mut steps = Vec::new();
        for _ in 0..16 {
            steps.push(app.password("ana").await);
        }
        let mut tasks = JoinSet::new();
        for step in steps {
            let (app, code) = (app.scope(), code.clone());
            tasks.spawn(async move { use_totp(&app, &step.row, &code, None).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(app.session_ids("ana").await.len(), 1);
    }

    /// Whoever can write into the database can hang their own code app on somebody else; it does not open there.
    async fn a_code_app_opens_in_its_persons_row_only(db) {
        let app = TestApp::start(db).await;
        let (fay, gus) = (app.person("fay").await.id, app.person("gus").await.id);
        let phone = app.phone("fay").await;
        for (from, to) in [(&gus, "aside"), (&fay, gus.as_str())] {
            // The rows of both change owners; the foreign key wants somebody who exists.
            let to = if to == "aside" { app.person("emil").await.id.to_string() } else { to.to_owned() };
            let moved = sqlx::query("UPDATE factors SET person_id = $1 WHERE person_id = $2");
            moved.bind(to).bind(from.as_str()).execute(app.db.reader()).await.unwrap();
        }
        let step = app.password("gus").await;
        let code = phone.code(app.seconds());
        app.secrets.saw(&code);
        assert!(use_totp(&app.scope(), &step.row, &code, None).await.is_err());
        assert!(app.session_ids("gus").await.is_empty());
    }

    async fn the_second_step_has_five_minutes(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        app.advance_seconds(298);
        browser.get("/sign-in/second-step").await.ok();
        app.advance_seconds(3);
        let code = app.phone("ana").await.code(app.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
    }

    async fn after_a_hundred_wrong_codes_in_a_row_the_app_stops_and_the_owner_is_told(db) {
        let app = TestApp::start(db).await;
        let (ana, phone) = (app.person("ana").await, app.phone("ana").await);
        for n in 1..=100 {
            app.advance_seconds(3601);
            let step = app.password("ana").await;
            let wrong = phone.wrong_code(app.seconds());
            assert_invalid(use_totp(&app.scope(), &step.row, &wrong, None).await, "code");
            assert_eq!(app.events("mfa.factor_disabled").await.len(), usize::from(n == 100), "after {n}");
        }
        let factor = factors::list(&app.db, &app.tenant, &ana.id).await.unwrap().remove(0);
        assert!(factor.disabled_at.is_some());
        assert_eq!(app.events("mfa.factor_disabled").await.len(), 1);
        assert!(app.messages().await.iter().any(|m| m.subject.contains("switched off")));
        // The right code opens nothing any more; the way back is a recovery, which is open to her.
        let flow = app.password("ana").await.flow;
        assert_eq!(flow.step(), FlowStep::Pass);
        let id = app.reset_case_of_ana().await;
        app.enrol_by_hand(&id).await.get("/account").await.ok();
    }
}

impl TestApp {
    /// Causes of failed sign-ins, newest first.
    pub async fn causes(&self) -> Vec<String> {
        let failed = self.events("signin.failed").await;
        failed.iter().map(|e| e["detail"]["cause"].as_str().unwrap().to_owned()).collect()
    }
}
