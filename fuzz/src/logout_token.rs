//! A logout token of an identity provider: whatever ends a session was signed by the provider's key, is a logout, for us, and of now.

#[path = "../../crates/postern/src/oidc/id_token.rs"]
mod id_token;
#[path = "../../crates/postern/src/oidc/logout_token.rs"]
mod ours;

use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use libfuzzer_sys::Corpus;
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJsonWebKeySet};
use ours::{ExpectedLogout, NamedLogout, UnprovenLogout};
use serde_json::{Value, json};

use crate::id_token::{at, key, signed_by};

const ISSUER: &str = "https://login.example/realms/staff";
const CLIENT: &str = "postern";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const NOW: i64 = 1_796_000_000;
/// Two bytes say how the rest is signed, and when it comes.
const HEAD: usize = 2;

/// The provider's, a stranger's, and what is published.
static KEYS: LazyLock<(CoreEdDsaPrivateSigningKey, CoreEdDsaPrivateSigningKey, CoreJsonWebKeySet)> = LazyLock::new(|| {
    let theirs = key(7);
    let public = CoreJsonWebKeySet::new(vec![theirs.as_verification_key()]);
    (theirs, key(8), public)
});

/// Checks a token: as it is, or a list of its head and its claims, which is signed here.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, input)) = bytes.split_at_checked(HEAD) else { return Corpus::Reject };
    let Ok(input) = str::from_utf8(input) else { return Corpus::Reject };
    let now = NOW + i64::from(head[1].cast_signed()) * 10;
    let (token, is_strange) = match head[0] % 4 {
        0 => (input.to_owned(), false),
        signed => {
            let Ok(Value::Array(parts)) = serde_json::from_str(input) else { return Corpus::Reject };
            let [header, claims] = parts.as_slice() else { return Corpus::Reject };
            let key = if signed == 3 { &KEYS.1 } else { &KEYS.0 };
            (signed_by(key, header, claims), signed == 3)
        }
    };
    let expected = ExpectedLogout { issuer: ISSUER, client_id: CLIENT };
    let Ok(read) = UnprovenLogout::parse(&token, expected, at(now)) else { return Corpus::Keep };
    if let Ok(named) = read.prove(&KEYS.2) {
        assert!(!is_strange, "a stranger's signature counts");
        check_heard(&token, named, now);
    }
    Corpus::Keep
}

/// Read once more, by other means.
fn check_heard(token: &str, named: &NamedLogout, now: i64) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{token}") };
    let read = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).expect("Base64");
    let json = |part: &str| serde_json::from_slice::<Value>(&read(part)).expect("JSON");
    let (header, claims, signature) = (json(header), json(claims), read(signature));
    assert_eq!((&header["alg"], signature.len()), (&json!("EdDSA"), 64));
    let typ = header["typ"].as_str().expect("a type").to_ascii_lowercase();
    assert!(typ == "logout+jwt" || typ == "application/logout+jwt");
    assert!(header.get("crit").is_none() && header.get("cty").is_none());
    assert_eq!(claims["iss"], ISSUER);
    let audience = match &claims["aud"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    assert!(!audience.is_empty() && audience.iter().all(|one| one == CLIENT), "{audience:?}");
    assert!(claims["azp"].is_null() || claims["azp"] == CLIENT);
    assert!(claims.get("nonce").is_none(), "{claims}");
    assert!(claims["events"][EVENT].is_object(), "{claims}");
    let time = |name: &str| claims[name].as_f64().unwrap_or_else(|| panic!("{name} is {}", claims[name]));
    let seconds = now as f64;
    assert!(time("exp") > seconds && (seconds - 600.0..=seconds + 60.0).contains(&time("iat")), "{claims}");
    let names = [("sub", &named.subject), ("sid", &named.session), ("jti", &Some(named.token.clone()))];
    for (claim, name) in names {
        assert_eq!(claims[claim].as_str(), name.as_deref());
        assert!(name.as_ref().is_none_or(|name| (1..=255).contains(&name.len())));
    }
    assert!(named.subject.is_some() || named.session.is_some());
}

/// Tokens that are good, and such that nearly are.
pub fn seeds() -> Vec<Vec<u8>> {
    let header = json!({ "alg": "EdDSA", "typ": "logout+jwt", "kid": "one" });
    let claims = json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "f:1:ana", "sid": "08a5019c", "iat": NOW - 5, "exp": NOW + 120, "jti": "bWJq",
        "events": { EVENT: {} },
    });
    let list = json!([header, claims]).to_string();
    let mut seeds: Vec<Vec<u8>> = (0..16).map(|way: u8| [&[way, 0], list.as_bytes()].concat()).collect();
    let token = signed_by(&KEYS.0, &header, &claims);
    let unsigned = signed_by(&KEYS.0, &json!({ "alg": "none", "typ": "logout+jwt" }), &claims);
    let id_token = signed_by(&KEYS.0, &json!({ "alg": "EdDSA", "typ": "JWT" }), &claims);
    seeds.extend([&token, &unsigned, &id_token].map(|token| [&[0, 0], token.as_bytes()].concat()));
    let several = json!([header, { "iss": ISSUER, "aud": [CLIENT], "sid": "1", "jti": "2", "iat": NOW, "exp": NOW + 1, "events": { EVENT: {} } }]);
    seeds.push([&[1, 0], several.to_string().as_bytes()].concat());
    seeds
}

/// What tokens are made of.
pub fn words() -> Vec<String> {
    let words = [
        "alg", "none", "HS256", "RS256", "ES256", "EdDSA", "kid", "one", "typ", "logout+jwt", "application/logout+jwt", "JWT", "crit",
        "cty", "iss", ISSUER, "aud", CLIENT, "azp", "sub", "sid", "jti", "events", EVENT, "nonce", "iat", "exp", "1796000000", "1.796e9",
    ];
    words.map(str::to_owned).into()
}
