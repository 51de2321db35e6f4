//! Changes to one account at the same moment: none answers "our fault", whatever order they come in.

use std::time::Duration;

use postern::actions::ActionError;
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::contest::contest;
use postern::actions::use_totp::use_totp;
use postern::store::{StoreError, persons};

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::{Database, TestApp};

on_both! {
    /// A reset, a sign-in and "this was not me" lock the same rows.
    async fn a_reset_a_sign_in_and_a_contest_at_once_never_lock_each_other_out(db) {
        let app = TestApp::start(db).await;
        for login in ["ana", "fay", "gus"] {
            let id = app.ready_case_of(login).await;
            let mail = format!("{login}@demo.postern.invalid");
            let codes = [app.not_me(&mail, "asked to recover").await, app.not_me(&mail, "about to be reset").await];
            let (step, ben) = (app.password(login).await, app.caller("ben").await);
            let code = app.phone(login).await.code(app.seconds());
            app.secrets.saw(&code);
            let scope = app.scope();
            let (reset, sign_in, one, other) = tokio::join!(
                apply_remedy(&scope, &ben, &id, (None, PLACEHOLDER_REASON)),
                use_totp(&scope, &step.row, &code, None),
                contest(&scope, &codes[0]),
                contest(&scope, &codes[1]),
            );
            if let Ok(signed_in) = &sign_in {
                app.secrets.saw(&signed_in.session);
                app.secrets.saw(&signed_in.device);
            }
            for error in [reset.err(), sign_in.err(), one.err(), other.err()].into_iter().flatten() {
                let is_ours = matches!(error, ActionError::Internal(_) | ActionError::Contended);
                assert!(!is_ours, "{login}: {error:?}");
            }
        }
    }

    /// A lock that is held for long ends the first attempt on PostgreSQL; the second one finds it free.
    async fn who_waited_too_long_for_a_row_begins_anew(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let code = app.not_me("ana@demo.postern.invalid", "asked to recover").await;
        let ana = app.person("ana").await.id;
        let scope = app.scope();
        let held = scope.begin_for(&ana).await.unwrap();
        let holding = async move {
            tokio::time::sleep(Duration::from_millis(3_500)).await;
            drop(held);
        };
        let (stopped, ()) = tokio::join!(contest(&scope, &code), holding);
        stopped.unwrap();
    }
}

/// What PostgreSQL says of a deadlock is told from other failures.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deadlock_is_contention_and_no_failure() {
    if !Database::has_postgres("a_deadlock_is_contention_and_no_failure") {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let (ana, ben) = (app.person("ana").await.id, app.person("ben").await.id);
    let scope = app.scope();
    let (mut one, mut other) = (scope.begin_for(&ana).await.unwrap(), scope.begin_for(&ben).await.unwrap());
    let wrong_way = [&ana, &ben];
    let (first, second) = tokio::join!(
        persons::lock_all(&mut one, &wrong_way[1..]),
        persons::lock_all(&mut other, &wrong_way[..1]),
    );
    let ended: Vec<StoreError> = [first.err(), second.err()].into_iter().flatten().collect();
    assert!(matches!(ended.as_slice(), [StoreError::Contended(_)]), "{ended:?}");
}
