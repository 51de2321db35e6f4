use postern::actions::ActionError;
use postern::actions::create_service_token::create_service_token;
use postern_testkit::SoftPasskey;
use serde_json::json;

use crate::browser::{Browser, CEREMONY, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const TOKEN: [(&str, &str); 3] = [("label", "Ticket system"), ("cases:read", "yes"), ("days", "30")];

/// Touches a passkey in a session; answers with the status.
async fn touch(browser: &Browser, device: &mut SoftPasskey) -> u16 {
    let options = browser.post_json("/account/step-up/start", &json!({})).await.ok().json();
    browser.post_json("/account/step-up/finish", &device.touch(options)).await.status
}

on_both! {
    async fn a_touch_is_fresh_for_five_minutes(db) {
        let app = TestApp::start(db).await;
        let mut ada = app.caller("ada").await;
        let now = app.clock.now();
        ada.stepped_up_at = Some(now);
        for (seconds, fresh) in [(0, true), (299, true), (300, true), (301, false), (3600, false)] {
            let later = now + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(ada.expect_step_up(later).is_ok(), fresh, "after {seconds} s");
        }
        ada.stepped_up_at = None;
        assert!(matches!(ada.expect_step_up(now), Err(ActionError::StepUp)));
        // A token has no passkey to touch.
        let mut token = app.caller("ada").await;
        token.scopes = Some(vec!["audit:read".to_owned()]);
        assert!(matches!(token.expect_step_up(now), Err(ActionError::StepUp)));
    }

    async fn what_is_sensitive_wants_it_and_keeps_what_was_typed(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser();
        app.sign_in_by_hand(&ada, "ada").await;
        let mut device = app.move_to_passkey(&ada, "ada").await;
        // The sign-in with the passkey was a touch itself.
        app.secrets.saw(&ada.post("/desk/tokens", &TOKEN).await.ok().marked("class=\"key\""));
        app.advance_seconds(301);
        let page = ada.post("/desk/tokens", &TOKEN).await;
        page.status(403).shows("touch of your passkey");
        for kept in ["value=\"Ticket system\"", "name=\"cases:read\" value=\"yes\" checked", "value=\"30\""] {
            assert!(page.body.contains(kept), "{kept} was not kept");
        }
        assert!(page.body.contains("data-then=\"submit\""), "no way to go on");
        let body = json!({ "label": "Ticket system", "scopes": ["cases:read"], "days": 30 });
        let problem = ada.post_json("/api/v1/tokens", &body).await.status(403).json();
        assert_eq!(problem["type"], "https://postern.invalid/problems/step-up");
        let before = ada.cookie(SESSION);
        assert_eq!(touch(&ada, &mut device).await, 200);
        // Another token names the session: whoever copied the old one holds nothing.
        assert_ne!(ada.cookie(SESSION), before);
        let copied = app.browser();
        copied.set_cookie(SESSION, before.as_deref());
        copied.get("/account").await.leads_to("/sign-in");
        app.secrets.saw(&ada.post("/desk/tokens", &TOKEN).await.ok().marked("class=\"key\""));
        assert_eq!(app.events("session.stepped_up").await.len(), 1);
        assert_eq!(app.events("service_token.created").await.len(), 2);
    }

    /// The touch counts in the session that asked, once, and for a passkey of its own person.
    async fn another_persons_touch_and_an_old_one_count_for_nothing(db) {
        let app = TestApp::start(db).await;
        let (ada, sol) = (app.browser(), app.browser());
        app.sign_in_by_hand(&ada, "ada").await;
        app.sign_in_by_hand(&sol, "sol").await;
        let (mut adas, mut sols) = (app.move_to_passkey(&ada, "ada").await, app.move_to_passkey(&sol, "sol").await);
        app.advance_seconds(301);
        // Sol's answer to Sol's question, in Ada's session.
        let options = sol.post_json("/account/step-up/start", &json!({})).await.ok().json();
        let answer = sols.touch(options);
        ada.set_cookie(CEREMONY, sol.cookie(CEREMONY).as_deref());
        ada.post_json("/account/step-up/finish", &answer).await.status(401);
        // Sol's answer to Ada's question.
        let mut options = ada.post_json("/account/step-up/start", &json!({})).await.ok().json();
        options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": answer["id"] }]);
        ada.post_json("/account/step-up/finish", &sols.touch(options)).await.status(401);
        assert_eq!(app.events("step.refused").await.len(), 1);
        // A challenge is answered once.
        let options = ada.post_json("/account/step-up/start", &json!({})).await.ok().json();
        let (answer, ceremony) = (adas.touch(options), ada.cookie(CEREMONY));
        ada.post_json("/account/step-up/finish", &answer).await.ok();
        app.advance_seconds(301 - 60);
        ada.set_cookie(CEREMONY, ceremony.as_deref());
        ada.post_json("/account/step-up/finish", &answer).await.status(401);
        app.advance_seconds(60);
        ada.post("/desk/tokens", &TOKEN).await.status(403);
    }

    /// Neither a sign-in with a code nor a person without a passkey has one.
    async fn a_code_is_no_touch(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser();
        app.sign_in_by_hand(&ada, "ada").await;
        ada.post_json("/account/step-up/start", &json!({})).await.status(409).shows("no passkey");
        let mut caller = app.caller("ada").await;
        caller.stepped_up_at = None;
        let scopes = ["cases:read".to_owned()];
        let refused = create_service_token(&app.scope(), &caller, "Ticket system", &scopes, 30).await;
        assert!(matches!(refused, Err(ActionError::StepUp)));
        assert_eq!(app.count("SELECT COUNT(*) FROM sessions WHERE stepped_up_at IS NOT NULL AND user_agent <> 'planted by a test'").await, 0);
    }
}
