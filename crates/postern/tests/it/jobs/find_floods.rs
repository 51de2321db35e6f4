//! Floods of requests are incidents.

use postern_core::id::CaseId;

use crate::on_both::on_both;
use crate::test_app::TestApp;

impl TestApp {
    async fn open_many(&self, login: &str, count: usize) -> Vec<CaseId> {
        let mut opened = Vec::new();
        for n in 0..count {
            if n % 5 == 0 {
                self.to_the_next_hour();
            }
            opened.push(self.open(login).await);
        }
        opened
    }

    /// Names asked for from addresses in turn.
    async fn ask_from(&self, addresses: &[&str], names: std::ops::Range<usize>) {
        for n in names {
            let browser = self.browser_from(addresses[n % addresses.len()]);
            browser
                .post("/recover/case", &[("login", &format!("somebody-{n}"))])
                .await
                .leads_to("/recover/case");
            self.secrets.saw(&browser.cookie("__Host-postern-case").unwrap());
            self.advance_seconds(301);
        }
    }

    async fn no_flood_is_found(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
        assert!(self.open_findings().await.iter().all(|row| row.rule != "recovery_flood"));
    }
}

on_both! {
    async fn the_eleventh_request_in_one_name_is_an_incident(db) {
        let app = TestApp::start(db).await;
        let opened = app.open_many("ana", 10).await;
        app.no_flood_is_found().await;
        app.open_many("ana", 1).await;
        let found = app.finding("recovery_flood").await;
        assert_eq!((found.severity.as_str(), found.subject_kind.as_str(), found.record_count), ("incident", "person", 11));
        assert_eq!(app.events("incident.opened").await.len(), 1);
        // What strangers do by typing a name raises nobody's risk, and sends nobody to a senior.
        let ben = app.caller("ben").await;
        let (_, case, _) = postern::actions::case_for(&app.scope(), &ben, &opened[0]).await.unwrap();
        assert_eq!(case.risk(), 0);
        let sol = app.browser_with_planted_session("sol").await;
        let page = sol.get(&format!("/desk/incidents/{}", found.id)).await;
        page.ok().shows("Flood of recovery requests").shows("Ana Ferreira");
        assert!(page.body.contains("/desk/runbook#flood-of-recovery-requests"));
    }

    async fn the_eleventh_name_from_one_address_is_an_incident(db) {
        let app = TestApp::start(db).await;
        app.ask_from(&["127.0.0.9"], 0..10).await;
        app.no_flood_is_found().await;
        app.ask_from(&["127.0.0.9"], 10..11).await;
        let found = app.finding("recovery_flood").await;
        assert_eq!((found.subject_kind.as_str(), found.subject_label.as_str()), ("address", "127.0.0.9"));
        assert!(!found.people.contains("somebody-"), "a name that nobody has stands in a finding: {}", found.people);
    }

    async fn a_network_that_takes_turns_is_one_too(db) {
        let app = TestApp::start(db).await;
        app.ask_from(&["127.0.0.8", "127.0.0.9"], 0..11).await;
        let found = app.finding("recovery_flood").await;
        assert_eq!(found.subject_label, "127.0.0.0/24");
    }
}
