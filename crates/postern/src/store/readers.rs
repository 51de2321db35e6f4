//! The connections that only read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Either, Error, Execute, Executor, SqlStr};
use tokio::sync::{Semaphore, SemaphorePermit};

/// A connection that answered so long ago is used again without being asked whether it is still there.
const WARM: Duration = Duration::from_secs(1);

/// A pool of which a statement costs one way to the database and back.
///
/// Of sqlx's own pool it costs two, and on a server three: a connection is asked whether it is still there when it is given
/// back, and before it is taken. A page reads a dozen times. So a connection that just answered stays aside, and the next
/// statement takes it as it is; one that failed, or whose reader went away, goes back to the pool, which looks after it.
#[derive(Clone)]
pub struct Readers {
    pool: AnyPool,
    warm: Arc<Mutex<Vec<WarmConnection>>>,
    /// As many as the pool has connections: whoever has a permit finds one, aside or in the pool.
    permits: Arc<Semaphore>,
}

struct WarmConnection {
    connection: PoolConnection<Any>,
    answered_at: Instant,
}

/// A connection for one statement.
struct Lent<'a> {
    connection: PoolConnection<Any>,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    /// Readers over a pool, none of whose connections anybody else takes.
    pub fn new(pool: AnyPool) -> Self {
        let connections = usize::try_from(pool.options().get_max_connections()).unwrap_or(usize::MAX);
        Self { pool, warm: Arc::default(), permits: Arc::new(Semaphore::new(connections)) }
    }

    /// Waits for running statements, and closes.
    pub async fn close(&self) {
        self.permits.close();
        self.aside(Vec::clear);
        self.pool.close().await;
    }

    async fn lend(&self) -> Result<Lent<'_>, Error> {
        let wait = self.pool.options().get_acquire_timeout();
        let permit = tokio::time::timeout(wait, self.permits.acquire()).await;
        let permit = permit.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)?;
        let last = self.aside(Vec::pop);
        let warm = last.filter(|last| last.answered_at.elapsed() < WARM);
        let connection = match warm {
            Some(warm) => warm.connection,
            None => self.pool.acquire().await?,
        };
        Ok(Lent { connection, _permit: permit })
    }

    /// Sets a connection aside that has just answered in full.
    fn give_back(&self, lent: Lent<'_>) {
        if !self.permits.is_closed() {
            let warm = WarmConnection { connection: lent.connection, answered_at: Instant::now() };
            self.aside(|aside| aside.push(warm));
        }
    }

    fn aside<T>(&self, act: impl FnOnce(&mut Vec<WarmConnection>) -> T) -> T {
        act(&mut self.warm.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

impl<'c> Executor<'c> for &'c Readers {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let answer = async move {
            let mut lent = self.lend().await?;
            let answer: Vec<_> = lent.connection.fetch_many(query).try_collect().await?;
            self.give_back(lent);
            Ok::<_, Error>(stream::iter(answer.into_iter().map(Ok)))
        };
        stream::once(answer).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let mut lent = self.lend().await?;
            let row = lent.connection.fetch_optional(query).await?;
            self.give_back(lent);
            Ok(row)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let mut lent = self.lend().await?;
            let statement = lent.connection.prepare_with(sql, parameters).await?;
            self.give_back(lent);
            Ok(statement)
        })
    }
}
