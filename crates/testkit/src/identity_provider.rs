//! An identity provider of OpenID Connect, with one client, whose people are whoever the test says. It holds Postern to PKCE, to
//! its own secret and to one use of a code, and lies where it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

/// What its one client is called, and the secret of that client.
const CLIENT: (&str, &str) = ("postern", "client-secret-of-the-tests");

/// Who signs in there, and how the provider lies about it.
#[derive(Clone, Debug)]
pub struct SignInAtProvider {
    /// The account.
    pub sub: &'static str,
    /// When. Unit: seconds.
    pub now: i64,
    /// Claims in the place of the right ones; `null` leaves one out.
    pub claims: Value,
    /// `ES256`, or something worse: `none`, `HS256`, or `unsigned` for a signature that is not there.
    pub alg: &'static str,
}

/// Somebody signs out there, and how the provider lies about it.
#[derive(Clone, Debug)]
pub struct LogoutAtProvider {
    /// When. Unit: seconds.
    pub now: i64,
    /// Claims beside and in the place of the right ones; `null` leaves one out.
    pub claims: Value,
    /// The header's `typ`.
    pub typ: &'static str,
    /// As in [`SignInAtProvider`].
    pub alg: &'static str,
}

struct GivenCode {
    challenge: String,
    redirect_uri: String,
    claims: Value,
    alg: &'static str,
}

struct FakeProviderState {
    issuer: String,
    key: u8,
    is_up: bool,
    given: u32,
    codes: BTreeMap<String, GivenCode>,
    asked: usize,
    /// What it answers with about itself waits for this.
    gate: Arc<tokio::sync::Mutex<()>>,
}

/// The provider. Ends when it is dropped.
pub struct FakeIdentityProvider {
    address: SocketAddr,
    state: Arc<Mutex<FakeProviderState>>,
    server: JoinHandle<()>,
}

type Shared = State<Arc<Mutex<FakeProviderState>>>;

impl FakeIdentityProvider {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(FakeProviderState {
            issuer: format!("http://{address}"),
            key: 7,
            is_up: true,
            given: 0,
            codes: BTreeMap::new(),
            asked: 0,
            gate: Arc::default(),
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&state));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, state, server }
    }

    /// Its issuer.
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The secret of its client.
    pub fn client_secret() -> &'static str {
        CLIENT.1
    }

    /// As the settings of an organisation name it.
    pub fn settings(&self, name: &str) -> String {
        format!(
            "[[provider]]\nname = \"{name}\"\ntitle = \"{name} account\"\nissuer = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n",
            self.issuer(),
            CLIENT.0,
            CLIENT.1
        )
    }

    /// From now on it signs with this key, and publishes no other.
    pub fn rotate_key(&self, key: u8) {
        self.state.lock().unwrap().key = key;
    }

    /// Whether it answers.
    pub fn set_up(&self, is_up: bool) {
        self.state.lock().unwrap().is_up = is_up;
    }

    /// Until this is dropped it says nothing about itself.
    pub async fn hold(&self) -> tokio::sync::OwnedMutexGuard<()> {
        let gate = Arc::clone(&self.state.lock().unwrap().gate);
        gate.lock_owned().await
    }

    /// How often something was asked.
    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// A logout token, as the provider sends it.
    pub fn log_out(&self, what: &LogoutAtProvider) -> String {
        let mut state = self.state.lock().unwrap();
        state.given += 1;
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT.0, "iat": what.now, "exp": what.now + 120,
            "jti": format!("logout-{}-of-{}", state.given, self.address.port()),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        lie(&mut claims, &what.claims);
        signed(&claims, (what.alg, what.typ), state.key)
    }

    /// Somebody signs in at the address that Postern's page leads to. The answer: the path that their browser comes back to.
    pub fn sign_in(&self, to: &str, who: &SignInAtProvider) -> String {
        let to = Url::parse(to).unwrap();
        assert!(to.as_str().starts_with(&format!("{}/authorize?", self.issuer())), "{to}");
        let sent: BTreeMap<String, String> = to.query_pairs().into_owned().collect();
        assert_eq!((sent["response_type"].as_str(), sent["client_id"].as_str()), ("code", CLIENT.0));
        assert_eq!(sent["code_challenge_method"], "S256");
        assert!(sent["scope"].split(' ').any(|word| word == "openid"), "{}", sent["scope"]);
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT.0, "sub": who.sub, "nonce": sent["nonce"],
            "iat": who.now, "exp": who.now + 300, "email": "gus@demo.postern.invalid", "email_verified": true,
        });
        if sent.contains_key("max_age") {
            claims["auth_time"] = who.now.into();
        }
        lie(&mut claims, &who.claims);
        let mut state = self.state.lock().unwrap();
        state.given += 1;
        let code = format!("code-{}-of-{}", state.given, self.address.port());
        let given = GivenCode {
            challenge: sent["code_challenge"].clone(),
            redirect_uri: sent["redirect_uri"].clone(),
            claims,
            alg: who.alg,
        };
        state.codes.insert(code.clone(), given);
        let mut back = Url::parse(&sent["redirect_uri"]).unwrap();
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &sent["state"])
            .append_pair("iss", &self.issuer());
        format!("{}?{}", back.path(), back.query().unwrap())
    }
}

