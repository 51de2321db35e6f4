//! Identity providers, by SAML 2.0: what they are asked, and what an answer has to hold.
//!
//! The crate checks the signature over what is read, its algorithms, `Destination`, `Issuer` and `Audience` of the assertion, a
//! bearer confirmation (`Recipient`, `InResponseTo`, `NotOnOrAfter`) and the times of the conditions, and refuses a DTD. What it
//! leaves out is checked here: that signatures are plain, one assertion and no more, the issuer of the answer itself, how old all of it is, when the
//! sign-in there was, `NotBefore` of a confirmation, and what kind of name the person has.

// By its path, so that the fuzzer finds it too, which reads this file from elsewhere.
#[path = "saml/plain_signatures.rs"]
mod plain_signatures;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use roxmltree::Document;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use saml_rs::constants::Binding;
use saml_rs::crypto::keys::load_certificate;
use saml_rs::metadata::{Endpoint, IdpMetadataConfig, try_generate_idp_metadata};
use saml_rs::xml::dom::{Node, parse_with_limits};
use saml_rs::xml::{ExtractorField, XmlLimits, extract_with_limits};
use saml_rs::{
    AcsEndpoint, AssertionSignaturePolicy, AudienceValidationPolicy, AuthnRequestSigningPolicy, BrowserInput,
    ClockSkew, EntityId, ForceAuthn, FormField, IdpDescriptor, LogoutPolicy, MetadataTrustPolicy,
    NameIdCreationPolicy, NameIdFormat, PendingAuthnRequest, PendingSnapshot, RelayStateParam, ReplayCache,
    ReplayKey, ReplayPolicy, ResponseSignaturePolicy, Saml, SamlError, SamlValidationContext, Sp, SpConfig,
    SpValidationPolicy, SsoResponse, SsoSession, StartSso, XmlPolicy, XmlSignatureProfile,
};
use url::Url;

use self::plain_signatures::expect_plain_signatures;
use crate::identity_provider::{
    ProvenIdentity, ProviderError, SamlAnswer, SamlProvider, SamlRequest, ServiceAddresses, short_word,
};

/// Clocks differ by so much, either way.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(1);
/// An assertion is of this sign-in: it was made so long ago at most.
const OLDEST_ASSERTION: SignedDuration = SignedDuration::from_mins(10);
/// What an answer may be. A form may be no longer anyway.
const LIMITS: XmlLimits = XmlLimits {
    max_bytes: 64 * 1024,
    max_depth: 64,
    max_nodes: 4_000,
    max_attributes_per_element: 32,
    max_attribute_value_bytes: 4 * 1024,
    max_text_bytes: 16 * 1024,
};
/// Attributes that hold a time, SAML core §2 and metadata §2.
const TIMES: [&str; 6] =
    ["IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter", "validUntil"];
/// SAML core §8.3.7: at most so many characters.
const LONGEST_NAME: usize = 256;

/// What an administrator gives to the provider.
pub fn metadata(ours: &ServiceAddresses) -> Result<String, ProviderError> {
    Ok(service(ours).map_err(unusable)?.metadata_xml().to_owned())
}

/// Asks for a sign-in.
pub fn ask(
    provider: &SamlProvider,
    ours: &ServiceAddresses,
    (relay_state, is_anew): (&str, bool),
) -> Result<SamlRequest, ProviderError> {
    let request = StartSso::redirect()
        .relay_state(RelayStateParam::try_from_option(Some(relay_state)).map_err(unusable)?)
        .force_authn(if is_anew { ForceAuthn::Required } else { ForceAuthn::NotRequired });
    let service = service(ours).map_err(unusable)?;
    let started = service.start_sso(&peer(provider).map_err(unusable)?, request).map_err(unusable)?;
    let url = started.outbound.redirect_url().map_err(unusable)?;
    let url = Url::parse(url).map_err(|why| ProviderError::Provider(why.to_string()))?;
    Ok(SamlRequest { url, id: started.pending.request_id().as_str().to_owned() })
}

