//! A list of cases as a file.

use postern::actions::refuse_case::refuse_case;
use reqwest::Method;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

const HEADER: &str = "reference,login,name,tier,stage,next_step,next_at,escalated,risk,opened_with,stranger,taken_by,handled_by,outcome,ip,opened_at,closed_at";

on_both! {
    async fn a_list_comes_as_it_is_narrowed_down_and_runs_nothing(db) {
        let app = TestApp::start(db).await;
        let (ana, carl) = (app.open("ana").await, app.open("carl").await);
        app.open("=HYPERLINK(\"http://evil.example\")").await;
        let refused = app.caller("ben").await;
        refuse_case(&app.scope(), &refused, &carl, PLACEHOLDER_REASON).await.unwrap();
        let sol = app.browser_with_planted_session("sol").await;
        let strangers = sol.get("/desk/cases/export.csv?list=strangers").await;
        assert_eq!(strangers.ok().headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = strangers.body.lines().collect();
        assert_eq!((lines[0], lines.len()), (HEADER, 3), "{}", strangers.body);
        let reference = app.row(&ana).await.reference;
        assert!(lines[1].starts_with(&format!("{reference},ana,Ana Ferreira,standard,verifying,")), "{}", lines[1]);
        assert!(lines[2].contains(",\"'=hyperlink(\"\"http://evil.example\"\")\",") || lines[2].contains(",\"'=HYPERLINK(\"\"http://evil.example\"\")\","), "{}", lines[2]);
        let closed = sol.get("/desk/cases/export.csv?list=closed&outcome=refused").await;
        let reference = app.row(&carl).await.reference;
        assert_eq!(closed.ok().body.lines().count(), 2);
        assert!(closed.body.contains(&reference) && closed.body.contains(",refused,"), "{}", closed.body);
        sol.get("/desk/cases/export.csv?risk=lots").await.status(400);
        let details: Vec<_> = app.events("case.exported").await.iter().map(|event| event["detail"].clone()).collect();
        assert!(details.contains(&serde_json::json!({ "cases": 2, "query": "list=strangers" })), "{details:?}");
        assert!(details.contains(&serde_json::json!({ "cases": 1, "query": "list=closed&outcome=refused" })), "{details:?}");
    }

    async fn it_wants_a_touch_and_a_role_and_is_told(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/cases/export.csv").await.status(403);
        assert!(!ben.get("/desk").await.ok().body.contains("export.csv"), "what cannot be done is not offered");
        let sol = app.browser_with_planted_session("sol").await;
        assert!(sol.get("/desk?list=strangers").await.ok().body.contains("/desk/cases/export.csv?list=strangers"));
        app.advance_seconds(301);
        sol.get("/desk/cases/export.csv").await.status(403).shows("touch of your passkey");
        assert_eq!(app.events("case.exported").await.len(), 0);
        let secret = app.token(&["cases:read"]).await;
        let program = app.browser();
        let get = |path: &str| program.request(Method::GET, path).bearer_auth(&secret);
        let file = program.send(get("/api/v1/cases/export?list=strangers")).await;
        assert_eq!(file.ok().body.lines().count(), 2);
        program.send(get("/api/v1/cases/export?list=strangers")).await.ok();
        let told = app.messages().await.into_iter().filter(|m| m.subject.contains("list of cases was exported")).count();
        assert_eq!(told, 2, "an admin and an auditor, once a day");
    }

    /// More than one read's worth, and as many lines as cases.
    async fn a_long_list_comes_whole(db) {
        let app = TestApp::start(db).await;
        app.plant_queue(1200).await;
        let sol = app.browser_with_planted_session("sol").await;
        let file = sol.get("/desk/cases/export.csv").await;
        let references: std::collections::BTreeSet<&str> =
            file.ok().body.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!((file.body.lines().count(), references.len()), (1201, 1200));
        app.remove_planted().await;
    }
}
