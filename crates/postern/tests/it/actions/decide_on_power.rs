//! Power that was asked for waits: for a second admin, or for 72 hours in which it can be stopped.

use jiff::SignedDuration;
use postern::actions::add_person::{AddedPerson, Details, add_person};
use postern::actions::create_service_token::create_service_token;
use postern::actions::decide_on_power::{approve_power, grant_due_powers, stop_power};
use postern::actions::export_audit::export_audit;
use postern::actions::recover_person::{IssuedCredential, recover_person};
use postern::actions::revoke_service_token::revoke_service_token;
use postern::actions::{ActionError, Caller};
use postern::store::audit::AuditFilter;
use postern::store::{persons, power_grants};
use postern_core::event::payload::UserSuspended;
use postern_core::event::{Actor, Event};
use postern_core::person::Role;
use reqwest::Method;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

fn details(login: &str, role: Role) -> Details<'_> {
    Details {
        login,
        name: "Nell Quinn",
        tier: "standard",
        role,
        manager: "",
        email: "nell@halden.invalid",
        office_phone: "",
    }
}

impl TestApp {
    async fn add(&self, caller: &Caller, login: &str, role: Role) -> AddedPerson {
        let added = add_person(&self.scope(), caller, &details(login, role)).await.unwrap();
        self.secrets.saw(&added.set_up_code);
        added
    }

    async fn only_grant(&self) -> String {
        let waiting = power_grants::list_waiting(&self.db, &self.tenant).await.unwrap();
        let [grant] = waiting.as_slice() else { panic!("one grant, not {}", waiting.len()) };
        grant.id.clone()
    }

    /// Another admin who was there before.
    async fn second_admin(&self) -> Caller {
        self.change_role("sol", Role::Admin).await;
        self.caller("sol").await
    }

    /// Put in through the store: long ago, by nobody.
    async fn change_role(&self, login: &str, role: Role) {
        let (person, nobody) = (self.person(login).await.id, self.person("mona").await.id);
        let then = self.clock.now() - SignedDuration::from_hours(24 * 30);
        let scope = self.scope().at(then);
        let mut change = scope.begin().await.unwrap();
        persons::save_role(&mut change, &person, role, &nobody).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
    }

    pub async fn notified_overseers(&self, subject: &str) -> Vec<String> {
        let messages = self.messages().await;
        let notified = messages.iter().filter(|message| message.subject.contains(subject));
        notified.map(|message| message.recipient.clone()).collect()
    }
}

fn refused<T>(outcome: &Result<T, ActionError>) -> bool {
    matches!(outcome, Err(ActionError::Refused(_)))
}

