//! What every action, page and job gets: one organisation, one request, one moment.

use std::sync::atomic::AtomicU16;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use postern_core::id::PersonId;
use zeroize::Zeroizing;

use crate::app::App;
use crate::request::RequestInfo;
use crate::store::{Change, StoreError, WriteContext, persons};
use crate::tenants::Tenant;

/// One organisation, one request, one moment.
#[derive(Clone)]
pub struct Scope {
    /// What is the process's.
    pub app: Arc<App>,
    /// What is the organisation's.
    pub tenant: Arc<Tenant>,
    /// The request; a job or a command has one without an address.
    pub request: Arc<RequestInfo>,
    /// When it began: everything that it decides and writes carries this time.
    pub now: Timestamp,
    /// What the browser is given for a factor that was shown.
    pub factor_shown: Arc<FactorShown>,
    /// Ids made so far, in all changes of the scope.
    serial: Arc<AtomicU16>,
}

/// A token that the answer sets beside the session's: whoever copied that one before a factor was shown has not shown it.
#[derive(Default)]
pub struct FactorShown(Mutex<Option<Zeroizing<String>>>);

impl FactorShown {
    /// What the answer will set. Where what it was shown for came to nothing after all, it is worth nothing.
    pub fn give(&self, token: Zeroizing<String>) {
        if let Ok(mut given) = self.0.lock() {
            *given = Some(token);
        }
    }

    /// What to set, once.
    pub fn take(&self) -> Option<Zeroizing<String>> {
        self.0.lock().ok().and_then(|mut given| given.take())
    }
}

impl Scope {
    /// For a request that has just come in.
    pub fn of_request(app: Arc<App>, tenant: Arc<Tenant>, request: RequestInfo) -> Self {
        let now = app.clock.now();
        let (request, factor_shown) = (Arc::new(request), Arc::default());
        Self { app, tenant, request, now, factor_shown, serial: Arc::default() }
    }

    /// For a job or a command.
    pub fn of_job(app: &Arc<App>, tenant: Arc<Tenant>) -> Self {
        Self::of_request(Arc::clone(app), tenant, RequestInfo::none())
    }

    /// For each organisation, suspended or not.
    pub fn of_all(app: &Arc<App>) -> Vec<Self> {
        app.tenants.list().into_iter().map(|tenant| Self::of_job(app, tenant)).collect()
    }

    /// For each organisation that is served.
    pub fn of_served(app: &Arc<App>) -> Vec<Self> {
        let mut scopes = Self::of_all(app);
        scopes.retain(|scope| scope.tenant.suspended_at.is_none());
        scopes
    }

    /// The same, as of now: for work that takes long.
    #[must_use]
    pub fn later(&self) -> Self {
        self.at(self.app.clock.now())
    }

    /// The same at another moment.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        Self { now, serial: Arc::default(), ..self.clone() }
    }

    /// The same for the organisation as it will be.
    #[must_use]
    pub fn of_tenant(&self, tenant: Arc<Tenant>) -> Self {
        Self { tenant, ..self.clone() }
    }

    /// Begins a change.
    pub async fn begin(&self) -> Result<Change<'_>, StoreError> {
        let context = WriteContext {
            db: &self.app.db,
            rng: &self.app.rng,
            keys: &self.tenant.keys,
            memory: &self.app.audit_memory,
            jobs: &self.app.jobs,
            request: &self.request,
            serial: &self.serial,
        };
        Change::begin(context, &self.tenant.id, self.now).await
    }

    /// Begins a change with somebody's row locked: what changes the same account queues up behind it.
    pub async fn begin_for(&self, person: &PersonId) -> Result<Change<'_>, StoreError> {
        let mut change = self.begin().await?;
        persons::lock_all(&mut change, &[person]).await?;
        Ok(change)
    }
}
