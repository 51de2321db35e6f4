//! The second remedy: fresh backup codes after verification, for who still has their factors and no codes.

use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern::actions::confirm_backup_codes::{KeptBy, confirm_backup_codes};
use postern::actions::propose_remedy::propose_remedy;
use postern::actions::show_backup_codes::show_backup_codes;
use postern::actions::show_pass::show_pass;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_core::remedy::PlanHash;
use tokio::task::JoinSet;

use super::renew_backup_codes::confirm;
use super::{assert_denied, assert_invalid, assert_refused, assert_throttled};
use crate::browser::{Answer, Browser, CASE};
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

const CODES: &str = "fresh_backup_codes";

impl TestApp {
    async fn propose(&self, agent: &str, id: &CaseId, remedy: &str) {
        propose_remedy(&self.scope(), &self.caller(agent).await, id, (remedy, PLACEHOLDER_REASON))
            .await
            .unwrap();
    }

    /// Ana's case, with proof and with codes as remedy; and her browser, which holds its page.
    async fn ana_who_may_have_codes(&self) -> (Browser, CaseId) {
        let ana = self.browser();
        ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        self.secrets.saw(&ana.cookie(CASE).unwrap());
        let id = self.newest_case().await;
        self.propose("ben", &id, CODES).await;
        self.prove_for_ana(&id).await;
        (ana, id)
    }

    fn codes_in(&self, page: &Answer) -> Vec<String> {
        let items = page.body.split("<li>").skip(1).filter_map(|item| item.split("</li>").next());
        let codes: Vec<String> = items.filter(|item| item.len() < 40).map(str::to_owned).collect();
        self.secrets.saw_all(&codes);
        codes
    }
}

