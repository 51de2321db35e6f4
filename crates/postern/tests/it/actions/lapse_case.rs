//! What was reset and nobody came back for is over after a day (number 5): on the record, and the owner is told.

use jiff::{SignedDuration, Timestamp};
use postern::actions::contest::contest;
use postern::actions::enrol_totp::{enrol_totp, secret};
use postern::actions::open_case::open_case;
use postern::actions::show_pass::show_pass;
use postern::actions::take_case::take_case;
use postern::actions::use_pass::use_pass;
use postern::actions::use_totp::use_totp;
use postern::jobs::lapse_cases::lapse_cases;
use postern::rng::token_hash;
use postern::store::{backup_codes, cases, enrolment_passes, factors};
use postern_core::case::{Case, Outcome, Stage};
use postern_core::factor::code::{CodeKind as _, EnrolmentPass};
use postern_core::id::CaseId;
use postern_testkit::TestPhone;

use super::assert_refused;
use super::stop_remedy::ReachedStep;
use crate::browser::CASE;
use crate::on_both::on_both;
use crate::steps::a_day;
use crate::test_app::TestApp;

const MAIL: &str = "ana@demo.postern.invalid";

impl TestApp {
    /// Lets time pass to so many seconds after the day in which the person may come back.
    async fn to_the_end_of_the_day_after_the_reset(&self, id: &CaseId, seconds: i64) {
        let reset_at = self.case(id).await.remedied_at().unwrap();
        let then = reset_at + a_day() + SignedDuration::from_secs(seconds);
        self.advance(then.duration_since(self.clock.now()));
    }
}

fn has_lapsed(case: &Case) -> bool {
    matches!(case.stage(), Stage::Closed { outcome: Outcome::Lapsed, .. })
}

