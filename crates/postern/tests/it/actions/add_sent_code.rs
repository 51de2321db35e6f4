//! Codes go to a number or an address once its owner says so, with proof, where the organisation allows it.

use serde_json::json;

use crate::on_both::on_both;
use crate::test_app::TestApp;

const FINISH: &str = "/api/v1/account/sent-codes/finish";

on_both! {
    async fn an_organisation_has_to_allow_them(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        gus.get("/account").await.ok().does_not_show("Codes by text");
        gus.get("/account/sent-codes").await.ok().shows("does not let codes be sent");
        let contact = app.code_contact(&gus, "voice").await;
        let body = json!({ "contact": contact, "proof": app.code_proof("gus").await });
        assert_eq!(gus.post_json(FINISH, &body).await.status(409).json()["message_id"], "codes-are-not-sent-here");
        app.allow_codes().await;
        gus.get("/account").await.ok().shows("Codes by text, call or mail");
        gus.get("/account/sent-codes").await.ok().shows("weakest way").does_not_show("gus@demo.postern.invalid");
    }

    async fn a_session_alone_adds_nothing_and_everybody_on_file_is_told(db) {
        let app = TestApp::start(db).await;
        app.allow_codes().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let contact = app.code_contact(&gus, "voice").await;
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post("/account/sent-codes", &[("contact", &contact), ("code", &wrong)]).await.status(422);
        // Of somebody else.
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        let hers = app.code_contact(&ana, "sms").await;
        let body = json!({ "contact": hers, "proof": app.code_proof("gus").await });
        gus.post_json(FINISH, &body).await.status(422);
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
        let before = app.messages().await.len();
        let code = app.code_proof("gus").await["code"].as_str().unwrap().to_owned();
        gus.post("/account/sent-codes", &[("contact", &contact), ("code", &code)]).await.leads_to("/account");
        let enrolled = &app.events("mfa.factor_enrolled").await[0]["detail"];
        assert_eq!((&enrolled["kind"], &enrolled["proven_by"]["kind"]), (&json!("voice"), &json!("totp")));
        assert_eq!(app.messages().await.len(), before + 2, "mail and number on file");
        gus.get("/account").await.ok().shows("Code by call").shows("are weak");
        let body = json!({ "contact": contact, "proof": app.code_proof("gus").await });
        assert_eq!(gus.post_json(FINISH, &body).await.status(409).json()["message_id"], "codes-go-there-already");
    }

    /// Mail is for the lowest tier, and for nobody with a desk role.
    async fn codes_by_mail_are_for_whom_the_least_is_at_stake(db) {
        let app = TestApp::start(db).await;
        app.allow_codes().await;
        for (login, status) in [("ben", 409), ("carl", 409), ("gus", 201)] {
            let browser = app.browser();
            app.sign_in_by_hand(&browser, login).await;
            let contact = app.code_contact(&browser, "email").await;
            let body = json!({ "contact": contact, "proof": app.code_proof(login).await });
            browser.post_json(FINISH, &body).await.status(status);
        }
    }

    /// What went there is nobody's: it goes nowhere else, and the same number added again begins anew.
    async fn it_goes_with_its_contact(db) {
        let app = TestApp::start(db).await;
        let (gus, factor) = app.with_codes("gus", "voice").await;
        let contact = app.code_contact(&gus, "voice").await;
        let asks = app.password_by_hand("gus").await;
        let code = app.have_code_sent(&asks, &factor).await;
        let proof = json!({ "proof": app.code_proof("gus").await });
        gus.post_json(&format!("/api/v1/account/contacts/{contact}/remove"), &proof).await.status(204);
        let removed = &app.events("mfa.factor_removed").await[0]["detail"];
        assert_eq!((&removed["kind"], &removed["contact"]), (&json!("voice"), &json!(contact)));
        asks.post("/sign-in/sent-code/finish", &[("code", &code)]).await.status(409);
        asks.post("/sign-in/sent-code", &[("factor", &factor)]).await.status(409);
        gus.get("/account").await.ok().does_not_show("Code by call");
    }

    /// Whoever has just put a number on file gets no code there for a day.
    async fn a_new_contact_waits(db) {
        let app = TestApp::start(db).await;
        app.allow_codes().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let body = json!({ "kind": "mobile", "value": "+44 7700 900155", "proof": app.code_proof("gus").await });
        gus.post_json("/api/v1/account/contacts", &body).await.status(204);
        let sent = app.messages().await.into_iter().max_by_key(|message| message.id.clone()).unwrap();
        let code = crate::steps::code_in(&sent.body);
        gus.post("/account/contacts/confirm", &[("code", &code)]).await.leads_to("/account");
        gus.get("/account/sent-codes").await.ok().shows("too new for codes");
        let contact = app.code_contact(&gus, "sms").await;
        let body = json!({ "contact": contact, "proof": app.code_proof("gus").await });
        assert_eq!(gus.post_json(FINISH, &body).await.status(409).json()["message_id"], "codes-want-an-older-contact");
        app.advance_seconds(24 * 3600);
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let body = json!({ "contact": contact, "proof": app.code_proof("gus").await });
        gus.post_json(FINISH, &body).await.status(201);
    }
}
