//! The page of the audit log, and its twin for programs.

use postern::jobs::check_logs::check_log;
use postern::jobs::sequence_audit::sequence_audit;
use reqwest::Method;
use serde_json::Value;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn rows_name_people_and_cases_and_so_does_the_answer_for_programs(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let (reference, ana) = (app.row(&id).await.reference, app.person("ana").await.id);
        let otto = app.browser_with_planted_session("otto").await;
        let page = otto.get("/desk/audit?event=mfa.factor_admin_reset").await;
        page.ok().shows("Ben Adeyemi").shows("Ana Ferreira").shows(&reference).shows(&format!("\"{PLACEHOLDER_REASON}\""));
        assert!(page.body.contains(&format!("href=\"/desk/cases/{id}\"")));
        let token = app.token(&["audit:read"]).await;
        let program = app.browser();
        let request = program.request(Method::GET, "/api/v1/audit?event=mfa.factor_admin_reset");
        let log = program.send(request.bearer_auth(&token)).await.ok().json();
        let entry = &log["entries"][0];
        assert_eq!((&entry["actor"]["kind"], &entry["actor"]["name"]), (&"person".into(), &"Ben Adeyemi".into()));
        assert_eq!((&entry["person"]["name"], &entry["person"]["id"]), (&"Ana Ferreira".into(), &ana.as_str().into()));
        assert_eq!((&entry["case"]["reference"], &entry["reason"]), (&reference.into(), &PLACEHOLDER_REASON.into()));
        assert_eq!(entry["entry"]["event"], "mfa.factor_admin_reset", "what is proven is there too");
        // A stranger and the server itself have no name, and a token is told from its owner.
        app.browser().post("/sign-in", &[("login", "ana"), ("password", "wrong")]).await.status(422);
        otto.get("/desk/audit?event=signin.failed").await.ok().shows("Not signed in");
    }

    async fn saved_questions_are_links_that_answer(db) {
        let app = TestApp::start(db).await;
        app.reset_case_of_ana().await;
        let otto = app.browser_with_planted_session("otto").await;
        let page = otto.get("/desk/audit").await;
        let questions: Vec<String> = page.ok().body.split("<nav class=\"views\"").nth(1).unwrap().split("</nav>").next().unwrap()
            .split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/")).collect();
        assert_eq!(questions.len(), 8, "{questions:?}");
        for question in &questions {
            let answer = otto.get(question).await;
            let marked = answer.ok().body.matches("aria-current=\"page\"").count();
            assert!(marked >= 2, "{question} is not marked as the one that is asked");
        }
        let reset = questions.iter().find(|question| question.contains("factor_admin_reset")).unwrap();
        otto.get(reset).await.ok().shows(PLACEHOLDER_REASON);
        let own = questions.iter().find(|question| question.contains("person=otto")).unwrap();
        otto.get(own).await.ok().does_not_show(PLACEHOLDER_REASON);
    }

    async fn the_badge_says_how_far_the_log_was_verified_and_when(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let otto = app.browser_with_planted_session("otto").await;
        let _ = sequence_audit(&app.scope()).await;
        otto.get("/desk/audit").await.ok().shows("has not looked at every one since its start");
        check_log(&app.scope()).await.unwrap();
        let check = app.scope().tenant.activity.audit_health.newest_check().unwrap();
        assert!(check.problems.is_empty() && check.entries > 10, "{check:?}");
        otto.get("/desk/audit").await.ok().shows(&format!("Verified up to entry {}: none changed, none missing.", check.entries));
        let token = app.token(&["audit:read"]).await;
        let program = app.browser();
        let log = program.send(program.request(Method::GET, "/api/v1/audit").bearer_auth(&token)).await.ok().json();
        assert_eq!(log["check"]["entries"], check.entries);
        assert_eq!(log["check"]["problems"], Value::Array(Vec::new()));
    }

    async fn a_list_takes_a_limit_and_an_export_does_not(db) {
        let app = TestApp::start(db).await;
        let (token, program) = (app.token(&["audit:read"]).await, app.browser());
        let get = async |path: &str| program.send(program.request(Method::GET, path).bearer_auth(&token)).await;
        let first = get("/api/v1/audit?limit=2").await.ok().json();
        assert_eq!(first["entries"].as_array().unwrap().len(), 2);
        let next = first["next"].as_str().unwrap();
        let second = get(&format!("/api/v1/audit?before={next}&limit=2")).await.ok().json();
        let id = |page: &Value, at: usize| page["entries"][at]["entry"]["id"].as_str().unwrap().to_owned();
        assert!(id(&second, 0) < id(&first, 1), "the second page follows the first");
        for query in ["limit=0", "limit=1001", "limit=two", "limit=1&limit=2", "limt=1", "from=", "until=yesterday"] {
            get(&format!("/api/v1/audit?{query}")).await.status(400);
        }
        get("/api/v1/audit/export?limit=2").await.status(400);
    }
}
