//! Role × route × organisation: who is let in where. Whoever adds a route adds a line.

mod body;
mod things;

use std::collections::BTreeMap;

use body::with_body;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;
use things::{PLANTED, Things, plant};

use super::router::routes;
use crate::browser::{Answer, Browser, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// n: nobody. p: a person. m: Ana's manager. a: agent. s: senior. d: admin. u: auditor.
const ROLES: [(char, &str); 7] =
    [('n', ""), ('p', "fay"), ('m', "mona"), ('a', "ben"), ('s', "sol"), ('d', "ada"), ('u', "otto")];

/// Who is let in, by route. `*`: everybody, and what is asked for is a secret, or nothing. A refusal by the state of
/// things, or of what was typed, is no refusal of who asked.
const LET_IN: &str = include_str!("matrix.txt");

/// Whether who asks was let in.
fn is_let_in(answer: &Answer) -> bool {
    let sent_away = answer.status == 303 && ["/sign-in", "/recover"].contains(&answer.location());
    !sent_away && ![401, 403, 404].contains(&answer.status)
}

struct MatrixWalk<'a> {
    halden: &'a TestApp,
    api: Value,
}

impl MatrixWalk<'_> {
    async fn ask(
        &self,
        at: &TestApp,
        browser: &Browser,
        (method, route, path): (&Method, &str, &str),
    ) -> Answer {
        let request = browser.request(method.clone(), path).header(ORIGIN, at.origin());
        browser.send(with_body(request, (method, route), &self.api)).await
    }

    async fn browser_of(&self, login: &str) -> Browser {
        if login.is_empty() {
            self.halden.browser()
        } else {
            self.halden.browser_with_planted_session(login).await
        }
    }
}

fn table() -> BTreeMap<String, String> {
    let rows = LET_IN.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (route, who) = line.rsplit_once(' ').unwrap();
        (route.trim().to_owned(), who.to_owned())
    };
    rows.map(row).collect()
}

on_both! {
    async fn who_is_let_in_where(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let (own, others) = (Things::of(&halden).await, Things::of(&quay).await);
        let api = halden.browser().get("/api/openapi.json").await.ok().json();
        let walk = MatrixWalk { halden: &halden, api };
        let table = table();
        let (mut wrong, mut seen) = (Vec::new(), Vec::new());
        for (route, methods) in routes() {
            for method in methods {
                let name = format!("{method} {route}");
                let Some(who) = table.get(&name) else {
                    wrong.push(format!("{name} is not in the matrix"));
                    continue;
                };
                let mut let_in = String::new();
                for (role, login) in ROLES {
                    let browser = walk.browser_of(login).await;
                    let path = match plant(&halden, &route, login).await {
                        Some(id) => route.replace("{id}", &id),
                        None => own.path(&route),
                    };
                    let answer = walk.ask(&halden, &browser, (&method, &route, &path)).await;
                    if is_let_in(&answer) {
                        let_in.push(role);
                    }
                    // Whoever is not let in at home is nobody elsewhere.
                    if who == "*" || !(role == 'n' || who.contains(role)) {
                        continue;
                    }
                    // With the other one's id nobody gets anywhere.
                    if route.contains("{id}") {
                        let browser = walk.browser_of(login).await;
                        let answer = walk.ask(&halden, &browser, (&method, &route, &others.path(&route))).await;
                        if is_let_in(&answer) {
                            wrong.push(format!("{name}: {role} was let in with an id of the other one: {}", answer.status));
                        }
                    }
                    // At the other one everybody is nobody.
                    let browser = walk.browser_of(login).await;
                    let carried = quay.browser();
                    carried.set_cookie(SESSION, browser.cookie(SESSION).as_deref());
                    let answer = walk.ask(&quay, &carried, (&method, &route, &others.path(&route))).await;
                    if is_let_in(&answer) {
                        wrong.push(format!("{name}: {role} was let in at the other one: {}", answer.status));
                    }
                }
                if who != "*" && who.trim_matches('-') != let_in {
                    wrong.push(format!("{name}: {let_in} and not {who}"));
                }
                seen.push(format!("{name} {let_in}"));
            }
        }
        for name in table.keys().filter(|name| !seen.iter().any(|line| line.starts_with(&format!("{name} ")))) {
            wrong.push(format!("{name} is in the matrix and in no router"));
        }
        let planted = format!("DELETE FROM factors WHERE label = '{PLANTED}'");
        sqlx::query(halden.own(&planted)).execute(halden.db.reader()).await.unwrap();
        assert!(wrong.is_empty(), "{}\n\nas it is:\n{}", wrong.join("\n"), seen.join("\n"));
    }
}
