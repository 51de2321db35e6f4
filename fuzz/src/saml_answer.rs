//! An answer of a SAML provider: whoever is let in stands in an assertion that the provider's key signed, for us, for this sign-in
//! and of now.

use std::sync::LazyLock;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::Corpus;
use roxmltree::{Document, Node};
use saml_rs::constants::signature_algorithm::RSA_SHA256;
use saml_rs::crypto::construct_saml_signature;
use saml_rs::crypto::keys::load_private_key;
use serde_json::{Value, json};

use crate::identity_provider::{ProviderProtocol, SamlAnswer, SamlProvider, ServiceAddresses, parse_providers};
use crate::saml;
use crate::saml_provider::{
    CERTIFICATE, ENTITY_ID, OTHER_CERTIFICATE, ReadSamlRequest, SIGNED_WITH_SHA_1, SamlWords, saml_settings,
    sign_assertion, sign_response,
};

const ACCOUNT: &str = "b4bd3c8f-gus";
const REQUEST: &str = "_request-of-this-sign-in";
const STATE: &str = "state-of-this-sign-in";
const NOW: i64 = 1_796_000_000;
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

const THEIR_KEY: &str = include_str!("../../crates/testkit/src/saml_provider/signing.key.pem");
const STRANGE_KEY: &str = include_str!("../../crates/testkit/src/saml_provider/other.key.pem");

struct Provider {
    settings: SamlProvider,
    ours: ServiceAddresses,
}

static PROVIDER: LazyLock<Provider> = LazyLock::new(|| {
    let base = "https://quay.example.com/sign-in/federated/quay";
    let all = parse_providers(&saml_settings("quay")).expect("settings");
    let ProviderProtocol::Saml(settings) = all[0].protocol.clone() else { panic!("no SAML") };
    Provider {
        settings,
        ours: ServiceAddresses { entity_id: format!("{base}/metadata"), consumer: format!("{base}/acs") },
    }
});

/// How an input is signed: by its first byte.
#[derive(Clone, Copy, PartialEq)]
enum Signing {
    /// It is as it came. Nobody but the seeds has a signature of the provider then, and all of those are for one account.
    None,
    Assertion,
    Response,
    ByAnother,
}

impl Signing {
    fn of(byte: u8) -> Self {
        match byte % 8 {
            0..4 => Self::None,
            4 | 5 => Self::Assertion,
            6 => Self::Response,
            _ => Self::ByAnother,
        }
    }

    fn sign(self, xml: &str) -> Option<String> {
        let (all, key) = match self {
            Self::None => return Some(xml.to_owned()),
            Self::Assertion => (false, THEIR_KEY),
            Self::Response => (true, THEIR_KEY),
            Self::ByAnother => (false, STRANGE_KEY),
        };
        let key = load_private_key(key, None).expect("a key");
        construct_saml_signature(xml, all, &key, CERTIFICATE, RSA_SHA256, &[], None).ok()
    }
}

/// Checks an answer, as it is or signed here.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, input)) = bytes.split_first() else { return Corpus::Reject };
    let Ok(input) = str::from_utf8(input) else { return Corpus::Reject };
    let signing = Signing::of(*head);
    let Some(xml) = signing.sign(input) else { return Corpus::Keep };
    let now = at(NOW);
    let anew_since = (head & 8 != 0).then(|| now - SignedDuration::from_mins(5));
    let response = BASE64.encode(xml.as_bytes());
    let answer = SamlAnswer { request_id: REQUEST, relay_state: STATE, response: &response, anew_since };
    let Ok(person) = saml::check(&PROVIDER.settings, &PROVIDER.ours, answer, now) else { return Corpus::Keep };
    assert!(signing != Signing::ByAnother, "a stranger's signature counts: {xml}");
    let subject: Value = serde_json::from_str(&person.subject).expect("a list of three");
    if signing == Signing::None {
        assert_eq!(subject, json!([ENTITY_ID, PROVIDER.ours.entity_id, ACCOUNT]), "{xml}");
    }
    let signed_in = person.auth_time.expect("when they signed in there");
    assert!(signed_in <= now + SignedDuration::from_mins(1));
    assert!(anew_since.is_none_or(|since| signed_in >= since - SignedDuration::from_mins(1)), "{xml}");
    assert!(person.acr.iter().all(|word| word.chars().count() <= 100 && !word.chars().any(char::is_control)));
    check_accepted(&xml, &subject);
    Corpus::Keep
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time of 2026")
}

