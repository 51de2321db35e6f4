//! What other people's changes touch, told to the pages that are open on this node. While a page is open, the records of its
//! organisation are looked at once a second, however many pages there are: each record names its case, whichever node wrote it, and
//! commits with the change. While none is open, nothing is asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_core::id::TenantId;
use tokio::sync::{broadcast, watch};

use crate::store::audit::{last_numbers, list_touched};
use crate::store::{Db, StoreError};

/// A look at the records comes so long after the one before.
const EVERY: Duration = Duration::from_secs(1);
/// Looks that a listener may be behind; then it is told that it missed some.
const KEPT: usize = 16;
/// Pages of one session that are told. A browser opens six connections to a server that speaks HTTP/1.1: some stay free for the rest.
const MOST_OF_SESSION: usize = 4;
/// Pages of this node that are told: fewer than the connections that may be open.
const MOST: usize = 300;

/// What the records of one look name.
#[derive(Debug, Default)]
pub struct TouchedByRecords {
    /// Cases, by id.
    pub cases: HashSet<String>,
    /// People whom the records are about, by id.
    pub people: HashSet<String>,
    /// There were too many to name: it may be anything.
    pub is_anything: bool,
}

/// What a listener hears.
pub enum FeedNews {
    /// Records came.
    Records(Arc<TouchedByRecords>),
    /// Some came that the listener did not hear of.
    Missed,
    /// The server stops.
    Over,
}

/// The feeds of this node.
pub struct CaseFeeds {
    open: Arc<Mutex<OpenFeeds>>,
    over: watch::Sender<bool>,
}

#[derive(Default)]
struct OpenFeeds {
    by_tenant: HashMap<TenantId, broadcast::Sender<Arc<TouchedByRecords>>>,
    by_session: HashMap<String, usize>,
    listeners: usize,
}

/// One listener's end. It counts until it is dropped.
pub struct CaseFeed {
    records: broadcast::Receiver<Arc<TouchedByRecords>>,
    over: watch::Receiver<bool>,
    place: ListenerPlace,
}

struct ListenerPlace {
    open: Arc<Mutex<OpenFeeds>>,
    session: String,
}

impl Default for CaseFeeds {
    fn default() -> Self {
        Self { open: Arc::default(), over: watch::channel(false).0 }
    }
}

impl CaseFeeds {
    /// Listens from now on, for a page of a session. `None`: the session, or the node, has enough of them.
    pub async fn listen(
        &self,
        db: &Db,
        tenant: &TenantId,
        session: &str,
    ) -> Result<Option<CaseFeed>, StoreError> {
        let Some(place) = self.take_place(session) else { return Ok(None) };
        // Read before anybody listens: what comes after is heard.
        let seen = last_numbers(db, tenant).await?;
        let records = locked(&self.open).by_tenant.get(tenant).map(broadcast::Sender::subscribe);
        let records = records.unwrap_or_else(|| self.begin(db, tenant, seen));
        Ok(Some(CaseFeed { records, over: self.over.subscribe(), place }))
    }

    /// Begins to look at an organisation's records, unless another listener was quicker.
    fn begin(
        &self,
        db: &Db,
        tenant: &TenantId,
        seen: BTreeMap<String, i64>,
    ) -> broadcast::Receiver<Arc<TouchedByRecords>> {
        let mut open = locked(&self.open);
        if let Some(feed) = open.by_tenant.get(tenant) {
            return feed.subscribe();
        }
        let (feed, records) = broadcast::channel(KEPT);
        open.by_tenant.insert(tenant.clone(), feed.clone());
        let watched = WatchedRecords { db: db.clone(), tenant: tenant.clone(), seen };
        tokio::spawn(watched.watch(feed, Arc::clone(&self.open), self.over.subscribe()));
        records
    }

    fn take_place(&self, session: &str) -> Option<ListenerPlace> {
        let mut open = locked(&self.open);
        let of_session = open.by_session.get(session).copied().unwrap_or_default();
        if open.listeners >= MOST || of_session >= MOST_OF_SESSION || *self.over.borrow() {
            return None;
        }
        open.listeners += 1;
        open.by_session.insert(session.to_owned(), of_session + 1);
        Some(ListenerPlace { open: Arc::clone(&self.open), session: session.to_owned() })
    }

    /// Ends every feed, for good: a server that stops waits for no page that is open.
    pub fn end(&self) {
        self.over.send_replace(true);
    }

    /// Organisations whose records are looked at, and pages that are told.
    pub fn count(&self) -> (usize, usize) {
        let open = locked(&self.open);
        (open.by_tenant.len(), open.listeners)
    }
}

impl CaseFeed {
    /// What comes next.
    pub async fn next(&mut self) -> FeedNews {
        tokio::select! {
            _ = self.over.wait_for(|over| *over) => FeedNews::Over,
            records = self.records.recv() => match records {
                Ok(records) => FeedNews::Records(records),
                Err(broadcast::error::RecvError::Lagged(_)) => FeedNews::Missed,
                Err(broadcast::error::RecvError::Closed) => FeedNews::Over,
            },
        }
    }

    /// The session that it counts for.
    pub fn session(&self) -> &str {
        &self.place.session
    }
}

impl Drop for ListenerPlace {
    fn drop(&mut self) {
        let mut open = locked(&self.open);
        open.listeners = open.listeners.saturating_sub(1);
        if let Some(of_session) = open.by_session.get_mut(&self.session) {
            *of_session = of_session.saturating_sub(1);
            if *of_session == 0 {
                open.by_session.remove(&self.session);
            }
        }
    }
}

/// The records of an organisation, as far as they were seen.
struct WatchedRecords {
    db: Db,
    tenant: TenantId,
    /// The last number of each stream. Within a stream numbers are committed in their order.
    seen: BTreeMap<String, i64>,
}

impl WatchedRecords {
    /// Until nobody listens any more, or the server stops.
    async fn watch(
        mut self,
        feed: broadcast::Sender<Arc<TouchedByRecords>>,
        open: Arc<Mutex<OpenFeeds>>,
        mut over: watch::Receiver<bool>,
    ) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = over.wait_for(|over| *over) => return,
            }
            {
                // Under the lock: who comes now either finds this feed, or begins one.
                let mut open = locked(&open);
                if feed.receiver_count() == 0 {
                    open.by_tenant.remove(&self.tenant);
                    return;
                }
            }
            match self.look().await {
                // Nobody hears it: that was noticed too late, and is noticed next time.
                Ok(Some(touched)) => drop(feed.send(Arc::new(touched))),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "open pages were not told of changes; trying again"),
            }
        }
    }

    async fn look(&mut self) -> Result<Option<TouchedByRecords>, StoreError> {
        let now = last_numbers(&self.db, &self.tenant).await?;
        if now == self.seen {
            return Ok(None);
        }
        let mut touched = TouchedByRecords::default();
        for (stream, last) in &now {
            let seen = self.seen.get(stream).copied().unwrap_or_default();
            if seen < *last {
                let found = list_touched(&self.db, &self.tenant, stream, (seen, *last)).await?;
                touched.is_anything |= found.is_none();
                for (case, person) in found.unwrap_or_default() {
                    touched.cases.extend(case);
                    touched.people.extend(person);
                }
            }
        }
        self.seen = now;
        Ok(Some(touched))
    }
}

fn locked(open: &Mutex<OpenFeeds>) -> MutexGuard<'_, OpenFeeds> {
    // Counts and names alone: what a thread left that panicked is still good.
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
