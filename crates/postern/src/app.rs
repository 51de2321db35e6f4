//! The program's one context: what every action and page may use.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::policy::{Policies, PolicyError};
use tokio::sync::{Notify, Semaphore};
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder, WebauthnError};

use crate::audit_health::AuditHealth;
use crate::audit_memory::AuditMemory;
use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::hashing::{Hashing, HashingError};
use crate::job_signal::JobSignal;
use crate::keys::{KeyError, Keys};
use crate::pages::Pages;
use crate::private_files;
use crate::refused_senders::RefusedSenders;
use crate::rng::Rng;
use crate::store::{Change, Db, StoreError, WriteContext, persons, tenants};

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
    /// The policies were refused.
    #[error("the policies were refused: {0}")]
    Policies(#[from] PolicyError),
    /// The origin does not do for passkeys.
    #[error("the origin does not do for passkeys: {0}")]
    Webauthn(#[from] WebauthnError),
    /// Hashing does not work.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// A page template is broken.
    #[error("a page template is broken: {0}")]
    Pages(#[from] minijinja::Error),
    /// No randomness.
    #[error(transparent)]
    Rng(#[from] crate::rng::RngError),
}

/// The context.
pub struct App {
    /// Settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Randomness and ids.
    pub rng: Rng,
    /// Sealing keys.
    pub keys: Keys,
    /// Slow hashes.
    pub hashing: Hashing,
    /// Policies in force.
    pub policies: Policies,
    /// Passkey ceremonies.
    pub webauthn: Webauthn,
    /// Page templates.
    pub pages: Pages,
    /// The organisation that this server is for.
    pub tenant: TenantId,
    /// Wakes the jobs when a change left something for them.
    pub jobs: JobSignal,
    /// What this node remembers of the audit log.
    pub audit_memory: AuditMemory,
    /// Whether the audit log goes on.
    pub audit_health: AuditHealth,
    /// Wakes what analyses sign-in records when there is a new one.
    pub records: Notify,
    /// Open incidents, as they were counted last: for the head of each page.
    pub open_incidents: AtomicI64,
    /// Loops of the jobs that broke and have not begun anew yet.
    pub jobs_down: AtomicUsize,
    /// Senders that were told to wait.
    pub refused_senders: RefusedSenders,
    /// Who sent `X-Forwarded-For` first, without being a trusted proxy.
    pub unknown_proxy: OnceLock<IpAddr>,
    /// Imports that may be sent and read at once.
    pub importing: Arc<Semaphore>,
}

/// Each import under way holds a file in the data folder and one thread.
const IMPORTS_AT_ONCE: usize = 2;

impl App {
    /// Opens everything; makes the tenant at the first start.
    pub async fn start(config: Config) -> Result<Arc<Self>, StartError> {
        private_files::create_folder(&config.data).map_err(|e| StartError::Data(config.data.clone(), e))?;
        let (clock, rng) = (Clock::default(), Rng);
        let db = Db::open(&config.database_url).await?;
        let key_file = config.data.join("postern.key");
        if !key_file.exists() && tenants::find_first(&db).await?.is_some() {
            return Err(StartError::KeyLost(key_file));
        }
        let keys = Keys::open(&key_file, &rng)?;
        let jobs = JobSignal::default();
        let audit_memory =
            AuditMemory::open(&config.data).map_err(|e| StartError::Data(config.data.clone(), e))?;
        let context = WriteContext { db: &db, rng: &rng, keys: &keys, memory: &audit_memory, jobs: &jobs };
        let tenant = open_tenant(context, clock.now(), &config.tenant_name).await?;
        let host = config.origin.host_str().unwrap_or("localhost").to_owned();
        let webauthn = WebauthnBuilder::new(&host, &config.origin)?.rp_name(&config.tenant_name).build()?;
        Ok(Arc::new(Self {
            hashing: Hashing::new()?,
            policies: Policies::shipped()?,
            pages: Pages::load(config.mode == Mode::Development)?,
            jobs,
            audit_memory,
            audit_health: AuditHealth::default(),
            records: Notify::new(),
            open_incidents: AtomicI64::new(0),
            jobs_down: AtomicUsize::new(0),
            refused_senders: RefusedSenders::default(),
            unknown_proxy: OnceLock::new(),
            importing: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)),
            config,
            db,
            clock,
            rng,
            keys,
            webauthn,
            tenant,
        }))
    }

    /// Begins a change now.
    pub async fn change(&self) -> Result<Change<'_>, StoreError> {
        self.change_at(&self.tenant, self.clock.now()).await
    }

    /// Begins a change now, with somebody's row locked: what changes the same account queues up behind it.
    pub async fn change_of(&self, person: &PersonId) -> Result<Change<'_>, StoreError> {
        let mut change = self.change().await?;
        persons::lock_all(&mut change, &[person]).await?;
        Ok(change)
    }

    /// Begins a change at another moment, or in another tenant.
    pub async fn change_at(&self, tenant: &TenantId, at: Timestamp) -> Result<Change<'_>, StoreError> {
        let context = WriteContext {
            db: &self.db,
            rng: &self.rng,
            keys: &self.keys,
            memory: &self.audit_memory,
            jobs: &self.jobs,
        };
        Change::begin(context, tenant, at).await
    }

    /// Whether `/dev` is there.
    pub fn is_development(&self) -> bool {
        self.config.mode == Mode::Development
    }
}

async fn open_tenant(context: WriteContext<'_>, now: Timestamp, name: &str) -> Result<TenantId, StartError> {
    if let Some((tenant, _)) = tenants::find_first(context.db).await? {
        return Ok(tenant);
    }
    let tenant = TenantId::new(context.rng.id(now)?);
    let mut change = Change::begin(context, &tenant, now).await?;
    tenants::insert(&mut change, name).await?;
    change.commit_unrecorded("the tenant's own first row").await?;
    Ok(tenant)
}
