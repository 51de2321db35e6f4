//! What browsers send of passkeys and security keys. Whatever is accepted was asked by us, is of this site, and was signed by the
//! key; of a passkey, its owner was looked at.

use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use libfuzzer_sys::Corpus;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    SecurityKey, SecurityKeyAuthentication, SecurityKeyRegistration, Webauthn, WebauthnBuilder,
};

const HOST: &str = "postern.example";
const ORIGIN: &str = "https://postern.example";
const CHALLENGE: [u8; 32] = [9; 32];
const CREDENTIAL: [u8; 16] = [3; 16];
/// Present, verified, and with a credential in it.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTESTED: u8 = 64;
/// A byte that says what the rest is, and two that say how long its first part is.
const HEAD: usize = 3;

/// The server's half of each ceremony, with a challenge that stays.
struct Ceremonies {
    site: Webauthn,
    new_passkey: PasskeyRegistration,
    new_key: SecurityKeyRegistration,
    by_passkey: PasskeyAuthentication,
    by_key: SecurityKeyAuthentication,
}

static CEREMONIES: LazyLock<Ceremonies> = LazyLock::new(Ceremonies::begin);
static DEVICE: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).expect("a key"));

impl Ceremonies {
    fn begin() -> Self {
        let origin = Url::parse(ORIGIN).expect("an address");
        let site = WebauthnBuilder::new(HOST, &origin).and_then(|builder| builder.rp_name("Postern").build());
        let site = site.expect("a site");
        let (_, new_passkey) =
            site.start_passkey_registration(Uuid::nil(), "ana", "Ana", None).expect("a ceremony");
        let (_, new_key) = site
            .start_securitykey_registration(Uuid::nil(), "ana", "Ana", None, None, None)
            .expect("a ceremony");
        let new_passkey: PasskeyRegistration = with_our_challenge(&new_passkey);
        let new_key: SecurityKeyRegistration = with_our_challenge(&new_key);
        let made = |flags| {
            let created = registration(&client_data("webauthn.create"), &attestation(&device_data(flags, true)));
            serde_json::from_value::<RegisterPublicKeyCredential>(created).expect("an answer")
        };
        let passkey: Passkey =
            site.finish_passkey_registration(&made(PRESENT | VERIFIED), &new_passkey).expect("a passkey");
        let key: SecurityKey =
            site.finish_securitykey_registration(&made(PRESENT), &new_key).expect("a security key");
        let (_, by_passkey) = site.start_passkey_authentication(&[passkey]).expect("a ceremony");
        let (_, by_key) = site.start_securitykey_authentication(&[key]).expect("a ceremony");
        let (by_passkey, by_key) = (with_our_challenge(&by_passkey), with_our_challenge(&by_key));
        Self { site, new_passkey, new_key, by_passkey, by_key }
    }
}

/// The same state, as it is kept between two requests, with our challenge in it.
fn with_our_challenge<S: serde::Serialize + serde::de::DeserializeOwned>(state: &S) -> S {
    fn replace(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "challenge" { *value = json!(BASE64URL_NOPAD.encode(&CHALLENGE)) } else { replace(value) }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(replace),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(state).expect("a state can be kept");
    replace(&mut value);
    serde_json::from_value(value).expect("what was kept can be read")
}

/// Reads an answer: JSON as it is, or made of its two parts, which are signed here or not.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, input)) = bytes.split_at_checked(HEAD) else { return Corpus::Reject };
    let way = head[0];
    let (client, device) = input.split_at(input.len().min(usize::from(head[1]) | usize::from(head[2]) << 8));
    let is_signed = way & 4 != 0;
    let raw = || serde_json::from_slice::<Value>(input);
    if way & 1 == 0 {
        let answer = if way & 8 == 0 { Ok(registration(client, device)) } else { raw() };
        let Ok(answer) = answer else { return Corpus::Reject };
        check_registration(&answer, way & 2 == 0);
    } else {
        let answer = if way & 8 == 0 { Ok(assertion(client, device, is_signed)) } else { raw() };
        let Ok(answer) = answer else { return Corpus::Reject };
        check_assertion(&answer, (way & 2 == 0, way & 8 == 0 && !is_signed));
    }
    Corpus::Keep
}

fn check_registration(answer: &Value, is_passkey: bool) {
    // As a body is read.
    let bytes = answer.to_string();
    let Ok(created) = serde_json::from_str::<RegisterPublicKeyCredential>(&bytes) else { return };
    let all = &*CEREMONIES;
    let (id, kept) = if is_passkey {
        let Ok(passkey) = all.site.finish_passkey_registration(&created, &all.new_passkey) else { return };
        let kept = serde_json::to_string(&passkey).expect("it can be kept");
        assert!(serde_json::from_str::<Passkey>(&kept).is_ok_and(|read| read == passkey));
        (passkey.cred_id().to_vec(), kept)
    } else {
        let Ok(key) = all.site.finish_securitykey_registration(&created, &all.new_key) else { return };
        let kept = serde_json::to_string(&key).expect("it can be kept");
        assert!(serde_json::from_str::<SecurityKey>(&kept).is_ok_and(|read| read == key));
        (key.cred_id().to_vec(), kept)
    };
    check_client_data(created.response.client_data_json.as_ref(), "webauthn.create");
    assert!((1..=1023).contains(&id.len()), "an id of {} bytes", id.len());
    assert!(kept.len() <= 3 * bytes.len() + 2_000, "it is kept in {} bytes", kept.len());
    // Both kinds are kept alike.
    assert!(serde_json::from_str::<Passkey>(&kept).is_ok());
    let object: &[u8] = created.response.attestation_object.as_ref();
    let site = Sha256::digest(HOST);
    let flags = object.windows(33).filter(|window| window[..32] == site[..]).map(|window| window[32]);
    let wanted = PRESENT | ATTESTED | if is_passkey { VERIFIED } else { 0 };
    assert!(flags.into_iter().any(|flags| flags & wanted == wanted), "of another site, or nobody looked at its owner");
}

