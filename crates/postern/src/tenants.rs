//! The organisations of this installation, as this node knows them: found by the host that a request names, and read
//! anew when a row has moved.

pub mod settings;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use postern_core::id::TenantId;
use postern_core::policy::{Policies, PolicyError};
use settings::{SettingError, TenantSettings, TypedSettings};
use tokio::sync::{Mutex, Semaphore};
use url::Url;
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder, WebauthnError};

use crate::audit_health::AuditHealth;
use crate::keys::{KeyError, RootKey, TenantKeys};
use crate::store::tenant_settings::{self, TenantSettingsRow};
use crate::store::tenants::{self, TenantRow, TenantsVersion};
use crate::store::{Db, StoreError, time};

/// Why organisations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value does not open.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A setting that does not do.
    #[error("its settings: {0}")]
    Setting(#[from] SettingError),
    /// The shipped policies were refused.
    #[error("the policies were refused: {0}")]
    Policies(#[from] PolicyError),
    /// An address that does not do for passkeys.
    #[error("the address {0} does not do for passkeys: {1}")]
    Origin(String, WebauthnError),
}

/// One organisation, as it was when a request or a job began.
pub struct Tenant {
    /// Its id: in every key of every table.
    pub id: TenantId,
    /// What commands and folders call it.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What people type into the browser. Every link is built from it, never from the `Host` header.
    pub origin: Url,
    /// Since when it is not served.
    pub suspended_at: Option<Timestamp>,
    /// When it was enabled last: nobody could object to anything before.
    pub enabled_at: Option<Timestamp>,
    /// Its own keys.
    pub keys: TenantKeys,
    /// What it decides for itself.
    pub settings: Arc<TenantSettings>,
    /// The policies in force.
    pub policies: Arc<Policies>,
    /// Passkey ceremonies: good for this host alone.
    pub webauthn: Webauthn,
    /// What this node has noticed of it.
    pub activity: Arc<TenantActivity>,
    version: i64,
    settings_version: i64,
}

/// What a node notices of an organisation while it runs. It outlives a new reading of the row.
#[derive(Default)]
pub struct TenantActivity {
    /// Open incidents, as they were counted last: for the head of each page.
    pub open_incidents: AtomicI64,
    /// Since when the oldest message waits that has not gone out. Unit: microseconds; 0: none waits for long.
    pub messages_wait_since: AtomicI64,
    /// Jobs that were given up, as they were counted last.
    pub dead_jobs: AtomicI64,
    /// Whether its people's codes say that this server's clock is wrong, as of the last wrong code.
    pub is_clock_suspect: AtomicBool,
    /// Whether its audit log goes on.
    pub audit_health: AuditHealth,
    /// Its imports that may be sent and read at once.
    pub importing: ImportSlots,
}

impl TenantActivity {
    /// Since when the oldest message waits, where one waits for long. Unit: microseconds.
    pub fn messages_wait_since(&self) -> Option<i64> {
        Some(self.messages_wait_since.load(Ordering::Relaxed)).filter(|since| *since > 0)
    }
}

/// So many imports of one organisation at once: it leaves room for the others.
pub struct ImportSlots(pub Arc<Semaphore>);

impl Default for ImportSlots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

impl Tenant {
    /// From its row, with default settings.
    fn new(
        row: TenantRow,
        root_key: &RootKey,
        policies: Arc<Policies>,
        activity: Arc<TenantActivity>,
    ) -> Result<Self, TenantsError> {
        let id = TenantId::new(row.id);
        let origin: Url =
            row.origin.parse().map_err(|_| StoreError::Corrupt("the address of an organisation"))?;
        let broken = |error| TenantsError::Origin(row.origin.clone(), error);
        let webauthn = WebauthnBuilder::new(origin.host_str().unwrap_or_default(), &origin)
            .and_then(|builder| builder.rp_name(&row.name).build())
            .map_err(broken)?;
        Ok(Self {
            keys: root_key.for_tenant(&id),
            id,
            slug: row.slug,
            name: row.name,
            origin,
            suspended_at: row.suspended_at.map(time),
            enabled_at: row.enabled_at.map(time),
            settings: Arc::new(TypedSettings::default().needed()?),
            policies,
            webauthn,
            activity,
            version: row.version,
            settings_version: 0,
        })
    }

    /// What a version of its settings says.
    pub fn open_settings(&self, row: &TenantSettingsRow) -> Result<TypedSettings, TenantsError> {
        let place = TenantSettingsRow::place(&self.id, row.version);
        let plain = self.keys.unseal(&place, &row.sealed)?;
        Ok(serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("settings of an organisation"))?)
    }

    /// A link to one of its pages.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin.as_str().trim_end_matches('/'))
    }
}

