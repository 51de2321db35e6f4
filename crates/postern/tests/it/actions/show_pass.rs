use postern::actions::show_pass::show_pass;
use postern::actions::use_pass::use_pass;
use postern::config::Config;
use postern::demo;
use postern_core::evidence::Kind;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_refused};
use crate::browser::CASE;
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn there_is_none_before_the_reset(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass yet");
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass yet");
        app.vouch("mona", &id).await;
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass yet");
        assert_eq!(app.events("step.refused").await.len(), 3);
        assert_eq!(app.count("SELECT COUNT(*) FROM enrolment_passes").await, 0);
    }

    async fn a_newer_pass_kills_the_older_and_there_are_five(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let older = app.show_pass(&id).await.code;
        let newer = app.show_pass(&id).await.code;
        let step = app.password("ana").await;
        assert_invalid(use_pass(&app.scope(), &step.row, &older).await, "pass");
        for _ in 2..Config::ENROLMENT_PASSES_PER_CASE {
            app.show_pass(&id).await;
        }
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "as many passes as it may");
        assert_invalid(use_pass(&app.scope(), &step.row, &newer).await, "pass");
        let live = "SELECT COUNT(*) FROM enrolment_passes WHERE used_at IS NULL AND revoked_at IS NULL";
        assert_eq!(app.count(live).await, 1);
        assert_eq!(app.events("pass.issued").await.len(), 5);
    }

    async fn only_the_bound_page_shows_it(db) {
        let app = TestApp::start(db).await;
        let (stranger, ana) = (app.browser(), app.browser_from("127.0.0.3"));
        // The stranger's page says that it is Ana's too; it was opened first and never bound.
        stranger.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        app.reset("ben", &id).await;
        stranger.post("/recover/case/pass", &[]).await.status(409);
        stranger.get("/recover/case").await.ok().shows("closed without a reset");
        ana.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
        let pass = ana.get("/recover/case").await.ok().marked("data-pass");
        app.secrets.saw(&pass);
        // Who has no page, or a made-up one, finds nothing.
        let nobody = app.browser();
        nobody.post("/recover/case/pass", &[]).await.status(404);
        nobody.set_cookie(CASE, Some("made-up-by-a-stranger"));
        nobody.post("/recover/case/pass", &[]).await.status(404);
        // The desk never shows it.
        let desk = app.browser_with_planted_session("ben").await.get(&format!("/desk/cases/{id}")).await;
        assert!(!desk.ok().body.contains(&pass));
    }

    async fn a_reload_shows_the_same_pass_until_it_has_run_out_or_was_used(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser();
        ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        app.prove_for_ana(&id).await;
        app.reset("ben", &id).await;
        ana.get("/recover/case").await.ok().shows("Show my pass").does_not_show("data-pass");
        ana.get("/sign-in/with-pass").await.leads_to("/recover/case");
        let mut shown = Vec::new();
        for _ in 0..2 {
            // Pressed twice, and reloaded: one pass.
            ana.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
            for _ in 0..2 {
                shown.push(ana.get("/recover/case").await.ok().shows("4 left").marked("data-pass"));
            }
        }
        app.secrets.saw_all(&shown);
        assert!(shown.iter().all(|pass| *pass == shown[0]), "{shown:?}");
        ana.post("/recover/case/pass", &[("again", "yes")]).await.leads_to("/recover/case");
        let newer = ana.get("/recover/case").await.ok().shows("3 left").marked("data-pass");
        app.secrets.saw(&newer);
        assert_ne!(newer, shown[0]);
        // It comes along to the sign-in of this browser, and of no other.
        let page = ana.get("/sign-in/with-pass").await;
        page.ok().shows("Your pass comes along");
        assert!(page.body.contains(&newer) && page.body.contains("value=\"ana\""));
        app.browser().get("/sign-in/with-pass").await.leads_to("/recover/case");
        let form = [("login", "ana"), ("password", &demo::password("ana")), ("pass", &newer)];
        ana.post("/sign-in", &form).await.leads_to("/enrol");
        ana.get("/recover/case").await.ok().does_not_show("data-pass");
        assert_eq!(app.count("SELECT COUNT(*) FROM enrolment_passes WHERE sealed IS NOT NULL").await, 0);
        app.advance_seconds(601);
        ana.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
        app.secrets.saw(&ana.get("/recover/case").await.ok().shows("2 left").marked("data-pass"));
        app.advance_seconds(601);
        ana.get("/recover/case").await.ok().does_not_show("data-pass").shows("Show my pass");
    }

    async fn a_pass_that_came_along_and_works_no_more_is_said_to(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let older = app.show_pass(&id).await.code;
        app.show_pass(&id).await;
        let ana = app.browser();
        let form = [("login", "ana"), ("password", &demo::password("ana")), ("pass", &older)];
        ana.post("/sign-in", &form).await.status(422).shows("This pass is wrong, was used, or has run out");
        // The password counts still, and the next pass can be typed.
        ana.get("/sign-in/pass").await.ok();
        ana.get("/enrol").await.status(409);
        // A wrong password keeps what came along, and spends nothing.
        let wrong = [("login", "ana"), ("password", "not hers at all"), ("pass", &older)];
        assert!(ana.post("/sign-in", &wrong).await.status(422).body.contains(&older));
    }

    async fn sixteen_at_once_get_no_more_than_a_case_may_show(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let row = app.row(&id).await;
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, row) = (app.scope(), row.clone());
            tasks.spawn(async move { show_pass(&app, &row).await.is_ok() });
        }
        let shown = tasks.join_all().await.into_iter().filter(|shown| *shown).count();
        let live = "SELECT COUNT(*) FROM enrolment_passes WHERE used_at IS NULL AND revoked_at IS NULL";
        assert_eq!(app.count(live).await, 1, "of two live passes one is not the newest");
        assert!(shown <= 5, "{shown} passes, and a case may show {}", Config::ENROLMENT_PASSES_PER_CASE);
    }
}