/// Who came. That it is heard once is for the caller, who has taken the request out of the database before.
pub fn check(
    provider: &SamlProvider,
    ours: &ServiceAddresses,
    answer: SamlAnswer<'_>,
    now: Timestamp,
) -> Result<ProvenIdentity, ProviderError> {
    let xml = decoded(answer.response)?;
    let answered = parse_with_limits(&xml, LIMITS).map_err(|why| no_proof(&why.to_string()))?;
    expect_well_formed(&xml)?;
    expect_plain_signatures(&answered.root)?;
    expect_times(&answered.root)?;
    let session = session(provider, ours, answer, now).map_err(|why| no_proof(&why.to_string()))?;
    expect_one_assertion(&session)?;
    let read = AnswerFields::of(&session)?;
    if read.answer_issuer.as_deref().is_some_and(|issuer| issuer != provider.entity_id) {
        return Err(no_proof("the answer is of another issuer than its assertion"));
    }
    // Web browser SSO profile §4.1.4.2.
    if read.has_not_before {
        return Err(no_proof("a bearer confirmation has a NotBefore"));
    }
    let issued = instant(session.assertion_issue_instant().as_str())?;
    if !(now - OLDEST_ASSERTION..=now + CLOCK_SLACK).contains(&issued) {
        return Err(no_proof("the assertion was not made just now"));
    }
    let auth_time = signed_in_at(&session, (provider, answer.anew_since), now)?;
    Ok(ProvenIdentity {
        subject: subject(&session, &read, (provider, ours))?,
        // No logout is heard by SAML.
        session: None,
        amr: Vec::new(),
        acr: read.class.as_deref().map(short_word),
        auth_time: Some(auth_time),
    })
}

/// One or two certificates in PEM, as the settings hold them.
pub fn parse_certificates(text: &str) -> Result<Vec<String>, &'static str> {
    const WANTED: &str =
        "certificates: one or two of the provider's signing certificates are wanted, in PEM, with RSA keys";
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let all: Vec<String> = read.map_err(|_| WANTED)?.iter().map(|one| BASE64.encode(one)).collect();
    let are_readable = all.iter().all(|one| load_certificate(one).is_ok());
    if (1..=2).contains(&all.len()) && are_readable { Ok(all) } else { Err(WANTED) }
}

