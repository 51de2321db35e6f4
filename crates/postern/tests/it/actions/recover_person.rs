use postern::actions::recover_person::{IssuedCredential, recover_person};
use postern::demo;
use postern_core::signin::FlowStep;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn the_operator_lets_the_last_admin_back_in_on_the_record(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser();
        app.sign_in_by_hand(&ada, "ada").await;
        assert_invalid(recover_person(&app.scope(), "ada", " ", false).await, "reason");
        assert_invalid(recover_person(&app.scope(), "nobody", PLACEHOLDER_REASON, false).await, "login");
        ada.get("/account").await.ok();
        let given = recover_person(&app.scope(), "ada", PLACEHOLDER_REASON, false).await.unwrap();
        let IssuedCredential::EnrolmentPass(pass) = given else { panic!("a pass") };
        app.secrets.saw(&pass);
        ada.get("/account").await.leads_to("/sign-in");
        let form = [("login", "ada"), ("password", "ada-has-a-long-demo-password")];
        ada.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        ada.post("/sign-in/pass", &[("pass", &pass)]).await.leads_to("/enrol");
        let reset = &app.events("mfa.factor_admin_reset").await[0];
        assert_eq!((&reset["reason"], &reset["actor"]["type"]), (&PLACEHOLDER_REASON.into(), &"system".into()));
        assert_eq!(reset["before"]["factors"].as_array().unwrap().len(), 1);
    }

    async fn a_password_that_was_guessed_at_too_often_can_be_replaced(db) {
        let app = TestApp::start(db).await;
        app.guess_passwords("ana", 100).await;
        app.advance_seconds(3601);
        assert_throttled(app.try_password("ana", &demo::password("ana")).await);
        let given = recover_person(&app.scope(), "ana", PLACEHOLDER_REASON, true).await.unwrap();
        let IssuedCredential::SetUpCode(code) = given else { panic!("a set-up code") };
        app.secrets.saw(&code);
        assert!(app.try_password("ana", &demo::password("ana")).await.is_err(), "the old password is gone");
        let form = [("code", code.as_str()), ("login", "ana"), ("password", "gravel-otter-91-lamp-violet")];
        app.browser().post("/set-up", &form).await.leads_to("/enrol");
        let flow = app.try_password("ana", "gravel-otter-91-lamp-violet").await.unwrap().flow;
        assert_eq!(flow.step(), FlowStep::Pass, "the password alone leads to no session");
    }
}
