//! The organisations of this installation, as this node knows them: found by the host that a request names, and read
//! anew when a row has moved.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use postern_core::id::TenantId;
use postern_core::policy::{Policies, PolicyError};
use url::Url;
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder, WebauthnError};

use crate::audit_health::AuditHealth;
use crate::keys::{RootKey, TenantKeys};
use crate::store::tenants::{self, TenantRow};
use crate::store::{Db, StoreError, time};

/// Why organisations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    /// Its own keys.
    pub keys: TenantKeys,
    /// The policies in force.
    pub policies: Arc<Policies>,
    /// Passkey ceremonies: good for this host alone.
    pub webauthn: Webauthn,
    /// What this node has noticed of it.
    pub activity: Arc<TenantActivity>,
    version: i64,
}

/// What a node notices of an organisation while it runs. It outlives a new reading of the row.
#[derive(Default)]
pub struct TenantActivity {
    /// Open incidents, as they were counted last: for the head of each page.
    pub open_incidents: AtomicI64,
    /// Whether its audit log goes on.
    pub audit_health: AuditHealth,
}

impl Tenant {
    /// From its row.
    pub fn new(
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
            policies,
            webauthn,
            activity,
            version: row.version,
        })
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
}

#[derive(Default)]
struct LoadedTenants {
    /// Those that are served.
    by_host: HashMap<String, Arc<Tenant>>,
    by_id: HashMap<TenantId, Arc<Tenant>>,
    /// The oldest first.
    in_order: Vec<Arc<Tenant>>,
    version: (i64, i64),
}

impl Tenants {
    /// Reads all of them.
    pub async fn open(db: &Db, root_key: RootKey) -> Result<Self, TenantsError> {
        let policies = Arc::new(Policies::shipped()?);
        let tenants = Self { root_key, policies, loaded: RwLock::default() };
        tenants.reload(db).await?;
        Ok(tenants)
    }

    /// Reads anew those whose row has moved. One whose address has become useless keeps the last good one: a mistake in
    /// one row must stop nobody else.
    pub async fn reload(&self, db: &Db) -> Result<(), TenantsError> {
        let version = tenants::load_version_of_all(db).await?;
        if version == self.with(|loaded| loaded.version) {
            return Ok(());
        }
        let mut new = LoadedTenants { version, ..LoadedTenants::default() };
        for row in tenants::list(db).await? {
            let known = self.of_id(&TenantId::new(row.id.as_str()));
            let tenant = match known {
                Some(known) if known.version == row.version => known,
                known => match self.read(row, known.as_deref()) {
                    Ok(tenant) => Arc::new(tenant),
                    Err(error) => {
                        tracing::error!(%error, "an organisation's row does not do; it stays as it was");
                        let Some(known) = known else { continue };
                        known
                    }
                },
            };
            new.add(tenant);
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

impl LoadedTenants {
    fn add(&mut self, tenant: Arc<Tenant>) {
        if tenant.suspended_at.is_none() {
            self.by_host.insert(host_of(&tenant.origin), Arc::clone(&tenant));
        }
        self.by_id.insert(tenant.id.clone(), Arc::clone(&tenant));
        self.in_order.push(tenant);
    }
}
