//! A push service, and behind it the browser of a phone, which opens what was sent (RFC 8030, 8291, 8292).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;

/// A message that came in, opened.
#[derive(Clone, Debug)]
pub struct ReceivedPush {
    /// What it says.
    pub said: String,
    /// How long it may wait. Unit: seconds.
    pub ttl: u64,
    /// The token's claims, whose signature is right, and the key that it names.
    pub claims: Value,
    /// As the browser was told.
    pub key: String,
    /// What stands in the other headers.
    pub headers: HeaderMap,
}

struct ReceivedPushes {
    messages: Vec<ReceivedPush>,
    answer: StatusCode,
    asked: usize,
}

/// The push service. Ends when it is dropped.
pub struct FakePushService {
    address: SocketAddr,
    kept: Arc<Mutex<ReceivedPushes>>,
    server: JoinHandle<()>,
}

const AUTH: [u8; 16] = *b"sixteen letters!";

fn browser_key() -> SecretKey {
    SecretKey::from_slice(&[3; 32]).unwrap()
}

impl FakePushService {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Mutex::new(ReceivedPushes {
            messages: Vec::new(),
            answer: StatusCode::CREATED,
            asked: 0,
        }));
        let routes = Router::new().route("/wake/one", post(take)).with_state(Arc::clone(&kept));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, kept, server }
    }

    /// Its own address.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the browser gives to the page that subscribes: endpoint, `p256dh`, `auth`.
    pub fn subscription(&self) -> [String; 3] {
        let point = browser_key().public_key().to_encoded_point(false);
        let endpoint = format!("{}/wake/one", self.origin());
        [endpoint, BASE64URL_NOPAD.encode(point.as_bytes()), BASE64URL_NOPAD.encode(&AUTH)]
    }

    /// From now on it answers so.
    pub fn answer_with(&self, status: u16) {
        self.kept.lock().unwrap().answer = StatusCode::from_u16(status).unwrap();
    }

    /// What it took, oldest first.
    pub fn messages(&self) -> Vec<ReceivedPush> {
        self.kept.lock().unwrap().messages.clone()
    }

    /// How often something came, whatever was answered.
    pub fn asked(&self) -> usize {
        self.kept.lock().unwrap().asked
    }
}

impl Drop for FakePushService {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(kept): State<Arc<Mutex<ReceivedPushes>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut kept = kept.lock().unwrap();
    kept.asked += 1;
    if kept.answer.is_success() {
        kept.messages.push(opened(headers, body.to_vec()));
    }
    kept.answer
}

fn opened(headers: HeaderMap, body: Vec<u8>) -> ReceivedPush {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert_eq!(header("content-encoding"), "aes128gcm");
    let said =
        web_push_native::decrypt(body, &browser_key(), &AUTH.into()).expect("encrypted for this browser");
    let (claims, key) = claims(&header("authorization"));
    let ttl = header("ttl").parse().expect("a number of seconds");
    ReceivedPush { said: String::from_utf8(said).unwrap(), ttl, claims, key, headers }
}

/// The claims of `vapid t=…, k=…`.
fn claims(authorization: &str) -> (Value, String) {
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let verifying = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
    let signature = Signature::from_slice(&bytes(signature)).unwrap();
    verifying.verify(signed.as_bytes(), &signature).expect("signed by the key that it names");
    let (head, claims) = signed.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&bytes(head)).unwrap();
    assert_eq!(head, json!({ "typ": "JWT", "alg": "ES256" }));
    (serde_json::from_slice(&bytes(claims)).unwrap(), key.to_owned())
}