/// Read once more, by another parser.
fn check_accepted(xml: &str, subject: &Value) {
    let document = Document::parse(xml).unwrap_or_else(|why| panic!("let in, and no XML: {why}: {xml}"));
    let named = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name((ASSERTION, name)));
    let one = |name: &'static str| {
        let all: Vec<Node<'_, '_>> = named(name).collect();
        assert_eq!(all.len(), 1, "more than one {name}, or none: {xml}");
        all[0]
    };
    let assertion = one("Assertion");
    assert_eq!(assertion.parent_element(), Some(document.root_element()), "{xml}");
    let issuer = assertion.children().find(|node| node.has_tag_name((ASSERTION, "Issuer"))).expect("an issuer");
    assert_eq!(text_of(issuer).trim(), ENTITY_ID, "{xml}");
    let name = one("NameID");
    assert_eq!(name.attribute("Format"), Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"));
    assert_eq!(subject[2], text_of(name), "{xml}");
    assert!(named("Audience").any(|node| text_of(node).trim() == PROVIDER.ours.entity_id), "{xml}");
    let is_ours = |node: &Node<'_, '_>| {
        node.attribute("InResponseTo") == Some(REQUEST)
            && node.attribute("Recipient") == Some(&PROVIDER.ours.consumer)
            && node.attribute("NotOnOrAfter").and_then(|at| at.parse().ok()) > Some(at(NOW))
    };
    assert!(named("SubjectConfirmationData").any(|node| is_ours(&node)), "{xml}");
    let signatures = document.descendants().filter(|node| node.tag_name().name() == "SignatureValue").count();
    assert!((1..=2).contains(&signatures), "{xml}");
}

/// With what stands behind a comment.
fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// Answers that are good, and such that nearly are.
pub fn seeds() -> Vec<Vec<u8>> {
    let request = ReadSamlRequest {
        id: REQUEST.to_owned(),
        issuer: PROVIDER.ours.entity_id.clone(),
        consumer: PROVIDER.ours.consumer.clone(),
        force_authn: true,
        name_format: String::new(),
        relay_state: STATE.to_owned(),
    };
    let words = SamlWords::right(&request, ACCOUNT, at(NOW));
    let plain = words.response();
    let commented = SamlWords { name: "b4bd3c8f-g<!-- -->us".to_owned(), ..words.clone() }.response();
    let signed = [sign_assertion(&plain), sign_response(&plain), sign_assertion(&commented), sign_response(&sign_assertion(&plain))];
    // Beside the signed assertion, before and behind it, stands one of somebody else.
    let other = SamlWords { name: "eve".to_owned(), ..words.clone() }.assertion();
    let wrapped = signed.iter().flat_map(|xml| {
        [
            xml.replace("<saml:Assertion", &format!("{other}<saml:Assertion")),
            xml.replace("</samlp:Response>", &format!("{other}</samlp:Response>")),
            xml.replace("</samlp:Response>", &format!("<samlp:Extensions>{other}</samlp:Extensions></samlp:Response>")),
        ]
    });
    let with = |head: u8, xml: &str| [&[head], xml.as_bytes()].concat();
    let mut seeds: Vec<Vec<u8>> = [&plain, &commented].iter().flat_map(|xml| (0..16).map(|head| with(head, xml))).collect();
    seeds.extend(signed.iter().flat_map(|xml| [0, 8].map(|head| with(head, xml))));
    seeds.extend(wrapped.map(|xml| with(0, &xml)));
    seeds.push(with(0, SIGNED_WITH_SHA_1));
    seeds
}

/// What answers are made of.
pub fn words() -> Vec<String> {
    let certificate: String = OTHER_CERTIFICATE.lines().filter(|line| !line.starts_with('-')).take(1).collect();
    let words = [
        "<saml:Assertion ", "</saml:Assertion>", "<saml:NameID ", "<ds:Signature ", "<ds:Reference URI=\"\"", "URI=\"#", "ID=\"", "xmlns:saml=\"",
        "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE a [", "<!ENTITY b \"c\">", "&b;", "&amp;", "&#x41;", "<?a b?>", "xml:id=\"",
        "<saml:EncryptedAssertion>", "<samlp:Extensions>", "<ds:Object>", "<ds:Transform Algorithm=\"", "NotOnOrAfter=\"", "NotBefore=\"",
        "InResponseTo=\"", "Recipient=\"", "NameQualifier=\"", "SPNameQualifier=\"", "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature", ASSERTION, ENTITY_ID, ACCOUNT, REQUEST, "eve",
    ];
    words.map(str::to_owned).into_iter().chain([certificate]).collect()
}