on_both! {
    /// At 0.1 one admin made two people who attest and an approver in 63 seconds.
    async fn an_admin_alone_makes_no_staff_for_72_hours_and_everybody_is_told(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        let added = app.add(&ada, "nell", Role::Senior).await;
        assert_eq!(app.person("nell").await.role, Role::Person);
        let mut notified = app.notified_overseers("is to get a desk role").await;
        notified.sort();
        assert_eq!(notified, ["ada@demo.postern.invalid", "otto@demo.postern.invalid"]);
        let grant = app.only_grant().await;
        assert!(refused(&approve_power(&app.scope(), &ada, &grant, PLACEHOLDER_REASON).await), "her own yes");

        let until = added.role_waits_until.unwrap();
        app.advance(until.duration_since(app.clock.now()) - SignedDuration::from_secs(1));
        grant_due_powers(&app.scope()).await.unwrap();
        assert_eq!(app.person("nell").await.role, Role::Person, "a second too early");
        app.advance_seconds(1);
        grant_due_powers(&app.scope()).await.unwrap();
        assert_eq!(app.person("nell").await.role, Role::Senior);
        assert_eq!(app.events("power.granted").await[0]["detail"]["outcome"], "elapsed");
    }

    async fn a_second_admin_says_yes_once_and_nobody_else_does(db) {
        let app = TestApp::start(db).await;
        let (ada, second) = (app.caller("ada").await, app.second_admin().await);
        app.add(&ada, "nell", Role::Agent).await;
        let grant = app.only_grant().await;
        for login in ["ben", "otto", "mona"] {
            let caller = app.caller(login).await;
            let denied = approve_power(&app.scope(), &caller, &grant, PLACEHOLDER_REASON).await;
            assert!(matches!(denied, Err(ActionError::Denied(_))), "{login}");
        }
        let untouched = Caller { stepped_up_at: None, ..second.clone() };
        let step_up = approve_power(&app.scope(), &untouched, &grant, PLACEHOLDER_REASON).await;
        assert!(matches!(step_up, Err(ActionError::StepUp)));
        let scope = app.scope();
        let (one, other) = tokio::join!(
            approve_power(&scope, &second, &grant, PLACEHOLDER_REASON),
            approve_power(&scope, &second, &grant, PLACEHOLDER_REASON),
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(app.person("nell").await.role, Role::Agent);
        assert_eq!(app.events("power.granted").await.len(), 1);
    }

    async fn an_admin_and_whom_they_made_an_admin_are_one_person_for_seven_days(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.add(&ada, "nell", Role::Admin).await;
        app.advance(SignedDuration::from_hours(73));
        grant_due_powers(&app.scope()).await.unwrap();
        let (ada, nell) = (app.caller("ada").await, app.caller("nell").await);
        app.add(&ada, "oscar", Role::Agent).await;
        let grant = app.only_grant().await;
        assert!(refused(&approve_power(&app.scope(), &nell, &grant, PLACEHOLDER_REASON).await));
        app.advance(SignedDuration::from_hours(24 * 7));
        app.add(&app.caller("ada").await, "paula", Role::Agent).await;
        let waiting = power_grants::list_waiting(&app.db, &app.tenant).await.unwrap();
        let newest = waiting.last().unwrap().id.clone();
        approve_power(&app.scope(), &app.caller("nell").await, &newest, PLACEHOLDER_REASON).await.unwrap();
    }

    /// Who was made by somebody who was made, and so on, counts as the first of them.
    async fn whom_they_made_makes_nobody_who_counts_as_another(db) {
        let app = TestApp::start(db).await;
        for (maker, made) in [("ada", "nell"), ("nell", "oscar")] {
            app.add(&app.caller(maker).await, made, Role::Admin).await;
            app.advance(SignedDuration::from_hours(73));
            grant_due_powers(&app.scope()).await.unwrap();
        }
        app.add(&app.caller("ada").await, "paula", Role::Agent).await;
        let grant = app.only_grant().await;
        let outcome = approve_power(&app.scope(), &app.caller("oscar").await, &grant, PLACEHOLDER_REASON).await;
        assert!(refused(&outcome), "{outcome:?}");
    }

    async fn it_can_be_stopped_and_taking_power_away_never_waits(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.add(&ada, "nell", Role::Admin).await;
        let grant = app.only_grant().await;
        let sol = Caller { stepped_up_at: None, ..app.caller("sol").await };
        assert!(matches!(stop_power(&app.scope(), &sol, &grant, "").await, Err(ActionError::Invalid { field: "reason", .. })));
        stop_power(&app.scope(), &sol, &grant, "nobody knows of a Nell").await.unwrap();
        app.advance(SignedDuration::from_hours(73));
        grant_due_powers(&app.scope()).await.unwrap();
        assert_eq!(app.person("nell").await.role, Role::Person);
        assert_eq!(app.events("power.stopped").await[0]["reason"], "nobody knows of a Nell");
    }

    /// A stolen admin account is found out, and what it asked for dies with it.
    async fn what_a_suspended_admin_asked_for_never_works(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.add(&ada, "nell", Role::Admin).await;
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        persons::suspend(&mut change, &ada.person.id, ("a test", None)).await.unwrap();
        let event = Event::new(Actor::System, UserSuspended { why: "planted by a test" }).person(&ada.person.id).before(serde_json::json!({ "planted": true }));
        change.commit(&event).await.unwrap();
        app.advance(SignedDuration::from_hours(73));
        grant_due_powers(&app.scope()).await.unwrap();
        assert_eq!(app.person("nell").await.role, Role::Person);
        assert_eq!(app.events("power.stopped").await.len(), 1);
    }

    /// Also when the account is back before the time is over: the operator made it safe, and the thief had asked.
    async fn what_was_asked_for_dies_with_a_reset_of_who_asked(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.add(&ada, "nell", Role::Admin).await;
        match recover_person(&app.scope(), "ada", PLACEHOLDER_REASON, false).await.unwrap() {
            IssuedCredential::EnrolmentPass(code) | IssuedCredential::SetUpCode(code) => app.secrets.saw(&code),
        }
        assert!(power_grants::list_waiting(&app.db, &app.tenant).await.unwrap().is_empty());
        app.advance(SignedDuration::from_hours(73));
        grant_due_powers(&app.scope()).await.unwrap();
        assert_eq!(app.person("nell").await.role, Role::Person);
        assert_eq!(app.events("power.stopped").await.len(), 1);
    }

    async fn a_role_that_waits_dies_with_a_reset_of_who_was_to_get_it(db) {
        let app = TestApp::start(db).await;
        app.add(&app.caller("ada").await, "nell", Role::Admin).await;
        match recover_person(&app.scope(), "nell", PLACEHOLDER_REASON, false).await.unwrap() {
            IssuedCredential::EnrolmentPass(code) | IssuedCredential::SetUpCode(code) => app.secrets.saw(&code),
        }
        assert!(power_grants::list_waiting(&app.db, &app.tenant).await.unwrap().is_empty());
        assert_eq!(app.notified_overseers("was decided on").await.len(), 2);
    }

    async fn a_token_that_was_revoked_waits_no_longer(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        let created = create_service_token(&app.scope(), &ada, "Ticket system", &["cases:read".to_owned()], 30).await.unwrap();
        app.secrets.saw(&created.secret);
        let grant = power_grants::find_waiting(&app.db, &app.tenant, &app.only_grant().await).await.unwrap().unwrap();
        revoke_service_token(&app.scope(), &ada, &grant.token_id.unwrap()).await.unwrap();
        assert!(power_grants::list_waiting(&app.db, &app.tenant).await.unwrap().is_empty());
        assert_eq!(app.events("power.stopped").await.len(), 1);
        assert_eq!(app.notified_overseers("was decided on").await.len(), 2);
    }

    async fn a_new_token_opens_nothing_before_its_time(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        let scopes = ["cases:read".to_owned()];
        let created = create_service_token(&app.scope(), &ada, "Ticket system", &scopes, 30).await.unwrap();
        app.secrets.saw(&created.secret);
        let program = app.browser();
        let ask = || program.request(Method::GET, "/api/v1/cases").bearer_auth(&created.secret);
        program.send(ask()).await.status(401);
        app.advance(SignedDuration::from_hours(72));
        grant_due_powers(&app.scope()).await.unwrap();
        program.send(ask()).await.ok();
    }

    async fn staff_tokens_and_exports_want_a_touch_and_exports_are_told(db) {
        let app = TestApp::start(db).await;
        let ada = Caller { stepped_up_at: None, ..app.caller("ada").await };
        let staff = add_person(&app.scope(), &ada, &details("nell", Role::Agent)).await;
        assert!(matches!(staff, Err(ActionError::StepUp)));
        let export = export_audit(&app.scope(), &ada, &AuditFilter::default()).await;
        assert!(matches!(export, Err(ActionError::StepUp)));
        // Somebody without a role gets no power.
        app.add(&ada, "nell", Role::Person).await;
        export_audit(&app.scope(), &app.caller("otto").await, &AuditFilter::default()).await.unwrap();
        assert_eq!(app.notified_overseers("was exported").await.len(), 2);
    }
}
