//! The twin of the pages for programs: the same refusals.

use postern::actions::create_service_token::create_service_token;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

async fn token(app: &TestApp, scopes: &[&str]) -> String {
    let ada = app.caller("ada").await;
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let secret = create_service_token(app, &ada, "a test", &scopes, 1).await.unwrap();
    app.secrets.saw(&secret);
    secret
}

async fn call(browser: &Browser, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let request = browser.request(method, path).bearer_auth(token);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    browser.send(request).await
}

on_both! {
    async fn a_reset_without_evidence_is_refused_and_a_token_gives_no_word(db) {
        let app = TestApp::start(db).await;
        let secret = token(&app, &["cases:read", "cases:act"]).await;
        let (program, id) = (app.browser(), app.open("ana").await);
        let path = |step: &str| format!("/api/v1/cases/{id}/{step}");
        let reset = json!({ "reason": PLACEHOLDER_REASON });
        let refused = call(&program, Method::POST, &path("force-mfa-reset"), &secret, Some(reset)).await;
        assert_eq!(refused.status(409).json()["type"], "https://postern.invalid/problems/refused");
        let vouch = json!({ "phrase": "x", "how": "x y z" });
        call(&program, Method::POST, &path("vouch"), &secret, Some(vouch)).await.status(403);
        let never = json!({ "kind": "email_match", "reference": "it matches" });
        let rejected = call(&program, Method::POST, &path("evidence"), &secret, Some(never)).await;
        assert!(rejected.status < 500);
        assert_eq!(app.case(&id).await.risk(), 1);
        // The reset without evidence, and the vouch that only a person gives.
        assert_eq!(app.events("access.denied").await.len(), 2);
    }

    async fn what_a_token_tried_in_vain_is_on_the_record(db) {
        let app = TestApp::start(db).await;
        let reader = token(&app, &["cases:read"]).await;
        let (program, id) = (app.browser(), app.open("ana").await);
        let reset = json!({ "reason": PLACEHOLDER_REASON });
        let path = format!("/api/v1/cases/{id}/force-mfa-reset");
        call(&program, Method::POST, &path, &reader, Some(reset)).await.status(403);
        assert_eq!(app.events("access.denied").await.len(), 1, "a token reached past its scopes, and nobody will know");
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
