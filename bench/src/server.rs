//! The product inside this process: everything that `postern serve` runs but the web pages, on a fresh SQLite file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postern::actions::add_tenant::add_first_tenant;
use postern::app::App;
use postern::config::{Mode, Typed};
use postern::jobs;
use postern::scope::Scope;
use postern::store::audit;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Outcome;

/// A running product.
pub struct Server {
    /// What its actions take.
    pub app: Arc<App>,
    stop: watch::Sender<bool>,
    jobs: JoinHandle<()>,
}

impl Server {
    /// Starts it in `folder`, with its jobs: the audit log is sequenced and signed while we measure.
    pub async fn start(folder: &Path) -> Outcome<Self> {
        Self::start_on(folder, None).await
    }

    /// The same on a database of one's choice.
    pub async fn start_on(folder: &Path, database_url: Option<String>) -> Outcome<Self> {
        let typed = Typed { data: Some(folder.to_owned()), database_url, ..Typed::default() };
        let config = typed.into_config(Mode::Development).map_err(|problems| problems.to_string())?;
        let app = App::start(config).await.map_err(|error| error.to_string())?;
        add_first_tenant(&app).await.map_err(cause)?;
        let (stop, stopped) = watch::channel(false);
        let jobs = tokio::spawn(jobs::run(Arc::clone(&app), stopped));
        Ok(Self { app, stop, jobs })
    }

    /// What an action gets, as of now.
    pub fn scope(&self) -> Outcome<Scope> {
        Scope::of_all(&self.app).pop().ok_or_else(|| "no organisation".into())
    }

    /// Waits until the log is sequenced, so that the other side of a ratio has the disk to itself.
    pub async fn settle(&self) -> Outcome<()> {
        while audit::has_unsequenced(&self.app.db, &self.scope()?.tenant.id).await? {
            self.app.jobs.audit.notify_one();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// What SQLite says of its own durability: `PRAGMA synchronous`, 2 is FULL.
    pub async fn synchronous(&self) -> Outcome<i64> {
        let (level,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(self.app.db.reader()).await?;
        Ok(level)
    }

    /// Stops it and closes the files.
    pub async fn stop(self) -> Outcome<()> {
        self.stop.send(true)?;
        self.jobs.await?;
        self.app.db.close().await;
        Ok(())
    }
}

/// The runtime that the product runs on: one thread per core.
pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// An action's error with its cause, which `Display` keeps from people.
pub fn cause(error: impl std::fmt::Debug) -> crate::Error {
    format!("{error:?}").into()
}
