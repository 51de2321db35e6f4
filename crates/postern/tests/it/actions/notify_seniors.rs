use jiff::SignedDuration;
use serde_json::json;

use crate::on_both::on_both;
use crate::steps::{fatigue, jsonl};
use crate::test_app::{TestApp, eventually};

/// Messages under a subject that went to one senior.
async fn notified(app: &TestApp, subject: &str) -> Vec<String> {
    let all = app.messages().await;
    let to_sol = all.into_iter().filter(|message| message.recipient.starts_with("sol@"));
    to_sol.filter(|message| message.subject == subject).map(|message| message.body).collect()
}

async fn incidents(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) FROM findings WHERE severity_rank = 2").await
}

async fn flood(app: &TestApp, names: std::ops::Range<usize>) {
    let now = app.clock.now();
    let count = incidents(app).await + i64::try_from(names.len()).unwrap();
    let log: String = names.map(|n| fatigue(&format!("p{n}"), 5, now)).collect();
    app.import("okta.jsonl", log).await;
    eventually("all of them are open", async || incidents(app).await == count).await;
}

on_both! {
    async fn a_flood_is_told_of_in_one_mail_an_hour_and_a_likely_breach_at_once(db) {
        let app = TestApp::start(db).await;
        flood(&app, 0..14).await;
        assert_eq!(notified(&app, "An incident was opened").await.len(), 10);
        let now = app.clock.now();
        let approved = json!({
            "postern": "signin/v1", "provider": "okta", "at": now.to_string(), "person": "eve", "ip": "198.51.100.7",
            "method": "push", "result": "success",
        });
        app.import("okta.jsonl", fatigue("eve", 5, now) + &jsonl(&[approved])).await;
        app.finding_where("mfa_fatigue_success", |row| row.severity == "likely_breach").await;
        assert_eq!(notified(&app, "An incident was opened").await.len(), 11);
        assert_eq!(notified(&app, "More incidents were opened").await.len(), 0, "what comes together is counted together");
        app.advance(SignedDuration::from_mins(1));
        eventually("one mail tells of the rest", async || notified(&app, "More incidents were opened").await.len() == 1).await;
        let body = notified(&app, "More incidents were opened").await.remove(0);
        assert!(body.contains(" 5 more incidents are open") && body.contains("/desk/incidents\n"), "{body}");
        // The next one within the hour waits; then it is told of too.
        flood(&app, 20..22).await;
        app.advance(SignedDuration::from_mins(58));
        tokio::time::sleep(std::time::Duration::from_millis(800)).await;
        assert_eq!(notified(&app, "More incidents were opened").await.len(), 1);
        app.advance(SignedDuration::from_mins(3));
        eventually("a second mail", async || notified(&app, "More incidents were opened").await.len() == 2).await;
        assert!(notified(&app, "More incidents were opened").await.iter().any(|body| body.contains(" 2 more incidents")));
        assert_eq!(notified(&app, "An incident was opened").await.len(), 11);
    }
}
