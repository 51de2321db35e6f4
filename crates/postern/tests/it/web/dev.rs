use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn the_stand_ins_show_what_the_outside_world_would_see(db) {
        let app = TestApp::start(db).await;
        let (id, browser) = (app.open("ana").await, app.browser());
        let outbox = browser.get("/dev/outbox.json").await.ok().json();
        assert_eq!(outbox.as_array().unwrap().len(), 3);
        browser.get("/dev/outbox").await.ok().shows("Somebody asked to recover your account");
        let codes = browser.get("/dev/phone.json").await.ok().json();
        assert_eq!(codes["ana"], app.phone("ana").await.code(app.seconds()));
        browser.get("/dev/phone").await.ok().shows("mona");
        let before = browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap();
        browser.post("/dev/clock", &[("seconds", "3600")]).await.leads_to("/dev/clock");
        let after = browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap();
        assert!((3600..3660).contains(&(after - before)));
        // It never goes back.
        browser.post("/dev/clock", &[("seconds", "-3600")]).await.leads_to("/dev/clock");
        assert!(browser.get("/dev/clock.json").await.ok().json()["now"].as_i64().unwrap() >= after);
        assert_eq!(app.stage(&id).await, "verifying");
    }
}
