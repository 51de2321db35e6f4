//! Where a test's data lies: a folder, and on PostgreSQL a database. Both begin as copies of a template that has the
//! demo's people, because hashing their passwords anew for every test would take longer than the tests.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use postern::actions::add_tenant::add_first_tenant;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::app::App;
use postern::config::{Config, Mode, Typed};
use postern::demo;
use postern::scope::Scope;
use postern::store::Db;
use tokio::sync::OnceCell;
use url::Url;

use super::database::{self, Database};
use super::neighbour::{self, Neighbour};

const PREFIX: &str = "postern_it_";

/// The data of one app.
pub struct Place {
    db: Database,
    folder: PathBuf,
    database_url: String,
    /// Name of the database on the server.
    on_server: Option<String>,
    /// The other organisation that is in it.
    neighbour: Option<Arc<Neighbour>>,
}

impl Place {
    /// Data with nobody in it.
    pub async fn empty(db: Database) -> Self {
        let name = new_name();
        if db == Database::Postgres {
            database::run(format!("CREATE DATABASE {name}")).await;
        }
        Self::named(db, name)
    }

    /// Data with the demo's people.
    pub async fn with_people(db: Database) -> Self {
        static SQLITE: OnceCell<Place> = OnceCell::const_new();
        static POSTGRES: OnceCell<Place> = OnceCell::const_new();
        let template = match db {
            Database::Sqlite => &SQLITE,
            Database::Postgres => &POSTGRES,
        };
        template.get_or_init(|| make_template(db)).await.copy().await
    }

    fn named(db: Database, name: String) -> Self {
        let folder = scratch().join(&name);
        fs::create_dir_all(&folder).unwrap();
        let (database_url, on_server) = match db {
            Database::Sqlite => (format!("sqlite:{}", folder.join("postern.sqlite3").display()), None),
            Database::Postgres => (database::url_of(&name), Some(name)),
        };
        Self { db, folder, database_url, on_server, neighbour: None }
    }

    async fn copy(&self) -> Self {
        let name = new_name();
        if let Some(template) = &self.on_server {
            // Copied as files: by the log, as is usual, it takes ten times as long.
            database::run(format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await;
        }
        let mut copy = Self::named(self.db, name);
        copy.neighbour = self.neighbour.clone();
        for file in fs::read_dir(&self.folder).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.folder.join(file.file_name())).unwrap();
        }
        copy
    }

    /// Settings for this data.
    pub fn config(&self, listen: SocketAddr) -> Config {
        let typed = Typed {
            listen: Some(listen.to_string()),
            data: Some(self.folder.clone()),
            database_url: Some(self.database_url.clone()),
            organisation: Some("Halden Works".to_owned()),
            ..Typed::default()
        };
        typed.into_config(Mode::Development).unwrap()
    }

    /// Has the organisation that is there served at this address: each start is at another port.
    pub async fn move_to(&self, origin: &Url) {
        let is_new = self.on_server.is_none() && !self.folder.join("postern.sqlite3").exists();
        if is_new {
            return;
        }
        let db = Db::open(&self.database_url).await.unwrap();
        let sql = "UPDATE tenants SET origin = $1, host = $2, version = version + 1 \
                   WHERE id = (SELECT id FROM tenants ORDER BY created_at, id LIMIT 1)";
        sqlx::query(sql)
            .bind(origin.as_str())
            .bind(origin.host_str().unwrap())
            .execute(db.reader())
            .await
            .unwrap();
        db.close().await;
    }

    /// Changes a setting of the organisation, before anybody starts on the data.
    pub async fn set(&self, name: &str, value: &str) {
        let app = App::start(self.config("127.0.0.1:1".parse().unwrap())).await.unwrap();
        let [scope] = Scope::of_served(&app).try_into().ok().unwrap();
        let named = [(name.to_owned(), value.to_owned())];
        set_tenant_settings(&scope, &named, "a test wants it so").await.unwrap();
        app.db.close().await;
    }

    /// A test is about it: it is not left alone.
    pub fn forget_neighbour(&mut self) {
        self.neighbour = None;
    }

    /// The other organisation that is in it, where there is one.
    pub fn neighbour(&self) -> Option<&Arc<Neighbour>> {
        self.neighbour.as_ref()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of its database.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Removes folder and database.
    pub async fn throw_away(self) {
        if let Some(name) = &self.on_server {
            database::run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn make_template(db: Database) -> Place {
    sweep(db).await;
    let mut place = Place::empty(db).await;
    let app = App::start(place.config("127.0.0.1:1".parse().unwrap())).await.unwrap();
    add_first_tenant(&app).await.unwrap();
    let [scope] = Scope::of_all(&app).try_into().ok().unwrap();
    demo::fill(&scope, &demo::TENANTS[0]).await.unwrap();
    neighbour::add(&app).await;
    place.neighbour = Neighbour::of(&app).await.map(Arc::new);
    app.db.close().await;
    if let Some(name) = &place.on_server {
        wait_until_alone(name).await;
    }
    place
}

/// PostgreSQL copies no database that somebody is still connected to, and a connection outlives its closing a little.
async fn wait_until_alone(name: &str) {
    super::eventually("the template is closed", async || database::connections(name).await == 0).await;
}

/// Templates have no test to throw them away; the next run does, when the process that made them is gone.
async fn sweep(db: Database) {
    let alive = |name: &str| {
        let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
        pid.is_none_or(|pid| !Path::new("/proc").exists() || Path::new("/proc").join(pid).exists())
    };
    for entry in fs::read_dir(scratch()).into_iter().flatten().flatten() {
        if !alive(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    if db == Database::Postgres {
        for name in database::list(PREFIX).await.into_iter().filter(|name| !alive(name)) {
            database::run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join("postern-it");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}_{count}", std::process::id())
}
