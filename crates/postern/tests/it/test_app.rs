//! A server that lives as long as the test.

mod database;
mod ending;
mod log;
mod place;
mod secrets;
mod story;

pub use database::Database;
pub use log::{captured_errors, logged};
pub use place::Place;
pub use secrets::Secrets;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use postern::app::App;
use postern::config::{Config, Mode};
use postern::web::serve::serve;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::browser::Browser;

/// A started Postern. Reads as the [`App`] itself; when it is dropped, it is checked and its data is thrown away.
pub struct TestApp {
    app: Arc<App>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<std::io::Result<()>>>,
    place: Option<Place>,
    /// What must never be seen again.
    pub secrets: Secrets,
    log_from: usize,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// Starts with the demo's people, in development mode.
    pub async fn start(db: Database) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// Starts with other settings.
    pub async fn start_with(db: Database, configure: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Place::with_people(db).await, configure).await
    }

    /// Starts on data that is there already.
    pub async fn start_at(place: Place, configure: impl FnOnce(&mut Config)) -> Self {
        let log_from = log::install();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = place.config(address);
        configure(&mut config);
        let app = App::start(config).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(serve(Arc::clone(&app), listener, stopped));
        let secrets = Secrets::of_demo();
        Self { app, address, stop, server: Some(server), place: Some(place), secrets, log_from }
    }

    /// The app itself, for tasks that outlive a borrow.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// A second server on the same data: its jobs, and nobody who calls it.
    pub async fn second_node(&self) -> Node {
        let app = App::start(self.config.clone()).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let jobs = tokio::spawn(postern::jobs::run(Arc::clone(&app), stopped));
        Node { app, stop, jobs }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What browsers send as `Origin`.
    pub fn origin(&self) -> String {
        self.config.origin.origin().ascii_serialization()
    }

    /// A browser without any cookie.
    pub fn browser(&self) -> Browser {
        Browser::new(self, "127.0.0.1")
    }

    /// A browser on another machine.
    pub fn browser_from(&self, address: &str) -> Browser {
        Browser::new(self, address)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Moves the clock forward. Unit: seconds.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance(SignedDuration::from_secs(seconds));
    }

    /// Moves the clock to the start of the next hour: some limits are counted by the hour and by five minutes, and a
    /// test of theirs must not straddle the turn of one.
    pub fn to_the_next_hour(&self) {
        self.advance_seconds(3601 - self.clock.now().as_second().rem_euclid(3600));
    }

    /// Stops, leaves the data where it is, and checks nothing: what starts there next is checked.
    pub async fn stop(mut self) -> Place {
        let place = self.place.take().unwrap();
        self.end_server().await;
        place
    }

    async fn end_server(&mut self) {
        let _ = self.stop.send(true);
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
    }

    async fn end(&mut self, check: bool) {
        if check {
            ending::check(self).await;
        }
        self.end_server().await;
        let Some(place) = self.place.take() else { return };
        if check {
            self.secrets.assert_not_at_rest(&place);
        }
        place.throw_away().await;
    }
}

/// Another server on the data of a test's own.
pub struct Node {
    pub app: Arc<App>,
    stop: watch::Sender<bool>,
    jobs: JoinHandle<()>,
}

impl Node {
    /// Ends its jobs.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.jobs.await.unwrap();
        self.app.db.close().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.place.is_none() {
            return;
        }
        let check = !std::thread::panicking();
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| runtime.block_on(self.end(check)));
    }
}

/// Asks until the answer is yes; fails after twenty seconds.
pub async fn eventually(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !ask().await {
        assert!(began.elapsed() < Duration::from_secs(20), "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether people can see `/dev`.
pub fn production(config: &mut Config) {
    config.mode = Mode::Production;
}
