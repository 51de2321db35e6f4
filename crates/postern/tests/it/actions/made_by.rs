//! Number 7: whom one admin made or changed are one person with that admin, for seven days.

use jiff::{SignedDuration, Timestamp};
use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::add_person::{Details, add_person};
use postern::actions::approve_case::approve_case;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::store::persons::made_by;
use postern_core::case::Stage;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_core::person::Role;

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

impl TestApp {
    /// Ada adds somebody, whose set-up code she then holds.
    async fn ada_makes(&self, login: &str, role: Role) {
        let email = format!("{login}@demo.postern.invalid");
        let details = Details {
            login,
            name: login,
            tier: "standard",
            role,
            manager: "",
            email: &email,
            office_phone: "",
        };
        let added = add_person(&self.scope(), &self.caller("ada").await, &details).await.unwrap();
        self.secrets.saw(&added.set_up_code);
        self.plant_second_yes().await;
    }

    /// Mal and Max, agents of this minute, say that they called Ana and saw her.
    async fn two_made_agents_prove(&self) -> CaseId {
        self.ada_makes("mal", Role::Agent).await;
        self.ada_makes("max", Role::Agent).await;
        let id = self.open("ana").await;
        self.bind("mal", &id).await;
        self.record("mal", &id, Kind::CallPlaced).await;
        self.record("max", &id, Kind::LiveVideo).await;
        id
    }
}

on_both! {
    async fn two_agents_that_one_admin_made_attest_as_one(db) {
        let app = TestApp::start(db).await;
        let id = app.two_made_agents_prove().await;
        assert_eq!(app.stage(&id).await, "verifying", "one admin made two people who attest");
        app.record("ada", &id, Kind::InPerson).await;
        assert_eq!(app.stage(&id).await, "verifying", "and is a third one");
        // Somebody whom the admin did not make is a second.
        app.record("ben", &id, Kind::InPerson).await;
        assert_eq!(app.stage(&id).await, "ready");
        app.reset("ben", &id).await;
    }

    async fn an_approver_whom_the_same_admin_made_is_no_second_yes(db) {
        let app = TestApp::start(db).await;
        app.ada_makes("mal", Role::Agent).await;
        app.ada_makes("sel", Role::Senior).await;
        let id = app.open("dina").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("mal", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        for login in ["sel", "ada"] {
            let caller = app.caller(login).await;
            assert_denied(approve_case(&app.scope(), &caller, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await, "staff.second-person");
        }
        app.approve("sol", &id).await;
        app.wait_for_hold(&id).await;
    }

    /// The admin who adds somebody also says who their manager is.
    async fn a_manager_whom_the_admin_named_counts_as_the_admin(db) {
        let app = TestApp::start(db).await;
        let (ada, fay) = (app.person("ada").await.id, app.person("fay").await.id);
        let sql = "UPDATE persons SET manager_id = $1 WHERE login_key = 'ana'";
        sqlx::query(app.own(sql)).bind(fay.as_str()).execute(app.db.reader()).await.unwrap();
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        made_by::save(&mut change, &app.person("ana").await.id, &ada).await.unwrap();
        change.commit_unrecorded("planted by the test").await.unwrap();
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.record("ada", &id, Kind::CallPlaced).await;
        let caller = app.caller("fay").await;
        let phrase = app.row(&id).await.phrase;
        assert_denied(vouch(&app.scope(), &caller, &id, ManagersWord::yes(&phrase, "I spoke with her")).await, "vouch.not-the-agent");
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn it_holds_for_seven_days_to_the_second(db) {
        let app = TestApp::start(db).await;
        app.two_made_agents_prove().await;
        let made_at = app.count("SELECT MAX(changed_at) FROM person_changes").await;
        let end = Timestamp::from_microsecond(made_at).unwrap() + a_day() * 7;
        let to = |moment: Timestamp| app.advance(moment.duration_since(app.clock.now()));
        to(end - SignedDuration::from_hours(1));
        let id = app.open("ana").await;
        app.bind("mal", &id).await;
        app.record("mal", &id, Kind::CallPlaced).await;
        app.record("max", &id, Kind::LiveVideo).await;
        to(end - SignedDuration::from_secs(2));
        app.record("mal", &id, Kind::OwnerFacts).await;
        assert_eq!(app.stage(&id).await, "verifying");
        to(end + SignedDuration::from_secs(1));
        // What counts nothing moves nothing on, also when nothing is missing any more.
        add_evidence(&app.scope(), &app.caller("mal").await, &id, Verification::confirmed(Kind::Urgency, PLACEHOLDER_REASON)).await.unwrap();
        assert_eq!(app.stage(&id).await, "verifying");
        app.record("mal", &id, Kind::OwnerFacts).await;
        assert_eq!(app.stage(&id).await, "ready");
    }

    /// Where everybody is of this week nobody would be left: there each case waits for a day, and its owner is told.
    async fn in_a_young_organisation_a_day_of_hold_stands_in(db) {
        let app = TestApp::start(db).await;
        let week = a_day() * 7;
        for (age, held) in [(week - SignedDuration::from_mins(1), true), (week + SignedDuration::from_mins(1), false)] {
            let made_at = (app.clock.now() - age).as_microsecond();
            let sql = "UPDATE tenants SET created_at = $1 WHERE id = $2";
            sqlx::query(sql).bind(made_at).bind(app.tenant.as_str()).execute(app.db.reader()).await.unwrap();
            let id = app.open("ana").await;
            app.bind("ben", &id).await;
            app.record("ben", &id, Kind::CallPlaced).await;
            app.vouch("mona", &id).await;
            if held {
                app.wait_for_hold(&id).await;
            }
            let case = app.case(&id).await;
            let Stage::OnHold { began_at, until, .. } = *case.stage() else {
                assert!(!held && case.stage().as_str() == "ready", "{:?}", case.stage());
                continue;
            };
            assert!(held && until.duration_since(began_at) == a_day());
        }
        // A longer hold of the tier is not cut, and does not grow.
        let made_at = app.clock.now().as_microsecond();
        sqlx::query("UPDATE tenants SET created_at = $1 WHERE id = $2").bind(made_at).bind(app.tenant.as_str()).execute(app.db.reader()).await.unwrap();
        let id = app.case_of_carl_on_hold().await;
        let Stage::OnHold { began_at, until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        assert_eq!(until.duration_since(began_at), a_day());
    }
}
