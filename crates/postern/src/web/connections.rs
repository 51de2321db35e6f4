//! Connections: how many may be open, in all and from one sender, and how long the head of a request may take. Without
//! that, whoever opens many and says little, or says it slowly, keeps everybody else out.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

/// What connections may do.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// A request's head must be there so long after its connection was free for it. An idle one is closed then.
    pub head: Duration,
    /// Open at once. The next ones wait, unaccepted. Below what most systems let one process open (1,024 files).
    pub most: usize,
    /// Open at once from one address, or one IPv6 network of /64. The next ones are closed.
    pub most_of_one: usize,
    /// Behind these stand many: only the limit over all is theirs.
    pub proxies: Vec<IpNet>,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), most: 800, most_of_one: 400, proxies: Vec::new() }
    }
}

/// Accepts until `stop` turns true. What is still open then is waited for by who gets it back.
pub async fn accept_until(
    mut stop: watch::Receiver<bool>,
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
) -> GracefulShutdown {
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.most));
    let senders = Senders { limits: limits.clone(), open: Arc::default() };
    let mut stopping = std::pin::pin!(async move {
        let _ = stop.wait_for(|stop| *stop).await;
    });
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, accept(&listener).await))
        };
        let (place, (stream, from)) = tokio::select! {
            next = next => match next {
                Some(next) => next,
                None => break,
            },
            () = &mut stopping => break,
        };
        let Some(counted) = senders.count(from.ip()) else { continue };
        let guard = (place, counted);
        serve_connection(&open, (stream, from), router.clone(), (limits.head, guard));
    }
    open
}

/// The next connection. Errors are the peer's, or pass: out of files, for one.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_peers(error.kind()) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_the_peers(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

type ConnectionGuard = (OwnedSemaphorePermit, OpenConnection);

fn serve_connection(
    open: &GracefulShutdown,
    (stream, from): (TcpStream, SocketAddr),
    router: Router,
    (head, guard): (Duration, ConnectionGuard),
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::trace!(%error, "a connection ended early");
        }
        drop(guard);
    });
}

type OpenBySender = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// How many connections each sender has open.
struct Senders {
    limits: ConnectionLimits,
    open: OpenBySender,
}

impl Senders {
    /// Counts one more. `None`: the sender has enough.
    fn count(&self, from: IpAddr) -> Option<OpenConnection> {
        let from = from.to_canonical();
        if self.limits.proxies.iter().any(|net| net.contains(&from)) {
            return Some(OpenConnection(None));
        }
        let sender = match from {
            IpAddr::V4(_) => from,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(sender).or_default();
        if *count >= self.limits.most_of_one {
            return None;
        }
        *count += 1;
        Some(OpenConnection(Some((Arc::clone(&self.open), sender))))
    }
}

/// One connection that is counted, until it is dropped.
struct OpenConnection(Option<(OpenBySender, IpAddr)>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let Some((open, sender)) = self.0.take() else { return };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&sender) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&sender);
            }
        }
    }
}
