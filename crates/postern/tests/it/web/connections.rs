//! Connections: a slow head, and too many at once.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use postern::web::connections::{ConnectionLimits, accept_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::test_app::eventually;

struct Listening {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// A server that answers "ok" at `/`, and at `/slow` when it is told to stop.
async fn listen(limits: ConnectionLimits) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let notified = stopped.clone();
    let slow = move || {
        let mut notified = notified.clone();
        async move {
            let _ = notified.wait_for(|stop| *stop).await;
            "late"
        }
    };
    let router = Router::new().route("/", get(async || "ok")).route("/slow", get(slow));
    let server =
        tokio::spawn(async move { accept_until(stopped, listener, router, limits).await.shutdown().await });
    Listening { address, stop, server }
}

async fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

async fn ask(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_some(stream).await
}

/// What comes next; empty when the other side has closed.
async fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).await.unwrap_or(0);
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

/// The same, where without a limit it would read for ever.
async fn closed_or_said(stream: &mut TcpStream) -> String {
    tokio::time::timeout(Duration::from_secs(20), read_some(stream)).await.expect("it is still open")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_come_ends_the_connection() {
    let server =
        listen(ConnectionLimits { head: Duration::from_millis(300), ..ConnectionLimits::default() }).await;
    let mut slow = connect("127.0.0.1", server.address).await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-sl").await.unwrap();
    let (mut silent, mut idle) =
        (connect("127.0.0.1", server.address).await, connect("127.0.0.1", server.address).await);
    assert!(ask(&mut idle, "/").await.ends_with("ok"));
    for stream in [&mut slow, &mut silent, &mut idle] {
        // Without a limit this reads for ever.
        let said =
            tokio::time::timeout(Duration::from_secs(20), read_some(stream)).await.expect("it is still open");
        assert!(said.is_empty() || said.contains(" 408 "), "{said}");
    }
    server.stop.send(true).unwrap();
    server.server.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_every_connection_and_the_proxy_can() {
    let proxies = vec!["127.0.0.77/32".parse().unwrap()];
    let server =
        listen(ConnectionLimits { most: 6, most_of_one: 2, proxies, ..ConnectionLimits::default() }).await;
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut stream = connect("127.0.0.31", server.address).await;
        assert!(ask(&mut stream, "/").await.ends_with("ok"));
        kept.push(stream);
    }
    let mut third = connect("127.0.0.31", server.address).await;
    assert_eq!(closed_or_said(&mut third).await, "", "a third of the same address");
    for _ in 0..4 {
        let mut stream = connect("127.0.0.77", server.address).await;
        assert!(ask(&mut stream, "/").await.ends_with("ok"));
        kept.push(stream);
    }
    // All six are taken: the next one waits, and comes when there is room.
    let mut waiting = connect("127.0.0.32", server.address).await;
    waiting.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), read_some(&mut waiting)).await;
    assert!(early.is_err(), "served although all places are taken");
    drop(kept);
    assert!(read_some(&mut waiting).await.ends_with("ok"));
    drop(waiting);
    eventually("the first address may connect again", async || {
        ask(&mut connect("127.0.0.31", server.address).await, "/").await.ends_with("ok")
    })
    .await;
    server.stop.send(true).unwrap();
    server.server.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_runs_ends_before_the_server_does() {
    let server = listen(ConnectionLimits::default()).await;
    let (mut running, mut idle) =
        (connect("127.0.0.1", server.address).await, connect("127.0.0.1", server.address).await);
    assert!(ask(&mut idle, "/").await.ends_with("ok"));
    running.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut checked = connect("127.0.0.1", server.address).await;
    assert!(ask(&mut checked, "/").await.ends_with("ok"));
    server.stop.send(true).unwrap();
    assert!(read_some(&mut running).await.ends_with("late"));
    assert_eq!(read_some(&mut idle).await, "");
    server.server.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "it still listens");
}
