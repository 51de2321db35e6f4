//! Errors say who is at fault and what to do, in the form that the reader reads, and nothing more.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, ORIGIN};

use super::router::routes;
use crate::on_both::on_both;
use crate::test_app::{TestApp, logged};

on_both! {
    async fn people_get_a_page_and_programs_get_problem_json(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let page = browser.get("/no-such-page").await;
        page.status(404).shows("There is nothing here").shows(page.headers["x-request-id"].to_str().unwrap());
        let request = browser.request(Method::GET, "/no-such-page").header(ACCEPT, "application/json");
        let problem = browser.send(request).await;
        assert_eq!(problem.status(404).headers[CONTENT_TYPE], "application/problem+json");
        let body = problem.json();
        assert_eq!(body["type"], "https://postern.invalid/problems/not-found");
        assert_eq!(body["status"], 404);
        assert_eq!(body["request_id"], problem.headers["x-request-id"].to_str().unwrap());
        let problem = browser.get("/api/v1/cases").await;
        assert_eq!(problem.status(401).headers[CONTENT_TYPE], "application/problem+json");
    }

    async fn broken_input_is_a_problem_too_and_never_a_crash(db) {
        let app = TestApp::start(db).await;
        let (nobody, ben) = (app.browser(), app.browser_with_planted_session("ben").await);
        let id = app.open("ana").await;
        let evidence = format!("/desk/cases/{id}/evidence");
        let broken: [(&str, &str, &str); 7] = [
            ("/sign-in", "application/x-www-form-urlencoded", "login=ana"),
            ("/sign-in", "application/json", "{\"login\":\"ana\"}"),
            ("/sign-in", "application/x-www-form-urlencoded", "%ff%fe=%00&login=%zz"),
            ("/sign-in/passkey/finish", "application/json", "{\"id\":1"),
            ("/not-me", "text/plain", "code"),
            (&evidence, "application/x-www-form-urlencoded", "kind=palm_reading&reference=HD-1"),
            (&evidence, "application/x-www-form-urlencoded", "kind=live_video"),
        ];
        for (path, kind, body) in broken {
            let request = ben.request(Method::POST, path).header(ORIGIN, app.origin());
            let answer = ben.send(request.header(CONTENT_TYPE, kind).body(body)).await;
            assert!((400..=422).contains(&answer.status), "{path}: {}", answer.status);
            assert!(answer.body.contains("<html"), "{path} answers {} without a page: {}", answer.status, answer.body);
        }
        for path in ["/recover/case?seen=often", "/desk/audit?from=yesterday", "/desk?closed=perhaps"] {
            let sol = app.browser_with_planted_session("sol").await;
            let answer = sol.get(path).await;
            assert!([200, 303, 400].contains(&answer.status), "{path}: {}", answer.status);
            assert!(answer.status == 303 || answer.body.contains("<html"), "{path} answers without a page: {}", answer.body);
        }
        let long = "x".repeat(70_000);
        let answer = nobody.post("/recover", &[("login", &long)]).await;
        assert!([400, 413].contains(&answer.status) && answer.body.contains("<html"), "{}", answer.status);
    }

    /// One span for each request, and the id that the person was shown beside the cause.
    async fn an_error_of_ours_is_logged_with_the_id_that_was_shown(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let page = ben.get("/desk").await;
        let lines = logged(page.ok().headers["x-request-id"].to_str().unwrap()).join("\n");
        let (tenant, actor) = (format!("tenant={}", app.tenant), format!("actor=\"{}\"", app.person("ben").await.id));
        for part in ["request{", "path=\"/desk\"", "method=GET", "status=200", &tenant, &actor] {
            assert!(lines.contains(part), "{part} is not in: {lines}");
        }
        app.refuse_messages(db).await;
        let answer = ben.request(Method::POST, "/recover/case").header(ORIGIN, app.origin()).form(&[("login", "ana")]);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 500);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let shown = answer.text().await.unwrap();
        assert!(shown.contains(&id) && !shown.contains("refused"), "{shown}");
        let lines = logged(&id).into_iter().find(|line| line.contains("internal error")).expect("a line with the id");
        assert!(lines.contains("refused") && lines.contains("path=\"/recover/case\""), "{lines}");
        assert!(logged("job{").iter().any(|line| line.contains(&tenant)), "no span for the jobs");
    }

    async fn a_hostile_login_is_text_on_every_page(db) {
        let app = TestApp::start(db).await;
        let (claimant, ben) = (app.browser(), app.browser_with_planted_session("ben").await);
        let hostile = "<script>alert(1)</script>\"'><img src=x>";
        claimant.post("/recover", &[("login", hostile)]).await.ok();
        claimant.post("/recover/case", &[("login", hostile)]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        for page in [
            claimant.get("/recover/case").await,
            claimant.post("/recover", &[("login", hostile)]).await,
            claimant.post("/sign-in", &[("login", hostile), ("password", "wrong, all of it")]).await,
            ben.get("/desk").await,
            ben.get(&format!("/desk/cases/{id}")).await,
        ] {
            assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "{}", page.body);
        }
    }

    async fn an_address_that_takes_forms_only_says_so_and_keeps_the_menu(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.open("ana").await;
        for path in [format!("/desk/cases/{id}/call"), format!("/desk/cases/{id}/evidence"), "/sign-in/backup-code".to_owned()] {
            ben.get(&path).await.status(405).shows("There is nothing to look at here").shows("Incidents");
        }
        ben.get("/desk/no-such-page").await.status(404).shows("Incidents");
        let stranger = app.browser().get("/no-such-page").await;
        stranger.status(404).does_not_show("Incidents");
        let program = ben.request(Method::GET, "/api/v1/cases/x/evidence");
        ben.send(program).await.status(405);
    }

    /// Every address that takes a form says where that form is; so do those of the claimant's pages.
    async fn an_address_without_a_page_leads_to_its_form(db) {
        let app = TestApp::start(db).await;
        let (stranger, ada) = (app.browser(), app.browser_with_planted_session("ada").await);
        stranger.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let case = app.newest_case().await;
        let _provider = app.with_provider().await;
        let mut looked_at = 0;
        for (path, methods) in routes() {
            if methods.contains(&Method::GET) || path.starts_with("/api/") {
                continue;
            }
            let browser = if path.starts_with("/recover") { &stranger } else { &ada };
            let page = browser.get(&path.replace("{id}", case.as_str()).replace("{provider}", "quay")).await;
            page.status(405).shows("There is nothing to look at here").shows("Go to the form");
            let (_, link) = page.body.split_once("<a class=\"btn\" href=\"").expect("a link");
            let link = link.split('"').next().unwrap().replace("&#x2f;", "/");
            // Of things with an id there is only the case.
            if !path.contains("{id}") || path.starts_with("/desk/cases/") {
                let there = browser.get(&link).await;
                assert!([200, 303].contains(&there.status), "{path} leads to {link}: {}", there.status);
            }
            looked_at += 1;
        }
        assert!(looked_at >= 30, "only {looked_at} such addresses were found");
        stranger.get("/recover/case/pass").await.status(405).shows("Go to the form");
    }

    async fn who_may_not_keeps_the_menu(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/tokens").await.status(403).shows("Incidents").shows("Runbook");
    }

    async fn a_form_that_comes_back_with_429_says_for_how_long(db) {
        let app = TestApp::start(db).await;
        let stranger = app.browser();
        let mut answer = stranger.post("/sign-in", &[("login", "ana"), ("password", "wrong, all of it")]).await;
        for _ in 0..20 {
            if answer.status == 429 {
                break;
            }
            answer = stranger.post("/sign-in", &[("login", "ana"), ("password", "wrong, all of it")]).await;
        }
        answer.status(429).shows("Password");
        let wait: i64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
    }

    async fn a_parameter_that_can_t_be_read_is_named_with_what_it_takes(db) {
        let app = TestApp::start(db).await;
        let page = app.browser().get("/recover/case?seen=often").await;
        page.status(400).shows("seen takes a whole number.").does_not_show("digit").does_not_show("deserialize");
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/desk/incidents?closed=perhaps").await.status(400).shows("closed takes true or false.").shows("Incidents");
        app.browser().post("/sign-in", &[("login", "ana")]).await.status(400).shows("password is missing.");
        app.browser().post("/dev/stories", &[("story", "flood")]).await.status(400).shows("story takes attack or outage.");
        let token = app.token(&["audit:read"]).await;
        let request = app.browser().request(Method::GET, "/api/v1/audit?limit=many").bearer_auth(token);
        let answer = app.browser().send(request).await;
        let detail = answer.status(400).json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail, "The query does not fit: limit takes a whole number.");
    }
}
