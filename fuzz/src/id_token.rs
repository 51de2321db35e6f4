//! An id token of an identity provider: whoever is let in by one stands in a token that was signed by the provider's key, is for
//! us, of this sign-in and of now.

#[path = "../../crates/postern/src/oidc/id_token.rs"]
mod ours;

use std::str::FromStr as _;
use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jiff::Timestamp;
use libfuzzer_sys::Corpus;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{IssuerUrl, JsonWebKeyId, PrivateSigningKey as _};
use ours::ExpectedToken;
use serde_json::{Value, json};

use crate::proven_identity::ProvenIdentity;

const ISSUER: &str = "https://login.example/realms/staff";
const CLIENT: &str = "postern";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_796_000_000;
/// Two bytes say how the rest is signed, and when it comes.
const HEAD: usize = 2;

/// The provider, and a stranger.
struct Keys {
    theirs: CoreEdDsaPrivateSigningKey,
    strange: CoreEdDsaPrivateSigningKey,
    public: CoreJsonWebKeySet,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let (theirs, strange) = (key(7), key(8));
    Keys { public: CoreJsonWebKeySet::new(vec![theirs.as_verification_key()]), theirs, strange }
});

/// A key of this number, in PKCS #8.
pub(crate) fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let text = BASE64.encode(&[&head[..], &[number; 32]].concat());
    let kind = "PRIVATE KEY";
    let pem = format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("one".to_owned()))).expect("a key")
}

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
            let key = if signed == 3 { &KEYS.strange } else { &KEYS.theirs };
            (signed_by(key, header, claims), signed == 3)
        }
    };
    let Ok(read) = CoreIdToken::from_str(&token) else { return Corpus::Keep };
    let issuer = IssuerUrl::new(ISSUER.to_owned()).expect("an address");
    let may_say_no_time = head[0] & 8 == 0;
    let expected = ExpectedToken {
        issuer: &issuer,
        keys: &KEYS.public,
        client_id: CLIENT,
        nonce: NONCE,
        signed_in_since: at(now - 300),
        may_say_no_time,
    };
    if let Ok(person) = expected.check(&read, at(now)) {
        assert!(!is_strange, "a stranger's signature counts");
        check_accepted(&token, &person, (now, may_say_no_time));
    }
    Corpus::Keep
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time of 2026")
}

pub(crate) fn signed_by(key: &CoreEdDsaPrivateSigningKey, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).expect("a signature");
    format!("{text}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// Read once more, by other means.
fn check_accepted(token: &str, person: &ProvenIdentity, (now, may_say_no_time): (i64, bool)) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{token}") };
    let read = |part: &str| BASE64URL_NOPAD.decode(part.trim_end_matches('=').as_bytes()).expect("Base64");
    let json = |part: &str| serde_json::from_slice::<Value>(&read(part)).expect("JSON");
    let (header, claims, signature) = (json(header), json(claims), read(signature));
    assert_eq!((&header["alg"], signature.len()), (&json!("EdDSA"), 64));
    assert_eq!(claims["iss"], ISSUER);
    let audience = match &claims["aud"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    assert!(audience.contains(&json!(CLIENT)), "{audience:?}");
    assert!(claims["azp"].is_null() || claims["azp"] == CLIENT);
    assert_eq!(claims["nonce"], NONCE);
    let time = |name: &str| claims[name].as_f64().unwrap_or_else(|| panic!("{name} is {}", claims[name]));
    let now = now as f64;
    assert!(time("exp") > now - 1.0 && (now - 601.0..=now + 61.0).contains(&time("iat")), "{claims}");
    if !(may_say_no_time && claims["auth_time"].is_null()) {
        assert!((now - 361.0..=now + 61.0).contains(&time("auth_time")), "{claims}");
    }
    if let Some(at) = person.auth_time {
        assert!((at.as_second() as f64 - time("auth_time")).abs() < 1.0, "{at} {claims}");
    }
    assert_eq!(claims["sub"], person.subject.as_str());
    assert!((1..=255).contains(&person.subject.len()));
    assert!(person.amr.len() <= 10);
    for word in person.amr.iter().chain(&person.acr) {
        assert!(word.chars().count() <= 100 && !word.chars().any(char::is_control));
    }
}

/// Tokens that are good, and such that nearly are.
pub fn seeds() -> Vec<Vec<u8>> {
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "one" });
    let claims = json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "f:1:ana", "nonce": NONCE, "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 60,
        "azp": CLIENT, "amr": ["pwd", "otp"], "acr": "urn:mace:incommon:iap:silver",
    });
    let list = json!([header, claims]).to_string();
    let mut seeds: Vec<Vec<u8>> = (0..16).map(|way: u8| [&[way, 0], list.as_bytes()].concat()).collect();
    let token = signed_by(&KEYS.theirs, &header, &claims);
    let unsigned = signed_by(&KEYS.theirs, &json!({ "alg": "none" }), &claims);
    let shared = signed_by(&KEYS.theirs, &json!({ "alg": "HS256" }), &claims);
    let several = json!([header, { "iss": ISSUER, "aud": [CLIENT, "other"], "sub": "1", "nonce": NONCE, "iat": NOW, "exp": NOW + 1 }]);
    seeds.extend([&token, &unsigned, &shared].map(|token| [&[0, 0], token.as_bytes()].concat()));
    seeds.push([&[1, 0], several.to_string().as_bytes()].concat());
    seeds
}

/// What tokens are made of.
pub fn words() -> Vec<String> {
    let words = [
        "alg", "none", "HS256", "RS256", "ES256", "EdDSA", "kid", "one", "typ", "JWT", "crit", "jwk", "x5c", "iss", ISSUER, "aud", CLIENT,
        "azp", "sub", "nonce", NONCE, "iat", "exp", "nbf", "auth_time", "amr", "acr", "at_hash", "c_hash", "email", "email_verified",
        "1796000000", "1.796e9",
    ];
    words.map(str::to_owned).into()
}
