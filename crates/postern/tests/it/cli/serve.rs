//! Kill -9 at any moment loses nothing that was confirmed.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use postern::config::Smtp;
use postern_testkit::FakeSmtp;
use tokio::net::TcpListener;

use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, eventually};

struct Running(Child);

impl Running {
    /// The program itself, on this data.
    fn start(place: &Place, address: SocketAddr) -> Self {
        // `demo` takes no folder that no demo made; these people are the demo's.
        fs::write(place.folder().join("made-by-postern-demo"), "").unwrap();
        let listen = address.to_string();
        let child = Command::new(env!("CARGO_BIN_EXE_postern"))
            .args(["demo", "--listen", &listen, "--database-url", place.database_url(), "--data"])
            .arg(place.folder())
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

async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

on_both! {
    async fn what_was_confirmed_before_a_kill_goes_out_after_the_next_start(db) {
        let (place, address) = (Place::with_people(db).await, free_address().await);
        let postern = Running::start(&place, address);
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let at = |path: &str| format!("http://{address}{path}");
        eventually("it answers", async || http.get(at("/readyz")).send().await.is_ok_and(|r| r.status() == 200)).await;
        let opened = http.post(at("/recover/case")).form(&[("login", "ana")]).send().await.unwrap();
        assert_eq!(opened.status(), 303);
        postern.kill();

        let smtp = FakeSmtp::start().await;
        let app = TestApp::start_at(place, |config| {
            config.smtp = Some(Smtp { url: smtp.url(), from: "Postern <postern@halden.invalid>".parse().unwrap() });
        })
        .await;
        eventually("the notice arrives", async || !smtp.mails().is_empty()).await;
        let mails = smtp.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["ana@demo.postern.invalid"]);
        assert_eq!(app.events("case.opened").await.len(), 1);
    }
}
