use postern::actions::open_case::open_case;
use postern_core::case::ClaimantPage;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    /// Number 12: an error that only a known name meets tells that it is known.
    async fn known_and_unknown_names_answer_alike_while_the_outbox_refuses(db) {
        let app = TestApp::start(db).await;
        for login in ["ana", "nobody-here"] {
            app.guess_passwords(login, 99).await;
        }
        app.refuse_messages(db).await;
        let mut answers = Vec::new();
        for login in ["ana", "nobody-here"] {
            let browser = app.browser();
            let mut said = Vec::new();
            for (path, form) in [
                ("/recover/case", vec![("login", login)]),
                ("/sign-in", vec![("login", login), ("password", "wrong, all of it")]),
            ] {
                let request = browser.request(reqwest::Method::POST, path).header("origin", app.origin()).form(&form);
                // Not the browser's own way, which takes no fault of ours.
                let answer = request.send().await.unwrap();
                said.push((path, answer.status().as_u16(), answer.headers().contains_key("set-cookie")));
            }
            answers.push(said);
        }
        assert_eq!(answers[0], answers[1], "the first is known, the second is not");
        assert_eq!(app.events("case.opened").await.len(), 0, "a case of which nobody could be told");
    }

    async fn it_tells_every_contact_and_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.open("  ANA ").await;
        assert_eq!(*app.case(&id).await.claimant_page(), ClaimantPage::Unbound);
        let notified: Vec<String> = app.messages().await.into_iter().map(|m| m.recipient).collect();
        assert_eq!(notified.len(), 3);
        assert!(notified.contains(&"ana@demo.postern.invalid".to_owned()));
        app.sign_in("ana").await;
    }

    async fn a_flood_of_requests_is_slowed_alike_for_friends_and_strangers(db) {
        let app = TestApp::start(db).await;
        app.to_the_next_hour();
        assert_invalid(open_case(&app.scope(), " ", None).await, "login");
        for login in ["ana", "nobody-here"] {
            for _ in 0..5 {
                app.open(login).await;
            }
            assert_throttled(open_case(&app.scope(), login, None).await);
            app.advance_seconds(3600);
        }
    }

    async fn an_address_cannot_ask_for_everybody(db) {
        let app = TestApp::start(db).await;
        app.to_the_next_hour();
        let (here, elsewhere) = (app.browser(), app.browser_from("127.0.0.2"));
        for login in ["ana", "carl", "dina", "emil", "fay"] {
            here.post("/recover/case", &[("login", login)]).await.leads_to("/recover/case");
        }
        here.post("/recover/case", &[("login", "gus")]).await.status(429);
        elsewhere.post("/recover/case", &[("login", "gus")]).await.leads_to("/recover/case");
    }
}
