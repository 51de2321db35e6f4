//! An identity provider of SAML 2.0, without a server: it reads a request from the address that Postern's page leads to, and
//! writes what its people's browsers post back. It lies where it is told to. The library signs; the rest is text, as an
//! attacker would write it.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use saml_rs::binding::{base64_decode, deflate_raw_decode};
use saml_rs::constants::signature_algorithm::RSA_SHA256;
use saml_rs::crypto::construct_saml_signature;
use saml_rs::crypto::keys::load_private_key;
use saml_rs::xml::{ExtractorField, extract};
use url::Url;

/// What it calls itself.
pub const ENTITY_ID: &str = "https://login.example.com/saml";
/// Where it is asked.
pub const SIGN_IN_URL: &str = "https://login.example.com/saml/sso";
/// What it signs with.
pub const CERTIFICATE: &str = include_str!("saml_provider/signing.crt.pem");
/// What somebody else signs with.
pub const OTHER_CERTIFICATE: &str = include_str!("saml_provider/other.crt.pem");
/// A right answer to the request `_request-sha-1` at the address in it, of 2026-12-02T12:00:00Z, but for its signature: RSA with
/// SHA-1, by xmlsec1, because the library verifies such a signature and makes none.
pub const SIGNED_WITH_SHA_1: &str = include_str!("saml_provider/signed_with_sha1.xml");
const KEY: &str = include_str!("saml_provider/signing.key.pem");
const OTHER_KEY: &str = include_str!("saml_provider/other.key.pem");
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// As the settings of an organisation name it.
pub fn saml_settings(name: &str) -> String {
    format!(
        "[[provider]]\nname = \"{name}\"\ntitle = \"{name} account\"\nentity_id = \"{ENTITY_ID}\"\nsign_in_url = \"{SIGN_IN_URL}\"\ncertificates = '''\n{CERTIFICATE}'''\n"
    )
}

/// A request, as the provider reads it.
#[derive(Clone, Debug)]
pub struct ReadSamlRequest {
    /// Of the request.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// Where the answer goes.
    pub consumer: String,
    /// Whether the person has to sign in anew.
    pub force_authn: bool,
    /// What kind of name is wanted.
    pub name_format: String,
    /// Goes back as it came.
    pub relay_state: String,
}

/// Reads it, as it stands in an address.
pub fn read_saml_request(to: &str) -> ReadSamlRequest {
    assert!(to.starts_with(&format!("{SIGN_IN_URL}?")), "{to}");
    let sent: BTreeMap<String, String> = Url::parse(to).unwrap().query_pairs().into_owned().collect();
    let xml = deflate_raw_decode(&base64_decode(&sent["SAMLRequest"]).unwrap()).unwrap();
    let fields = [
        ExtractorField::new("request", &["AuthnRequest"]).attrs(&[
            "ID",
            "AssertionConsumerServiceURL",
            "ForceAuthn",
        ]),
        ExtractorField::new("issuer", &["AuthnRequest", "Issuer"]),
        ExtractorField::new("format", &["AuthnRequest", "NameIDPolicy"]).attrs(&["Format"]),
    ];
    let read = extract(std::str::from_utf8(&xml).unwrap(), &fields).unwrap();
    let text = |name: &str| read.get_str(name).unwrap_or_default().to_owned();
    ReadSamlRequest {
        id: text("request.id"),
        issuer: text("issuer"),
        consumer: text("request.assertionConsumerServiceUrl"),
        force_authn: text("request.forceAuthn") == "true",
        name_format: text("format"),
        relay_state: sent["RelayState"].clone(),
    }
}

/// What an answer says, each as it stands in the XML.
#[derive(Clone, Debug)]
pub struct SamlWords {
    /// In the answer and in the confirmation.
    pub in_response_to: [String; 2],
    /// Of the answer and of the assertion.
    pub issuers: [String; 2],
    pub destination: String,
    pub recipient: String,
    pub audience: String,
    pub assertion_id: String,
    /// With its tags' inside, so that a comment can stand in it.
    pub name: String,
    /// `Format` and qualifiers.
    pub name_attributes: String,
    /// More of the confirmation's data.
    pub confirmation: String,
    pub issued_at: Timestamp,
    pub not_before: Timestamp,
    pub not_on_or_after: Timestamp,
    pub confirmed_until: Timestamp,
    pub signed_in_at: Timestamp,
    pub status: String,
}

