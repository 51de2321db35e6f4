use postern::actions::enrol_totp::{enrol_totp, secret};
use postern::actions::recover_person::{IssuedCredential, recover_person};
use postern::actions::use_pass::use_pass;
use postern::store::flows::FlowRow;
use postern_testkit::TestPhone;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

/// A flow that may enrol, and the phone that has scanned its code.
async fn enrolling(app: &TestApp) -> (FlowRow, TestPhone) {
    let id = app.reset_case_of_ana().await;
    let pass = app.show_pass(&id).await.code;
    let begun = use_pass(&app.scope(), &app.password("ana").await.row, &pass).await.unwrap();
    app.secrets.saw(&begun.token);
    let row = app.flow(&begun.token).await.unwrap();
    let phone = TestPhone::from_secret(&secret(&app.scope(), &row).await.unwrap().bytes);
    app.secrets.saw_seed(phone.secret());
    (row, phone)
}

on_both! {
    async fn a_wrong_code_enrols_nothing(db) {
        let app = TestApp::start(db).await;
        let (row, phone) = enrolling(&app).await;
        let now = app.seconds();
        for wrong in ["", "000", &phone.wrong_code(now), &phone.code(now - 120), &phone.code(now + 600)] {
            assert_invalid(enrol_totp(&app.scope(), &row, wrong).await, "code");
        }
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
        let code = phone.code(app.seconds());
        let codes = enrol_totp(&app.scope(), &row, &code).await.unwrap();
        app.secrets.saw_all(&codes.codes);
        app.secrets.saw(&codes.token);
        // The code that enrolled is used: it signs nobody in.
        let step = app.password("ana").await;
        let again = postern::actions::use_totp::use_totp(&app.scope(), &step.row, &code, None).await;
        assert!(again.is_err());
    }

    async fn of_eight_at_once_one_enrols(db) {
        let app = TestApp::start(db).await;
        let (row, phone) = enrolling(&app).await;
        let code = phone.code(app.seconds());
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (app, row, code) = (app.scope(), row.clone(), code.clone());
            tasks.spawn(async move { enrol_totp(&app, &row, &code).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    async fn the_time_for_it_ends(db) {
        let app = TestApp::start(db).await;
        let (row, phone) = enrolling(&app).await;
        app.advance_seconds(15 * 60 + 1);
        assert!(app.flow_row(&row.id).await.is_none());
        assert!(enrol_totp(&app.scope(), &row, &phone.code(app.seconds())).await.is_err());
        assert!(app.events("mfa.factor_enrolled").await.is_empty());
    }

    /// A waiting secret that was hung on somebody else's sign-in is not shown to them.
    async fn the_secret_opens_in_its_persons_sign_in_only(db) {
        let app = TestApp::start(db).await;
        let (mut row, _) = enrolling(&app).await;
        let given = recover_person(&app.scope(), "emil", PLACEHOLDER_REASON, false).await.unwrap();
        if let IssuedCredential::EnrolmentPass(pass) = given {
            app.secrets.saw(&pass);
        }
        let (ana, emil) = (app.person("ana").await.id, app.person("emil").await.id);
        let state = serde_json::to_string(&row.flow).unwrap().replace(ana.as_str(), emil.as_str());
        row.flow = serde_json::from_str(&state).unwrap();
        assert!(secret(&app.scope(), &row).await.is_err());
    }

    async fn no_other_step_reaches_it(db) {
        let app = TestApp::start(db).await;
        app.reset_case_of_ana().await;
        for login in ["ana", "fay"] {
            let step = app.password(login).await;
            assert_refused(enrol_totp(&app.scope(), &step.row, "123456").await, "does not fit");
            assert_refused(secret(&app.scope(), &step.row).await, "does not fit");
        }
    }
}
