use postern::actions::ActionError;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern::actions::contest::contest;
use postern::actions::enrol_totp::{enrol_totp, secret};
use postern::actions::escalate_case::escalate_case;
use postern::actions::propose_remedy::propose_remedy;
use postern::actions::refuse_case::refuse_case;
use postern::actions::show_backup_codes::show_backup_codes;
use postern::actions::show_pass::show_pass;
use postern::actions::use_pass::use_pass;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::store::{factors, sessions};
use postern_core::case::{Outcome, Stage, StopSource};
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::signin::FlowStep;
use postern_testkit::TestPhone;
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{assert_denied, assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

const MAIL: &str = "ana@demo.postern.invalid";

/// How far somebody came with what the reset gave, before it was stopped.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReachedStep {
    Pass,
    Enrolling,
    Factor,
}

/// How it is stopped.
#[derive(Clone, Copy, Debug)]
enum StopVerb {
    Refusal,
    Manager,
    Escalation,
}

impl TestApp {
    async fn stop_by(&self, by: StopVerb, id: &CaseId) -> Result<(), ActionError> {
        match by {
            StopVerb::Refusal => {
                refuse_case(&self.scope(), &self.caller("ben").await, id, "A stranger: Ana rang").await
            }
            StopVerb::Escalation => {
                escalate_case(&self.scope(), &self.caller("ben").await, id, "She sounds odd").await
            }
            StopVerb::Manager => {
                let word = ManagersWord {
                    outcome: EvidenceOutcome::WrongPerson,
                    phrase: "",
                    how: "She sits here",
                    reference: None,
                };
                vouch(&self.scope(), &self.caller("mona").await, id, word).await
            }
        }
    }

    /// Ana's factors that are there.
    async fn factors_of_ana(&self) -> usize {
        let ana = self.person("ana").await.id;
        factors::list(&self.db, &self.tenant, &ana).await.unwrap().len()
    }

    /// Somebody with the page and the password goes so far.
    /// The answer: the phone that was enrolled, if one was.
    pub(super) async fn go(&self, reached: ReachedStep, pass: &str) -> Option<TestPhone> {
        if matches!(reached, ReachedStep::Pass) {
            return None;
        }
        let begun = use_pass(&self.scope(), &self.password("ana").await.row, pass).await.unwrap();
        self.secrets.saw(&begun.token);
        if matches!(reached, ReachedStep::Factor) {
            let row = self.flow(&begun.token).await.unwrap();
            let phone = TestPhone::from_secret(&secret(&self.scope(), &row).await.unwrap().bytes);
            self.secrets.saw_seed(phone.secret());
            let codes = enrol_totp(&self.scope(), &row, &phone.code(self.seconds())).await.unwrap();
            self.secrets.saw_all(&codes.codes);
            self.secrets.saw(&codes.token);
            return Some(phone);
        }
        None
    }
}

