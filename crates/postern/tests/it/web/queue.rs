//! The desk's lists of cases.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern::app::App;
use postern::demo;
use postern::scope::Scope;
use postern::store::cases::queue::DeskList;
use postern::web::case_line::load_page;
use postern_core::id::CaseId;

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::test_app::TestApp;

impl TestApp {
    /// Cases that strangers opened a day ago, put in by hand: opening each takes its time.
    async fn plant_strangers(&self, count: usize) {
        let at = self.clock.now().as_microsecond() - 86_400_000_000;
        let rows: Vec<String> = (0..count)
            .map(|n| {
                let tenant = &self.tenant;
                let at = at + i64::try_from(n).unwrap();
                format!(
                    "('{tenant}', 'planted-{n:04}', 'C-P{n:05}', 'stranger-{n}', 'planted-{n}', '-', 'verifying', 1, \
                     'nothing', 'planted', '-', {at}, {at}, {at}, {})",
                    i64::MAX
                )
            })
            .collect();
        let sql = format!(
            "INSERT INTO cases (tenant_id, id, reference, claimed_login, claimant_page_token_hash, phrase, stage, version, \
             opened_with, ip, user_agent, opened_at, changed_at, stranger_since, claimant_page_expires_at) VALUES {}",
            rows.join(", ")
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(self.db.reader()).await.unwrap();
    }

    /// Takes them out again: there is no event of theirs.
    async fn remove_planted(&self) {
        sqlx::raw_sql(self.own("DELETE FROM cases WHERE ip = 'planted'"))
            .execute(self.db.reader())
            .await
            .unwrap();
    }
}

/// Somebody who knows their password and has lost their second step.
async fn open_after_password(app: &TestApp, browser: &Browser, login: &str) {
    let form = [("login", login), ("password", &demo::password(login))];
    browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
    browser.post("/recover/case", &[]).await.leads_to("/recover/case");
    app.secrets.saw(&browser.cookie("__Host-postern-case").unwrap());
}

/// Every id of a list of the API, page by page.
async fn walk(program: &Browser, token: &str, list: &str) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/cases?list={list}&after={after}");
        let request = program.request(reqwest::Method::GET, &path).bearer_auth(token);
        let page = program.send(request).await.ok().json();
        seen.extend(
            page["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { return seen };
        after = next.to_owned();
    }
}

on_both! {
    async fn strangers_push_nobody_out_of_the_queue(db) {
        let app = TestApp::start(db).await;
        app.plant_strangers(205).await;
        open_after_password(&app, &app.browser(), "ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk").await.ok().shows("Ana Ferreira").does_not_show("stranger-").shows("205");
        let first = ben.get("/desk?list=strangers").await;
        first.ok().shows("stranger-99").does_not_show("stranger-100").does_not_show("Ana Ferreira");
        let (_, rest) = first.body.split_once("/desk?list=strangers&amp;after=").expect("a next page");
        let after = rest.split('"').next().unwrap();
        ben.get(&format!("/desk?list=strangers&after={after}")).await.ok().shows("stranger-100").does_not_show("stranger-99");
        let token = app.token(&["cases:read"]).await;
        let (queue, strangers) =
            (walk(&ben, &token, "queue").await, walk(&ben, &token, "strangers").await);
        assert_eq!((queue.len(), strangers.len()), (1, 205));
        assert_eq!(strangers.iter().collect::<BTreeSet<_>>().len(), 205, "a page shows a case twice");
        assert!(strangers.is_sorted(), "oldest first");
        let none = app.browser().request(reqwest::Method::GET, "/api/v1/cases?list=everybody").bearer_auth(&token);
        app.browser().send(none).await.status(400);
        app.remove_planted().await;
    }

    async fn a_long_list_costs_as_many_statements_as_a_short_one(db) {
        let app = TestApp::start(db).await;
        // No jobs: nobody else reads.
        let alone: Arc<App> = App::start(app.config.clone()).await.unwrap();
        let [scope] = Scope::of_served(&alone).try_into().ok().unwrap();
        let mut costs = Vec::new();
        for count in [5, 195] {
            app.plant_strangers(count).await;
            let before = alone.db.reads();
            let page = load_page(&scope, &DeskList::Strangers, ("", 200)).await;
            assert_eq!(page.ok().unwrap().cases.len(), count);
            costs.push(alone.db.reads() - before);
            app.remove_planted().await;
        }
        assert_eq!(costs, [1, 1]);
        alone.db.close().await;
    }

    async fn a_known_device_is_no_stranger(db) {
        let app = TestApp::start(db).await;
        let (known, other) = (app.browser(), app.browser());
        app.sign_in_by_hand(&known, "gus").await;
        known.post("/sign-out", &[]).await;
        known.post("/recover/case", &[("login", "gus")]).await.leads_to("/recover/case");
        // The device says nothing about somebody else.
        known.post("/recover/case", &[("login", "fay")]).await.leads_to("/recover/case");
        other.post("/recover/case", &[("login", "emil")]).await.leads_to("/recover/case");
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk").await.ok().shows("Gus Petrov").does_not_show("Fay Delgado").does_not_show("Emil Kovacs");
        ben.get("/desk?list=strangers").await.ok().shows("Fay Delgado").shows("Emil Kovacs").does_not_show("Gus Petrov");
    }

    async fn a_case_is_found_by_reference_login_and_name(db) {
        let app = TestApp::start(db).await;
        let id: CaseId = app.open("ana").await;
        app.open("nobody-here").await;
        let reference = app.row(&id).await.reference;
        let ben = app.browser_with_planted_session("ben").await;
        let end = reference.trim_start_matches("C-").to_lowercase();
        for words in [reference.as_str(), &reference.to_lowercase(), &end, "ana", "Ferreira", "FERR"] {
            ben.get(&format!("/desk?q={words}")).await.ok().shows("Ana Ferreira").does_not_show("nobody-here");
        }
        ben.get("/desk?q=nobody").await.ok().shows("nobody-here").does_not_show("Ana Ferreira");
        ben.get("/desk?q=zzz").await.ok().shows("No case matches");
        let found = ben.get(&format!("/api/v1/cases?q={reference}")).await.ok().json();
        assert_eq!(found["cases"][0]["id"], id.as_str());
        assert_eq!(found["cases"].as_array().unwrap().len(), 1);
    }
}
