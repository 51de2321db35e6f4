//! What the desk's home counts and lists.

use postern::actions::refuse_case::refuse_case;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn who_was_not_recovered_is_there_for_a_day(db) {
        let app = TestApp::start(db).await;
        let refused = app.open("ana").await;
        app.open("carl").await;
        refuse_case(&app.scope(), &app.caller("ben").await, &refused, PLACEHOLDER_REASON).await.unwrap();
        let sol = app.browser_with_planted_session("sol").await;
        let page = sol.get("/desk/home").await;
        page.ok().shows("Not recovered, last 24 hours 1").shows("by Ben Adeyemi");
        let view = sol.get("/api/v1/home").await.ok().json();
        let listed = view["not_recovered"].as_array().unwrap();
        assert_eq!((listed.len(), &listed[0]["name"], &listed[0]["outcome"]), (1, &"Ana Ferreira".into(), &"refused".into()));
        app.advance_seconds(24 * 3600 + 1);
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/desk/home").await.ok().does_not_show("Not recovered");
    }

    async fn whoever_uses_a_code_of_their_own_counts_as_self_served(db) {
        let app = TestApp::start(db).await;
        let sol = app.browser_with_planted_session("sol").await;
        let share = async || sol.get("/api/v1/home").await.ok().json()["this_week"]["self_served_share"].clone();
        assert!(share().await.is_null(), "nobody was locked out");
        let code = app.backup_codes_of("ana").await.remove(0);
        let ana = app.browser();
        ana.post("/sign-in", &[("login", "ana"), ("password", app.password_of("ana").as_str())]).await.leads_to("/sign-in/second-step");
        ana.post("/sign-in/backup-code", &[("backup_code", code.as_str())]).await;
        assert_eq!(share().await, 100);
        sol.get("/desk/home").await.ok().shows("1 with a backup code, this week");
    }
}