on_both! {
    async fn a_day_after_the_reset_the_page_shows_no_pass_whether_a_job_came_or_not(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        app.to_the_end_of_the_day_after_the_reset(&id, -60).await;
        let pass = app.show_pass(&id).await;
        let end = app.case(&id).await.remedied_at().unwrap() + a_day();
        assert_eq!(pass.expires_at, end, "a pass outlives the day");
        app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
        // Whatever the row says: as it is read it has lapsed.
        assert!(has_lapsed(&app.case(&id).await));
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass");
        let person = app.person("ana").await.id;
        let live = enrolment_passes::find_live(&app.db, &app.tenant, &person, EnrolmentPass::PURPOSE, app.clock.now()).await;
        assert!(live.unwrap().is_none(), "the pass of the last minute still lives");
    }

    async fn it_goes_on_the_record_and_the_owner_is_told(db) {
        let app = TestApp::start(db).await;
        let claimant = app.browser();
        let opened = open_case(&app.scope(), "ana", None).await.unwrap();
        app.secrets.saw(&opened.claimant_page_token);
        claimant.set_cookie(CASE, Some(&opened.claimant_page_token));
        let id = opened.id;
        app.prove_for_ana(&id).await;
        app.reset("ben", &id).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert_eq!(app.stage(&id).await, "remedied", "a minute is no day");
        app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
        lapse_cases(&app.scope()).await.unwrap();
        lapse_cases(&app.scope()).await.unwrap();
        let row = app.row(&id).await;
        assert_eq!((row.stage.as_str(), row.closed_at.is_some()), ("closed", true));
        let closed = app.events("case.closed").await;
        assert_eq!(closed.len(), 1);
        assert_eq!((&closed[0]["detail"]["outcome"], &closed[0]["actor"]["type"]), (&"lapsed".into(), &"system".into()));
        let notified = app.messages().await.into_iter().filter(|m| m.subject.contains("not finished in time"));
        assert_eq!(notified.count(), 3, "every contact is told");
        claimant.get("/recover/case").await.ok().shows("could come back is over").shows("Start a new request");
        let ben = app.browser_with_planted_session("ben").await;
        assert_eq!(ben.get(&format!("/api/v1/cases/{id}")).await.ok().json()["outcome"], "lapsed");
        // The password alone still leads nowhere, and a new request leads back in.
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        app.browser().post("/sign-in", &form).await.leads_to("/sign-in/pass");
        let again = app.reset_case_of_ana().await;
        app.enrol_by_hand(&again).await.get("/account").await.ok();
    }

    /// Whoever enrolled and never signed in has proven nothing: a case that lapses leaves no way in.
    async fn what_was_enrolled_goes_with_a_case_that_nobody_proved(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await.code;
        app.go(ReachedStep::Factor, &pass).await;
        let person = app.person("ana").await.id;
        let held = || factors::list(&app.db, &app.tenant, &person);
        app.to_the_end_of_the_day_after_the_reset(&id, -1).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert_eq!(held().await.unwrap().len(), 1, "the day is not over");
        app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert!(held().await.unwrap().is_empty());
        assert_eq!(backup_codes::count_left(&app.db, &app.tenant, &person, app.clock.now()).await.unwrap(), 0);
        let gone = &app.events("mfa.factor_removed").await[0];
        assert_eq!((&gone["actor"]["type"], &gone["detail"]["why"]), (&"system".into(), &"the recovery was not finished in time".into()));
        // Everybody is told, and a new request leads back in.
        assert!(app.messages().await.iter().any(|m| m.body.contains("nor what was set up with it works")));
        let again = app.reset_case_of_ana().await;
        app.enrol_by_hand(&again).await.get("/account").await.ok();
    }

    /// No late job lets anybody in: who comes a second too late finds nothing of what the reset gave, however far they had come.
    async fn who_comes_too_late_is_not_let_in_before_the_job_has_run(db) {
        let app = TestApp::start(db).await;
        let person = app.person("ana").await.id;
        let held = || factors::list(&app.db, &app.tenant, &person);
        // With a factor that was enrolled in time.
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await.code;
        let phone = app.go(ReachedStep::Factor, &pass).await.unwrap();
        app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
        let begun = app.password("ana").await;
        assert!(use_totp(&app.scope(), &begun.row, &phone.code(app.seconds()), None).await.is_err());
        assert!(held().await.unwrap().is_empty(), "the case lapsed at that moment");
        assert_eq!(app.stage(&id).await, "closed");
        assert_eq!(app.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL AND person_id IN (SELECT id FROM persons WHERE login = 'ana')").await, 0);
        // In the middle of an enrolment that began in time, before the job and after it.
        for job_runs in [false, true] {
            let id = app.reset_case_of_ana().await;
            app.to_the_end_of_the_day_after_the_reset(&id, -30).await;
            let pass = app.show_pass(&id).await.code;
            let begun = use_pass(&app.scope(), &app.password("ana").await.row, &pass).await.unwrap();
            app.secrets.saw(&begun.token);
            let row = app.flow(&begun.token).await.unwrap();
            let phone = TestPhone::from_secret(&secret(&app.scope(), &row).await.unwrap().bytes);
            app.secrets.saw_seed(phone.secret());
            app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
            if job_runs {
                lapse_cases(&app.scope()).await.unwrap();
            }
            assert!(enrol_totp(&app.scope(), &row, &phone.code(app.seconds())).await.is_err(), "{job_runs}");
            assert!(held().await.unwrap().is_empty(), "{job_runs}");
        }
        let again = app.reset_case_of_ana().await;
        app.enrol_by_hand(&again).await.get("/account").await.ok();
    }

    async fn what_a_newer_case_gave_outlives_the_late_closing_of_an_older_one(db) {
        let app = TestApp::start(db).await;
        let older = app.reset_case_of_ana().await;
        app.to_the_end_of_the_day_after_the_reset(&older, 1).await;
        let newer = app.reset_case_of_ana().await;
        let pass = app.show_pass(&newer).await.code;
        app.go(ReachedStep::Factor, &pass).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert!(has_lapsed(&app.case(&older).await) && app.stage(&newer).await == "remedied");
        let person = app.person("ana").await.id;
        assert_eq!(factors::list(&app.db, &app.tenant, &person).await.unwrap().len(), 1);
    }

    async fn the_pass_of_a_newer_case_outlives_the_late_closing_of_an_older_one(db) {
        let app = TestApp::start(db).await;
        let older = app.reset_case_of_ana().await;
        app.to_the_end_of_the_day_after_the_reset(&older, 1).await;
        let newer = app.reset_case_of_ana().await;
        app.show_pass(&newer).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert!(has_lapsed(&app.case(&older).await) && app.stage(&newer).await == "remedied");
        let person = app.person("ana").await.id;
        let live = enrolment_passes::find_live(&app.db, &app.tenant, &person, EnrolmentPass::PURPOSE, app.clock.now()).await;
        assert!(live.unwrap().is_some());
    }

    async fn the_owner_can_still_say_that_it_was_not_them(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let code = app.not_me(MAIL, "were removed").await;
        app.to_the_end_of_the_day_after_the_reset(&id, 1).await;
        lapse_cases(&app.scope()).await.unwrap();
        assert!(contest(&app.scope(), &code).await.unwrap().account_suspended);
        assert!(matches!(app.case(&id).await.stage(), Stage::Contested { after_remedy: true, .. }));
    }

    async fn an_open_request_lapses_with_its_page_alike_for_friends_and_strangers(db) {
        let app = TestApp::start(db).await;
        let almost_a_month = SignedDuration::from_hours(Case::PAGE_HOURS) - SignedDuration::from_secs(1);
        for login in ["ana", "nobody-here"] {
            let opened = open_case(&app.scope(), login, None).await.unwrap();
            app.secrets.saw(&opened.claimant_page_token);
            // What nobody takes up runs out earlier.
            take_case(&app.scope(), &app.caller("ben").await, &opened.id).await.unwrap();
            let opened_at = Timestamp::from_microsecond(app.row(&opened.id).await.opened_at).unwrap();
            app.advance((opened_at + almost_a_month).duration_since(app.clock.now()));
            lapse_cases(&app.scope()).await.unwrap();
            assert!(app.row(&opened.id).await.closed_at.is_none(), "{login}: too early");
            app.advance_seconds(2);
            lapse_cases(&app.scope()).await.unwrap();
            assert!(app.row(&opened.id).await.closed_at.is_some(), "{login}");
            let hash = token_hash(&opened.claimant_page_token);
            let page = cases::find_by_claimant_page(&app.db, &app.tenant, &hash, app.clock.now()).await.unwrap();
            assert!(page.is_none(), "{login}: the page of what lapsed");
        }
        assert_eq!(app.events("case.closed").await.len(), 2);
        assert!(!app.messages().await.iter().any(|m| m.subject.contains("not finished")), "nothing was changed");
    }
}