on_both! {
    /// Whoever says it, and however far somebody came: nothing of what the reset gave opens anything, the owner and the seniors are told,
    /// and the account is not suspended.
    async fn what_the_reset_gave_ends_with_the_stop(db) {
        for by in [StopVerb::Refusal, StopVerb::Manager, StopVerb::Escalation] {
            let app = TestApp::start(db).await;
            for reached in [ReachedStep::Pass, ReachedStep::Enrolling, ReachedStep::Factor] {
                let id = app.reset_case_of_ana().await;
                let pass = app.show_pass(&id).await.code;
                app.go(reached, &pass).await;
                let begun = app.password("ana").await;
                app.stop_by(by, &id).await.unwrap();
                assert_eq!(app.stage(&id).await, "contested", "{by:?} {reached:?}");
                assert_eq!(app.factors_of_ana().await, 0, "{by:?} {reached:?}");
                assert!(app.flow_row(&begun.row.id).await.is_none(), "what was begun is over");
                let anew = app.password("ana").await;
                assert_eq!(anew.flow.step(), FlowStep::Pass, "the password alone leads nowhere");
                assert_invalid(use_pass(&app.scope(), &anew.row, &pass).await, "pass");
                assert_refused(show_pass(&app.scope(), &app.row(&id).await).await, "no pass yet");
                assert!(app.person("ana").await.suspended_at.is_none());
                let told = app.messages().await.into_iter().filter(|m| m.subject == "The recovery of your account was stopped");
                assert!(told.count() >= 2, "the owner is told");
                assert!(app.messages().await.iter().any(|m| m.recipient.starts_with("sol@") && m.subject.contains(match by {
                    StopVerb::Refusal => "stopped after its remedy",
                    StopVerb::Manager => "it is not them",
                    StopVerb::Escalation => "escalated",
                })));
                let stopped = &app.events("case.contested").await[0];
                assert_eq!(stopped["detail"]["account_suspended"], false);
                assert!(!stopped["reason"].as_str().unwrap().is_empty());
                // A senior closes it; the next round is not about who begins with a senior.
                refuse_case(&app.scope(), &app.caller("sol").await, &id, PLACEHOLDER_REASON).await.unwrap();
                app.advance(a_day() * 31);
            }
            assert_eq!(app.events("mfa.factor_removed").await.len(), 1, "the one that was enrolled");
        }
    }

    /// Nobody is locked out by a stop: the owner asks anew, a senior has that case, and it goes through.
    async fn the_owner_gets_back_in_by_a_new_case(db) {
        let app = TestApp::start(db).await;
        for by in [StopVerb::Refusal, StopVerb::Manager] {
            let id = app.reset_case_of_ana().await;
            app.stop_by(by, &id).await.unwrap();
            let next = app.open("ana").await;
            assert!(app.case(&next).await.is_escalated());
            app.bind("sol", &next).await;
            app.record("sol", &next, Kind::LiveVideo).await;
            // Where the manager is who keeps her out, a colleague's proof stands in.
            app.record("ada", &next, Kind::InPerson).await;
            assert_eq!(app.stage(&next).await, "ready");
            app.reset("sol", &next).await;
            app.enrol_by_hand(&next).await;
            assert_eq!(app.stage(&next).await, "closed");
            app.advance(a_day() * 31);
        }
    }

    /// The manager finds it on the account page, and says so until the person is back in; the API takes the same word.
    async fn the_manager_says_no_on_the_page_until_it_is_proven(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let mona = app.browser_with_planted_session("mona").await;
        let page = format!("/account/vouches/{id}");
        mona.get("/account").await.ok().shows("Ana Ferreira is being let back in. Is it not them?");
        mona.get(&page).await.ok().shows("is not back in yet").shows("No, it is not them").does_not_show("I can't tell");
        mona.post(&page, &[("outcome", "unsure")]).await.status(409);
        mona.post(&page, &[("outcome", "wrong_person"), ("reference", "C-222222")]).await.status(409);
        assert_eq!(app.stage(&id).await, "remedied");
        mona.post(&page, &[("outcome", "wrong_person")]).await.leads_to("/account");
        assert_eq!(app.stage(&id).await, "contested");
        let ben = app.browser_with_planted_session("ben").await;
        let desk = ben.get(&format!("/desk/cases/{id}")).await;
        desk.ok().shows("Mona Okafor, the manager, says that it is not them").shows("The account is not suspended");
        mona.get("/account").await.ok().does_not_show("is being let back in");
        assert_refused(app.stop_by(StopVerb::Manager, &id).await, "said so already");
        app.advance(a_day() * 31);
        let proven = app.reset_case_of_ana().await;
        app.enrol_by_hand(&proven).await;
        for by in [StopVerb::Manager, StopVerb::Refusal, StopVerb::Escalation] {
            assert_refused(app.stop_by(by, &proven).await, "closed");
        }
    }

    /// What was handed to a senior after its remedy waits for one who gave no proof in it; then the person shows a new pass.
    async fn a_senior_lets_it_go_on_or_it_is_over_in_a_day(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await.code;
        app.stop_by(StopVerb::Escalation, &id).await.unwrap();
        // Until then the manager can still say no.
        app.browser_with_planted_session("mona").await.get("/account").await.ok().shows("Ana Ferreira is being let back in");
        let plan = app.plan_hash(&id).await;
        let approve = async |login: &str| {
            approve_case(&app.scope(), &app.caller(login).await, &id, (&plan, PLACEHOLDER_REASON)).await
        };
        assert!(matches!(approve("ben").await, Err(ActionError::Denied(_))), "an agent decides nothing");
        let sol = app.browser_with_planted_session("sol").await;
        sol.get(&format!("/desk/cases/{id}")).await.ok().shows("asks for a senior's look").shows("She sounds odd").shows("Approve");
        sol.get(&format!("/desk/cases/{id}/approve")).await.ok().shows("With your yes it goes on");
        approve("sol").await.unwrap();
        assert_eq!(app.stage(&id).await, "remedied");
        assert_invalid(use_pass(&app.scope(), &app.password("ana").await.row, &pass).await, "pass");
        app.enrol_by_hand(&id).await;
        assert_eq!(app.stage(&id).await, "closed");
        assert!(app.case(&id).await.marks().is_empty());
        // Nobody decides: it is over in a day, and the yes comes too late.
        app.advance(a_day() * 2);
        let id = app.reset_case_of_ana().await;
        app.stop_by(StopVerb::Escalation, &id).await.unwrap();
        app.advance_seconds(24 * 3600 - 60);
        assert_eq!(app.stage(&id).await, "contested");
        app.advance_seconds(61);
        assert!(matches!(app.case(&id).await.stage(), Stage::Closed { outcome: Outcome::Lapsed, .. }));
        let late = approve_case(&app.scope(), &app.caller("sol").await, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await;
        assert_refused(late, "closed");
    }

    /// What sufficed for one tier does not for a higher one, whatever was done meanwhile.
    async fn it_does_not_go_on_where_the_proof_would_not_suffice_now(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        app.stop_by(StopVerb::Escalation, &id).await.unwrap();
        let raise = sqlx::query(app.own("UPDATE persons SET tier = 'privileged' WHERE login = 'ana'"));
        raise.execute(app.db.reader()).await.unwrap();
        let plan = app.plan_hash(&id).await;
        let approved = approve_case(&app.scope(), &app.caller("sol").await, &id, (&plan, PLACEHOLDER_REASON)).await;
        assert_refused(approved, "would not suffice now");
        assert_eq!(app.stage(&id).await, "contested");
    }

    /// Whoever asks for a look does not give it.
    async fn who_escalates_it_does_not_let_it_go_on(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        escalate_case(&app.scope(), &app.caller("sol").await, &id, PLACEHOLDER_REASON).await.unwrap();
        let plan = app.plan_hash(&id).await;
        let own = approve_case(&app.scope(), &app.caller("sol").await, &id, (&plan, PLACEHOLDER_REASON)).await;
        assert_refused(own, "somebody else's look");
        approve_case(&app.scope(), &app.caller("ada").await, &id, (&plan, PLACEHOLDER_REASON)).await.unwrap();
    }

    /// The owner is no stranger afterwards: the password was right, and the page says which number is called.
    async fn the_owner_who_knows_the_password_asks_anew_as_herself(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        app.stop_by(StopVerb::Refusal, &id).await.unwrap();
        let ana = app.browser();
        ana.post("/sign-in", &[("login", "ana"), ("password", app.password_of("ana").as_str())]).await.leads_to("/sign-in/pass");
        ana.get("/recover/options").await.ok().shows("Office number ending in 20");
        ana.post("/recover/case", &[]).await.leads_to("/recover/case");
        let opened = app.count("SELECT COUNT(*) FROM cases WHERE opened_with = 'password' AND stranger_since IS NULL AND closed_at IS NULL");
        assert_eq!(opened.await, 1);
    }

    /// A program refuses and escalates what has changed nothing yet.
    async fn a_program_takes_nothing_away(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["cases:act"]).await;
        let id = app.reset_case_of_ana().await;
        let program = app.browser();
        for verb in ["refuse", "escalate"] {
            let asked = program.request(Method::POST, &format!("/api/v1/cases/{id}/{verb}"));
            let asked = asked.bearer_auth(&token).json(&json!({ "reason": PLACEHOLDER_REASON }));
            program.send(asked).await.status(409);
        }
        assert_eq!(app.stage(&id).await, "remedied");
    }

    /// A senior with a part in the proof is no outsider, and a case of another rank's can be frozen by any agent.
    async fn who_gave_proof_lets_nothing_go_on(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.bind("sol", &id).await;
        app.record("sol", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        app.reset("sol", &id).await;
        app.stop_by(StopVerb::Escalation, &id).await.unwrap();
        let plan = app.plan_hash(&id).await;
        let own = approve_case(&app.scope(), &app.caller("sol").await, &id, (&plan, PLACEHOLDER_REASON)).await;
        assert_denied(own, "staff.second-person");
        // The manager's word stands above a senior's: nothing goes on after it.
        app.stop_by(StopVerb::Manager, &id).await.unwrap();
        assert!(matches!(app.case(&id).await.stage(), Stage::Contested { by: StopSource::Manager, .. }));
        let ada = approve_case(&app.scope(), &app.caller("ada").await, &id, (&plan, PLACEHOLDER_REASON)).await;
        assert_refused(ada, "contested");
    }

    /// The owner's word comes on top of the desk's: then the account is suspended too.
    async fn the_owner_can_still_say_that_it_was_not_them(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let code = app.not_me(MAIL, "were removed").await;
        app.stop_by(StopVerb::Escalation, &id).await.unwrap();
        assert!(contest(&app.scope(), &code).await.unwrap().account_suspended);
        assert!(matches!(app.case(&id).await.stage(), Stage::Contested { by: StopSource::Owner, .. }));
        assert!(app.person("ana").await.suspended_at.is_some());
    }

    /// New backup codes: the codes go, and the sessions that began since; the factors from before are hers.
    async fn new_codes_end_with_the_stop_and_the_factors_stay(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        propose_remedy(&app.scope(), &app.caller("ben").await, &id, ("fresh_backup_codes", PLACEHOLDER_REASON)).await.unwrap();
        app.prove_for_ana(&id).await;
        let before = app.factors_of_ana().await;
        apply_remedy(&app.scope(), &app.caller("ben").await, &id, (None, PLACEHOLDER_REASON)).await.unwrap();
        let codes = show_backup_codes(&app.scope(), &app.row(&id).await).await.unwrap();
        app.secrets.saw_all(&codes.codes);
        app.sign_in("ana").await;
        app.stop_by(StopVerb::Refusal, &id).await.unwrap();
        assert_eq!(app.factors_of_ana().await, before);
        let ana = app.person("ana").await.id;
        assert!(sessions::list(&app.db, &app.tenant, &ana, app.clock.now()).await.unwrap().is_empty());
        app.try_backup_code("ana", &codes.codes[0]).await.status(422);
        assert!(show_backup_codes(&app.scope(), &app.row(&id).await).await.is_err());
    }

    /// The pass is used in the moment in which the case is stopped: whichever comes first, nothing of it lives on.
    async fn a_pass_that_is_used_at_the_same_moment_leads_nowhere(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await.code;
        let step = app.password("ana").await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (scope, row, pass, id) = (app.scope(), step.row.clone(), pass.clone(), id.clone());
            let ben = app.caller("ben").await;
            tasks.spawn(async move {
                if n % 2 == 0 {
                    use_pass(&scope, &row, &pass).await.map(|begun| Some(begun.token))
                } else {
                    refuse_case(&scope, &ben, &id, PLACEHOLDER_REASON).await.map(|()| None)
                }
            });
        }
        let done: Vec<_> = tasks.join_all().await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(done.iter().filter(|token| token.is_none()).count(), 1, "it is stopped once");
        for token in done.into_iter().flatten() {
            app.secrets.saw(&token);
            assert!(app.flow(&token).await.is_none(), "an enrolment outlived the stop");
        }
        app.wait_for_next_try();
        assert_invalid(use_pass(&app.scope(), &app.password("ana").await.row, &pass).await, "pass");
        assert_eq!(app.stage(&id).await, "contested");
    }

    /// The page and the API say before what the button does, and do it.
    async fn the_desk_refuses_and_escalates_on_the_page(db) {
        let app = TestApp::start(db).await;
        for verb in ["refuse", "escalate"] {
            let ben = app.browser_with_planted_session("ben").await;
            let id = app.reset_case_of_ana().await;
            let page = format!("/desk/cases/{id}/{verb}");
            ben.get(&format!("/desk/cases/{id}")).await.ok().shows("Refuse").shows("Escalate");
            ben.get(&page).await.ok().shows("stops working at once");
            ben.post(&page, &[("reason", "")]).await.status(422);
            assert_eq!(app.stage(&id).await, "remedied");
            ben.post(&page, &[("reason", "Ana rang: not her")]).await.leads_to(&format!("/desk/cases/{id}"));
            ben.get(&format!("/desk/cases/{id}")).await.ok().shows("What it gave opens nothing any more");
            assert_eq!(app.stage(&id).await, "contested");
            app.advance(a_day() * 31);
        }
    }
}
