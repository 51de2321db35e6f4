use crate::on_both::on_both;
use crate::test_app::{TestApp, production};

on_both! {
    async fn an_admin_sees_what_blocks_recovery_and_home_says_so(db) {
        let app = TestApp::start_with(db, production).await;
        let ada = app.browser_with_planted_session("ada").await;
        ada.get("/desk/home").await.ok().shows("no second admin");
        let page = ada.get("/desk/set-up").await;
        page.ok().shows("A second admin").shows("do it first").shows("12 of 12 could be called").shows("contact_min_age_days");
        let view = ada.get("/api/v1/set-up").await.ok().json();
        let step = |title: &str| view["steps"].as_array().unwrap().iter().find(|step| step["title"] == title).unwrap()["done"].clone();
        assert_eq!(step("A second admin"), false);
        assert_eq!(step("Your people"), true);
        assert_eq!(step("A mail server"), false, "production without one tells nobody");
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/home").await.ok().does_not_show("no second admin");
        ben.get("/desk/set-up").await.status(403);
    }
}
