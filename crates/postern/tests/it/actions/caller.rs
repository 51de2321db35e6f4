//! Who may do what to whom. Each refusal is on the record, and nothing moved.

use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::add_tenant::add_tenant;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern::actions::bind_claimant_page::bind_claimant_page;
use postern::actions::escalate_case::escalate_case;
use postern::actions::export_audit::export_audit;
use postern::actions::refuse_case::refuse_case;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::actions::{ActionError, Caller};
use postern::store::audit::AuditFilter;
use postern::store::cases::{self, NewCase, OpenedWith};
use postern::store::persons::{self, NewPerson};
use postern::store::sessions;
use postern_core::case::Case;
use postern_core::event::payload::{CaseOpened, OpeningNotice, SessionEnded, UserAdded, UserSuspended};
use postern_core::event::{Actor, Event};
use postern_core::evidence::Kind;
use postern_core::id::{CaseId, PersonId, TenantId};
use postern_core::person::Role;
use postern_core::policy::{Request, ViewCase};

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

/// Everything that somebody at the desk can do towards a reset, with what came of it.
async fn everything(
    app: &TestApp,
    who: &Caller,
    id: &CaseId,
) -> Vec<(&'static str, Result<(), ActionError>)> {
    let evidence =
        add_evidence(&app.scope(), who, id, Verification::confirmed(Kind::InPerson, PLACEHOLDER_REASON))
            .await
            .map(|_| ());
    vec![
        ("evidence", evidence),
        ("bind-claimant-page", bind_claimant_page(&app.scope(), who, id, "any", "any").await),
        ("apply-remedy", apply_remedy(&app.scope(), who, id, (None, PLACEHOLDER_REASON)).await),
        (
            "approve",
            approve_case(&app.scope(), who, id, (&app.plan_hash(id).await, PLACEHOLDER_REASON)).await,
        ),
    ]
}

/// All of it is denied by this policy, and recorded.
async fn assert_all_denied(app: &TestApp, who: &Caller, id: &CaseId, policy: &str) {
    let before = app.row(id).await.version;
    let recorded = app.events("access.denied").await.len();
    let outcomes = everything(app, who, id).await;
    let tried = outcomes.len();
    for (step, outcome) in outcomes {
        // An agent may approve nobody; that is refused for its own reason too.
        assert!(matches!(&outcome, Err(ActionError::Denied(_))), "{step}: {outcome:?}");
        assert_denied(outcome, policy);
    }
    assert_eq!(app.events("access.denied").await.len(), recorded + tried);
    assert_eq!(app.row(id).await.version, before, "the case moved");
}

