//! Number 3: a refusal leaves a mark.

use postern::actions::bind_claimant_page::bind_claimant_page;
use postern::actions::contest::contest;
use postern::actions::open_case::open_case;
use postern::actions::refuse_case::refuse_case;
use postern::actions::take_case::take_case;
use postern::actions::withdraw_case::withdraw_case;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::a_day;
use crate::test_app::TestApp;

const WHY: &str = "could not read the phrase, and was in a hurry";

/// Ben refuses, at a moment that is known to the second.
async fn refuse(app: &TestApp, id: &CaseId) -> jiff::Timestamp {
    refuse_case(&app.scope(), &app.caller("ben").await, id, WHY).await.unwrap();
    app.events("case.refused").await[0]["at"].as_str().unwrap().parse().unwrap()
}

/// The risk as the desk and the policies see it.
async fn risk(app: &TestApp, id: &CaseId) -> i64 {
    let sol = app.browser_with_planted_session("sol").await;
    sol.get(&format!("/api/v1/cases/{id}")).await.ok().json()["risk"].as_i64().unwrap()
}

impl TestApp {
    async fn open_on(&self, device: &str) -> CaseId {
        let opened = open_case(&self.scope(), "ana", Some(device)).await.unwrap();
        self.secrets.saw(&opened.claimant_page_token);
        opened.id
    }
}

on_both! {
    async fn who_was_refused_does_not_find_another_agent(db) {
        let app = TestApp::start(db).await;
        let first = app.open("ana").await;
        refuse(&app, &first).await;
        let second = app.open("ana").await;
        assert_eq!(risk(&app, &second).await, 1, "the caller begins anew at risk 0");
        let case = app.case(&second).await;
        assert!(case.is_escalated());
        let bea = app.caller("bea").await;
        assert_denied(bind_claimant_page(&app.scope(), &bea, &second, "any", "any").await, "staff.escalated-to-senior");
        let escalated = app.events("case.escalated").await;
        assert_eq!(escalated.len(), 1);
        assert_eq!((&escalated[0]["actor"]["type"], &escalated[0]["case"]), (&"system".into(), &second.as_str().into()));
        let reference = app.row(&first).await.reference;
        assert!(escalated[0]["reason"].as_str().unwrap().contains(&reference));
        for login in ["bea", "sol"] {
            let browser = app.browser_with_planted_session(login).await;
            let page = browser.get(&format!("/desk/cases/{second}")).await;
            page.ok().shows("Earlier requests in this name").shows("by Ben Adeyemi").shows(WHY).shows(&reference);
            let earlier = &browser.get(&format!("/api/v1/cases/{second}")).await.ok().json()["earlier"];
            assert_eq!(earlier[0]["kind"], "refused");
            assert_eq!((&earlier[0]["by"], &earlier[0]["reason"]), (&"Ben Adeyemi".into(), &WHY.into()));
            assert_eq!((&earlier[0]["case"], &earlier[0]["counts"]), (&first.as_str().into(), &true.into()));
        }
        // A senior can go on, and the claimant's page says nothing of it.
        app.bind("sol", &second).await;
    }

    async fn a_contest_and_rejected_proof_count_too_and_a_withdrawal_does_not(db) {
        let app = TestApp::start(db).await;
        let (offered, taken_back) = (app.open("ana").await, app.open("ana").await);
        app.record("ben", &offered, Kind::Urgency).await;
        withdraw_case(&app.scope(), &app.row(&taken_back).await).await.unwrap();
        withdraw_case(&app.scope(), &app.row(&offered).await).await.unwrap();
        let mine = app.open("ana").await;
        assert_eq!(risk(&app, &mine).await, 1, "the hurry, in a case that was withdrawn");
        assert!(!app.case(&mine).await.is_escalated(), "a withdrawal and rejected proof hand nothing to a senior");
        // Told by itself before somebody works on it: until then it is gathered with others.
        take_case(&app.scope(), &app.caller("ben").await, &mine).await.unwrap();
        let code = app.not_me("ana@demo.postern.invalid", "asked").await;
        contest(&app.scope(), &code).await.unwrap();
        app.advance_seconds(3600);
        let next = app.open("ana").await;
        assert!(app.case(&next).await.is_escalated());
        assert_eq!(risk(&app, &next).await, 2);
        let sol = app.browser_with_planted_session("sol").await;
        let page = sol.get(&format!("/desk/cases/{next}")).await;
        page.ok().shows("by the owner").shows("Withdrawn").shows("by the claimant").shows("does not count").shows("They are in a hurry");
    }

    async fn thirty_days_to_the_second(db) {
        let app = TestApp::start(db).await;
        let first = app.open("ana").await;
        let refused_at = refuse(&app, &first).await;
        let month = a_day() * 30;
        let last = refused_at + month;
        let to = |moment: jiff::Timestamp| app.advance(moment.duration_since(app.clock.now()));
        to(last - jiff::SignedDuration::from_secs(1));
        let on_time = app.open("ana").await;
        assert!(app.case(&on_time).await.is_escalated() && risk(&app, &on_time).await == 1);
        to(last + jiff::SignedDuration::from_secs(1));
        assert_eq!(risk(&app, &on_time).await, 0, "what counted yesterday counts no more");
        let late = app.open("ana").await;
        assert!(!app.case(&late).await.is_escalated() && risk(&app, &late).await == 0);
        let sol = app.browser_with_planted_session("sol").await;
        sol.get(&format!("/desk/cases/{late}")).await.ok().does_not_show("Earlier requests");
    }

    /// A stranger asks in Ana's name and is refused. Her own request, from a device of hers, goes to the agents as always.
    async fn strangers_do_not_push_owners_to_seniors(db) {
        let app = TestApp::start(db).await;
        let device = app.sign_in("ana").await.device;
        let strangers = app.open("ana").await;
        refuse(&app, &strangers).await;
        let hers = app.open_on(&device).await;
        assert!(!app.case(&hers).await.is_escalated(), "a stranger pushed the owner to a senior");
        assert_eq!(risk(&app, &hers).await, 1, "it counts all the same");
        for _ in 0..3 {
            app.advance_seconds(3600);
            let another = app.open("ana").await;
            refuse_case(&app.scope(), &app.caller("sol").await, &another, WHY).await.unwrap();
        }
        assert_eq!(risk(&app, &hers).await, 1, "however many of them there are");
        assert_eq!(app.row(&hers).await.opened_with, "known_device");
        let again = app.open("ana").await;
        assert!(app.case(&again).await.is_escalated(), "from a device that is not known");
        // What was refused from a device of hers hands on everything that follows.
        refuse(&app, &hers).await;
        app.advance_seconds(3600);
        let next = app.open_on(&device).await;
        assert!(app.case(&next).await.is_escalated());
    }
}
