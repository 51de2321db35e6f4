//! A server that lives as long as the test.

mod database;
mod ending;
mod log;
mod neighbour;
mod place;
mod secrets;
mod story;

pub use database::Database;
pub use log::{captured_errors, logged};
pub use neighbour::{Neighbour, assert_nothing_of};
pub use place::Place;
pub use secrets::Secrets;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use postern::actions::add_tenant::add_first_tenant;
use postern::actions::move_tenant::move_tenant;
use postern::actions::suspend_tenant::enable_tenant;
use postern::app::App;
use postern::config::{Config, Mode};
use postern::demo;
use postern::pages::Pages;
use postern::scope::Scope;
use postern::store::{Db, Engine};
use postern::texts::Language;
use postern::web::serve::serve;
use postern_core::id::TenantId;
use sqlx::AssertSqlSafe;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::browser::Browser;

/// A started Postern. Reads as the [`App`] itself; when it is dropped, it is checked and its data is thrown away.
pub struct TestApp {
    app: Arc<App>,
    /// The organisation that the test is about.
    pub tenant: TenantId,
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

    /// Starts with the demo's people; what is a message shows itself.
    pub async fn start_pseudo(db: Database) -> Self {
        Self::start_in(Place::with_people(db).await, |_| {}, Language::Pseudo).await
    }

    /// Starts on data that is there already.
    pub async fn start_at(place: Place, configure: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(place, configure, Language::English).await
    }

    async fn start_in(place: Place, configure: impl FnOnce(&mut Config), language: Language) -> Self {
        let log_from = log::install();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = place.config(address);
        configure(&mut config);
        place.move_to(&config.origin).await;
        let mut app = App::start(config).await.unwrap();
        if language != Language::English {
            Arc::get_mut(&mut app).unwrap().pages =
                Pages::load_with(true, language, &Arc::default()).unwrap();
        }
        add_first_tenant(&app).await.unwrap();
        let tenant = app.tenants.list()[0].id.clone();
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(serve(Arc::clone(&app), listener, stopped));
        let secrets = Secrets::of_demo();
        Self { app, tenant, address, stop, server: Some(server), place: Some(place), secrets, log_from }
    }

    /// Starts with two organisations that are served; the second one is a view of the same server.
    pub async fn start_two(db: Database) -> (Self, Self) {
        let mut first = Self::start(db).await;
        first.place.as_mut().unwrap().forget_neighbour();
        let quay = first.app.tenants.of_slug(demo::TENANTS[1].slug).unwrap();
        let scope = Scope::of_job(&first.app, quay);
        let origin = format!("http://{}:{}", demo::TENANTS[1].host, first.address.port()).parse().unwrap();
        neighbour::remove_planted(&first.db, &scope.tenant.id).await;
        move_tenant(&scope, &origin, "it is served beside the first").await.unwrap();
        enable_tenant(&scope, "it is served beside the first").await.unwrap();
        let second = Self {
            app: first.app(),
            tenant: scope.tenant.id.clone(),
            address: first.address,
            stop: watch::channel(false).0,
            server: None,
            place: None,
            secrets: first.secrets.clone(),
            log_from: first.log_from,
        };
        (first, second)
    }

    /// The app itself, for tasks that outlive a borrow.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// What an action gets, as of now.
    pub fn scope(&self) -> Scope {
        Scope::of_job(&self.app, self.app.tenants.of_id(&self.tenant).unwrap())
    }

    /// A statement of a test, for the rows of its own organisation alone.
    pub fn own(&self, sql: &str) -> AssertSqlSafe<String> {
        own_rows(&self.db, &self.tenant, sql)
    }

    /// A second server on the same data: its jobs, and nobody who calls it.
    pub async fn second_node(&self) -> Node {
        let app = App::start(self.config.clone()).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let jobs = tokio::spawn(postern::jobs::run(Arc::clone(&app), stopped));
        Node { app, tenant: self.tenant.clone(), stop, jobs }
    }

    /// The other organisation in the same database.
    pub fn neighbour(&self) -> Option<&Arc<Neighbour>> {
        self.place.as_ref().and_then(Place::neighbour)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What browsers send as `Origin`.
    pub fn origin(&self) -> String {
        self.scope().tenant.origin.origin().ascii_serialization()
    }

    /// The password of somebody in the demo.
    pub fn password_of(&self, login: &str) -> String {
        let slug = &self.scope().tenant.slug;
        let tenant = demo::TENANTS.iter().find(|tenant| tenant.slug == slug);
        tenant.map_or_else(|| demo::password(login), |tenant| tenant.password(login))
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
    tenant: TenantId,
    stop: watch::Sender<bool>,
    jobs: JoinHandle<()>,
}

impl Node {
    /// What an action gets there, as of now.
    pub fn scope(&self) -> Scope {
        Scope::of_job(&self.app, self.app.tenants.of_id(&self.tenant).unwrap())
    }

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

/// A statement that reads or writes the rows of one organisation alone.
pub fn own_rows(db: &Db, tenant: &TenantId, sql: &str) -> AssertSqlSafe<String> {
    if sql.starts_with("UPDATE") || sql.starts_with("DELETE") {
        let and = if sql.contains(" WHERE ") { "AND" } else { "WHERE" };
        return AssertSqlSafe(format!("{sql} {and} tenant_id = '{tenant}'"));
    }
    let schema = if db.engine() == Engine::Sqlite { "main" } else { "public" };
    let tables = include_str!("../../migrations/0001_first.sql").split("CREATE TABLE ").skip(1);
    let tables = tables.map(|text| text.split_whitespace().next().unwrap());
    let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let own =
        |table: &str| format!("{table} AS (SELECT * FROM {schema}.{table} WHERE tenant_id = '{tenant}')");
    let own: Vec<String> =
        tables.filter(|table| *table != "tenants" && words.contains(table)).map(own).collect();
    if own.is_empty() {
        return AssertSqlSafe(sql.to_owned());
    }
    AssertSqlSafe(format!("WITH {} {sql}", own.join(", ")))
}
