//! Cookies: opaque, `__Host-`, never readable by scripts.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::CookieJar;
use postern_core::case::Case;

use crate::store::known_devices;

/// A cookie's name and how long the browser keeps it. Unit: seconds; `None` = until it is closed.
#[derive(Clone, Copy, Debug)]
pub struct Cookie {
    name: &'static str,
    max_age: Option<i64>,
}

/// The signed-in session.
pub const SESSION: Cookie = Cookie { name: "__Host-postern-session", max_age: None };
/// A sign-in under way.
pub const FLOW: Cookie = Cookie { name: "__Host-postern-flow", max_age: None };
/// A ceremony under way; when it ends is the server's to know.
pub const CEREMONY: Cookie = Cookie { name: "__Host-postern-ceremony", max_age: None };
/// A sign-in at an identity provider under way. Unit of its life: seconds.
pub const FEDERATED: Cookie = Cookie { name: "__Host-postern-federated", max_age: Some(300) };
/// Beside the session: a factor was shown in it. Unit of its life: seconds.
pub const FACTOR_SHOWN: Cookie = Cookie { name: "__Host-postern-factor", max_age: Some(300) };
/// The claimant page: kept for a month, so that it survives a closed browser.
pub const CASE: Cookie = Cookie { name: "__Host-postern-case", max_age: Some(Case::PAGE_HOURS * 3600) };
/// What the next page says of what was just done. No secret, and gone when it was said.
pub const TOAST: Cookie = Cookie { name: "__Host-postern-toast", max_age: Some(30) };
/// The page that was asked for when the session had ended. Unit of its life: seconds.
pub const RETURN: Cookie = Cookie { name: "__Host-postern-return", max_age: Some(600) };
/// A device that completed a sign-in.
pub const DEVICE: Cookie =
    Cookie { name: "__Host-postern-device", max_age: Some(known_devices::LIFE.as_secs()) };

impl Cookie {
    /// Its value in a request.
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        CookieJar::from_headers(headers).get(self.name).map(|cookie| cookie.value().to_owned())
    }

    /// Sets it in an answer.
    pub fn set(self, headers: &mut HeaderMap, token: &str) {
        let age = self.max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        append(headers, &format!("{}={token}{age}", self.name));
    }

    /// Removes it in an answer.
    pub fn clear(self, headers: &mut HeaderMap) {
        append(headers, &format!("{}=; Max-Age=0", self.name));
    }
}

fn append(headers: &mut HeaderMap, text: &str) {
    // Lax, not Strict: a link in a notice must find the person signed in. Other sites' POSTs are refused anyway.
    let full = format!("{text}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&full) {
        headers.append(header::SET_COOKIE, value);
    }
}
