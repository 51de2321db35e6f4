//! The clock that many people's codes have in common is the server's.

use postern::actions::ActionError;
use postern::actions::use_totp::use_totp;
use postern::store::{Engine, sign_ins};

use serde_json::json;

use crate::on_both::on_both;
use crate::test_app::{TestApp, logged};

const OURS: &str = "our clock seems to be wrong";
const PHONES: &str = "Your phone's clock is about";

impl TestApp {
    /// What somebody is told whose app shows the code of another time, so many seconds from now.
    async fn told_for(&self, login: &str, seconds: i64) -> String {
        let code = self.phone(login).await.code(self.seconds() + seconds);
        self.told_of_code(login, &code).await
    }

    async fn told_of_code(&self, login: &str, code: &str) -> String {
        let step = self.password(login).await;
        match use_totp(&self.scope(), &step.row, code, None).await {
            Err(ActionError::Invalid { message, .. }) => message.to_string(),
            Err(other) => panic!("not told, but: {other}"),
            Ok(_) => panic!("it was let through"),
        }
    }
}

on_both! {
    async fn when_five_people_are_off_alike_no_phone_is_blamed(db) {
        let app = TestApp::start(db).await;
        // Each database has its own distance, so that its line of the log is known.
        let (off, fast) = if app.db.engine() == Engine::Sqlite { (-240, "4 minutes") } else { (-360, "6 minutes") };
        let line = format!("this server's clock seems to be about {fast} fast");
        for login in ["ana", "carl", "dina", "emil"] {
            let told = app.told_for(login, off).await;
            assert!(told.starts_with(PHONES), "{login}: {told}");
        }
        let admin = app.browser_with_planted_session("ada").await;
        admin.get("/desk/home").await.ok().does_not_show("server's clock");
        assert!(logged(&line).is_empty());

        // A step further off is still alike; the sixth is nobody's first.
        for (login, off) in [("fay", off - 30), ("gus", off), ("ana", off + 30)] {
            let told = app.told_for(login, off).await;
            assert!(told.contains(OURS), "{login}: {told}");
        }
        assert_eq!(logged(&line).len(), 1, "once");
        // A code that proves a change in a session is answered alike.
        let mona = app.browser();
        app.sign_in_by_hand(&mona, "mona").await;
        let proof = app.phone("mona").await.code(app.seconds() + off);
        mona.post("/account/backup-codes", &[("code", &proof)]).await.status(422).shows(OURS);
        // Nor is a wrong code told from a right one; and whose phone is off in its own way is no proof of ours.
        let wrong = app.phone("emil").await.wrong_code(app.seconds());
        assert!(app.told_of_code("emil", &wrong).await.contains(OURS));
        assert!(app.told_for("carl", 240).await.contains(OURS));
        let drift = "mfa_clock_drift";
        let outage = "provider_outage";
        assert_eq!(app.causes().await, [drift, "mfa_wrong_code", outage, outage, outage, drift, drift, drift, drift]);

        admin.get("/desk/home").await.ok()
            .shows(&format!("This server's clock seems to be about {fast} fast"))
            .shows("It says that it is").shows("Code apps of 6 people").shows("by a time server (NTP)");
        let agent = app.browser_with_planted_session("ben").await;
        agent.get("/desk/home").await.ok().shows("Tell your admin now").does_not_show("NTP");
        let view = agent.get("/api/v1/home").await.ok().json();
        assert_eq!(view["server_clock"], json!({ "off": format!("about {fast} fast"), "people": 6 }));

        // An hour after the last it is over, and a slow phone is a slow phone.
        app.advance_seconds(3600);
        let admin = app.browser_with_planted_session("ada").await;
        admin.get("/desk/home").await.ok().does_not_show("server's clock");
        assert!(app.told_for("mona", off).await.starts_with(PHONES));
    }

    async fn one_person_and_clocks_that_are_each_off_in_their_own_way_alarm_nobody(db) {
        let app = TestApp::start(db).await;
        for _ in 0..5 {
            assert!(app.told_for("ana", -300).await.starts_with(PHONES));
            app.advance_seconds(60);
        }
        for (login, off) in [("carl", -60), ("dina", -480), ("emil", -150), ("fay", 300), ("gus", -600)] {
            assert!(!app.told_for(login, off).await.contains(OURS), "{login}");
        }
        let admin = app.browser_with_planted_session("ada").await;
        admin.get("/desk/home").await.ok().does_not_show("server's clock");
    }

    /// The home page asks it each time.
    async fn an_index_serves_it(db) {
        let app = TestApp::start(db).await;
        if app.db.engine() != Engine::Sqlite {
            return;
        }
        let sql = format!("EXPLAIN QUERY PLAN {}", sign_ins::FOR_ANOTHER_TIME);
        let rows: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(app.db.reader()).await.unwrap();
        let plan: Vec<&str> = rows.iter().map(|(_, _, _, detail)| detail.as_str()).collect();
        assert_eq!(plan, ["SEARCH sign_ins USING COVERING INDEX sign_ins_for_another_time (tenant_id=? AND at>?)"]);
    }
}