on_both! {
    async fn codes_are_shown_on_the_bound_page_and_one_of_them_closes_the_case(db) {
        let app = TestApp::start(db).await;
        let old = app.backup_codes_of("ana").await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        assert_refused(show_backup_codes(&app.scope(), &app.row(&id).await).await, "no codes yet");
        let ben = app.browser_with_planted_session("ben").await;
        let path = format!("/desk/cases/{id}/apply-remedy");
        ben.get(&path).await.ok().shows("Fresh backup codes for Ana").shows("stay as they are");
        let plan = app.plan_hash(&id).await;
        ben.post(&path, &[("plan", plan.as_str()), ("reason", PLACEHOLDER_REASON)]).await.leads_to(&format!("/desk/cases/{id}"));
        let generated = &app.events("mfa.backup_codes_admin_generated").await[0];
        assert_eq!((&generated["reason"], &generated["before"]["backup_codes_left"]), (&PLACEHOLDER_REASON.into(), &3.into()));
        assert_eq!(generated["detail"]["plan"], plan.as_str());
        // Old codes are dead, everything else is as it was; the agent sees no code, and there is no pass.
        app.try_backup_code("ana", &old[0]).await.status(422);
        ben.get(&format!("/desk/cases/{id}")).await.ok().shows("You never see the codes").shows("0 codes remaining");
        assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass yet");
        app.advance_seconds(120);
        ana.get("/recover/case").await.ok().shows("You can have new backup codes");
        let page = ana.post("/recover/case/backup-codes", &[]).await;
        let codes = app.codes_in(&page);
        assert_eq!(codes.len(), 10);
        app.try_backup_code("ana", &codes[0]).await.status(422);
        ana.post("/recover/case/backup-codes/confirm", &[]).await.status(409).shows("tick the box");
        ana.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/sign-in");
        ana.post("/recover/case/backup-codes", &[]).await.status(409).shows("kept already");
        app.advance_seconds(120);
        app.try_backup_code("ana", &codes[0]).await.leads_to("/");
        assert_eq!(app.stage(&id).await, "closed");
        app.sign_in("ana").await;
        assert!(app.events("mfa.factor_admin_reset").await.is_empty());
        // Proven, they live on.
        app.advance(a_day());
        app.advance(a_day());
        app.try_backup_code("ana", &codes[1]).await.leads_to("/");
    }

    /// Her factors from before still work: that she signs in with one proves nothing about who holds the codes.
    async fn an_everyday_sign_in_proves_no_case_and_makes_no_code_live_on(db) {
        let app = TestApp::start(db).await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let codes = app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        ana.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/sign-in");
        app.sign_in("ana").await;
        assert_eq!(app.stage(&id).await, "remedied");
        app.advance(a_day());
        app.advance_seconds(1);
        // Whether or not a job has seen it yet.
        app.try_backup_code("ana", &codes[0]).await.status(422);
        assert_eq!(app.stage(&id).await, "closed");
    }

    /// What she made for herself meanwhile is not the case's, and does not end with it.
    async fn her_own_codes_outlive_a_case_that_lapses(db) {
        let app = TestApp::start(db).await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let signed_in = app.browser();
        app.sign_in_by_hand(&signed_in, "ana").await;
        let own = app.new_codes(&signed_in, app.code_proof("ana").await).await;
        assert_eq!(confirm(&signed_in).await, 204);
        // The page is still good: codes of hers are none of the case's.
        app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        app.advance(a_day());
        app.advance_seconds(1);
        crate::test_app::eventually("the case lapses", async || !app.events("case.closed").await.is_empty()).await;
        app.try_backup_code("ana", &own[0]).await.leads_to("/");
    }

    /// A hundred guesses were at codes that are dead.
    async fn guesses_at_the_codes_from_before_do_not_count_against_new_ones(db) {
        let app = TestApp::start(db).await;
        let old = app.backup_codes_of("ana").await;
        for _ in 0..100 {
            app.advance_seconds(3601);
            app.try_backup_code("ana", "aaaaa-aaaaa-aaaaa").await.status(422);
        }
        app.advance_seconds(3601);
        assert_ne!(app.try_backup_code("ana", &old[0]).await.status, 303);
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let codes = app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        ana.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/sign-in");
        app.advance_seconds(3601);
        app.try_backup_code("ana", &codes[0]).await.leads_to("/");
    }

    /// A code stands in for a factor: after a reset there is none to stand in for.
    async fn who_has_no_factor_that_works_is_not_offered_codes(db) {
        let app = TestApp::start(db).await;
        app.reset_case_of_ana().await;
        let ben = app.caller("ben").await;
        let (again, words) = (app.open("ana").await, "Backup codes would open nothing");
        assert_refused(propose_remedy(&app.scope(), &ben, &again, (CODES, PLACEHOLDER_REASON)).await, words);
        let desk = app.browser_with_planted_session("ben").await;
        desk.get(&format!("/desk/cases/{again}")).await.ok().shows(words).does_not_show("Fresh backup codes instead");
        assert!(app.events("mfa.backup_codes_admin_generated").await.is_empty());
    }

    /// Looked at once more in the change that would make them.
    async fn codes_are_not_made_when_no_factor_works_any_more(db) {
        let app = TestApp::start(db).await;
        let (_, id) = app.ana_who_may_have_codes().await;
        let gone = sqlx::query(app.own("UPDATE factors SET usable_at = created_at * 2 WHERE person_id IN (SELECT id FROM persons WHERE login = 'ana')"));
        gone.execute(app.db.reader()).await.unwrap();
        let ben = app.caller("ben").await;
        let refused = apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await;
        assert_refused(refused, "Backup codes would open nothing");
        assert_eq!(app.stage(&id).await, "ready");
    }

    /// Only the page that was bound shows them, as often as it shows passes, and the newest count.
    async fn a_lost_answer_is_made_anew_and_there_are_five(db) {
        let app = TestApp::start(db).await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let stranger = app.browser_from("127.0.0.3");
        stranger.post("/recover/case/backup-codes", &[]).await.status(404);
        let first = app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        let token = ana.cookie(crate::browser::CEREMONY);
        let second = app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        assert_ne!(first, second);
        // The word for the first ones comes too late.
        let late = app.browser();
        late.set_cookie(CASE, ana.cookie(CASE).as_deref());
        late.set_cookie(crate::browser::CEREMONY, token.as_deref());
        late.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.status(409);
        for _ in 2..5 {
            app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        }
        ana.post("/recover/case/backup-codes", &[]).await.status(409).shows("as often as it may");
    }

    /// Confirmed and shown anew at once: one of them goes through, and never are there two sets that could be good.
    async fn what_is_kept_is_not_shown_anew(db) {
        let app = TestApp::start(db).await;
        for _ in 0..4 {
            let (_, id) = app.ana_who_may_have_codes().await;
            app.reset("ben", &id).await;
            let row = app.row(&id).await;
            let shown = show_backup_codes(&app.scope(), &row).await.unwrap();
            app.secrets.saw_all(&shown.codes);
            let row = app.row(&id).await;
            let (scope, again) = (app.scope(), app.scope());
            let confirmed = confirm_backup_codes(&scope, KeptBy::ClaimantPage(&row), &shown.token);
            let (confirmed, anew) = tokio::join!(confirmed, show_backup_codes(&again, &row));
            assert!(confirmed.is_ok() != anew.is_ok(), "both, or neither");
            if let Ok(anew) = anew {
                app.secrets.saw_all(&anew.codes);
            }
            let live = "SELECT COUNT(*) FROM backup_code_sets WHERE revoked_at IS NULL";
            assert_eq!(app.count(live).await, 1);
        }
    }

    /// Another page of the same person, the page after an enrolment, and an account page say nothing about a case's codes.
    async fn only_the_page_that_showed_them_says_that_they_are_kept(db) {
        let app = TestApp::start(db).await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        let token = ana.cookie(crate::browser::CEREMONY);
        let elsewhere = app.browser_from("127.0.0.3");
        elsewhere.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        app.secrets.saw(&elsewhere.cookie(CASE).unwrap());
        elsewhere.set_cookie(crate::browser::CEREMONY, token.as_deref());
        elsewhere.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.status(409);
        elsewhere.post("/enrol/done", &[("kept", "on")]).await.status(409);
        let signed_in = app.browser();
        app.sign_in_by_hand(&signed_in, "ana").await;
        signed_in.set_cookie(crate::browser::CEREMONY, token.as_deref());
        assert_eq!(confirm(&signed_in).await, 409);
        assert!(app.events("mfa.backup_codes_confirmed").await.is_empty());
        ana.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/sign-in");
        let confirmed = &app.events("mfa.backup_codes_confirmed").await[0];
        assert_eq!((&confirmed["actor"]["type"], &confirmed["case"]), (&"anonymous".into(), &id.as_str().into()));
    }

    async fn of_eight_at_once_one_set_counts(db) {
        let app = TestApp::start(db).await;
        let (_, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let row = app.row(&id).await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (scope, row) = (app.scope(), row.clone());
            tasks.spawn(async move { show_backup_codes(&scope, &row).await.ok().map(|shown| shown.codes) });
        }
        let shown: Vec<Vec<String>> = tasks.join_all().await.into_iter().flatten().collect();
        for codes in &shown {
            app.secrets.saw_all(codes);
        }
        assert_eq!(shown.len(), 1);
        let live = "SELECT COUNT(*) FROM backup_code_sets WHERE revoked_at IS NULL";
        assert_eq!(app.count(live).await, 1);
    }

    /// What was approved was another plan.
    async fn another_remedy_wants_another_yes(db) {
        let app = TestApp::start(db).await;
        let (ada, ben) = (app.caller("ada").await, app.caller("ben").await);
        let id = app.case_of_dina_awaiting_approval().await;
        let reset = app.plan_hash(&id).await;
        app.propose("ben", &id, CODES).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        assert_refused(approve_case(&app.scope(), &ada, &id, (&reset, PLACEHOLDER_REASON)).await, "has changed");
        let made_up = PlanHash::claimed("");
        assert_refused(approve_case(&app.scope(), &ada, &id, (&made_up, PLACEHOLDER_REASON)).await, "has changed");
        app.approve("ada", &id).await;
        app.wait_for_hold(&id).await;
        // Back to the reset: the yes and the hold were for the codes.
        app.propose("ben", &id, "factor_reset").await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        app.advance(a_day() * 3);
        assert_refused(apply_remedy(&app.scope(), &ben, &id, (None, PLACEHOLDER_REASON)).await, "");
        assert_eq!(app.events("case.remedy_proposed").await.len(), 2);
        let notices = app.messages().await;
        assert!(notices.iter().any(|m| m.subject.contains("New backup codes are about to be made")));
    }

    /// Each change rings the owner and begins the waiting period anew.
    async fn to_and_fro_gets_slower(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("carl").await;
        for remedy in [CODES, "factor_reset", CODES, "factor_reset"] {
            app.propose("ben", &id, remedy).await;
        }
        let fifth = async || propose_remedy(&app.scope(), &ben, &id, (CODES, PLACEHOLDER_REASON)).await;
        fifth().await.unwrap();
        let sixth = propose_remedy(&app.scope(), &ben, &id, ("factor_reset", PLACEHOLDER_REASON)).await;
        assert_throttled(sixth);
        // What changes nothing costs nothing.
        fifth().await.unwrap();
        assert_eq!(app.events("case.remedy_proposed").await.len(), 5);
        app.advance_seconds(31);
        app.propose("ben", &id, "factor_reset").await;
    }

    async fn what_does_not_fit_is_refused(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.ready_case_of_ana().await;
        assert_invalid(propose_remedy(&app.scope(), &ben, &id, ("magic", PLACEHOLDER_REASON)).await, "remedy");
        let mut program = app.caller("ada").await;
        program.scopes = Some(vec!["cases:act".to_owned()]);
        assert_denied(propose_remedy(&app.scope(), &program, &id, (CODES, PLACEHOLDER_REASON)).await, "staff.no-token-proves-or-resets");
        app.reset("ben", &id).await;
        assert_refused(propose_remedy(&app.scope(), &ben, &id, (CODES, PLACEHOLDER_REASON)).await, "remedied");
        let stranger = app.open("nobody-here").await;
        assert_refused(propose_remedy(&app.scope(), &ben, &stranger, (CODES, PLACEHOLDER_REASON)).await, "Nobody by that name");
        // The same again is no new plan, and no record.
        let other = app.ready_case_of("gus").await;
        app.propose("ben", &other, "factor_reset").await;
        assert_eq!((app.stage(&other).await, app.events("case.remedy_proposed").await.len()), ("ready", 0));
    }

    /// Codes for which nobody came in time open nothing.
    async fn codes_lapse_with_the_case(db) {
        let app = TestApp::start(db).await;
        let (ana, id) = app.ana_who_may_have_codes().await;
        app.reset("ben", &id).await;
        let codes = app.codes_in(&ana.post("/recover/case/backup-codes", &[]).await);
        ana.post("/recover/case/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/sign-in");
        app.advance(a_day());
        app.advance_seconds(1);
        crate::test_app::eventually("the case lapses", async || app.stage(&id).await == "closed").await;
        crate::test_app::eventually("and the codes are dead", async || {
            app.count("SELECT COUNT(*) FROM backup_code_sets WHERE revoked_at IS NULL").await == 0
        })
        .await;
        app.try_backup_code("ana", &codes[0]).await.status(422);
        let told = app.messages().await;
        let told: Vec<_> =
            told.iter().filter(|m| m.channel == "email" && m.subject.contains("not finished in time")).collect();
        assert!(!told.is_empty() && told.iter().all(|m| m.body.contains("Your sign-in methods are as they were")));
    }

    /// Kind by kind, the desk says what it wants for either remedy.
    async fn the_case_page_offers_the_gentler_one(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        let page = format!("/desk/cases/{id}");
        ben.get(&page).await.ok().shows("Fresh backup codes instead").shows("rung 4 of the ladder");
        let path = format!("{page}/propose-remedy");
        ben.post(&path, &[("remedy", CODES)]).await.status(422).shows("Reason for the change");
        ben.post(&path, &[("remedy", CODES), ("reason", PLACEHOLDER_REASON)]).await.leads_to(&page);
        let proposed = &app.events("case.remedy_proposed").await[0];
        assert_eq!((&proposed["reason"], &proposed["before"]["remedy"]), (&PLACEHOLDER_REASON.into(), &"factor_reset".into()));
        ben.get(&page).await.ok().shows("rung 3 of the ladder").shows("Force MFA reset instead");
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        let state = ben.get(&format!("/api/v1/cases/{id}")).await.ok().json();
        assert_eq!((&state["plan"]["remedy"], &state["plan"]["rung"], &state["lock"]["open"]), (&CODES.into(), &3.into(), &true.into()));
    }
}
