//! What text may hold when it enters, and how it reads afterwards.

use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::json;

use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    /// Number 9: PostgreSQL takes no NUL, and answered 500; SQLite took it, and kept what no page shows.
    async fn control_characters_are_refused_wherever_text_enters(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (nobody, ben, ada) =
            (app.browser(), app.browser_with_planted_session("ben").await, app.browser_with_planted_session("ada").await);
        for bad in ["a\u{0}na", "ana\u{1b}[2J", "ana\u{7f}", "ana\u{85}", "\u{8}ana"] {
            nobody.post("/sign-in", &[("login", bad), ("password", "x")]).await.status(422).shows("login: control characters");
            nobody.post("/recover", &[("login", bad)]).await.status(422).shows("login: control characters");
            nobody.post("/recover/case", &[("login", bad)]).await.status(422);
            nobody.post("/not-me", &[("code", bad)]).await.status(422).shows("code: control characters");
            nobody.post("/sign-in", &[(bad, "x"), ("login", "ana"), ("password", "x")]).await.status(422).shows("A field holds control characters");
            let reason = [("reason", bad)];
            ben.post(&format!("/desk/cases/{id}/refuse"), &reason).await.status(422).shows("reason: control characters");
            let program = nobody.request(Method::POST, "/api/v1/portal/cases").json(&json!({ "login": bad }));
            let answer = nobody.send(program).await;
            assert!(answer.status(422).json()["detail"].as_str().unwrap().starts_with("login: control characters"));
            let request = ben.request(Method::POST, "/sign-in/passkey/finish").header(ORIGIN, app.origin());
            ben.send(request.json(&json!({ "id": { "deep": [bad] } }))).await.status(422);
        }
        for path in [
            "/desk/cases/%00", "/desk/people/a%00b", "/desk/incidents/%1b", "/api/v1/cases/%00", "/api/v1/people/x%0a/diagnosis",
        ] {
            ada.get(path).await.status(400);
        }
        // What is no UTF-8 is answered like the rest: a page, or a problem for a program.
        ada.get("/desk/cases/%ff%fe").await.status(400).shows("Check the link").shows("Incidents");
        let problem = ada.get("/api/v1/cases/%ff").await;
        assert_eq!(problem.status(400).json()["type"], "https://postern.invalid/problems/bad-request");
        for path in ["/desk/audit?person=%00", "/desk/people?q=a%00", "/api/v1/audit?event=%00", "/recover/case?seen=%00"] {
            ada.get(path).await.status(422).shows("control characters");
        }
        assert_eq!(app.stage(&id).await, "verifying");
        // A text of several lines is still one.
        ben.post(&format!("/desk/cases/{id}/refuse"), &[("reason", "HD-4711,\r\n\tthe wrong voice")]).await.leads_to(&format!("/desk/cases/{id}"));
    }

    async fn a_form_comes_back_without_what_no_field_takes_and_without_secrets(db) {
        let app = TestApp::start(db).await;
        let (id, ben) = (app.open("ana").await, app.browser_with_planted_session("ben").await);
        let path = format!("/desk/cases/{id}/refuse");
        let page = ben.post(&path, &[("reason", "HD-4711, the wrong\u{7} voice")]).await;
        page.status(422).shows("reason: control characters").shows("Send it again");
        assert!(page.body.contains("HD-4711, the wrong voice"), "{}", page.body);
        assert!(page.body.replace("&#x2f;", "/").contains(&format!("action=\"{path}\"")), "{}", page.body);
        let page = app.browser().post("/sign-in", &[("login", "a\u{7}na"), ("password", "kept to myself")]).await;
        page.status(422).does_not_show("kept to myself");
        assert!(page.body.contains("value=\"ana\"") && page.body.contains("type=\"password\""), "{}", page.body);
        assert!(!page.body.contains("kept to myself"));
        app.browser().post("/sign-in", &[("login", "ana"), ("password", &app.password_of("ana"))]).await.leads_to("/sign-in/second-step");
    }

    /// Number 9: a log is taken as it is; what it holds is made fit to keep.
    async fn a_log_with_control_characters_is_taken(db) {
        let app = TestApp::start(db).await;
        let line = r#"{"postern":"signin/v1","provider":"okta","at":"2026-03-02T08:14:11Z","person":"a\u0000na","ip":"198.51.100.7","method":"push","result":"failure","cause":"mfa_denied"}"#;
        let counts = app.import("nul.jsonl", line).await;
        assert_eq!(counts["malformed"].as_i64().unwrap_or(0) + counts["stored"].as_i64().unwrap_or(0) + counts["out_of_time"].as_i64().unwrap_or(0), 1, "{counts}");
    }

    /// Number 12: what cannot be seen, or turns the direction of writing, is no part of a reason or a name.
    async fn what_reads_differently_than_it_is_is_refused(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (ben, ada) = (app.browser_with_planted_session("ben").await, app.browser_with_planted_session("ada").await);
        for hidden in ['\u{202e}', '\u{2028}', '\u{2029}', '\u{2067}', '\u{200b}', '\u{feff}'] {
            let text = format!("HD-4711 refused{hidden}devorppa");
            for verb in ["refuse", "escalate", "apply-remedy", "approve"] {
                let answer = ben.post(&format!("/desk/cases/{id}/{verb}"), &[("reason", &text)]).await;
                assert!([422, 403, 409].contains(&answer.status), "{verb}: {}", answer.status);
            }
            ben.post(&format!("/desk/cases/{id}/refuse"), &[("reason", &text)]).await.status(422).shows("can't be seen");
            let person = [("login", "ivy"), ("name", &text), ("tier", "standard"), ("role", "person"), ("email", "ivy@demo.postern.invalid")];
            ada.post("/desk/people/new", &person).await.status(422).shows("can't be seen");
        }
        assert_eq!(app.stage(&id).await, "verifying");
        // What a stranger claims to be called is shown to staff, without them.
        let nobody = app.browser();
        nobody.post("/recover/case", &[("login", "gro\u{202e}moc.live")]).await.leads_to("/recover/case");
        let claimed = "SELECT COUNT(*) FROM cases WHERE claimed_login = 'gromoc.live'";
        assert_eq!(app.count(claimed).await, 1);
    }
}