on_both! {
    async fn nobody_works_on_their_own_account(db) {
        let app = TestApp::start(db).await;
        for login in ["ben", "sol", "ada"] {
            let id = app.open(login).await;
            let caller = app.caller(login).await;
            assert_all_denied(&app, &caller, &id, "staff.never-oneself").await;
            assert_denied(escalate_case(&app.scope(), &caller, &id, PLACEHOLDER_REASON).await, "staff.never-oneself");
            assert_denied(refuse_case(&app.scope(), &caller, &id, PLACEHOLDER_REASON).await, "staff.never-oneself");
            assert_denied(vouch(&app.scope(), &caller, &id, ManagersWord::yes("any", "I am me")).await, "staff.never-oneself");
        }
        let id = app.open("ben").await;
        let browser = app.browser_with_planted_session("ben").await;
        let path = format!("/desk/cases/{id}/refuse");
        browser.post(&path, &[("reason", PLACEHOLDER_REASON)]).await.status(403).shows("Ask a colleague");
    }

    /// A request that was under way when the session ended, or the account was suspended, changes nothing.
    async fn a_session_that_ended_meanwhile_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (ben, bea) = (app.caller("ben").await, app.caller("bea").await);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        sessions::end(&mut change, &ben.session).await.unwrap();
        persons::suspend(&mut change, &bea.person.id, ("a test", None)).await.unwrap();
        let event = Event::new(ben.actor(), SessionEnded { session: &ben.session }).person(&ben.person.id);
        change.record(Event::new(Actor::System, UserSuspended { why: "planted by a test" }).person(&bea.person.id).before(serde_json::json!({ "planted": true })));
        change.commit(&event).await.unwrap();
        for caller in [&ben, &bea] {
            let refusal = refuse_case(&app.scope(), caller, &id, PLACEHOLDER_REASON).await;
            assert!(matches!(refusal, Err(ActionError::Wrong(_))), "{refusal:?}");
        }
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn nobody_works_on_an_equal_or_higher_rank(db) {
        let app = TestApp::start(db).await;
        for (login, target) in [("ben", "bea"), ("ben", "otto"), ("ben", "sol"), ("sol", "ada")] {
            let id = app.open(target).await;
            let caller = app.caller(login).await;
            assert_all_denied(&app, &caller, &id, "staff.never-equal-or-higher").await;
            // To say no changes nothing on the account: a senior may, even to an admin's; an agent asks one.
            let refusal = refuse_case(&app.scope(), &caller, &id, PLACEHOLDER_REASON).await;
            if login == "sol" {
                refusal.unwrap();
            } else {
                assert_denied(refusal, "staff.refuse-higher-needs-senior");
            }
            app.advance_seconds(3600);
        }
    }

    async fn a_session_without_a_passkey_opens_nothing_at_the_desk(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let mut ben = app.caller("ben").await;
        ben.phishing_resistant = false;
        assert_all_denied(&app, &ben, &id, "staff.passkey-only").await;
        let browser = app.browser_with_planted_weak_session("ben").await;
        browser.get("/desk").await.ok().shows("passkey").does_not_show("Ana Ferreira");
        for path in [format!("/desk/cases/{id}"), "/desk/people".to_owned(), "/desk/audit".to_owned()] {
            browser.get(&path).await.status(403).does_not_show("Ana Ferreira");
        }
    }

    async fn roles_end_where_they_end(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let form = [("reason", PLACEHOLDER_REASON)];
        for (login, path) in [("otto", "refuse"), ("otto", "escalate"), ("fay", "refuse"), ("ben", "approve")] {
            let browser = app.browser_with_planted_session(login).await;
            browser.post(&format!("/desk/cases/{id}/{path}"), &form).await.status(403);
        }
        for (login, path) in [
            ("fay", "/desk"),
            ("fay", "/desk/people"),
            ("fay", "/desk/audit"),
            ("ben", "/desk/audit"),
            ("sol", "/desk/people/new"),
            ("sol", "/desk/tokens"),
        ] {
            app.browser_with_planted_session(login).await.get(path).await.status(403);
        }
        let case = format!("/desk/cases/{id}");
        app.browser_with_planted_session("fay").await.get(&case).await.status(403).does_not_show("Ana");
        app.browser_with_planted_session("otto").await.get(&case).await.ok();
        let ben = app.caller("ben").await;
        assert!(matches!(export_audit(&app.scope(), &ben, &AuditFilter::default()).await, Err(ActionError::Denied(_))));
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn a_case_of_another_tenant_is_not_there(db) {
        let app = TestApp::start(db).await;
        let (tenant, id, case) = plant_case_of_another_tenant(&app).await;
        let before = cases::load(&app.db, &tenant, &id).await.unwrap();
        for login in ["ben", "sol", "ada"] {
            let caller = app.caller(login).await;
            for (step, outcome) in everything(&app, &caller, &id).await {
                assert!(matches!(outcome, Err(ActionError::NotFound)), "{login}, {step}: {outcome:?}");
            }
            // And if it were ever read, the policies would not let anybody in.
            let staff = caller.staff();
            let denied = app.scope().tenant.policies.authorize::<ViewCase>(&Request::on_case(&staff, &case)).unwrap_err();
            assert_eq!(denied.policies, ["staff.own-tenant"]);
        }
        let browser = app.browser_with_planted_session("ada").await;
        for path in ["", "/apply-remedy", "/refuse", "/escalate", "/approve"] {
            browser.get(&format!("/desk/cases/{id}{path}")).await.status(404).does_not_show("Zoe");
        }
        browser.get("/desk").await.ok().does_not_show("C-OTHER");
        browser.get("/desk/people?q=zoe").await.ok().does_not_show("Zoe");
        let after = cases::load(&app.db, &tenant, &id).await.unwrap();
        assert_eq!((after.version, after.document), (before.version, before.document));
    }
}

async fn plant_case_of_another_tenant(app: &TestApp) -> (TenantId, CaseId, Case) {
    let origin = "http://another.localhost".parse().unwrap();
    let scope = add_tenant(&app.app(), "another", "Another organisation", &origin).await.unwrap();
    let (tenant, now) = (scope.tenant.id.clone(), scope.now);
    let (zoe, id) = (PersonId::new(app.rng.id(now).unwrap()), CaseId::new(app.rng.id(now).unwrap()));
    let mut change = scope.begin().await.unwrap();
    let person = NewPerson {
        id: &zoe,
        login: "zoe",
        name: "Zoe Other",
        tier: "standard",
        role: Role::Person,
        manager: None,
        password_hash: None,
    };
    persons::insert(&mut change, &person).await.unwrap();
    change.record(Event::new(Actor::System, UserAdded::FirstAdmin).person(&zoe));
    change.commit_unrecorded("planted by a test").await.unwrap();
    let subject = persons::load(&app.db, &tenant, &zoe)
        .await
        .unwrap()
        .subject(&app.scope().tenant.settings.tiers, app.clock.now());
    let case = Case::open(id.clone(), subject, now);
    let new = NewCase {
        id: &id,
        reference: "C-OTHER",
        claimed_login: "zoe",
        claimant_page_token_hash: "planted",
        phrase: "zebra zebra zebra",
        case: Some(&case),
        opened_with: OpenedWith::Password,
        after_password: false,
        opened_by: None,
        ip: "-",
        user_agent: "-",
        announced: true,
    };
    let mut change = scope.begin().await.unwrap();
    cases::insert(&mut change, &new).await.unwrap();
    let opened = CaseOpened {
        claimed: new.claimed_login,
        reference: new.reference,
        known: true,
        opened_with: new.opened_with.as_str(),
        told: OpeningNotice::AtOnce,
    };
    change.commit(&Event::new(Actor::Anonymous, opened).person(&zoe).case(&id)).await.unwrap();
    (tenant, id, case)
}
