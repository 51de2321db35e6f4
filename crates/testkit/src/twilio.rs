//! A gateway that speaks the part of Twilio's API that Postern uses: it takes forms for texts and calls, and wants the account's
//! secret. It sends nothing to anybody.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use data_encoding::BASE64;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

/// A form that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwilioForm {
    /// `Messages.json` or `Calls.json`.
    pub resource: String,
    /// What it said, in its order.
    pub fields: Vec<(String, String)>,
}

struct FakeAccount {
    forms: Mutex<Vec<TwilioForm>>,
    refused: Mutex<usize>,
}

/// The gateway. Ends when it is dropped.
pub struct FakeTwilio {
    address: SocketAddr,
    account: Arc<FakeAccount>,
    server: JoinHandle<()>,
}

impl FakeTwilio {
    /// The one account that it knows.
    pub const ACCOUNT: &'static str = "AC0123456789abcdef0123456789abcdef";
    /// Its secret.
    pub const TOKEN: &'static str = "token-of-the-fake-account";

    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let account = Arc::new(FakeAccount { forms: Mutex::default(), refused: Mutex::default() });
        let routes = Router::new()
            .route("/2010-04-01/Accounts/{account}/{resource}", post(take))
            .with_state(Arc::clone(&account));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, account, server }
    }

    /// Where its API is.
    pub fn url(&self) -> Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// What it took, oldest first.
    pub fn forms(&self) -> Vec<TwilioForm> {
        self.account.forms.lock().unwrap().clone()
    }

    /// How often it answered 401 or 404.
    pub fn refused(&self) -> usize {
        *self.account.refused.lock().unwrap()
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(account): State<Arc<FakeAccount>>,
    Path((named, resource)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let wanted = BASE64.encode(format!("{}:{}", FakeTwilio::ACCOUNT, FakeTwilio::TOKEN).as_bytes());
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let status = if said != Some(&format!("Basic {wanted}")) {
        StatusCode::UNAUTHORIZED
    } else if named != FakeTwilio::ACCOUNT || !["Messages.json", "Calls.json"].contains(&resource.as_str()) {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::CREATED
    };
    if status == StatusCode::CREATED {
        let fields = form_urlencoded::parse(&body).into_owned().collect();
        account.forms.lock().unwrap().push(TwilioForm { resource, fields });
    } else {
        *account.refused.lock().unwrap() += 1;
    }
    status
}
