use std::net::TcpListener;

use crate::on_both::on_both;
use crate::test_app::{TestApp, eventually};

async fn scrape(address: std::net::SocketAddr) -> Option<(String, String)> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("http://{address}/metrics")).send().await.ok()?;
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    Some((kind, answer.text().await.ok()?))
}

on_both! {
    async fn the_operator_alone_reads_figures_of_every_organisation(db) {
        let at = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let app = TestApp::start_with(db, |config| config.metrics_listen = Some(at)).await;
        let slug = app.scope().tenant.slug.clone();
        eventually("it listens", async || scrape(at).await.is_some()).await;
        app.browser().post("/sign-in", &[("login", "ana"), ("password", "wrong")]).await.status(422);
        let (kind, text) = scrape(at).await.unwrap();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        for line in [
            format!("postern_sign_ins_total{{tenant=\"{slug}\",result=\"failure\"}} 1"),
            format!("postern_requests_total{{tenant=\"{slug}\",status=\"4xx\"}} 1"),
            format!("postern_tenant_served{{tenant=\"{slug}\"}} 1"),
            format!("postern_audit_log_goes_on{{tenant=\"{slug}\"}} 1"),
            format!("postern_open_incidents{{tenant=\"{slug}\"}} 0"),
            format!("postern_messages_waiting_seconds{{tenant=\"{slug}\"}} 0"),
            "# EOF".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
        }
        assert!(!text.contains("ana"), "a name:\n{text}");
        // Nobody who reaches the pages reaches this, signed in or not.
        app.browser().get("/metrics").await.status(404);
        app.browser_with_planted_session("ada").await.get("/metrics").await.status(404);
        // The organisation beside it is suspended.
        assert!(text.lines().any(|line| line.starts_with("postern_tenant_served{") && line.ends_with("} 0")), "{text}");
    }
}
