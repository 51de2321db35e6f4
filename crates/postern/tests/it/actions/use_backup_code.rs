use postern::actions::use_backup_code::use_backup_code;
use postern::actions::use_totp::use_totp;
use tokio::task::JoinSet;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn each_code_opens_once_in_any_spelling(db) {
        let app = TestApp::start(db).await;
        let codes = app.backup_codes_of("ana").await;
        for (code, typed) in codes.iter().zip([codes[0].clone(), codes[1].to_lowercase(), codes[2].replace('-', " ")]) {
            let step = app.password("ana").await;
            let signed_in = use_backup_code(&app.scope(), &step.row, &typed, None).await.unwrap();
            app.secrets.saw(&signed_in.session);
            let step = app.password("ana").await;
            assert_invalid(use_backup_code(&app.scope(), &step.row, code, None).await, "backup_code");
        }
        let used = app.events("mfa.backup_code_used").await;
        assert_eq!(used.iter().map(|e| e["detail"]["left"].as_i64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
        let notified = app.messages().await;
        assert_eq!(notified.iter().filter(|m| m.subject.contains("backup code was used")).count(), 9);
    }

    async fn somebody_elses_code_and_junk_open_nothing(db) {
        let app = TestApp::start(db).await;
        let (_, gus) = (app.backup_codes_of("ana").await, app.backup_codes_of("gus").await);
        let step = app.password("ana").await;
        for wrong in ["", "1234", &gus[0]] {
            assert_invalid(use_backup_code(&app.scope(), &step.row, wrong, None).await, "backup_code");
            app.wait_for_next_try();
        }
        assert_eq!(app.events("signin.failed").await.len(), 3);
        let step = app.password("gus").await;
        app.secrets.saw(&use_backup_code(&app.scope(), &step.row, &gus[0], None).await.unwrap().session);
    }

    async fn guessing_is_throttled(db) {
        let app = TestApp::start(db).await;
        let codes = app.backup_codes_of("ana").await;
        let step = app.password("ana").await;
        for n in 0..5 {
            let guess = format!("0000-0000-0000-000{n}");
            assert_invalid(use_backup_code(&app.scope(), &step.row, &guess, None).await, "backup_code");
            app.wait_for_next_try();
        }
        assert_throttled(use_backup_code(&app.scope(), &app.password("ana").await.row, &codes[0], None).await);
    }

    /// Two kinds take turns in a hundred failures each: both stop, each by its own count, and no waiting starts them again.
    async fn after_a_hundred_wrong_ones_the_codes_stop_and_the_app_beside_them_too(db) {
        let app = TestApp::start(db).await;
        let (codes, phone) = (app.backup_codes_of("ana").await, app.phone("ana").await);
        let stopped = async || {
            let events = app.events("mfa.factor_disabled").await;
            events.iter().map(|event| event["detail"]["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for n in 1..=100 {
            app.advance_seconds(3601);
            let step = app.password("ana").await;
            assert!(stopped().await.is_empty(), "before the {n}th");
            let guess = format!("0000-0000-0000-{n:04}");
            assert_invalid(use_backup_code(&app.scope(), &step.row, &guess, None).await, "backup_code");
            if n < 100 {
                let wrong = phone.wrong_code(app.seconds());
                assert_invalid(use_totp(&app.scope(), &step.row, &wrong, None).await, "code");
            }
        }
        assert_eq!(stopped().await, ["backup_code"]);
        app.advance_seconds(30 * 24 * 3600);
        let step = app.password("ana").await;
        assert_throttled(use_backup_code(&app.scope(), &step.row, &codes[0], None).await);
        let wrong = phone.wrong_code(app.seconds());
        assert_invalid(use_totp(&app.scope(), &step.row, &wrong, None).await, "code");
        let mut both = stopped().await;
        both.sort_unstable();
        assert_eq!(both, ["backup_code", "totp"]);
    }

    async fn of_sixteen_at_once_one_wins(db) {
        let app = TestApp::start(db).await;
        let code = app.backup_codes_of("ana").await.remove(0);
        let mut steps = Vec::new();
        for _ in 0..16 {
            steps.push(app.password("ana").await);
        }
        let mut tasks = JoinSet::new();
        for step in steps {
            let (app, code) = (app.scope(), code.clone());
            tasks.spawn(async move { use_backup_code(&app, &step.row, &code, None).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(app.session_ids("ana").await.len(), 1);
        assert_eq!(app.events("mfa.backup_code_used").await.len(), 1);
    }
}
