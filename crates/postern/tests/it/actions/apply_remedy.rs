use postern::actions::apply_remedy::apply_remedy;
use postern::actions::bind_claimant_page::callable_numbers;
use postern::rng::token_hash;
use postern::store::{backup_codes, cases, factors, known_devices};
use postern_core::case::Stage;
use postern_core::evidence::Kind;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_refused};
use crate::browser::{DEVICE, SESSION};
use crate::on_both::on_both;
use crate::steps::{LIVE_SESSIONS, PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

on_both! {
    async fn without_evidence_it_is_refused_on_the_record(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        let path = format!("/desk/cases/{id}/apply-remedy");
        ben.post(&path, &[("reason", PLACEHOLDER_REASON)]).await.status(409).shows("does not suffice");
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        // One person, one channel: Ben's call alone is not enough, however often it is made.
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("bea", &id, Kind::CallPlaced).await;
        ben.post(&path, &[("reason", PLACEHOLDER_REASON)]).await.status(409).shows("does not suffice");
        let denied = app.events("access.denied").await;
        assert_eq!(denied.len(), 2);
        assert_eq!(denied[0]["detail"]["action"], "ApplyRemedy");
        assert_eq!(denied[0]["case"], id.as_str());
        assert_eq!(app.stage(&id).await, "verifying");
        let ana = app.person("ana").await;
        assert_eq!(factors::list(&app.db, &app.tenant, &ana.id).await.unwrap().len(), 1);
    }

    async fn everything_that_could_let_somebody_in_is_dead_right_after_it(db) {
        let app = TestApp::start(db).await;
        let ana = app.person("ana").await;
        let browser = app.browser();
        app.sign_in_by_hand(&browser, "ana").await;
        browser.get("/account").await.ok();
        let device = browser.cookie(DEVICE).unwrap();
        let half_way = app.password("ana").await;
        let strangers = app.open("ana").await;

        app.reset_case_of_ana().await;

        browser.get("/account").await.leads_to("/sign-in");
        assert!(app.flow_row(&half_way.row.id).await.is_none(), "a sign-in under way");
        let known = known_devices::is_known(&app.db, &app.tenant, &ana.id, &token_hash(&device), app.clock.now()).await.unwrap();
        assert!(!known, "a known device");
        assert!(factors::list(&app.db, &app.tenant, &ana.id).await.unwrap().is_empty(), "a factor");
        assert_eq!(backup_codes::count_left(&app.db, &app.tenant, &ana.id, app.clock.now()).await.unwrap(), 0, "backup codes");
        assert_eq!(app.count(LIVE_SESSIONS).await, 0, "a session");
        let sealed = "SELECT COUNT(*) FROM factors WHERE removed_at IS NOT NULL AND LENGTH(sealed) > 0";
        assert_eq!(app.count(sealed).await, 0, "the seed of a removed code app");
        // The other open request of the same person does not ride along.
        assert_eq!(app.stage(&strangers).await, "closed");
        assert!(browser.cookie(SESSION).is_some(), "the browser still sends what no longer opens anything");
    }

    async fn after_it_the_password_alone_reaches_neither_enrolment_nor_a_session(db) {
        let app = TestApp::start(db).await;
        let code = app.backup_codes_of("ana").await.remove(0);
        let phone = app.phone("ana").await;
        app.reset_case_of_ana().await;
        let ana = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        ana.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        for path in ["/enrol", "/enrol/code-app"] {
            ana.get(path).await.status(409).shows("does not fit what came before");
        }
        ana.get("/sign-in/second-step").await.leads_to("/sign-in");
        ana.post("/enrol/code-app", &[("code", &phone.code(app.seconds()))]).await.status(409);
        ana.post("/sign-in/second-step", &[("code", &phone.code(app.seconds()))]).await.status(409);
        ana.post("/sign-in/backup-code", &[("backup_code", &code)]).await.status(409);
        for pass in ["", "0000-0000-0000", &code] {
            ana.post("/sign-in/pass", &[("pass", pass)]).await.status(422);
            app.wait_for_next_try();
        }
        ana.get("/account").await.leads_to("/sign-in");
        assert!(ana.cookie(SESSION).is_none());
        assert!(app.events("signin.succeeded").await.is_empty());
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }

    async fn after_it_no_step_of_the_case_fits(db) {
        let app = TestApp::start(db).await;
        let (sol, mona) = (app.browser_with_planted_session("sol").await, app.browser_with_planted_session("mona").await);
        let id = app.reset_case_of_ana().await;
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap().remove(0).id;
        let phrase = app.row(&id).await.phrase;
        let version = app.row(&id).await.version;
        let reason = [("reason", PLACEHOLDER_REASON)];
        let case = format!("/desk/cases/{id}");
        for step in ["apply-remedy", "approve"] {
            sol.post(&format!("{case}/{step}"), &reason).await.status(409);
        }
        let call = [("outcome", "confirmed"), ("began_it", "yes"), ("contact", number.as_str()), ("phrase", phrase.as_str()), ("reference", "HD-1")];
        sol.post(&format!("{case}/call"), &call).await.status(409);
        let evidence = [("kind", "in_person"), ("reference", PLACEHOLDER_REASON)];
        sol.post(&format!("{case}/evidence"), &evidence).await.status(409);
        let word = [("outcome", "confirmed"), ("phrase", phrase.as_str()), ("how", "I spoke with her")];
        let vouched = mona.post(&format!("/account/vouches/{id}"), &word).await;
        assert!([403, 409].contains(&vouched.status), "{}", vouched.status);
        assert_eq!(app.row(&id).await.version, version, "the case moved");
    }

    async fn it_wants_a_reason(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.ready_case_of_ana().await;
        for reason in ["", "   ", "\n\t", "..", "ok"] {
            assert_invalid(apply_remedy(&app.scope(), &ben, &id, (None, reason)).await, "reason");
        }
        assert_eq!(app.stage(&id).await, "ready");
        assert_eq!(app.events("step.refused").await.len(), 5);
        let browser = app.browser_with_planted_session("ben").await;
        browser.post(&format!("/desk/cases/{id}/apply-remedy"), &[]).await.status(422).shows("Give a reason");
        app.reset("ben", &id).await;
    }

    async fn a_hold_ends_to_the_second(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.case_of_carl_on_hold().await;
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        let hold = until.duration_since(app.case(&id).await.evidence()[1].at);
        assert_eq!(hold.as_hours(), a_day().as_hours());
        app.advance(until.duration_since(app.clock.now()) - jiff::SignedDuration::from_secs(1));
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "waiting period");
        assert!(app.events("mfa.factor_admin_reset").await.is_empty());
        app.advance_seconds(2);
        app.reset("ben", &id).await;
        assert_eq!(app.stage(&id).await, "remedied");
    }

    async fn a_hold_survives_a_restart(db) {
        let app = TestApp::start(db).await;
        let id = app.case_of_carl_on_hold().await;
        let app = TestApp::start_at(app.stop().await, |_| {}).await;
        let ben = app.caller("ben").await;
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "waiting period");
        app.advance(a_day());
        app.reset("ben", &id).await;
    }

    async fn proof_that_was_left_lying_for_a_day_is_stale(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.ready_case_of_ana().await;
        app.advance(a_day() + jiff::SignedDuration::from_secs(1));
        assert_eq!(app.stage(&id).await, "verifying");
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "does not suffice");
    }

    async fn of_sixteen_at_once_one_wins(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.ready_case_of_ana().await;
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, ben, id) = (app.scope(), ben.clone(), id.clone());
            tasks.spawn(async move { apply_remedy(&app, &ben, &id, (None, PLACEHOLDER_REASON)).await.is_ok() });
        }
        let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
        assert_eq!(app.events("mfa.factor_admin_reset").await.len(), 1);
        assert_eq!(cases::load(&app.db, &app.tenant, &id).await.unwrap().stage, "remedied");
    }
}
