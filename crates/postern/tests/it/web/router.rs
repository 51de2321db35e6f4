//! The list of what can be reached without sign-in, held to what the routers say.

use std::fs;
use std::path::Path;

use postern::web::desk::verb::VERBS;
use reqwest::Method;
use reqwest::header::ORIGIN;

use crate::on_both::on_both;
use crate::test_app::{TestApp, production};

/// Whoever adds a line here opens a door: it needs a limiter, or nothing behind it.
pub(super) const OPEN: [&str; 56] = [
    "/",
    "/healthz",
    "/readyz",
    "/static/{version}/{file}",
    "/sign-in",
    "/sign-in/passkey/start",
    "/sign-in/passkey/finish",
    "/sign-in/second-step",
    "/sign-in/second-step/passkey/start",
    "/sign-in/second-step/passkey/finish",
    "/sign-in/with/{provider}",
    "/sign-in/federated/{provider}",
    "/sign-in/federated/{provider}/acs",
    "/sign-in/federated/{provider}/answer",
    "/sign-in/federated/{provider}/backchannel-logout",
    "/sign-in/federated/{provider}/metadata",
    "/sign-in/backup-code",
    "/sign-in/hardware-token",
    "/sign-in/pass",
    "/sign-in/push",
    "/sign-in/push/finish",
    "/sign-in/sent-code",
    "/sign-in/sent-code/finish",
    "/phone",
    "/phone/manifest.json",
    "/phone/worker.js",
    "/enrol",
    "/enrol/code-app",
    "/enrol/done",
    "/enrol/passkey",
    "/enrol/passkey/start",
    "/sign-in/with-pass",
    "/forgotten-password",
    "/forgotten-password/link",
    "/set-up",
    "/recover",
    "/recover/join",
    "/recover/options",
    "/recover/case",
    "/recover/case/pass",
    "/recover/case/withdraw",
    "/not-me",
    "/not-me/others",
    "/api",
    "/api/openapi.json",
    "/api/v1/portal/cases",
    "/api/v1/portal/cases/join",
    "/api/v1/portal/case",
    "/api/v1/portal/case/pass",
    "/api/v1/portal/case/withdraw",
    "/api/v1/portal/contest",
    "/api/v1/portal/contest/others",
    "/api/v1/push/enrol",
    "/api/v1/push/requests",
    "/api/v1/push/answer",
    "/api/v1/push/subscribe",
];

/// Every route that the sources name, with its methods, and those that the table of verbs makes.
pub(super) fn routes() -> Vec<(String, Vec<Method>)> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut found = Vec::new();
    for file in ["router.rs", "api.rs"] {
        let text = fs::read_to_string(web.join(file)).unwrap();
        for part in text.split(".route(").skip(1) {
            let path = part.split('"').nth(1).unwrap().to_owned();
            let methods = [
                ("get(", Method::GET),
                ("post(", Method::POST),
                ("patch(", Method::PATCH),
                ("delete(", Method::DELETE),
            ];
            let handlers = part.split(".route(").next().unwrap();
            let has = |word: &str| {
                handlers.match_indices(word).any(|(at, _)| !handlers.split_at(at).0.ends_with('_'))
            };
            found.push((path, methods.into_iter().filter(|(word, _)| has(word)).map(|(_, m)| m).collect()));
        }
    }
    for verb in VERBS {
        found.push((verb.page(), vec![Method::GET, Method::POST]));
        found.push((verb.endpoint(), vec![Method::POST]));
    }
    found
}

on_both! {
    async fn what_is_not_on_the_list_wants_a_sign_in(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let nobody = app.browser();
        let mut closed = 0;
        for (path, methods) in routes().into_iter().filter(|(path, _)| !OPEN.contains(&path.as_str())) {
            assert!(!methods.is_empty(), "{path} has no method that this test knows");
            for method in methods {
                let filled = path.replace("{id}", id.as_str());
                let request = nobody.request(method.clone(), &filled).header(ORIGIN, app.origin());
                let request = request.form(&[("reason", "HD-4711"), ("phrase", "x"), ("how", "x"), ("kind", "in_person")]);
                let answer = nobody.send(request).await;
                let sent_away = answer.status == 303 && answer.location() == "/sign-in";
                assert!(sent_away || [401, 403, 404].contains(&answer.status), "{method} {path}: {}", answer.status);
                answer.does_not_show("Ana Ferreira");
                closed += 1;
            }
        }
        assert!(closed >= 40, "only {closed} closed routes were found: does the test still read the routers?");
        assert_eq!(app.stage(&id).await, "verifying");
        assert_eq!(app.events("case.evidence_added").await.len(), 0);
    }

    async fn every_open_route_is_there_and_answers(db) {
        let app = TestApp::start(db).await;
        let named: Vec<String> = routes().into_iter().map(|(path, _)| path).collect();
        for path in OPEN {
            assert!(named.contains(&path.to_owned()), "{path} is on the list and in no router");
            let answer = app.browser().get(&path.replace("{version}/{file}", "x/postern.css")).await;
            assert!(answer.status < 500, "{path}: {}", answer.status);
        }
    }

    async fn nothing_of_dev_exists_in_production(db) {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/dev.rs")).unwrap();
        let paths: Vec<&str> = text.split(".route(\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
        assert!(paths.len() >= 6 && paths.iter().all(|path| path.starts_with("/dev/")), "{paths:?}");

        let app = TestApp::start_with(db, production).await;
        let (nobody, ada) = (app.browser(), app.browser_with_planted_session("ada").await);
        for path in &paths {
            for browser in [&nobody, &ada] {
                browser.get(path).await.status(404);
                browser.post(path, &[("seconds", "60")]).await.status(404);
            }
        }
        nobody.get("/sign-in").await.ok().does_not_show("Demo:");

        let app = TestApp::start(db).await;
        for path in &paths {
            app.browser().get(path).await.ok();
        }
        app.browser().get("/sign-in").await.ok().shows("Demo:");
    }
}
