use jiff::SignedDuration;
use postern::actions::change_person::{WantedPerson, as_shown, change_person};
use postern::actions::refuse_case::refuse_case;
use postern::actions::{ActionError, end_sessions::end_sessions, issue_set_up_code::issue_set_up_code};
use postern::store::factors;
use postern_core::person::Role;
use postern_testkit::TestPhone;

use super::add_person::ivy;
use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

const ANA: WantedPerson<'static> = WantedPerson {
    name: "Ana Ferreira",
    manager: "mona",
    tier: "standard",
    role: Role::Person,
    seen: None,
    reason: PLACEHOLDER_REASON,
};

impl TestApp {
    async fn change(&self, by: &str, login: &str, wanted: WantedPerson<'_>) -> Result<(), ActionError> {
        let (caller, id) = (self.caller(by).await, self.person(login).await.id);
        change_person(&self.scope(), &caller, &id, wanted).await
    }

    async fn tier_that_counts(&self, login: &str) -> String {
        let scope = self.scope();
        self.person(login).await.subject(&scope.tenant.settings.tiers, scope.now).tier.as_str().to_owned()
    }

    async fn told(&self, subject: &str) -> usize {
        self.messages().await.iter().filter(|message| message.subject.contains(subject)).count()
    }
}

on_both! {
    async fn a_changed_person_is_told_and_the_record_says_how_it_was(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let id = app.person("ana").await.id;
        let seen = as_shown(&app.person("ana").await);
        let form = |name, manager| {
            [("name", name), ("manager", manager), ("tier", "standard"), ("role", "person"), ("reason", "HR-4711, she married"), ("seen", seen.as_str())]
        };
        let page = format!("/desk/people/{id}/edit");
        ada.get(&page).await.ok().shows("Edit Ana Ferreira");
        ada.post(&page, &form("", "mona")).await.status(422).shows("Wanted, up to 100 characters");
        ada.post(&page, &form("Ana Brandt", "nobody.here")).await.status(422).shows("Nobody signs in with this name");
        ada.post(&page, &form("Ana Brandt", "ana")).await.status(422).shows("their own manager");
        ada.post(&page, &form("Ana Ferreira", "mona")).await.status(409).shows("Nothing differs");
        let forged = serde_json::json!({ "name": "Ana\nBcc: x@evil.example", "reason": PLACEHOLDER_REASON });
        let request = ada.request(reqwest::Method::PATCH, &format!("/api/v1/people/{id}")).header("origin", app.origin());
        ada.send(request.json(&forged)).await.status(422);
        ada.post(&page, &form("Ana Brandt", "ben")).await.leads_to(&format!("/desk/people/{id}"));
        ada.get(&format!("/desk/people/{id}")).await.ok().shows("Ana Brandt").shows("they are told");
        let event = &app.events("user.changed").await[0];
        assert_eq!(event["detail"]["name"], "Ana Brandt");
        assert_eq!(event["detail"]["manager"], app.person("ben").await.id.as_str());
        assert_eq!(event["before"]["name"], "Ana Ferreira");
        assert!(event["detail"]["tier"].is_null(), "the tier is as it was");
        assert!(app.told("on file about you was changed").await > 0);
    }

    async fn nobody_but_another_admin_changes_anybody(db) {
        let app = TestApp::start(db).await;
        let named = WantedPerson { name: "Somebody Else", ..ANA };
        for by in ["ben", "sol", "otto", "mona"] {
            assert!(matches!(app.change(by, "ana", named).await, Err(ActionError::Denied(_))), "{by}");
        }
        let own = WantedPerson { role: Role::Admin, manager: "", ..named };
        assert_denied(app.change("ada", "ada", own).await, "staff.change-never-oneself");
        let mut stale = app.caller("ada").await;
        stale.stepped_up_at = Some(app.clock.now() - SignedDuration::from_mins(6));
        let id = app.person("ana").await.id;
        let refused = change_person(&app.scope(), &stale, &id, named).await;
        assert!(matches!(refused, Err(ActionError::StepUp)), "an old touch is none");
        assert_eq!(app.person("ana").await.name, "Ana Ferreira");
    }

    /// One admin who is phished lowers nobody's tier in a minute, and not in two steps either.
    async fn of_a_lowered_tier_the_one_before_counts_for_a_week(db) {
        let app = TestApp::start(db).await;
        let dina = app.person("dina").await;
        assert_eq!(dina.tier, "privileged");
        let to = |tier| WantedPerson { name: &dina.name, manager: "mona", tier, ..ANA };
        let to = |tier| WantedPerson { role: dina.role, ..to(tier) };
        app.change("ada", "dina", to("sensitive")).await.unwrap();
        app.change("ada", "dina", to("standard")).await.unwrap();
        assert_eq!(app.told("A tier or a desk role was changed").await, 4, "each admin and auditor, of each step");
        assert_eq!(app.person("dina").await.tier, "standard");
        app.advance(a_day() * 7 - SignedDuration::from_secs(1));
        assert_eq!(app.tier_that_counts("dina").await, "privileged");
        app.advance(SignedDuration::from_secs(1));
        assert_eq!(app.tier_that_counts("dina").await, "standard");
        // What makes it harder counts at once.
        app.change("ada", "dina", to("sensitive")).await.unwrap();
        assert_eq!(app.tier_that_counts("dina").await, "sensitive");
    }

    /// A case that is opened in that week moves on all the same: what was read is what is there.
    async fn a_case_under_the_stricter_tier_can_be_worked_on(db) {
        let app = TestApp::start(db).await;
        let dina = app.person("dina").await;
        let lower = WantedPerson { name: &dina.name, manager: "mona", tier: "standard", role: dina.role, ..ANA };
        app.change("ada", "dina", lower).await.unwrap();
        let id = app.open("dina").await;
        app.bind("ben", &id).await;
        assert_eq!(app.case(&id).await.subject().tier.as_str(), "privileged");
    }

    async fn more_power_waits_and_less_counts_at_once(db) {
        let app = TestApp::start(db).await;
        app.change("ada", "ana", WantedPerson { role: Role::Senior, ..ANA }).await.unwrap();
        assert_eq!(app.person("ana").await.role, Role::Person, "it waits for a second admin");
        assert_eq!(app.count("SELECT COUNT(*) FROM power_grants WHERE decided_at IS NULL").await, 1);
        assert_eq!(app.events("power.requested").await[0]["reason"], PLACEHOLDER_REASON);
        let again = app.change("ada", "ana", WantedPerson { role: Role::Senior, ..ANA }).await;
        assert!(matches!(again, Err(ActionError::Invalid { field: "role", .. })));
        let ben = app.person("ben").await;
        let less = WantedPerson { name: &ben.name, manager: "sol", tier: &ben.tier, role: Role::Person, ..ANA };
        app.change("ada", "ben", less).await.unwrap();
        assert_eq!(app.person("ben").await.role, Role::Person);
        assert_eq!(app.events("user.changed").await.len(), 1, "what waits has a record of its own");
    }

    /// Otherwise one admin who is phished sends away everybody who could stop them.
    async fn those_who_stop_an_admin_are_not_sent_away_by_one(db) {
        let app = TestApp::start(db).await;
        for login in ["sol", "otto"] {
            let person = app.person(login).await;
            let less = WantedPerson { name: &person.name, manager: "ada", tier: &person.tier, role: Role::Person, ..ANA };
            app.change("ada", login, less).await.unwrap();
            assert_eq!(app.person(login).await.role, person.role, "it waits");
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM power_grants WHERE decided_at IS NULL").await, 2);
        assert!(app.told("to get a desk role").await > 0);
    }

    /// A request that was under way when its admin lost the role changes nothing.
    async fn who_lost_the_role_meanwhile_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        app.set_person("ada", "role = 'senior'").await;
        let id = app.person("ana").await.id;
        let named = WantedPerson { name: "Somebody Else", ..ANA };
        let late = change_person(&app.scope(), &ada, &id, named).await;
        assert!(matches!(late, Err(ActionError::Wrong(_))), "{late:?}");
        assert_eq!(app.person("ana").await.name, "Ana Ferreira");
    }

    /// A form that was opened before another's change undoes nothing.
    async fn an_old_form_is_refused(db) {
        let app = TestApp::start(db).await;
        let seen = as_shown(&app.person("ana").await);
        app.change("ada", "ana", WantedPerson { tier: "privileged", ..ANA }).await.unwrap();
        let late = app.change("ada", "ana", WantedPerson { name: "Ana Brandt", seen: Some(&seen), ..ANA }).await;
        assert!(matches!(late, Err(ActionError::Refused(_))));
        assert_eq!(app.person("ana").await.tier, "privileged");
    }

    async fn a_new_set_up_code_is_for_who_never_enrolled(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let added = ada.post("/desk/people/new", &ivy("person", "ivy@halden.example", "")).await.ok().visible();
        let code = |text: &str| text.split_whitespace().find(|word| word.len() == 19 && word.matches('-').count() == 3).unwrap().to_owned();
        app.secrets.saw(&code(&added));
        let id = app.person("ivy").await.id;
        let page = format!("/desk/people/{id}/set-up-code");
        ada.get(&page).await.ok().shows("never enrolled");
        let answer = ada.post(&page, &[("reason", "The letter was lost")]).await.ok().visible();
        app.secrets.saw(&code(&answer));
        assert_ne!(code(&answer), code(&added));
        assert_eq!(app.told("A new set-up code").await, 1);
        let old = [("code", code(&added)), ("login", "ivy".to_owned()), ("password", "gravel-otter-91-lamp-violet".to_owned())];
        app.secrets.saw("gravel-otter-91-lamp-violet");
        let old: Vec<(&str, &str)> = old.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.browser().post("/set-up", &old).await.status(422);
        let (caller, ana) = (app.caller("ada").await, app.person("ana").await.id);
        let refused = issue_set_up_code(&app.scope(), &caller, &ana, PLACEHOLDER_REASON).await;
        assert!(matches!(refused, Err(ActionError::Refused(_))), "she has enrolled: only a case lets her back in");
    }

    /// Who broke off after the password has no second step and no pass: a new code is their way (P5).
    async fn who_broke_off_after_the_password_gets_a_new_code(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let added = ada.post("/desk/people/new", &ivy("person", "ivy@halden.example", "")).await.ok().visible();
        let code = |text: &str| text.split_whitespace().find(|word| word.len() == 19 && word.matches('-').count() == 3).unwrap().to_owned();
        let (first, id) = (code(&added), app.person("ivy").await.id);
        let (password, other) = ("gravel-otter-91-lamp-violet", "lantern-otter-17-gravel-moss");
        app.secrets.saw_all(&[first.clone(), password.to_owned(), other.to_owned()]);
        let half = app.browser();
        half.post("/set-up", &[("code", &first), ("login", "ivy"), ("password", password)]).await.leads_to("/enrol");
        let page = format!("/desk/people/{id}/set-up-code");
        ada.get(&format!("/desk/people/{id}")).await.ok().shows("never enrolled");
        let second = code(&ada.post(&page, &[("reason", "Broke off at the phone shop")]).await.ok().visible());
        app.secrets.saw(&second);
        // What was begun with the first one is over, and its password opens nothing.
        half.get("/enrol").await.leads_to("/sign-in");
        half.post("/sign-in", &[("login", "ivy"), ("password", password)]).await.status(422);
        let ivy = app.browser();
        ivy.post("/set-up", &[("code", &second), ("login", "ivy"), ("password", other)]).await.leads_to("/enrol");
        let phone = TestPhone::from_key(&ivy.get("/enrol/code-app").await.ok().marked("data-key"));
        app.secrets.saw_seed(phone.secret());
        let codes = ivy.post("/enrol/code-app", &[("code", &phone.code(app.seconds()))]).await;
        app.secrets.saw_all(&codes.ok().items("data-codes"));
        // From here on a case lets her back in, and no code.
        ada.post(&page, &[("reason", "Lost the phone")]).await.status(409).shows("They have enrolled already");
    }

    /// A reset leaves the password alone: that is no beginner, and a set-up code would be a way past the case (P1).
    async fn whoever_is_password_only_after_a_reset_has_enrolled(db) {
        let app = TestApp::start(db).await;
        let caller = app.caller("ada").await;
        let id = app.reset_case_of_ana().await;
        let ana = app.person("ana").await.id;
        assert!(factors::list(&app.db, &app.tenant, &ana).await.unwrap().is_empty());
        for _ in 0..2 {
            let refused = issue_set_up_code(&app.scope(), &caller, &ana, PLACEHOLDER_REASON).await;
            assert!(matches!(refused, Err(ActionError::Refused(_))), "{refused:?}");
            // Nor does it help that the reset was stopped.
            let _ = refuse_case(&app.scope(), &caller, &id, PLACEHOLDER_REASON).await;
        }
        assert_eq!(app.stage(&id).await, "closed", "stopped, and then refused");
    }

    async fn the_desk_ends_every_session_of_somebody(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser_with_planted_session("ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        ana.get("/account").await.ok();
        let id = app.person("ana").await.id;
        let page = format!("/desk/people/{id}/end-sessions");
        ben.get(&page).await.ok().shows("signed out at once");
        ben.post(&page, &[("reason", "")]).await.status(422);
        ana.get("/account").await.ok();
        ben.post(&page, &[("reason", "Laptop stolen, HW-12")]).await.leads_to(&format!("/desk/people/{id}"));
        ana.get("/account").await.leads_to("/sign-in");
        assert_eq!(app.events("session.revoked").await[0]["reason"], "Laptop stolen, HW-12");
        let (caller, ada) = (app.caller("ben").await, app.person("ada").await.id);
        assert_denied(end_sessions(&app.scope(), &caller, &ada, PLACEHOLDER_REASON).await, "staff.end-sessions-never-higher");
    }

    async fn a_note_stands_in_the_timeline_and_cannot_be_taken_back(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let case = app.open("ana").await;
        let id = app.person("ana").await.id;
        ben.post(&format!("/desk/people/{id}/note"), &[("note", "x")]).await.status(422).shows("Write a few words");
        ben.post(&format!("/desk/people/{id}/note"), &[("note", "Travels until Friday")]).await.leads_to(&format!("/desk/people/{id}#timeline"));
        ben.post(&format!("/desk/cases/{case}/note"), &[("note", "Rang twice, engaged")]).await.leads_to(&format!("/desk/cases/{case}"));
        ben.get(&format!("/desk/cases/{case}")).await.ok().shows("Rang twice, engaged").does_not_show("Travels until Friday");
        let page = ben.get(&format!("/desk/people/{id}")).await;
        page.ok().shows("Rang twice, engaged").shows("Travels until Friday");
        let view = ben.get(&format!("/api/v1/people/{id}")).await.ok().json();
        assert_eq!(view["timeline"][0]["reason"], "Rang twice, engaged");
        assert_eq!(view["may"]["change"], false);
        let otto = app.browser_with_planted_session("otto").await;
        otto.post(&format!("/desk/people/{id}/note"), &[("note", "An auditor only reads")]).await.status(403);
    }
}
