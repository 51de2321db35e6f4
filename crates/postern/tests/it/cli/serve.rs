//! Kill -9 at any moment loses nothing that was confirmed.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use postern::smtp::Smtp;
use postern::tenants::host_of;
use postern_testkit::FakeSmtp;
use tokio::net::TcpListener;
use url::Url;

use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, eventually};

struct Running(Child);

impl Running {
    /// The program itself, on this data.
    async fn start(place: &Place, address: SocketAddr) -> Self {
        place.move_to(&origin_at(address)).await;
        let listen = address.to_string();
        // A relay that is down: nothing goes out before the kill. Port 9 is `discard`, which nothing serves.
        let settings = place.folder().join("postern.toml");
        fs::write(&settings, "smtp_url = \"smtp://127.0.0.1:9\"\nsmtp_from = \"postern@halden.invalid\"\n")
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_postern"))
            .args(["serve", "--listen", &listen, "--database-url", place.database_url(), "--data"])
            .arg(place.folder())
            .arg("--config")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn origin_at(address: SocketAddr) -> Url {
    format!("http://localhost:{}", address.port()).parse().unwrap()
}

async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

on_both! {
    async fn what_was_confirmed_before_a_kill_goes_out_after_the_next_start(db) {
        let (place, address) = (Place::with_people(db).await, free_address().await);
        let postern = Running::start(&place, address).await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let at = |path: &str| format!("http://{address}{path}");
        eventually("it answers", async || http.get(at("/readyz")).send().await.is_ok_and(|r| r.status() == 200)).await;
        let opened = http.post(at("/recover/case")).header("host", host_of(&origin_at(address))).form(&[("login", "ana")]).send().await.unwrap();
        assert_eq!(opened.status(), 303);
        postern.kill();

        let smtp = FakeSmtp::start().await;
        let app = TestApp::start_at(place, |config| {
            config.smtp = Some(Smtp { url: smtp.url(), from: "Postern <postern@halden.invalid>".parse().unwrap() });
        })
        .await;
        app.advance_seconds(60);
        // The auditors get a checkpoint at each start, before or after it.
        let to_ana = || smtp.mails().iter().filter(|mail| mail.to == ["ana@demo.postern.invalid"]).count();
        eventually("the notice arrives", async || to_ana() > 0).await;
        assert_eq!(to_ana(), 1);
        assert_eq!(app.events("case.opened").await.len(), 1);
    }
}
