//! The desk's lists of cases.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::change_person::{WantedPerson, change_person};
use postern::actions::contest::contest;
use postern::actions::escalate_case::escalate_case;
use postern::actions::take_case::take_case;
use postern::app::App;
use postern::case_query::CaseQuery;
use postern::demo;
use postern::scope::Scope;
use postern::store::cases::queue::{CaseListing, DeskList, MOST_COUNTED, explain_page};
use postern::web::case_line::load_page;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_core::person::Role;

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
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

    /// Open cases of Ana that stand in the queue, put in by hand, all that a list is ordered and narrowed down by set at will.
    pub(super) async fn plant_queue(&self, count: i64) {
        let (tenant, ana) = (&self.tenant, self.person("ana").await.id);
        let (ben, at) = (self.person("ben").await.id, self.clock.now().as_microsecond() - 86_400_000_000);
        let rows: Vec<String> = (0..count)
            .map(|n| {
                let holder = if n % 3 == 0 { format!("'{ben}'") } else { "NULL".to_owned() };
                // Several of one moment: the id decides.
                let (opened, rank, risk) = (at + n / 4, i64::from(n % 7 != 0), -(n % 3));
                format!(
                    "('{tenant}', 'planted-{n:05}', 'C-Q{n:05}', '{ana}', 'ana', 'planted-{n}', '-', 'verifying', 1, 'password', \
                     'planted', '-', {opened}, {opened}, {}, {opened}, {holder}, {rank}, {risk}, {}, {opened}, 'standard')",
                    i64::MAX,
                    i64::from(n % 5 == 0),
                )
            })
            .collect();
        for rows in rows.chunks(500) {
            let sql = format!(
                "INSERT INTO cases (tenant_id, id, reference, person_id, claimed_login, claimant_page_token_hash, phrase, stage, \
                 version, opened_with, ip, user_agent, opened_at, changed_at, claimant_page_expires_at, announced_at, taken_by, \
                 queue_rank, negative_risk, escalated, desk_from, tier) VALUES {}",
                rows.join(", ")
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(self.db.reader()).await.unwrap();
        }
    }

    /// Strangers' cases, all of one moment, whose logins begin so.
    async fn plant_claims(&self, login: &str, count: i64, days_ago: i64) {
        let at = self.clock.now().as_microsecond() - days_ago * 86_400_000_000;
        let sql = format!(
            "INSERT INTO cases (tenant_id, id, reference, claimed_login, claimed_key, claimant_page_token_hash, phrase, stage, \
             version, opened_with, ip, user_agent, opened_at, changed_at, stranger_since, claimant_page_expires_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             SELECT '{}', '{login}-' || i, 'C-{login}-' || i, '{login}-' || i, '{login}-' || i, '{login}-' || i, '-', 'verifying', \
             1, 'nothing', 'planted', '-', {at}, {at}, {at}, {} FROM n",
            self.tenant,
            i64::MAX
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(self.db.reader()).await.unwrap();
    }

    /// Takes them out again: there is no event of theirs.
    pub(super) async fn remove_planted(&self) {
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

/// The ids that a query of the page shows, in its order.
async fn ids(browser: &Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/desk?{query}")).await;
    let parts = page.ok().body.split(" id=\"case-").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

/// Every id of a list of the API, page by page.
async fn walk(program: &Browser, token: &str, query: &str) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/cases?{query}&after={after}");
        let request = program.request(reqwest::Method::GET, &path).bearer_auth(token);
        let page = program.send(request).await.ok().json();
        seen.extend(
            page["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { return seen };
        after = next.to_owned();
    }
}

/// Where the case of a number stands in an order.
type PlantedPlace = fn(i64) -> (i64, i64, i64);

on_both! {
    async fn strangers_push_nobody_out_of_the_queue(db) {
        let app = TestApp::start(db).await;
        app.plant_strangers(205).await;
        open_after_password(&app, &app.browser(), "ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk").await.ok().shows("Ana Ferreira").does_not_show("stranger-").shows("205");
        let first = ben.get("/desk?list=strangers").await;
        first.ok().shows("stranger-49").does_not_show("stranger-50").does_not_show("Ana Ferreira");
        let (_, rest) = first.body.split_once("/desk?list=strangers&amp;after=").expect("a next page");
        let after = rest.split('"').next().unwrap();
        ben.get(&format!("/desk?list=strangers&after={after}")).await.ok().shows("stranger-50").does_not_show("stranger-49");
        let token = app.token(&["cases:read"]).await;
        let (queue, strangers) =
            (walk(&ben, &token, "list=queue").await, walk(&ben, &token, "list=strangers").await);
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
        let ben = app.caller("ben").await;
        let mut costs = Vec::new();
        for count in [5, 195] {
            app.plant_strangers(count).await;
            let before = alone.db.reads();
            let listing = CaseListing::of(DeskList::Strangers, scope.now);
            let page = load_page(&scope, &ben, &listing, (None, 200)).await;
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

    async fn a_case_is_found_by_the_words_of_whoever_it_is_about(db) {
        let app = TestApp::start(db).await;
        let ana = app.open("ana").await;
        app.open("fay").await;
        app.open("Zo\u{eb}-nobody").await;
        let ben = app.browser_with_planted_session("ben").await;
        for words in ["ferr ana", "ana  FERREIRA", "Ana@"] {
            let found = ben.get(&format!("/api/v1/cases?q={}", words.replace(' ', "+"))).await.ok().json();
            assert_eq!(found["cases"][0]["id"], ana.as_str(), "{words}");
            assert_eq!((found["cases"].as_array().unwrap().len(), &found["next"]), (1, &serde_json::Value::Null), "{words}");
        }
        ben.get("/desk?q=ZOE").await.ok().shows("-nobody").does_not_show("Ana Ferreira");
        // The middle of a word finds nothing, nor does one of two words alone.
        for words in ["erreira", "nobody", "ana+delgado", "ferr+x", "%25", "_"] {
            ben.get(&format!("/desk?q={words}")).await.ok().shows("No case matches");
        }
    }

    /// What many have is looked for among the newest, a few thousand at a time.
    async fn a_search_for_what_many_have_says_where_it_goes_on(db) {
        let app = TestApp::start(db).await;
        let ana = app.open("ana").await;
        app.plant_claims("ana-long-ago", 3000, 9).await;
        app.plant_claims("other", 5000, 5).await;
        let ben = app.browser_with_planted_session("ben").await;
        let (mut found, mut after, mut lengths) = (Vec::new(), String::new(), Vec::new());
        loop {
            let page = ben.get(&format!("/api/v1/cases?q=ana{after}")).await.ok().json();
            let cases: Vec<String> =
                page["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect();
            lengths.push(cases.len());
            found.extend(cases);
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(found.first().map(String::as_str), Some(ana.as_str()), "found by the name of whose it is");
        assert_eq!(lengths.first(), Some(&1), "behind it come those that are passed over");
        let all: BTreeSet<_> = found.iter().collect();
        assert_eq!((found.len(), all.len()), (3001, 3001), "each once");
        ben.get("/desk?q=ana-long").await.ok().shows("Nothing yet").shows("Look further");
        ben.get("/desk?q=ana-long-ago-2999").await.ok().shows("ana-long-ago-2999").does_not_show("Look further");
        app.remove_planted().await;
    }

    async fn a_list_is_narrowed_down_by_what_a_case_is_and_whose(db) {
        let app = TestApp::start(db).await;
        let (ben, bea) = (app.caller("ben").await, app.caller("bea").await);
        let (ana, carl, dina) = (app.open("ana").await, app.case_of_carl_on_hold().await, app.case_of_dina_awaiting_approval().await);
        let (fay, gus) = (app.open("fay").await, app.open("gus").await);
        take_case(&app.scope(), &ben, &ana).await.unwrap();
        take_case(&app.scope(), &bea, &fay).await.unwrap();
        add_evidence(&app.scope(), &bea, &fay, Verification::confirmed(Kind::Urgency, "HD-1")).await.unwrap();
        contest(&app.scope(), &app.not_me("gus@demo.postern.invalid", "asked").await).await.unwrap();
        let browser = app.browser_with_planted_session("ben").await;
        let of_bea = format!("who={}", bea.person.id);
        let id = |case: &CaseId| case.as_str().to_owned();
        for (query, wanted) in [
            ("", vec![&gus, &ana, &carl, &dina, &fay]),
            ("sort=newest", vec![&gus, &fay, &dina, &carl, &ana]),
            ("sort=risk", vec![&fay, &ana, &carl, &dina, &gus]),
            ("step=desk", vec![&gus, &ana, &dina, &fay]),
            ("step=others", vec![&carl]),
            ("step=contested", vec![&gus]),
            ("tier=sensitive", vec![&carl]),
            ("tier=standard&step=desk", vec![&gus, &ana, &fay]),
            ("risk=1", vec![&fay]),
            ("risk=2", vec![]),
            ("who=me", vec![&ana]),
            (of_bea.as_str(), vec![&fay]),
            ("who=nobody", vec![&gus, &carl, &dina]),
            ("escalated=yes", vec![&gus]),
            ("escalated=yes&who=me", vec![]),
        ] {
            assert_eq!(ids(&browser, query).await, wanted.into_iter().map(id).collect::<Vec<_>>(), "{query}");
        }
        let page = browser.get("/desk?tier=standard&step=desk&sort=newest").await;
        page.ok().shows("2 filters on").shows("Needs the desk").shows("one proof was not theirs or never counts").shows("Ring the owner on a number on file");
        assert!(page.body.contains("href=\"/desk?sort=newest\">Clear"), "the order stays");
        browser.get("/desk?risk=2").await.ok().shows("No case fits these filters").shows("Show the whole list");
        // What a hold waits for is the desk's move once it is over.
        app.advance_seconds(24 * 3600 + 1);
        let browser = app.browser_with_planted_session("ben").await;
        assert!(ids(&browser, "step=desk").await.contains(&id(&carl)));
        browser.get("/desk").await.ok().shows("Look at the plan, and apply it").shows("1 d");
    }

    async fn a_tier_that_changes_changes_where_an_open_case_is_found(db) {
        let app = TestApp::start(db).await;
        let (id, closed) = (app.open("ana").await, app.open("ana").await);
        app.refuse("ben", &closed).await;
        take_case(&app.scope(), &app.caller("sol").await, &id).await.unwrap();
        let ben = app.browser_with_planted_session("ben").await;
        assert_eq!(ids(&ben, "tier=standard").await.len(), 1);
        let wanted = WantedPerson {
            name: "Ana Ferreira",
            manager: "mona",
            tier: "privileged",
            role: Role::Person,
            seen: None,
            reason: PLACEHOLDER_REASON,
        };
        let ana = app.person("ana").await.id;
        change_person(&app.scope(), &app.caller("ada").await, &ana, wanted).await.unwrap();
        assert!(ids(&ben, "tier=standard").await.is_empty());
        assert_eq!(ids(&ben, "tier=privileged").await, [id.as_str()]);
        let kept = format!("SELECT COUNT(*) FROM cases WHERE id = '{closed}' AND tier = 'standard'");
        let (kept,): (i64,) = sqlx::query_as(app.own(&kept)).fetch_one(app.db.reader()).await.unwrap();
        assert_eq!(kept, 1, "what is over is as it was");
    }

    async fn what_can_not_be_read_is_said_and_nothing_is_guessed(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        for (query, says) in [
            ("step=sideways", "step must be desk, others or contested"),
            ("tier=emperors", "tier must be one of standard, sensitive, privileged"),
            ("risk=-1", "risk must be a number from 1 to 9"),
            ("who=no-such-person", "who must be me, nobody, or the id of a colleague"),
            ("escalated=perhaps", "escalated must be yes"),
            ("sort=sideways", "sort must be oldest, newest or risk"),
            ("after=nonsense", "after must be the next of the page before"),
            ("after=1.2.", "after must be the next of the page before"),
            ("list=everybody", "list must be queue, strangers or closed"),
            ("list=closed&outcome=happy", "outcome must be one of proven"),
            ("list=closed&tier=standard", "tier must be left out: it does not go with closed cases"),
            ("list=strangers&sort=risk", "sort must be oldest or newest"),
            ("q=ana&who=me", "who must be left out: it does not go with a search"),
            ("outcome=refused", "outcome must be left out: it does not go with open cases"),
        ] {
            ben.get(&format!("/desk?{query}")).await.status(400).shows(says);
            let answer = ben.get(&format!("/api/v1/cases?{query}")).await;
            answer.status(400);
            assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{query}: {}", answer.body);
        }
        ben.get("/desk?colour=blue").await.ok();
        ben.get("/api/v1/cases?colour=blue").await.status(400);
    }

    /// Every order, with and without filters: each case once, in order, however many stand at one moment, and whatever becomes of
    /// the case at which a page ended.
    async fn pages_follow_each_other_in_every_order(db) {
        let app = TestApp::start(db).await;
        app.plant_queue(450).await;
        let (ben, token) = (app.browser(), app.token(&["cases:read"]).await);
        let key = |id: &String| id.trim_start_matches("planted-").parse::<i64>().unwrap();
        let orders: [(&str, PlantedPlace); 3] = [
            ("sort=oldest", |n| (i64::from(n % 7 != 0), n / 4, n)),
            ("sort=newest", |n| (0, -(n / 4), -n)),
            ("sort=risk", |n| (-(n % 3), n / 4, n)),
        ];
        for (order, place) in orders {
            for (filter, fits) in [("", None), ("&who=nobody", Some(3)), ("&tier=standard", None)] {
                let seen: Vec<i64> = walk(&ben, &token, &format!("{order}{filter}")).await.iter().map(key).collect();
                let mut wanted: Vec<i64> = (0..450).filter(|n| fits.is_none_or(|of: i64| n % of != 0)).collect();
                wanted.sort_by_key(|n| place(*n));
                assert_eq!(seen, wanted, "{order}{filter}");
            }
        }
        let first = ben.request(reqwest::Method::GET, "/api/v1/cases").bearer_auth(&token);
        let first = ben.send(first).await.ok().json();
        let last = first["cases"][199]["id"].as_str().unwrap();
        let moves = format!("UPDATE cases SET queue_rank = 0 WHERE id = '{last}'");
        sqlx::raw_sql(app.own(&moves)).execute(app.db.reader()).await.unwrap();
        let rest = ben.request(reqwest::Method::GET, &format!("/api/v1/cases?after={}", first["next"].as_str().unwrap()));
        let rest = ben.send(rest.bearer_auth(&token)).await.ok().json();
        assert_eq!(rest["cases"].as_array().unwrap().len(), 200, "the page goes on where it ended");
        // The page keeps order and filters from page to page.
        let ada = app.browser_with_planted_session("ada").await;
        let page = ada.get("/desk?who=nobody&sort=newest").await;
        let (_, link) = page.ok().body.split_once("<p><a href=\"/desk?").expect("more cases");
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        assert!(link.starts_with("who=nobody&sort=newest&after="), "{link}");
        assert_eq!(ids(&ada, &link).await.len(), 50);
        app.remove_planted().await;
    }

    /// What is not there is passed over within an index, and nothing is sorted by hand.
    async fn every_list_has_an_index_for_its_order(db) {
        let app = TestApp::start(db).await;
        if !matches!(db, Database::Sqlite) {
            return;
        }
        let me = app.person("ben").await.id;
        let other = app.person("bea").await.id;
        let whose = [String::new(), "who=me".to_owned(), "who=nobody".to_owned(), format!("who={other}")];
        let mut queries = Vec::new();
        for sort in ["", "newest", "risk"] {
            for who in &whose {
                for more in ["", "risk=1", "escalated=yes", "step=desk", "step=others", "step=contested", "tier=privileged",
                    "step=desk&tier=privileged&risk=1&escalated=yes"] {
                    queries.push(format!("sort={sort}&{who}&{more}"));
                }
            }
        }
        for who in &whose {
            queries.extend(["", "outcome=refused"].map(|outcome| format!("list=closed&{who}&{outcome}")));
        }
        queries.extend(["list=strangers".to_owned(), "list=strangers&sort=newest".to_owned()]);
        let tiers = &app.scope().tenant.settings.tiers;
        for query in queries {
            let listing = CaseQuery::read(&query).listing(tiers, &me, app.clock.now()).unwrap();
            for after in [None, Some("0.1.x".parse().unwrap())] {
                let plan = explain_page(&app.db, &app.tenant, &listing, after.as_ref()).await.unwrap();
                let plan = plan.join("\n");
                assert!(plan.contains("SEARCH cases USING INDEX cases_"), "{query}: {plan}");
                assert!(!plan.contains("INDEX cases_by_opening"), "{query} walks over closed cases too: {plan}");
                let is_sorted = plan.lines().any(|line| line.contains("TEMP B-TREE") && !line.contains("string_agg"));
                assert!(!is_sorted, "{query} is sorted by hand: {plan}");
            }
        }
    }

    async fn views_are_counted_up_to_a_limit_and_the_menu_says_what_waits(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk").await.ok().does_not_show("wait for you");
        take_case(&app.scope(), &app.caller("ben").await, &id).await.unwrap();
        ben.get("/desk/people").await.ok().shows("1 wait for you");
        let counts = ben.get("/api/v1/cases").await.ok().json()["counts"].clone();
        assert_eq!(counts, serde_json::json!({ "queue": 1, "mine": 1, "unassigned": 0, "escalated": 0, "strangers": 0 }));
        escalate_case(&app.scope(), &app.caller("ben").await, &id, PLACEHOLDER_REASON).await.unwrap();
        ben.get("/desk/people").await.ok().does_not_show("wait for you");
        ben.get("/desk").await.ok().shows("Needs a senior 1").shows("Unassigned 1").does_not_show("Take it");
        app.browser_with_planted_session("sol").await.get("/desk").await.ok().shows("Take it");
        app.plant_queue(MOST_COUNTED + 5).await;
        ben.get("/desk").await.ok().shows("Queue 999+").shows("Mine 335");
        app.remove_planted().await;
    }

    async fn a_case_is_taken_from_its_row_and_handed_over_from_there(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        let (ben, otto) = (app.browser_with_planted_session("ben").await, app.browser_with_planted_session("otto").await);
        let take = format!("action=\"/desk/cases/{id}/take\"");
        assert!(!otto.get("/desk").await.ok().body.contains(&take), "an auditor takes nothing");
        assert!(ben.get("/desk?who=nobody").await.ok().body.contains(&take));
        ben.post(&format!("/desk/cases/{id}/take"), &[]).await.leads_to(&format!("/desk/cases/{id}"));
        let row = ben.get("/desk?who=me").await;
        assert!(row.ok().body.contains(&format!("href=\"/desk/cases/{id}/hand-over\"")) && !row.body.contains(&take));
        row.shows("You have it").shows("Record the proof that is still wanted");
    }

    async fn closed_ones_say_how_they_ended_how_long_it_took_and_whose_they_were(db) {
        let app = TestApp::start(db).await;
        let (ana, nobody, fay) = (app.open("ana").await, app.open("nobody-here").await, app.open("fay").await);
        app.bind("bea", &fay).await;
        app.advance_seconds(2 * 3600 + 600);
        app.refuse("ben", &ana).await;
        app.refuse("sol", &nobody).await;
        let ben = app.browser_with_planted_session("ben").await;
        let page = ben.get("/desk?list=closed").await;
        page.ok().shows("Refused").shows("2 h 10 min").shows("Ben Adeyemi").shows("Sol Marchetti").does_not_show("Fay Delgado");
        for (query, wanted) in [("outcome=refused", 2), ("outcome=proven", 0), ("who=me", 1), ("who=nobody", 0), ("who=me&outcome=lapsed", 0)] {
            assert_eq!(ids(&ben, &format!("list=closed&{query}")).await.len(), wanted, "{query}");
        }
        let listed = ben.get("/api/v1/cases?list=closed&who=me").await.ok().json();
        assert_eq!((&listed["cases"][0]["outcome"], &listed["cases"][0]["handled_by"]), (&"refused".into(), &"Ben Adeyemi".into()));
    }

    async fn a_view_that_is_kept_is_a_tab_and_leads_nowhere_else(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let form = [("name", "Old & risky"), ("query", "risk=1&sort=risk&next=//evil.example")];
        ben.post("/desk/views", &form).await.leads_to("/desk?risk=1&sort=risk");
        let page = ben.get("/desk?risk=1&sort=risk").await;
        page.ok().shows("Old & risky").shows("Remove the view").does_not_show("evil.example");
        // Whatever somebody wrote into the table, it is read like what is typed.
        let planted = "UPDATE saved_views SET query = 'https://evil.example/?who=me&colour=blue&tier='";
        sqlx::raw_sql(app.own(planted)).execute(app.db.reader()).await.unwrap();
        let page = ben.get("/desk?risk=1").await;
        page.ok().does_not_show("evil.example");
        assert!(!page.body.contains("evil.example"));
        let listed = ben.get("/api/v1/saved-views").await.ok().json();
        assert_eq!(listed["views"], serde_json::json!([{ "name": "Old & risky", "query": "" }]));
        ben.post("/desk/views", &[("name", ""), ("query", "who=me")]).await.status(422).shows("Give the view a name");
        ben.post("/desk/views/remove", &[("name", "Old & risky")]).await.leads_to("/desk");
        ben.post("/desk/views/remove", &[("name", "Old & risky")]).await.status(409).shows("no view of that name");
        app.browser_with_planted_session("ana").await.post("/desk/views", &form).await.status(403);
    }
}
