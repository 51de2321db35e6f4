use postern::actions::ActionError;
use postern::actions::escalate_case::escalate_case;
use postern::actions::hand_over_case::{HandOver, hand_over_case, list_colleagues};
use postern::actions::take_case::take_case;
use postern_core::id::CaseId;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{assert_denied, assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

impl TestApp {
    /// `from` hands a case to a colleague, whoever has it.
    async fn hand_over(&self, from: &str, id: &CaseId, to: &str) -> Result<(), ActionError> {
        let (caller, to) = (self.caller(from).await, self.person(to).await.id);
        let asked = HandOver { to: &to, from: None, reason: PLACEHOLDER_REASON };
        hand_over_case(&self.scope(), &caller, id, asked).await
    }

    async fn holder(&self, id: &CaseId) -> Option<String> {
        self.row(id).await.taken_by
    }
}

on_both! {
    async fn a_case_goes_to_a_colleague_who_is_mailed_and_the_note_stands_on_it(db) {
        let app = TestApp::start(db).await;
        let (id, bea) = (app.open("ana").await, app.person("bea").await.id);
        app.hand_over("ben", &id, "bea").await.unwrap();
        assert_eq!(app.holder(&id).await.unwrap(), bea.as_str());
        assert!(app.row(&id).await.stranger_since.is_none(), "whose somebody works on is no stranger's");
        let recorded = app.events("case.handed_over").await;
        assert_eq!(recorded[0]["detail"], json!({ "to": bea.as_str(), "from_strangers": true }));
        assert_eq!((&recorded[0]["before"]["taken_by"], &recorded[0]["reason"]), (&Value::Null, &json!(PLACEHOLDER_REASON)));
        let mail = app.messages().await.into_iter().find(|mail| mail.subject.contains("handed to you")).unwrap();
        assert!(mail.recipient.starts_with("bea@") && mail.body.contains(&format!("/desk/cases/{id}")), "{}", mail.body);
        // She has it, and gives it on; whoever had it before has no say any more.
        assert_refused(app.hand_over("ben", &id, "sol").await, "A colleague has this case");
        app.hand_over("bea", &id, "ben").await.unwrap();
        // A senior disposes of anybody's, also to themselves: that is no news to them.
        app.hand_over("sol", &id, "sol").await.unwrap();
        assert_eq!(app.holder(&id).await.unwrap(), app.person("sol").await.id.as_str());
        assert_eq!(app.messages().await.iter().filter(|mail| mail.subject.contains("handed to you")).count(), 2);
        let page = app.browser_with_planted_session("ben").await.get(&format!("/desk/cases/{id}")).await;
        page.ok().shows("To Bea Novak").shows(PLACEHOLDER_REASON);
    }

    async fn who_switched_it_off_is_not_mailed(db) {
        let app = TestApp::start(db).await;
        let bea = app.browser_with_planted_session("bea").await;
        bea.get("/account").await.ok().shows("A case was handed to me");
        bea.post("/account/notices", &[("wanted", "case_contested")]).await.leads_to("/account");
        let id = app.open("ana").await;
        app.hand_over("ben", &id, "bea").await.unwrap();
        assert!(app.messages().await.iter().all(|mail| !mail.subject.contains("handed to you")));
    }

    async fn only_whoever_may_work_on_it_gets_it(db) {
        let app = TestApp::start(db).await;
        let (id, of_bea) = (app.open("ana").await, app.open("bea").await);
        for nobody in ["otto", "fay", "ana"] {
            assert_invalid(app.hand_over("ben", &id, nobody).await, "to");
        }
        // Nobody works on their own account.
        assert_invalid(app.hand_over("ben", &of_bea, "bea").await, "to");
        app.suspend("bea").await;
        assert_invalid(app.hand_over("ben", &id, "bea").await, "to");
        take_case(&app.scope(), &app.caller("ben").await, &id).await.unwrap();
        assert_invalid(app.hand_over("ben", &id, "ben").await, "to");
        escalate_case(&app.scope(), &app.caller("ben").await, &id, PLACEHOLDER_REASON).await.unwrap();
        assert_invalid(app.hand_over("sol", &id, "ben").await, "to");
        app.hand_over("sol", &id, "ada").await.unwrap();
        let (row, case) = (app.row(&id).await, app.case(&id).await);
        let names: Vec<String> =
            list_colleagues(&app.scope(), &row, &case).await.unwrap().into_iter().map(|person| person.login).collect();
        assert!(names.contains(&"sol".to_owned()) && !names.contains(&"ada".to_owned()) && !names.contains(&"ben".to_owned()));
        assert_eq!(app.events("case.handed_over").await.len(), 1);
    }

    async fn who_may_not_take_it_hands_nothing_over_and_no_program_does(db) {
        let app = TestApp::start(db).await;
        let (own, id) = (app.open("ben").await, app.open("ana").await);
        assert_denied(app.hand_over("ben", &own, "bea").await, "staff.never-oneself");
        assert!(matches!(app.hand_over("otto", &id, "bea").await, Err(ActionError::Denied(_))));
        let (mut program, bea) = (app.caller("ada").await, app.person("bea").await.id);
        program.scopes = Some(vec!["cases:act".to_owned()]);
        let asked = HandOver { to: &bea, from: None, reason: PLACEHOLDER_REASON };
        assert_denied(hand_over_case(&app.scope(), &program, &id, asked).await, "staff.no-token-takes-a-case");
        let token = app.token(&["cases:read", "cases:act"]).await;
        let request = app.browser().request(Method::POST, &format!("/api/v1/cases/{id}/hand-over"));
        let body = json!({ "to": bea.as_str(), "reason": PLACEHOLDER_REASON });
        app.browser().send(request.bearer_auth(token).json(&body)).await.status(403);
        assert_eq!(app.holder(&id).await, None);
    }

    async fn a_closed_case_and_one_without_a_reason_stay_where_they_are(db) {
        let app = TestApp::start(db).await;
        let (id, bea, ben) = (app.open("ana").await, app.person("bea").await.id, app.caller("ben").await);
        let asked = HandOver { to: &bea, from: None, reason: " " };
        assert_invalid(hand_over_case(&app.scope(), &ben, &id, asked).await, "reason");
        app.refuse("ben", &id).await;
        assert_refused(app.hand_over("ben", &id, "bea").await, "The case is closed");
        assert!(app.events("case.handed_over").await.is_empty());
    }

    /// Of two who decide at once one wins, and the other is told.
    async fn of_two_at_once_one_has_it(db) {
        let app = TestApp::start(db).await;
        let (id, sol, ada) = (app.open("ana").await, app.caller("sol").await, app.caller("ada").await);
        let (ben, bea) = (app.person("ben").await.id, app.person("bea").await.id);
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (caller, to) = if n % 2 == 0 { (sol.clone(), ben.clone()) } else { (ada.clone(), bea.clone()) };
            let (scope, id) = (app.scope(), id.clone());
            tasks.spawn(async move {
                let asked = HandOver { to: &to, from: Some(""), reason: PLACEHOLDER_REASON };
                hand_over_case(&scope, &caller, &id, asked).await
            });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let is_told = |outcome: &&Result<(), ActionError>| matches!(outcome, Err(ActionError::Refused(_) | ActionError::Conflict));
        assert_eq!(outcomes.iter().filter(is_told).count(), 7, "{outcomes:?}");
        let recorded = app.events("case.handed_over").await;
        assert_eq!(recorded.len(), 1);
        assert_eq!(app.holder(&id).await.unwrap(), recorded[0]["detail"]["to"].as_str().unwrap());
    }
}
