//! What phones send: the address of a push service, a key, a number, an answer, and what they sign.

#[path = "../../crates/postern/src/public_address.rs"]
mod public_address;

use std::net::IpAddr;

use libfuzzer_sys::Corpus;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use postern_core::factor::push::{PushAnswer, PushKey, PushNumber, PushStatement};
use public_address::{is_public, plain_endpoint, public_endpoint};
use serde_json::Value;
use url::Host;

/// Reads it in the way that the first byte says.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((way, input)) = bytes.split_first() else { return Corpus::Reject };
    let Ok(text) = str::from_utf8(input) else { return Corpus::Reject };
    match way % 4 {
        0 => check_subscription(text),
        1 => check_statement(text),
        2 => check_signature(text),
        _ => check_words(text),
    }
    Corpus::Keep
}

/// As a browser gives it: nothing in the network of the server can be meant by its address.
fn check_subscription(text: &str) {
    let sent: Value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let endpoint = sent.get("endpoint").and_then(Value::as_str).unwrap_or(text);
    let Some(url) = public_endpoint(endpoint) else { return };
    assert!(endpoint.len() <= 1_000 && url.scheme() == "https" && url.port().is_none());
    assert!(url.username().is_empty() && url.password().is_none());
    assert_eq!(plain_endpoint(endpoint).as_ref(), Some(&url));
    let address: Option<IpAddr> = match url.host().expect("a host") {
        Host::Domain(name) => {
            assert!(name.contains('.') && name.parse::<IpAddr>().is_err(), "{name}");
            None
        }
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    };
    if let Some(address) = address {
        check_address(address);
    }
    // Written as it is kept, it is the same.
    if url.as_str().len() <= 1_000 {
        assert_eq!(public_endpoint(url.as_str()), Some(url));
    }
}

/// By what the standard library knows of addresses.
fn check_address(address: IpAddr) {
    assert!(is_public(address));
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let is_special = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_unspecified();
            assert!(!is_special, "{address}");
        }
        IpAddr::V6(address) => {
            let is_special = address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local();
            assert!(!is_special, "{address}");
            // Behind a translator.
            if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() {
                let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
                check_address(IpAddr::from([a, b, c, d]));
            }
        }
    }
}

/// Two statements that say different things are different texts: no field can be taken for a part of its neighbour.
fn check_statement(text: &str) {
    let mut fields = text.splitn(6, '\n');
    let mut next = || fields.next().unwrap_or_default();
    let (kind, one, two, three, four, rest) = (next(), next(), next(), next(), next(), next());
    let at = i64::try_from(one.len()).unwrap_or_default();
    let answer = PushAnswer::ALL[two.len() % 3];
    let (statement, said) = match kind.len() % 4 {
        0 => (
            PushStatement::Enrol { secret: one, public_key: two, label: rest },
            vec!["enrol".to_owned(), one.to_owned(), two.to_owned(), rest.to_owned()],
        ),
        1 => (PushStatement::List { device: two, at }, vec!["list".to_owned(), two.to_owned(), at.to_string()]),
        2 => (
            PushStatement::Subscribe { device: two, at, endpoint: rest, p256dh: three, auth: four },
            ["subscribe", two, &at.to_string(), three, four, rest].map(str::to_owned).into(),
        ),
        _ => (
            PushStatement::Answer { device: one, request: two, answer, number: three, shown: rest },
            ["answer", one, two, answer.as_str(), three, rest].map(str::to_owned).into(),
        ),
    };
    let signed = statement.text("https://postern.example");
    let (_, rest) = signed.split_once("\nhttps://postern.example\n").expect("the origin is signed");
    let read: Vec<&str> = rest.splitn(said.len(), '\n').collect();
    assert_eq!(read, said);
    assert_ne!(signed, statement.text("https://postern.example.org"));
}

/// A signature is one of the key, over this text.
fn check_signature(text: &str) {
    let (said, typed) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(key) = PushKey::parse(typed) {
        assert_eq!((key.text().as_str(), key.device().len()), (typed, 43), "a key is written in one way");
    }
    let ours = SigningKey::from_slice(&[7; 32]).expect("a key");
    let point = data_encoding::BASE64URL_NOPAD.encode(ours.verifying_key().to_sec1_point(false).as_bytes());
    let key = PushKey::parse(&point).expect("a key");
    let signature: Signature = ours.sign(said.as_bytes());
    let signature = data_encoding::BASE64URL_NOPAD.encode(&signature.to_bytes());
    assert!(key.signed(said, &signature));
    assert!(!key.signed(&format!("{said} "), &signature), "it counts for another text");
    assert!(typed == signature || !key.signed(&format!("{said}!"), typed), "anything is a signature");
}

/// What is typed, and the word of an answer.
fn check_words(text: &str) {
    if let Some(number) = PushNumber::parse(text) {
        assert!(number.digits().len() == 6 && number.digits().bytes().all(|digit| digit.is_ascii_digit()));
        assert!(PushNumber::parse(&number.grouped()) == Some(number));
    }
    if let Some(answer) = PushAnswer::parse(text) {
        assert_eq!(answer.as_str(), text);
    }
}

/// Of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for endpoint in [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/QAbc",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2606:4700::1111]/x",
        "https://0x7f.1/",
        "https://1.1.1.1:8443/",
        "https://a:b@push.example/",
        "http://localhost/",
    ] {
        seeds.push(format!("\0{{\"endpoint\":\"{endpoint}\",\"p256dh\":\"BA\",\"auth\":\"AA\"}}").into_bytes());
        seeds.push(format!("\0{endpoint}").into_bytes());
    }
    for kind in ["", "a", "aa", "aaa"] {
        seeds.push(format!("\u{1}{kind}\none\ntwo\nthree\nfour\nfive\nsix").into_bytes());
    }
    seeds.push(b"\x02said\nBAAA".to_vec());
    seeds.extend(["482 913", "approve", "deny", "not_me"].map(|word| format!("\u{3}{word}").into_bytes()));
    seeds
}
