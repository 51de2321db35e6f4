//! A browser, as far as the server can tell: it keeps cookies, says where a form came from, and follows no redirect
//! by itself.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use postern::tenants::host_of;
use reqwest::header::{COOKIE, HOST, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder, redirect::Policy};
use serde_json::Value;

use crate::test_app::{Neighbour, Secrets, TestApp, assert_nothing_of, captured_errors};

/// The session's cookie.
pub const SESSION: &str = "__Host-postern-session";
/// The cookie of a sign-in under way.
pub const FLOW: &str = "__Host-postern-flow";
/// A passkey ceremony under way.
pub const CEREMONY: &str = "__Host-postern-ceremony";
/// The claimant page.
pub const CASE: &str = "__Host-postern-case";
/// A known device.
pub const DEVICE: &str = "__Host-postern-device";

/// A browser.
pub struct Browser {
    http: reqwest::Client,
    address: SocketAddr,
    origin: String,
    host: String,
    cookies: Mutex<BTreeMap<String, String>>,
    secrets: Secrets,
    neighbour: Option<Arc<Neighbour>>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(app: &TestApp, from: &str) -> Self {
        let from: IpAddr = from.parse().unwrap();
        let builder = reqwest::Client::builder().redirect(Policy::none()).local_address(from);
        // The demo's machine is a proxy's client only by accident; and an idle connection would delay the stop.
        let builder = builder.no_proxy().pool_max_idle_per_host(0);
        // It speaks HTTP alone, and reading the machine's certificates takes longer than many a test.
        let http = builder.tls_certs_only([]).build().unwrap();
        Self {
            http,
            address: app.address(),
            origin: app.origin(),
            host: host_of(&app.scope().tenant.origin),
            cookies: Mutex::default(),
            secrets: app.secrets.clone(),
            neighbour: app.neighbour().cloned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Posts a form, as a page of ours would.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        for (name, value) in form {
            if ["password", "current_password", "new_password", "code", "pass", "backup_code"].contains(name)
                && path != "/not-me"
            {
                self.secrets.saw(value);
            }
        }
        self.send(self.request(Method::POST, path).header(ORIGIN, &self.origin).form(form)).await
    }

    /// Posts JSON, as a script of ours would.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header(ORIGIN, &self.origin);
        self.send(request.header("accept", "application/json").json(body)).await
    }

    /// A request with this browser's cookies and nothing else.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.http.request(method, format!("http://{}{path}", self.address)).header(HOST, &self.host);
        let cookies = self.cookies.lock().unwrap();
        if cookies.is_empty() {
            return request;
        }
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header(COOKIE, pairs.join("; "))
    }

    /// Sends it, keeps the cookies. Fails on an answer that says the fault is ours: no test wants one.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.keep(&headers);
        let path = response.url().path().to_owned();
        let body = response.text().await.unwrap();
        assert!(status < 500, "{path} answered {status}\n{}", captured_errors());
        if let Some(neighbour) = &self.neighbour {
            assert_nothing_of(neighbour.marks(), &path, &body);
            assert_nothing_of(neighbour.marks(), &path, &format!("{headers:?}"));
        }
        Answer { status, headers, body }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie in, or takes it out.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        let mut cookies = self.cookies.lock().unwrap();
        match value {
            Some(value) => cookies.insert(name.to_owned(), value.to_owned()),
            None => cookies.remove(name),
        };
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                // What the next page says of what was done, and where to go back to, are no secrets.
                if !["__Host-postern-toast", "__Host-postern-return"].contains(&name) {
                    self.secrets.saw(value);
                }
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// Fails unless it is a page.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.status(200)
    }

    /// Fails unless it has this status.
    #[track_caller]
    pub fn status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}\n{}", self.location(), self.visible());
        self
    }

    /// Fails unless it leads there.
    #[track_caller]
    pub fn leads_to(&self, path: &str) -> &Self {
        assert_eq!((self.status, self.location()), (303, path), "{}", self.visible());
        self
    }

    /// Fails unless the page says it.
    #[track_caller]
    pub fn shows(&self, words: &str) -> &Self {
        let page = self.visible();
        assert!(page.contains(words), "{words:?} is not on this page:\n{page}");
        self
    }

    /// Fails if the page says it.
    #[track_caller]
    pub fn does_not_show(&self, words: &str) -> &Self {
        assert!(!self.visible().contains(words), "{words:?} is on this page:\n{}", self.visible());
        self
    }

    /// Its body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.body))
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The text in the element with this attribute.
    #[track_caller]
    pub fn marked(&self, attribute: &str) -> String {
        let (_, rest) = self.body.split_once(&format!("{attribute}>")).unwrap_or_else(|| {
            panic!("nothing marked {attribute} on this page:\n{}", self.visible());
        });
        rest.split('<').next().unwrap().trim().to_owned()
    }

    /// Its list items with nothing in them but text, below the element with this attribute.
    pub fn items(&self, attribute: &str) -> Vec<String> {
        let (_, rest) = self.body.split_once(&format!("{attribute}>")).unwrap();
        let list = rest.split("</ul>").next().unwrap();
        list.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().trim().to_owned()).collect()
    }

    /// The page without its tags.
    pub fn visible(&self) -> String {
        let mut text = String::new();
        let mut in_tag = false;
        for c in self.body.chars() {
            match c {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                c if !in_tag => text.push(c),
                _ => {}
            }
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        words
            .join(" ")
            .replace("&#x27;", "'")
            .replace("&quot;", "\"")
            .replace("&#x2f;", "/")
            .replace("&amp;", "&")
    }
}
