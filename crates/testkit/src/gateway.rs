//! A gateway for text and voice messages.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// A message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentText {
    /// The sender's id: the same on every attempt.
    pub id: String,
    /// `sms` or `voice`.
    pub channel: String,
    /// The number.
    pub to: String,
    /// What it says.
    pub text: String,
}

#[derive(Default)]
struct KeptTexts {
    texts: Vec<SentText>,
    refused: usize,
    broken: bool,
    hangs_after: Option<usize>,
}

/// The gateway. Ends when it is dropped.
pub struct FakeGateway {
    address: SocketAddr,
    kept: Arc<Mutex<KeptTexts>>,
    server: JoinHandle<()>,
}

impl FakeGateway {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Mutex::new(KeptTexts::default()));
        let routes = Router::new().route("/messages", post(take)).with_state(Arc::clone(&kept));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, kept, server }
    }

    /// Where to post to.
    pub fn url(&self) -> Url {
        format!("http://{}/messages", self.address).parse().unwrap()
    }

    /// From now on it answers 503, or works again.
    pub fn set_broken(&self, broken: bool) {
        self.kept.lock().unwrap().broken = broken;
    }

    /// Once it has taken so many it answers nobody any more.
    pub fn hang_after(&self, texts: usize) {
        self.kept.lock().unwrap().hangs_after = Some(texts);
    }

    /// What it took, oldest first.
    pub fn texts(&self) -> Vec<SentText> {
        self.kept.lock().unwrap().texts.clone()
    }

    /// How often it answered 503.
    pub fn refused(&self) -> usize {
        self.kept.lock().unwrap().refused
    }
}

impl Drop for FakeGateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(kept): State<Arc<Mutex<KeptTexts>>>, Json(message): Json<Value>) -> StatusCode {
    let field = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let hangs = {
        let kept = kept.lock().unwrap();
        kept.hangs_after.is_some_and(|most| kept.texts.len() >= most)
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    let mut kept = kept.lock().unwrap();
    if kept.broken {
        kept.refused += 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    kept.texts.push(SentText {
        id: field("id"),
        channel: field("channel"),
        to: field("to"),
        text: field("text"),
    });
    StatusCode::ACCEPTED
}