impl Drop for FakeIdentityProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lie(claims: &mut Value, lies: &Value) {
    for (name, value) in lies.as_object().into_iter().flatten() {
        let fields = claims.as_object_mut().unwrap();
        if value.is_null() {
            fields.remove(name)
        } else {
            fields.insert(name.clone(), value.clone())
        };
    }
}

async fn discovery(State(state): Shared) -> Result<Json<Value>, StatusCode> {
    let gate = Arc::clone(&state.lock().unwrap().gate);
    let _open = gate.lock().await;
    let mut state = state.lock().unwrap();
    state.asked += 1;
    if !state.is_up {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let issuer = &state.issuer;
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It says that it can do more than it should be let.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        "authorization_response_iss_parameter_supported": true,
    })))
}

async fn keys(State(state): Shared) -> Json<Value> {
    let key = state.lock().unwrap().key;
    let point = signing_key(key).verifying_key().to_sec1_bytes();
    let (x, y) = point[1..].split_at(32);
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": format!("key-{key}"),
        "x": BASE64URL_NOPAD.encode(x), "y": BASE64URL_NOPAD.encode(y),
    }] }))
}

async fn token(State(state): Shared, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let sent: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let basic = format!("Basic {}", BASE64.encode(format!("{}:{}", CLIENT.0, CLIENT.1).as_bytes()));
    let is_client = headers.get("authorization").is_some_and(|sent| sent.to_str().unwrap() == basic);
    let mut state = state.lock().unwrap();
    // A code is taken away whoever brings it.
    let Some(given) = state.codes.remove(&sent["code"]).filter(|_| is_client) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    };
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(sent["code_verifier"].as_bytes()));
    if challenge != given.challenge || sent["redirect_uri"] != given.redirect_uri {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    }
    let id_token = signed(&given.claims, (given.alg, "JWT"), state.key);
    (StatusCode::OK, Json(json!({ "access_token": "unused", "token_type": "Bearer", "id_token": id_token })))
}

fn signing_key(key: u8) -> SigningKey {
    SigningKey::from_slice(&[key; 32]).unwrap()
}

fn signed(claims: &Value, (alg, typ): (&str, &str), key: u8) -> String {
    let named = if alg == "unsigned" { "ES256" } else { alg };
    let head = json!({ "alg": named, "kid": format!("key-{key}"), "typ": typ });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&head), part(claims));
    let signature = match alg {
        "ES256" => {
            let signature: Signature = signing_key(key).sign(text.as_bytes());
            signature.to_bytes().to_vec()
        }
        "HS256" => hmac(CLIENT.1.as_bytes(), text.as_bytes()),
        _ => Vec::new(),
    };
    format!("{text}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// RFC 2104, for a key that is shorter than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block.to_vec()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}
