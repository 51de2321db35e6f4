use postern::actions::use_pass::use_pass;
use postern_core::id::CaseId;
use postern_testkit::{SoftPasskey, TestPhone};
use serde_json::Value;

use crate::browser::{Browser, FLOW};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// A browser in which a pass of this case led to enrolment.
async fn enrolling(app: &TestApp, login: &str, id: &CaseId) -> Browser {
    let pass = app.show_pass(id).await.code;
    let begun = use_pass(&app.scope(), &app.password(login).await.row, &pass).await.unwrap();
    app.secrets.saw(&begun.token);
    let browser = app.browser();
    browser.set_cookie(FLOW, Some(&begun.token));
    browser
}

/// What the browser is asked, and a device that answers.
async fn created(app: &TestApp, browser: &Browser) -> (Value, SoftPasskey) {
    let options = browser.post_json("/enrol/passkey/start", &Value::Null).await.ok().json();
    let mut device = SoftPasskey::new(app.config.origin.clone());
    (device.create(options), device)
}

async fn send(browser: &Browser, created: &Value) -> crate::browser::Answer {
    browser.post("/enrol/passkey", &[("created", &created.to_string())]).await
}

on_both! {
    /// Nothing is typed, and the sign-in with it closes the case.
    async fn a_passkey_is_the_new_factor(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let ana = enrolling(&app, "ana", &id).await;
        ana.get("/enrol").await.ok().shows("Create a passkey");
        let (new, mut device) = created(&app, &ana).await;
        send(&ana, &Value::Null).await.status(422).shows("Your browser made no passkey");
        let codes = send(&ana, &new).await.ok().items("data-codes");
        assert_eq!(codes.len(), 10);
        app.secrets.saw_all(&codes);
        // Enrolled is not signed in, and the flow is over.
        ana.get("/account").await.leads_to("/sign-in");
        ana.get("/enrol").await.leads_to("/sign-in");
        assert_ne!(app.stage(&id).await, "closed");
        ana.get("/enrol/done").await.leads_to("/sign-in");
        for _ in 0..2 {
            ana.post("/enrol/done", &[("kept", "yes")]).await.leads_to("/enrol/done");
            ana.get("/enrol/done").await.ok().shows("Sign in with your passkey");
        }
        let asked = ana.post_json("/sign-in/passkey/start", &Value::Null).await.ok().json();
        ana.post_json("/sign-in/passkey/finish", &device.get(asked)).await.ok();
        assert_eq!(app.stage(&id).await, "closed");
        ana.get("/account").await.ok().shows("You are back in.").shows("10 codes remaining");
        let enrolled = app.events("mfa.factor_enrolled").await;
        assert_eq!((enrolled.len(), enrolled[0]["detail"]["kind"].as_str()), (1, Some("webauthn")));
    }

    /// A ceremony is answered once, in the flow that it was begun for.
    async fn an_answer_counts_once_and_for_whom_it_was_asked(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let ana = enrolling(&app, "ana", &id).await;
        let (new, _) = created(&app, &ana).await;
        // Without a flow, or with one that is no enrolment.
        let nobody = app.browser();
        nobody.post_json("/enrol/passkey/start", &Value::Null).await.status(401);
        send(&nobody, &new).await.leads_to("/sign-in");
        let fay = app.browser();
        let begun = app.try_password("fay", &app.password_of("fay")).await.unwrap();
        fay.set_cookie(FLOW, Some(&begun.token));
        fay.post_json("/enrol/passkey/start", &Value::Null).await.status(409);
        send(&fay, &new).await.status(409);
        // Another ceremony has another challenge.
        let (newer, _) = created(&app, &ana).await;
        send(&ana, &new).await.status(422);
        app.secrets.saw_all(&send(&ana, &newer).await.ok().items("data-codes"));
        send(&ana, &newer).await.leads_to("/sign-in");
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    /// Of a passkey and a code app in one flow, at the same moment, one is enrolled.
    async fn of_two_at_once_one_is_enrolled(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let ana = enrolling(&app, "ana", &id).await;
        let phone = TestPhone::from_key(&ana.get("/enrol/code-app").await.ok().marked("data-key"));
        app.secrets.saw_seed(phone.secret());
        let (new, _) = created(&app, &ana).await;
        let code = phone.code(app.seconds());
        let typed = [("code", code.as_str())];
        let (passkey, code_app) = tokio::join!(send(&ana, &new), ana.post("/enrol/code-app", &typed));
        let enrolled = [&passkey, &code_app].into_iter().filter(|answer| answer.status == 200).collect::<Vec<_>>();
        assert_eq!(enrolled.len(), 1, "{} {}", passkey.status, code_app.status);
        app.secrets.saw_all(&enrolled[0].items("data-codes"));
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    /// Whoever is suspended between the question and the answer enrols nothing.
    async fn a_suspended_account_enrols_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let ana = enrolling(&app, "ana", &id).await;
        let (new, _) = created(&app, &ana).await;
        let code = app.not_me("ana@demo.postern.invalid", "were removed").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok();
        send(&ana, &new).await.leads_to("/sign-in");
        ana.post_json("/enrol/passkey/start", &Value::Null).await.status(401);
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }

    /// A key to the desk that would wait leaves its owner outside: the code app comes first.
    async fn staff_whose_passkey_would_wait_begin_with_a_code_app(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let ana = enrolling(&app, "ana", &id).await;
        // Given a role at the desk meanwhile: whom a case let in has the right to a passkey that works at once.
        run(&app, "UPDATE persons SET role = 'agent' WHERE login = 'ana'").await;
        ana.get("/enrol").await.ok().shows("Create a passkey");
        let (new, _) = created(&app, &ana).await;
        run(&app, "UPDATE persons SET first_passkey_until = NULL WHERE login = 'ana'").await;
        send(&ana, &new).await.status(409).shows("Set up a code app now");
        ana.get("/enrol").await.leads_to("/enrol/code-app");
        ana.get("/enrol/code-app").await.ok().does_not_show("Use a passkey instead");
        ana.post_json("/enrol/passkey/start", &Value::Null).await.status(409);
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }
}

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(app.own(sql)).execute(app.db.reader()).await.unwrap();
}
