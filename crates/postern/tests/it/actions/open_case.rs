use postern::actions::open_case::open_case;
use postern_core::case::Page;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn it_tells_every_contact_and_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.open("  ANA ").await;
        assert_eq!(*app.case(&id).await.page(), Page::Unbound);
        let told: Vec<String> = app.messages().await.into_iter().map(|m| m.recipient).collect();
        assert_eq!(told.len(), 3);
        assert!(told.contains(&"ana@demo.postern.invalid".to_owned()));
        app.sign_in("ana").await;
    }

    async fn a_flood_of_requests_is_slowed_alike_for_friends_and_strangers(db) {
        let app = TestApp::start(db).await;
        app.to_the_next_hour();
        assert_invalid(open_case(&app, " ", None).await, "login");
        for login in ["ana", "nobody-here"] {
            for _ in 0..5 {
                app.open(login).await;
            }
            assert_throttled(open_case(&app, login, None).await);
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
