//! What is the process's: settings, database, clock, randomness, and what it knows of each organisation.

use std::net::IpAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use crate::audit_memory::AuditMemory;
use crate::case_feed::CaseFeeds;
use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::hashing::Hashing;
use crate::job_signal::JobSignal;
use crate::keys::{KeyError, RootKey};
use crate::leaked_passwords::{LeakedListError, LeakedPasswords};
use crate::metrics::Metrics;
use crate::oidc::IdentityProviders;
use crate::oidc::hosts::ProviderHosts;
use crate::pages::Pages;
use crate::private_files;
use crate::rng::Rng;
use crate::sender_limits::SenderLimits;
use crate::store::{Db, StoreError, tenants};
use crate::tenants::{Tenants, TenantsError};

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder can't be made.
    #[error("the data folder {0}: {1}")]
    Data(std::path::PathBuf, std::io::Error),
    /// The database does not open.
    #[error("the database does not open: {0}")]
    Store(#[from] StoreError),
    /// The key file does not open.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database is in use, but its key file is not here.
    #[error(
        "the database holds sealed secrets, but {0} is not here. Restore it, or name the right folder with --data"
    )]
    KeyLost(std::path::PathBuf),
    /// The organisations can't be read.
    #[error(transparent)]
    Tenants(#[from] TenantsError),
    /// The list of leaked passwords can't be used.
    #[error(transparent)]
    LeakedPasswords(#[from] LeakedListError),
    /// The settings name a list of leaked passwords that is not there.
    #[error(
        "leaked_passwords: {0} is not there. Make it with `postern passwords import`, or leave the setting out"
    )]
    NoLeakedPasswords(std::path::PathBuf),
    /// A page template is broken.
    #[error("a page template is broken: {0}")]
    Pages(#[from] minijinja::Error),
}

/// The process.
pub struct App {
    /// Settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Randomness and ids.
    pub rng: Rng,
    /// This process: by it, jobs are leased.
    pub node: String,
    /// Slow hashes.
    pub hashing: Hashing,
    /// Passwords that nobody may choose, if there is a list.
    pub leaked_passwords: Option<LeakedPasswords>,
    /// Page templates.
    pub pages: Pages,
    /// The organisations that this server is for.
    pub tenants: Tenants,
    /// Wakes the jobs when a change left something for them.
    pub jobs: JobSignal,
    /// Tells open pages what has changed.
    pub case_feeds: CaseFeeds,
    /// What this node remembers of the audit logs.
    pub audit_memory: AuditMemory,
    /// Loops of the jobs that broke and have not begun anew yet.
    pub jobs_down: AtomicUsize,
    /// What each sender has sent of late.
    pub sender_limits: SenderLimits,
    /// Who sent `X-Forwarded-For` first, without being a trusted proxy.
    pub unknown_proxy: OnceLock<IpAddr>,
    /// What the operator's monitoring reads.
    pub metrics: Metrics,
    /// The way to identity providers.
    pub identity_providers: IdentityProviders,
    /// Imports that may be sent and read at once.
    pub importing: Arc<Semaphore>,
}

/// Each import under way holds a file in the data folder and one thread. One organisation has two of them at most.
const IMPORTS_AT_ONCE: usize = 8;

impl App {
    /// Opens everything. A new database has no organisation yet: `actions::add_tenant` makes the first.
    pub async fn start(config: Config) -> Result<Arc<Self>, StartError> {
        private_files::create_folder(&config.data).map_err(|e| StartError::Data(config.data.clone(), e))?;
        let rng = Rng;
        let db = Db::open(&config.database_url).await?;
        let key_file = config.data.join("postern.key");
        if !key_file.exists() && tenants::exist(&db).await? {
            return Err(StartError::KeyLost(key_file));
        }
        let clock = Clock::default();
        let tenants = Tenants::open(&db, RootKey::open(&key_file, &rng)?, clock.now()).await?;
        let audit_memory =
            AuditMemory::open(&config.data).map_err(|e| StartError::Data(config.data.clone(), e))?;
        let leaked_passwords = open_leaked_passwords(&config)?;
        Ok(Arc::new(Self {
            hashing: Hashing::new(config.argon2),
            leaked_passwords,
            pages: Pages::load(config.mode == Mode::Development, &config.places)?,
            tenants,
            jobs: JobSignal::default(),
            case_feeds: CaseFeeds::default(),
            node: rng.id(clock.now()).map_err(KeyError::from)?,
            audit_memory,
            jobs_down: AtomicUsize::new(0),
            sender_limits: SenderLimits::new(config.requests_per_minute, &clock),
            unknown_proxy: OnceLock::new(),
            metrics: Metrics::default(),
            identity_providers: IdentityProviders::new(ProviderHosts::new(
                config.mode == Mode::Development,
                &config.private_identity_hosts,
            )),
            importing: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)),
            config,
            db,
            clock,
            rng,
        }))
    }

    /// Whether `/dev` is there.
    pub fn is_development(&self) -> bool {
        self.config.mode == Mode::Development
    }
}

/// Without a word nothing would be checked: one that the settings name must be there.
fn open_leaked_passwords(config: &Config) -> Result<Option<LeakedPasswords>, StartError> {
    let list = LeakedPasswords::open(&config.leaked_passwords_file())?;
    match (&config.leaked_passwords, &list) {
        (Some(named), None) => Err(StartError::NoLeakedPasswords(named.clone())),
        _ => Ok(list),
    }
}