impl SamlWords {
    /// Nothing wrong with it.
    pub fn right(request: &ReadSamlRequest, name: &str, now: Timestamp) -> Self {
        let id = request.id.clone();
        Self {
            in_response_to: [id.clone(), id.clone()],
            issuers: [ENTITY_ID.to_owned(), ENTITY_ID.to_owned()],
            destination: request.consumer.clone(),
            recipient: request.consumer.clone(),
            audience: request.issuer.clone(),
            assertion_id: format!("_assertion-for{id}"),
            name: name.to_owned(),
            name_attributes: format!(r#"Format="{PERSISTENT}""#),
            confirmation: String::new(),
            issued_at: now,
            not_before: now,
            not_on_or_after: now + SignedDuration::from_mins(5),
            confirmed_until: now + SignedDuration::from_mins(5),
            signed_in_at: now,
            status: "Success".to_owned(),
        }
    }

    /// The assertion, without a signature.
    pub fn assertion(&self) -> String {
        let Self { assertion_id, audience, recipient, name, name_attributes, confirmation, .. } = self;
        let times =
            [self.issued_at, self.not_before, self.not_on_or_after, self.confirmed_until, self.signed_in_at];
        let [at, not_before, until, confirmed_until, signed_in] = times.map(text);
        let (issuer, asked) = (&self.issuers[1], attribute("InResponseTo", &self.in_response_to[1]));
        format!(
            r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion_id}" Version="2.0" IssueInstant="{at}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID {name_attributes}>{name}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData {asked} NotOnOrAfter="{confirmed_until}" Recipient="{recipient}"{confirmation}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{not_before}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{signed_in}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement></saml:Assertion>"#
        )
    }

    /// The answer with this in it.
    pub fn response_with(&self, inside: &str) -> String {
        let (issuer, at) = (&self.issuers[0], text(self.issued_at));
        let asked = attribute("InResponseTo", &self.in_response_to[0]);
        let destination = attribute("Destination", &self.destination);
        let status = &self.status;
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response-for-{}" Version="2.0" IssueInstant="{at}" {destination} {asked}><saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>{inside}</samlp:Response>"#,
            self.assertion_id
        )
    }

    /// The answer, unsigned.
    pub fn response(&self) -> String {
        self.response_with(&self.assertion())
    }

    /// As it is posted, with its assertion signed.
    pub fn posted(&self) -> String {
        posted(&sign_assertion(&self.response()))
    }
}

fn attribute(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(r#"{name}="{value}""#) }
}

fn text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As a form's field.
pub fn posted(xml: &str) -> String {
    BASE64.encode(xml.as_bytes())
}

/// Signs the first assertion in it.
pub fn sign_assertion(xml: &str) -> String {
    sign(xml, false, (KEY, CERTIFICATE), RSA_SHA256)
}

/// Signs all of it.
pub fn sign_response(xml: &str) -> String {
    sign(xml, true, (KEY, CERTIFICATE), RSA_SHA256)
}

/// Signs the assertion with a key that no settings name, which names itself, or pretends to be the right one.
pub fn sign_by_another(xml: &str, named: &str) -> String {
    sign(xml, false, (OTHER_KEY, named), RSA_SHA256)
}

/// Signs the assertion in another way.
pub fn sign_by_algorithm(xml: &str, algorithm: &str) -> String {
    sign(xml, false, (KEY, CERTIFICATE), algorithm)
}

fn sign(xml: &str, all: bool, (key, certificate): (&str, &str), algorithm: &str) -> String {
    let key = load_private_key(key, None).unwrap();
    construct_saml_signature(xml, all, &key, certificate, algorithm, &[], None).unwrap()
}
