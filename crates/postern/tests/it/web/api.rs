//! The twin of the pages for programs: the same refusals.

use postern::actions::bind_claimant_page::callable_numbers;
use postern::actions::create_service_token::create_service_token;
use postern_core::case::ClaimantPage;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

async fn token(app: &TestApp, scopes: &[&str]) -> String {
    let ada = app.caller("ada").await;
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let secret = create_service_token(&app.scope(), &ada, "a test", &scopes, 1).await.unwrap().secret;
    app.plant_second_yes().await;
    app.secrets.saw(&secret);
    secret
}

async fn call(browser: &Browser, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let request = browser.request(method, path).bearer_auth(token);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    browser.send(request).await
}

on_both! {
    async fn a_program_refuses_and_escalates_and_its_word_proves_nothing(db) {
        let app = TestApp::start(db).await;
        let secret = token(&app, &["cases:read", "cases:act"]).await;
        let (program, id) = (app.browser(), app.open("ana").await);
        let path = |step: &str| format!("/api/v1/cases/{id}/{step}");
        let why = json!({ "reason": PLACEHOLDER_REASON });
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap().remove(0).id;
        let phrase = app.row(&id).await.phrase;
        let steps = [
            ("bind-claimant-page", json!({ "contact": number, "began_it": true, "phrase": phrase })),
            ("evidence", json!({ "kind": "in_person", "reference": "it matches" })),
            ("evidence", json!({ "kind": "email_match", "reference": "it matches" })),
            ("apply-remedy", why.clone()),
        ];
        for (step, body) in steps {
            let answer = call(&program, Method::POST, &path(step), &secret, Some(body)).await;
            assert_eq!(answer.status(403).json()["type"], "https://postern.invalid/problems/denied", "{step}");
            answer.shows("done by a person");
            let denied = &app.events("access.denied").await[0];
            assert_eq!(denied["policies"][0], "staff.no-token-proves-or-resets", "{step}");
            assert_eq!((&denied["actor"]["type"], &denied["case"]), (&json!("token"), &json!(id.as_str())));
        }
        let vouch = json!({ "phrase": "x", "how": "x y z" });
        call(&program, Method::POST, &path("vouch"), &secret, Some(vouch)).await.status(403);
        call(&program, Method::POST, &path("approve"), &secret, Some(why.clone())).await.status(403);
        let case = app.case(&id).await;
        assert!(*case.claimant_page() == ClaimantPage::Unbound && case.evidence().is_empty() && case.risk() == 0);
        assert_eq!(app.events("access.denied").await.len(), 6);
        call(&program, Method::POST, &path("escalate"), &secret, Some(why.clone())).await.ok();
        let other = app.open("carl").await;
        call(&program, Method::POST, &format!("/api/v1/cases/{other}/refuse"), &secret, Some(why)).await.ok();
    }

    async fn what_a_token_tried_in_vain_is_on_the_record(db) {
        let app = TestApp::start(db).await;
        let reader = token(&app, &["cases:read"]).await;
        let (program, id) = (app.browser(), app.open("ana").await);
        let reset = json!({ "reason": PLACEHOLDER_REASON });
        let path = format!("/api/v1/cases/{id}/apply-remedy");
        call(&program, Method::POST, &path, &reader, Some(reset)).await.status(403);
        assert_eq!(app.events("access.denied").await.len(), 1, "a token reached past its scopes, and nobody will know");
    }

    async fn an_entry_says_whom_it_is_announced_to_and_what_it_is_elsewhere(db) {
        let app = TestApp::start(db).await;
        app.reset_case_of_ana().await;
        let (program, reader) = (app.browser(), token(&app, &["audit:read"]).await);
        program.post_json("/api/v1/portal/cases", &json!({ "login": "nob" })).await.status(201);
        let log = call(&program, Method::GET, "/api/v1/audit?limit=1000", &reader, None).await.ok().json();
        let entries = log["entries"].as_array().unwrap();
        let find = |event: &str, person: bool| {
            let is_it = |entry: &Value| entry["event"] == event && entry["person"].is_string() == person;
            entries.iter().find(|line| is_it(&line["entry"])).unwrap()
        };
        let reset = find("mfa.factor_admin_reset", true);
        assert_eq!(reset["announced_to"], json!(["owner"]));
        assert_eq!(reset["ocsf"], json!({
            "class_uid": 3001, "class": "Account Change", "activity_id": 11, "activity": "MFA Factor Disable", "type_uid": 300_111,
        }));
        assert_eq!(reset["security_event"], "https://schemas.openid.net/secevent/caep/event-type/credential-change");
        assert_eq!(find("case.opened", true)["announced_to"], json!(["owner"]));
        assert_eq!(find("case.opened", false)["announced_to"], json!([]), "nobody has that login");
        let asked = find("power.requested", true);
        assert_eq!((&asked["announced_to"], &asked["ocsf"]), (&json!(["overseers"]), &Value::Null));
        assert_eq!(asked["security_event"], Value::Null);
    }

    async fn a_token_is_held_to_its_scopes_its_life_and_its_owner(db) {
        let app = TestApp::start(db).await;
        let reader = token(&app, &["cases:read"]).await;
        let (program, id) = (app.browser(), app.open("ana").await);
        call(&program, Method::GET, "/api/v1/cases", &reader, None).await.ok();
        let refuse = json!({ "reason": PLACEHOLDER_REASON });
        let path = format!("/api/v1/cases/{id}/refuse");
        call(&program, Method::POST, &path, &reader, Some(refuse)).await.status(403);
        for path in ["/api/v1/people", "/api/v1/audit", "/api/v1/sign-ins", "/api/v1/tokens"] {
            call(&program, Method::GET, path, &reader, None).await.status(403);
        }
        call(&program, Method::GET, "/api/v1/cases", "pst_made-up", None).await.status(401);
        app.advance_seconds(24 * 3600 + 1);
        call(&program, Method::GET, "/api/v1/cases", &reader, None).await.status(401);
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn a_revoked_token_is_dead(db) {
        let app = TestApp::start(db).await;
        let secret = token(&app, &["cases:read"]).await;
        let (program, ada) = (app.browser(), app.browser_with_planted_session("ada").await);
        call(&program, Method::GET, "/api/v1/cases", &secret, None).await.ok();
        let page = ada.get("/desk/tokens").await;
        let (_, rest) = page.ok().body.split_once("/desk/tokens/").unwrap();
        let id = rest.split('/').next().unwrap();
        ada.post(&format!("/desk/tokens/{id}/revoke"), &[]).await.leads_to("/desk/tokens");
        call(&program, Method::GET, "/api/v1/cases", &secret, None).await.status(401);
    }

    async fn the_description_is_whole(db) {
        let app = TestApp::start(db).await;
        let openapi = app.browser().get("/api/openapi.json").await.ok().json();
        assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
        assert!(openapi["paths"].as_object().unwrap().len() >= 15);
        app.browser().get("/api").await.ok();
    }
}