/// Host and port as browsers send them: without the port that the scheme stands for.
pub fn host_of(origin: &Url) -> String {
    let host = origin.host_str().unwrap_or_default();
    origin.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// All of them.
pub struct Tenants {
    root_key: RootKey,
    policies: Arc<Policies>,
    loaded: RwLock<LoadedTenants>,
    /// Held while they are read: a reading that began earlier must not take the place of a later one.
    reading: Mutex<()>,
}

#[derive(Default)]
struct LoadedTenants {
    /// Those that are served.
    by_host: HashMap<String, Arc<Tenant>>,
    by_id: HashMap<TenantId, Arc<Tenant>>,
    /// The oldest first.
    in_order: Vec<Arc<Tenant>>,
    version: TenantsVersion,
}

impl Tenants {
    /// Reads all of them.
    pub async fn open(db: &Db, root_key: RootKey, now: Timestamp) -> Result<Self, TenantsError> {
        let policies = Arc::new(Policies::shipped()?);
        let tenants = Self { root_key, policies, loaded: RwLock::default(), reading: Mutex::default() };
        tenants.reload(db, now).await?;
        Ok(tenants)
    }

    /// Reads anew those whose row or settings have moved. A mistake in one of them stops nobody else.
    pub async fn reload(&self, db: &Db, now: Timestamp) -> Result<(), TenantsError> {
        let _reading = self.reading.lock().await;
        let version = tenants::load_version_of_all(db, now).await?;
        if version == self.with(|loaded| loaded.version) {
            return Ok(());
        }
        let settings = tenant_settings::list_current(db, now).await?.into_iter();
        let mut settings: HashMap<String, _> = settings.map(|row| (row.tenant_id.clone(), row)).collect();
        let mut new = LoadedTenants { version, ..LoadedTenants::default() };
        for row in tenants::list(db).await? {
            let newest = settings.remove(&row.id);
            let known = self.of_id(&TenantId::new(row.id.as_str()));
            let is_same = |known: &Arc<Tenant>| {
                let newest = newest.as_ref().map_or(0, |settings| settings.version);
                known.version == row.version && known.settings_version == newest
            };
            if let Some(known) = known.clone().filter(is_same) {
                new.add(known);
                continue;
            }
            match self.read(row, known.as_deref()) {
                Ok(mut tenant) => {
                    if let Some(known) = &known {
                        tenant.settings = Arc::clone(&known.settings);
                        tenant.policies = Arc::clone(&known.policies);
                    }
                    if let Some(newest) = newest {
                        tenant.settings_version = newest.version;
                        if let Some((settings, policies)) = newest_good(db, &tenant, newest, now).await? {
                            tenant.settings = Arc::new(settings);
                            tenant.policies = policies.map_or_else(|| Arc::clone(&self.policies), Arc::new);
                        }
                    }
                    new.add(Arc::new(tenant));
                }
                Err(error) => {
                    tracing::error!(%error, "an organisation's row does not do; it stays as it was");
                    if let Some(known) = known {
                        new.add(known);
                    }
                }
            }
        }
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn read(&self, row: TenantRow, known: Option<&Tenant>) -> Result<Tenant, TenantsError> {
        let activity = known.map(|known| Arc::clone(&known.activity)).unwrap_or_default();
        Tenant::new(row, &self.root_key, Arc::clone(&self.policies), activity)
    }

    /// One that is about to be added: its keys and its policies, before its row is there.
    pub fn prepare(&self, row: TenantRow) -> Result<Tenant, TenantsError> {
        self.read(row, None)
    }

    /// Who is served at this host. A suspended one is not.
    pub fn of_host(&self, host: &str) -> Option<Arc<Tenant>> {
        self.with(|loaded| loaded.by_host.get(host).cloned())
    }

    /// By its id, suspended or not.
    pub fn of_id(&self, id: &TenantId) -> Option<Arc<Tenant>> {
        self.with(|loaded| loaded.by_id.get(id).cloned())
    }

    /// By what commands call it, suspended or not.
    pub fn of_slug(&self, slug: &str) -> Option<Arc<Tenant>> {
        self.with(|loaded| loaded.in_order.iter().find(|tenant| tenant.slug == slug).cloned())
    }

    /// Every one, suspended or not, the oldest first.
    pub fn list(&self) -> Vec<Arc<Tenant>> {
        self.with(|loaded| loaded.in_order.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&LoadedTenants) -> T) -> T {
        // It is replaced whole: what a thread left that panicked is still good.
        look(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The newest version that does: one that was broken behind the program's back never takes the place of a good one. `None`:
/// none does, and what this node held before counts, or the defaults.
async fn newest_good(
    db: &Db,
    tenant: &Tenant,
    newest: TenantSettingsRow,
    now: Timestamp,
) -> Result<Option<(TenantSettings, Option<Policies>)>, TenantsError> {
    let read = |row: &TenantSettingsRow| {
        let typed = tenant.open_settings(row)?;
        Ok::<_, TenantsError>((typed.needed()?, readable(tenant, typed.own_policies())?))
    };
    match read(&newest) {
        Ok(good) => return Ok(Some(good)),
        Err(error) => {
            let (tenant, version) = (&tenant.id, newest.version);
            tracing::error!(%tenant, version, %error, "a version of an organisation's settings does not do; an older one counts");
        }
    }
    let older = tenant_settings::list_older(db, &tenant.id, newest.version, now).await?;
    Ok(older.iter().find_map(|row| read(row).ok()))
}

/// A text that was good when it was set and can't be read now, after an update for example, gives way to no other: until the
/// operator sets one, no proof suffices, and the desk says why.
fn readable(
    tenant: &Tenant,
    own: Result<Option<Policies>, SettingError>,
) -> Result<Option<Policies>, PolicyError> {
    own.or_else(|error| {
        tracing::error!(tenant = %tenant.id, %error, "an organisation's recovery policy can't be read; no proof suffices there");
        Policies::without_recovery().map(Some)
    })
}

impl LoadedTenants {
    fn add(&mut self, tenant: Arc<Tenant>) {
        if tenant.suspended_at.is_none() {
            self.by_host.insert(host_of(&tenant.origin), Arc::clone(&tenant));
        }
        self.by_id.insert(tenant.id.clone(), Arc::clone(&tenant));
        self.in_order.push(tenant);
    }
}
