//! Role × route × organisation: who is let in where. Whoever adds a route adds a line.

use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::json;

use super::router::routes;
use crate::browser::{Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const ROLES: [(char, &str); 6] =
    [('n', ""), ('p', "fay"), ('a', "ben"), ('s', "sol"), ('d', "ada"), ('u', "otto")];

async fn browser_of(app: &TestApp, login: &str) -> Browser {
    if login.is_empty() { app.browser() } else { app.browser_with_planted_session(login).await }
}

on_both! {
    async fn generate(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let case = halden.open("ana").await;
        let quay_case = quay.open("ana").await;
        for (path, methods) in routes() {
            for method in methods {
                let mut line = format!("{method} {path}:");
                for (letter, login) in ROLES {
                    let browser = browser_of(&halden, login).await;
                    let fill = |app: &TestApp, case: &str| {
                        let _ = app;
                        path.replace("{id}", case)
                    };
                    let mut statuses = Vec::new();
                    for (app, id) in [(&halden, case.as_str()), (&halden, quay_case.as_str()), (&quay, case.as_str())] {
                        let sender = if std::ptr::eq(app, &raw const halden) { browser_of(app, login).await } else {
                            let b = app.browser();
                            b.set_cookie(SESSION, browser.cookie(SESSION).as_deref());
                            b
                        };
                        let request = sender.request(method.clone(), &fill(app, id)).header(ORIGIN, app.origin());
                        let request = if method == Method::GET { request } else if path.starts_with("/api/") || path.contains("/start") || path.contains("/finish") {
                            request.json(&json!({"reason": "HD-4711, a test", "phrase": "x y z", "how": "x", "kind": "in_person", "note": "a note of a test", "contact": "x"}))
                        } else {
                            request.form(&[("reason", "HD-4711, a test"), ("phrase", "x"), ("how", "x"), ("kind", "in_person"), ("note", "a note of a test"), ("contact", "x")])
                        };
                        let answer = sender.send(request).await;
                        let to = if answer.status == 303 { answer.location().to_owned() } else { String::new() };
                        statuses.push(format!("{}{to}", answer.status));
                    }
                    line += &format!(" {letter}={}", statuses.join(","));
                }
                println!("{line}");
            }
        }
    }
}
