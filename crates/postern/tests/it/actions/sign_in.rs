use postern::actions::sign_in::{Credentials, sign_in};
use postern::actions::{ActionError, SignedIn};
use postern::demo;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::assert_throttled;
use crate::browser::SESSION;
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Spellings of one name.
const SPELLINGS: [&str; 6] = ["ana", "ANA", " Ana ", "ａｎａ", "a\u{200b}na", "\u{feff}aNa\n"];

on_both! {
    /// Whosever it was: the cookie that named it is gone from the browser, and a copy of it opens nothing.
    async fn a_new_sign_in_ends_the_session_that_the_browser_had(db) {
        let app = TestApp::start(db).await;
        let (browser, elsewhere) = (app.browser(), app.browser());
        app.sign_in_by_hand(&elsewhere, "ana").await;
        app.advance_seconds(60);
        app.sign_in_by_hand(&browser, "ana").await;
        let before = browser.cookie(SESSION);
        for login in ["ana", "ben"] {
            app.advance_seconds(60);
            app.sign_in_by_hand(&browser, login).await;
            browser.get("/account").await.ok();
            let copied = app.browser();
            copied.set_cookie(SESSION, before.as_deref());
            copied.get("/account").await.leads_to("/sign-in");
        }
        assert_eq!(app.events("session.ended").await.len(), 2);
        elsewhere.get("/account").await.ok();
    }

    async fn parallel_guesses_never_exceed_the_limit(db) {
        let app = TestApp::start(db).await;
        for login in ["ana", "nobody-here"] {
            let mut tasks = JoinSet::new();
            for n in 0..32 {
                let app = app.scope();
                tasks.spawn(async move {
                    let password = Zeroizing::new(format!("guess number {n}"));
                    let outcome = sign_in(&app, Credentials { login, password, device: None }).await;
                    match outcome {
                        Err(ActionError::Wrong(_)) => true,
                        Err(ActionError::Throttled(_)) => false,
                        Err(other) => panic!("{other}"),
                        Ok(_) => panic!("it was let in"),
                    }
                });
            }
            let compared = tasks.join_all().await.into_iter().filter(|compared| *compared).count();
            assert_eq!(compared, 2, "{login}: guesses that were compared before the first wait");
        }
        assert_eq!(app.events("signin.failed").await.len(), 64);
    }

    async fn spellings_of_one_name_share_one_count(db) {
        let app = TestApp::start(db).await;
        for names in [SPELLINGS, ["nobody", "NOBODY", " nobody", "ｎobody", "no\u{200d}body", "Nobody "]] {
            for name in &names[..5] {
                app.advance_seconds(8);
                assert!(matches!(app.try_password(name, "wrong, all of it").await, Err(ActionError::Wrong(_))));
            }
            assert_throttled(app.try_password(names[5], "wrong, all of it").await);
            // The right password waits as well.
            assert_throttled(app.try_password(names[5], &demo::password("ana")).await);
        }
    }

    async fn a_strangers_guesses_do_not_slow_a_device_of_the_owner(db) {
        let app = TestApp::start(db).await;
        let known = app.sign_in("ana").await;
        for _ in 0..5 {
            assert!(app.try_password("ana", "wrong, all of it").await.is_err());
        }
        assert_throttled(app.try_password("ana", &demo::password("ana")).await);
        assert!(from_device(&app, &known).await.is_ok(), "the owner was slowed");
        // Somebody else's device is nobody's.
        let others = app.sign_in("fay").await;
        for _ in 0..5 {
            assert!(app.try_password("ana", "wrong, all of it").await.is_err());
        }
        assert_throttled(from_device(&app, &others).await);
    }

    /// P5: wrong guesses by a stranger slow the stranger, not the owner, and there is always a way back.
    async fn a_strangers_hundred_guesses_do_not_shut_out_a_device_of_the_owner(db) {
        let app = TestApp::start(db).await;
        let known = app.sign_in("ana").await;
        app.guess_passwords("ana", 100).await;
        app.advance_seconds(3601);
        assert!(from_device(&app, &known).await.is_ok(), "the owner is shut out, with the right password, for good");
    }

    async fn a_suspended_account_says_so_to_its_password_only(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let code = app.not_me("ana@demo.postern.invalid", "were removed").await;
        postern::actions::contest::contest(&app.scope(), &code).await.unwrap();
        assert_eq!(app.stage(&id).await, "contested");
        assert!(matches!(app.try_password("ana", "wrong, all of it").await, Err(ActionError::Wrong(_))));
        let right = app.try_password("ana", &demo::password("ana")).await;
        assert!(matches!(right, Err(ActionError::Refused(_))));
    }
}

async fn from_device(app: &TestApp, known: &SignedIn) -> Result<(), ActionError> {
    let password = Zeroizing::new(demo::password("ana"));
    let typed = Credentials { login: "ana", password, device: Some(&known.device) };
    sign_in(&app.scope(), typed).await.map(|_| ())
}