fn check_assertion(answer: &Value, (is_passkey, is_unsigned): (bool, bool)) {
    let Ok(read) = serde_json::from_str::<PublicKeyCredential>(&answer.to_string()) else { return };
    let all = &*CEREMONIES;
    let result = if is_passkey {
        all.site.finish_passkey_authentication(&read, &all.by_passkey)
    } else {
        all.site.finish_securitykey_authentication(&read, &all.by_key)
    };
    let Ok(result) = result else { return };
    assert!(!is_unsigned, "it was not signed");
    let client: &[u8] = read.response.client_data_json.as_ref();
    let device: &[u8] = read.response.authenticator_data.as_ref();
    check_client_data(client, "webauthn.get");
    assert_eq!(&device[..32], Sha256::digest(HOST).as_slice(), "it is of another site");
    let flags = device[32];
    assert!(flags & PRESENT != 0, "flags {flags:#b}");
    assert!(!is_passkey || flags & VERIFIED != 0, "nobody looked at its owner: {flags:#b}");
    assert_eq!(result.user_verified(), flags & VERIFIED != 0);
    let id: &[u8] = result.cred_id();
    assert_eq!(id, CREDENTIAL);
}

/// What the browser signed beside: of which kind, to which question, and where.
fn check_client_data(bytes: &[u8], kind: &str) {
    let data: Value = serde_json::from_slice(bytes).expect("JSON");
    assert_eq!(data["type"], kind);
    let challenge = data["challenge"].as_str().expect("a text").replace('+', "-").replace('/', "_");
    let challenge = BASE64URL_NOPAD.decode(challenge.trim_end_matches('=').as_bytes());
    assert_eq!(challenge.expect("Base64"), CHALLENGE);
    let origin = Url::parse(data["origin"].as_str().expect("a text")).expect("an address");
    assert_eq!(origin.origin(), Url::parse(ORIGIN).expect("an address").origin());
}

fn client_data(kind: &str) -> Vec<u8> {
    let challenge = BASE64URL_NOPAD.encode(&CHALLENGE);
    let data = json!({ "type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": false });
    data.to_string().into_bytes()
}

/// What the device says: the site, its flags, its count; of a new credential, its key in COSE.
fn device_data(flags: u8, is_new: bool) -> Vec<u8> {
    let flags = if is_new { flags | ATTESTED } else { flags };
    let mut data = [Sha256::digest(HOST).as_slice(), &[flags], &[0, 0, 0, 0]].concat();
    if is_new {
        let length = u16::try_from(CREDENTIAL.len()).expect("a short id").to_be_bytes();
        data.extend([&[0; 16][..], &length, &CREDENTIAL].concat());
        let point = DEVICE.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat());
    }
    data
}

/// `{"fmt": "none", "attStmt": {}, "authData": …}` in CBOR.
fn attestation(device: &[u8]) -> Vec<u8> {
    let length = u16::try_from(device.len()).expect("short data").to_be_bytes();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59", &length[..], device].concat()
}

fn registration(client: &[u8], object: &[u8]) -> Value {
    let id = BASE64URL_NOPAD.encode(&CREDENTIAL);
    json!({
        "id": id, "rawId": id, "type": "public-key", "extensions": {},
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(client), "attestationObject": BASE64URL_NOPAD.encode(object),
        },
    })
}

fn assertion(client: &[u8], device: &[u8], is_signed: bool) -> Value {
    let text = [device, Sha256::digest(client).as_slice()].concat();
    // Of another key, where it is not to be ours.
    let signature: Signature = if is_signed {
        DEVICE.sign(&text)
    } else {
        SigningKey::from_slice(&[8; 32]).expect("a key").sign(&text)
    };
    let id = BASE64URL_NOPAD.encode(&CREDENTIAL);
    json!({
        "id": id, "rawId": id, "type": "public-key", "extensions": {},
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(client),
            "authenticatorData": BASE64URL_NOPAD.encode(device),
            "signature": BASE64URL_NOPAD.encode(signature.to_der().as_bytes()),
            "userHandle": null,
        },
    })
}

/// Answers that are good, in their parts and as JSON.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut add = |way: u8, client: &[u8], rest: &[u8]| {
        let length = u16::try_from(client.len()).expect("short data").to_le_bytes();
        seeds.push([&[way], &length[..], client, rest].concat());
    };
    for flags in [PRESENT, PRESENT | VERIFIED, PRESENT | VERIFIED | 8 | 16] {
        let (create, get) = (client_data("webauthn.create"), client_data("webauthn.get"));
        let (object, device) = (attestation(&device_data(flags, true)), device_data(flags, false));
        for kind in [0, 2] {
            add(kind, &create, &object);
            add(kind | 1, &get, &device);
            add(kind | 1 | 4, &get, &device);
            add(kind | 8, &[], registration(&create, &object).to_string().as_bytes());
            add(kind | 1 | 8, &[], assertion(&get, &device, true).to_string().as_bytes());
        }
    }
    seeds
}

/// What answers are made of.
pub fn words() -> Vec<String> {
    let words = [
        "type", "webauthn.create", "webauthn.get", "challenge", "origin", ORIGIN, "crossOrigin", "topOrigin", "tokenBinding", "fmt", "none",
        "packed", "fido-u2f", "tpm", "android-key", "android-safetynet", "apple", "attStmt", "authData", "alg", "sig", "x5c", "ver", "id",
        "rawId", "response", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "extensions",
        "transports", "public-key", "credProps", "appid",
    ];
    words.map(str::to_owned).into()
}