fn decoded(response: &str) -> Result<String, ProviderError> {
    let xml = BASE64.decode(response.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    xml.ok_or_else(|| no_proof("it is no XML in Base64"))
}

/// The crate's own parsers take what no XML is, names such as `:a` for one, each in its way: what they read could differ from what
/// is signed.
fn expect_well_formed(xml: &str) -> Result<(), ProviderError> {
    Document::parse(xml).map(|_| ()).map_err(|why| no_proof(&format!("it is no XML: {why}")))
}

/// A time that is none is refused before the crate reads it: its reader reckons with letters as if they were digits, which
/// ends a program that looks at overflows.
fn expect_times(node: &Node) -> Result<(), ProviderError> {
    for (name, value) in &node.attrs {
        if TIMES.contains(&name.rsplit(':').next().unwrap_or_default()) {
            instant(value)?;
        }
    }
    node.children.iter().try_for_each(expect_times)
}

fn session(
    provider: &SamlProvider,
    ours: &ServiceAddresses,
    answer: SamlAnswer<'_>,
    now: Timestamp,
) -> Result<SsoSession, SamlError> {
    let relay_state = RelayStateParam::try_from_option(Some(answer.relay_state))?;
    let pending = PendingAuthnRequest::from_snapshot(PendingSnapshot::authn_request(
        answer.request_id,
        relay_state,
        provider.entity_id.as_str(),
        "post",
        ours.consumer.as_str(),
        "post",
    ))?;
    let fields = vec![
        FormField::new("SAMLResponse", answer.response),
        FormField::new("RelayState", answer.relay_state),
    ];
    let mut heard = HeardOnce::default();
    let slack = i64::try_from(CLOCK_SLACK.as_millis()).unwrap_or_default();
    let context = SamlValidationContext::new(system_time(now), ReplayPolicy::RequireCache(&mut heard))
        // An assertion that is over is over.
        .with_clock_skew(ClockSkew::from_millis(-slack, 0));
    service(ours)?.finish_sso(&peer(provider)?, &pending, BrowserInput::<SsoResponse>::post(fields), context)
}

/// What names the ids of one answer. Between answers the request is what counts once: an assertion names it, and each is taken
/// from the database by the first answer.
#[derive(Default)]
struct HeardOnce(BTreeSet<String>);

impl ReplayCache for HeardOnce {
    fn check_and_store(&mut self, key: ReplayKey, _: SystemTime) -> Result<(), SamlError> {
        let key = key.cache_key();
        if self.0.insert(key.clone()) { Ok(()) } else { Err(SamlError::ReplayDetected { key }) }
    }
}

/// With more than one, which of them is signed and which is read could differ.
fn expect_one_assertion(session: &SsoSession) -> Result<(), ProviderError> {
    let assertions =
        session.replay_keys().iter().filter(|key| matches!(key, ReplayKey::AssertionId(_))).count();
    // The crate finds by the parser that checked them which nodes the signatures are of.
    let is_signed = !session.verified_xml_signatures().is_empty();
    if assertions == 1 && is_signed { Ok(()) } else { Err(no_proof("there is not one signed assertion")) }
}

/// The oldest sign-in that it speaks of.
fn signed_in_at(
    session: &SsoSession,
    (provider, anew_since): (&SamlProvider, Option<Timestamp>),
    now: Timestamp,
) -> Result<Timestamp, ProviderError> {
    let since = anew_since.unwrap_or_else(|| now - provider.max_age) - CLOCK_SLACK;
    let mut oldest = None;
    for statement in session.authn_sessions() {
        let at = statement.authn_instant().ok_or_else(|| no_proof("a sign-in there has no time"))?;
        let at = instant(at.as_str())?;
        if at < since && anew_since.is_none() {
            return Err(ProviderError::TooOld("the sign-in there is too old".to_owned()));
        }
        if !(since..=now + CLOCK_SLACK).contains(&at) {
            return Err(no_proof("the sign-in there is too old, or to come"));
        }
        oldest = Some(oldest.map_or(at, |oldest: Timestamp| oldest.min(at)));
    }
    oldest.ok_or_else(|| no_proof("it speaks of no sign-in there"))
}

/// Names the account for ever: a persistent name with what it is unique in, SAML core §8.3.7. Left out, that is the provider, and
/// this organisation. Any other kind of name may be given to somebody else one day.
fn subject(
    session: &SsoSession,
    read: &AnswerFields,
    (provider, ours): (&SamlProvider, &ServiceAddresses),
) -> Result<String, ProviderError> {
    let name = session.name_id();
    if name.format() != Some(&NameIdFormat::Persistent) {
        return Err(no_proof("the name of the person is not persistent"));
    }
    if !(1..=LONGEST_NAME).contains(&name.value().chars().count()) || name.value().trim().is_empty() {
        return Err(no_proof("the name of the person is empty, or too long"));
    }
    // The crate leaves a carriage return that other readers of XML take for a line feed.
    if name.value().chars().any(char::is_control) {
        return Err(no_proof("the name of the person has a control character"));
    }
    let qualifier = read.name_qualifier.as_deref().unwrap_or(&provider.entity_id);
    let for_whom = read.sp_name_qualifier.as_deref().unwrap_or(&ours.entity_id);
    Ok(serde_json::json!([qualifier, for_whom, name.value()]).to_string())
}

/// What the crate reads, and does not hand out.
struct AnswerFields {
    name_qualifier: Option<String>,
    sp_name_qualifier: Option<String>,
    answer_issuer: Option<String>,
    class: Option<String>,
    has_not_before: bool,
}

impl AnswerFields {
    fn of(session: &SsoSession) -> Result<Self, ProviderError> {
        let name = ["Response", "Assertion", "Subject", "NameID"];
        let confirmation =
            ["Response", "Assertion", "Subject", "SubjectConfirmation", "SubjectConfirmationData"];
        let class = ["Response", "Assertion", "AuthnStatement", "AuthnContext", "AuthnContextClassRef"];
        let fields = [
            ExtractorField::new("name_qualifier", &name).attrs(&["NameQualifier"]),
            ExtractorField::new("sp_name_qualifier", &name).attrs(&["SPNameQualifier"]),
            ExtractorField::new("answer_issuer", &["Response", "Issuer"]),
            ExtractorField::new("class", &class),
            ExtractorField::new("not_before", &confirmation).attrs(&["NotBefore"]),
        ];
        let read = extract_with_limits(&session.raw_flow().saml_content, &fields, LIMITS)
            .map_err(|why| no_proof(&why.to_string()))?;
        let text = |name: &str| read.get_str(name).map(str::to_owned);
        Ok(Self {
            name_qualifier: text("name_qualifier"),
            sp_name_qualifier: text("sp_name_qualifier"),
            answer_issuer: text("answer_issuer"),
            class: text("class"),
            has_not_before: text("not_before").is_some(),
        })
    }
}

fn service(ours: &ServiceAddresses) -> Result<Saml<Sp>, SamlError> {
    let policy = SpValidationPolicy {
        // Either the assertion or all of the answer is signed; nothing that is not counts.
        assertions: AssertionSignaturePolicy::AllowUnsignedForCompatibility,
        responses: ResponseSignaturePolicy::RequireForEncryptedCbc,
        xml_signatures: XmlSignatureProfile::StrictRsaSha2,
        authn_requests: AuthnRequestSigningPolicy::DoNotSignForCompatibility,
        audience: AudienceValidationPolicy::Validate,
        name_id_creation: NameIdCreationPolicy::AllowCreate,
        logout: LogoutPolicy::recommended(),
    };
    let config = SpConfig::builder(EntityId::try_new(ours.entity_id.as_str())?)
        .acs_endpoint(AcsEndpoint::post(ours.consumer.as_str())?)
        .name_id_format(NameIdFormat::Persistent)
        .validation(policy)
        .xml(XmlPolicy { limits: LIMITS, ..XmlPolicy::default() })
        .build()?;
    Saml::sp(config)
}

/// The crate knows a provider by its metadata alone: here, by what the settings say.
fn peer(provider: &SamlProvider) -> Result<IdpDescriptor, SamlError> {
    let metadata = try_generate_idp_metadata(&IdpMetadataConfig {
        entity_id: provider.entity_id.clone(),
        signing_certs: provider.certificates.clone(),
        single_sign_on_service: vec![Endpoint::new(Binding::Redirect, provider.sign_in_url.as_str())],
        ..IdpMetadataConfig::default()
    })?;
    let entity_id = EntityId::try_new(provider.entity_id.as_str())?;
    // It was written a line above, and comes from nobody.
    IdpDescriptor::from_metadata_xml_for(entity_id, &metadata, MetadataTrustPolicy::UnsignedForCompatibility)
}

fn instant(text: &str) -> Result<Timestamp, ProviderError> {
    text.parse().map_err(|_| no_proof("a time in it is none"))
}

/// It is later than 1970.
fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(at.as_microsecond().unsigned_abs())
}

fn no_proof(why: &str) -> ProviderError {
    ProviderError::Answer(why.to_owned())
}

fn unusable(why: SamlError) -> ProviderError {
    ProviderError::Provider(why.to_string())
}
