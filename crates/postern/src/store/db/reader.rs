//! Connections for reading, ready at hand. The driver's own pool asks each one whether it is well whenever somebody gives it back, and
//! on a server before it is taken too: more work than most of what is read. Here one that has just read well is taken as well.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _, Either, Error, Execute, Executor, SqlStr};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What rested for longer is asked whether it is well: a line to a server may have been cut meanwhile.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// What was kept for longer goes back to the driver's pool, which closes what is old.
const KEPT_FOR: Duration = Duration::from_mins(10);

/// The connections, and those of them that rest.
pub struct ReaderPool {
    pool: AnyPool,
    resting: Mutex<Vec<KeptConnection>>,
    free: Semaphore,
}

struct KeptConnection {
    connection: PoolConnection<Any>,
    kept_since: Instant,
    used_at: Instant,
}

/// A connection in use. It is kept for the next only if what was read came to its end: what was given up in the middle, or failed,
/// leaves it to the driver's pool to see to it.
struct ReaderInUse<'p> {
    pool: &'p ReaderPool,
    kept: Option<KeptConnection>,
    is_done: bool,
    _place: SemaphorePermit<'p>,
}

type ReadStep = Either<AnyQueryResult, AnyRow>;
type ToRead<'e, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'e>>;

impl ReaderPool {
    pub(super) fn new(pool: AnyPool) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        Self { pool, resting: Mutex::default(), free: Semaphore::new(most) }
    }

    /// Waits for what is being read, and closes.
    pub(super) async fn close(&self) {
        self.free.close();
        self.resting().clear();
        self.pool.close().await;
    }

    fn resting(&self) -> MutexGuard<'_, Vec<KeptConnection>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) -> Result<ReaderInUse<'_>, Error> {
        let place = match self.free.try_acquire() {
            Ok(place) => place,
            Err(_) => tokio::time::timeout(self.pool.options().get_acquire_timeout(), self.free.acquire())
                .await
                .map_err(|_| Error::PoolTimedOut)?
                .map_err(|_| Error::PoolClosed)?,
        };
        let rested = self.resting().pop();
        let kept = match rested {
            Some(kept) => kept.checked().await,
            None => None,
        };
        let kept = match kept {
            Some(kept) => kept,
            None => KeptConnection::new(self.pool.acquire().await?),
        };
        Ok(ReaderInUse { pool: self, kept: Some(kept), is_done: false, _place: place })
    }

    async fn read_all<'q, E: Execute<'q, Any> + 'q>(&self, query: E) -> Result<VecDeque<ReadStep>, Error> {
        let mut taken = self.take().await?;
        let mut steps = VecDeque::new();
        {
            let mut stream = taken.connection()?.fetch_many(query);
            while let Some(step) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                steps.push_back(step?);
            }
        }
        taken.is_done = true;
        Ok(steps)
    }
}

impl KeptConnection {
    fn new(connection: PoolConnection<Any>) -> Self {
        let now = Instant::now();
        Self { connection, kept_since: now, used_at: now }
    }

    /// `None`: it is too old, or not well.
    async fn checked(mut self) -> Option<Self> {
        if self.kept_since.elapsed() > KEPT_FOR {
            return None;
        }
        if self.used_at.elapsed() > TRUSTED_FOR {
            self.connection.ping().await.ok()?;
        }
        Some(self)
    }
}

impl ReaderInUse<'_> {
    fn connection(&mut self) -> Result<&mut sqlx::AnyConnection, Error> {
        self.kept.as_mut().map(|kept| &mut *kept.connection).ok_or(Error::PoolClosed)
    }
}

impl Drop for ReaderInUse<'_> {
    fn drop(&mut self) {
        let is_kept = self.is_done && !self.pool.free.is_closed();
        if let Some(mut kept) = self.kept.take().filter(|_| is_kept) {
            kept.used_at = Instant::now();
            self.pool.resting().push(kept);
        }
    }
}

impl fmt::Debug for ReaderPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReaderPool").field(&self.pool).finish()
    }
}

impl<'p> Executor<'p> for &'p ReaderPool {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> Pin<Box<dyn Stream<Item = Result<ReadStep, Error>> + Send + 'e>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(ReadSteps { reading: Some(Box::pin(self.read_all(query))), read: VecDeque::new() })
    }

    fn fetch_all<'e, 'q: 'e, E>(self, query: E) -> ToRead<'e, Vec<AnyRow>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let mut taken = self.take().await?;
            let rows = taken.connection()?.fetch_all(query).await?;
            taken.is_done = true;
            Ok(rows)
        })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> ToRead<'e, Option<AnyRow>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let mut taken = self.take().await?;
            let row = taken.connection()?.fetch_optional(query).await?;
            taken.is_done = true;
            Ok(row)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> ToRead<'e, AnyStatement>
    where
        'p: 'e,
    {
        Box::pin(async move {
            let mut taken = self.take().await?;
            let statement = taken.connection()?.prepare_with(sql, parameters).await?;
            taken.is_done = true;
            Ok(statement)
        })
    }
}

/// Everything is read before anything is handed on, so that the connection is free by then.
struct ReadSteps<'e> {
    reading: Option<ToRead<'e, VecDeque<ReadStep>>>,
    read: VecDeque<ReadStep>,
}

impl Stream for ReadSteps<'_> {
    type Item = Result<ReadStep, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(reading) = &mut self.reading {
            let Poll::Ready(read) = reading.as_mut().poll(cx) else { return Poll::Pending };
            self.reading = None;
            match read {
                Ok(steps) => self.read = steps,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        Poll::Ready(self.read.pop_front().map(Ok))
    }
}
