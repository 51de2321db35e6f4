//! What an answer of a SAML provider has to hold. Each that is refused names the right account, and is no proof.

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use postern::identity_provider::{
    IdentityProvider, ProvenIdentity, ProviderMistake, ProviderProtocol, SamlAnswer, SamlProvider,
    ServiceAddresses, parse_providers,
};
use postern::saml;
use postern_testkit::saml_provider::{
    CERTIFICATE, ENTITY_ID, OTHER_CERTIFICATE, ReadSamlRequest, SIGNED_WITH_SHA_1, SamlWords, posted,
    read_saml_request, saml_settings, sign_assertion, sign_by_algorithm, sign_by_another, sign_response,
};

const ACCOUNT: &str = "b4bd3c8f-gus";
const RSA_PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";

/// A sign-in under way at the provider of the settings.
struct SamlSignIn {
    provider: SamlProvider,
    ours: ServiceAddresses,
    request: ReadSamlRequest,
    anew_since: Option<Timestamp>,
    now: Timestamp,
}

impl SamlSignIn {
    fn new(is_anew: bool) -> Self {
        let now: Timestamp = "2026-12-02T12:00:00Z".parse().unwrap();
        let base = "https://quay.example.com/sign-in/federated/quay";
        let ours =
            ServiceAddresses { entity_id: format!("{base}/metadata"), consumer: format!("{base}/acs") };
        let provider = saml_of(&parse_providers(&saml_settings("quay")).unwrap()[0]);
        let asked = saml::ask(&provider, &ours, ("state-of-the-sign-in", is_anew)).unwrap();
        let request = read_saml_request(asked.url.as_str());
        assert_eq!(request.id, asked.id);
        Self { provider, ours, request, anew_since: is_anew.then_some(now), now }
    }

    fn right(&self) -> SamlWords {
        SamlWords::right(&self.request, ACCOUNT, self.now)
    }

    fn changed(&self, change: impl FnOnce(&mut SamlWords)) -> SamlWords {
        let mut words = self.right();
        change(&mut words);
        words
    }

    fn hears(&self, response: &str) -> Result<ProvenIdentity, String> {
        let answer = SamlAnswer {
            request_id: &self.request.id,
            relay_state: &self.request.relay_state,
            response,
            anew_since: self.anew_since,
        };
        saml::check(&self.provider, &self.ours, answer, self.now).map_err(|why| why.to_string())
    }

    /// That it is refused, and for this.
    fn refuses(&self, response: &str, why: &str) {
        let heard = self.hears(response);
        let text =
            heard.as_ref().err().unwrap_or_else(|| panic!("let in, and not refused for {why}: {heard:?}"));
        assert!(text.contains(why), "{text} does not say {why}");
    }
}

fn saml_of(provider: &IdentityProvider) -> SamlProvider {
    match &provider.protocol {
        ProviderProtocol::Saml(saml) => saml.clone(),
        ProviderProtocol::Oidc(_) => panic!("no SAML"),
    }
}

#[test]
fn a_provider_of_saml_reads() {
    let settings = saml_settings("quay");
    assert_eq!(saml_of(&parse_providers(&settings).unwrap()[0]).certificates.len(), 1);
    let two = settings.replace(CERTIFICATE, &format!("{CERTIFICATE}{OTHER_CERTIFICATE}"));
    assert_eq!(saml_of(&parse_providers(&two).unwrap()[0]).certificates.len(), 2);
    let mistake = |from: &str, to: &str| match parse_providers(&settings.replace(from, to)).unwrap_err() {
        ProviderMistake::Field(_, why) => why,
        other => panic!("{other}"),
    };
    assert!(mistake(CERTIFICATE, "").starts_with("certificates:"));
    assert!(mistake(CERTIFICATE, &CERTIFICATE.repeat(3)).starts_with("certificates:"));
    assert!(mistake("MII", "AAA").starts_with("certificates:"));
    assert!(mistake(ENTITY_ID, "with a space").starts_with("entity_id:"));
    assert!(mistake("sign_in_url = \"https", "sign_in_url = \"javascript").starts_with("sign_in_url:"));
    assert!(mistake("entity_id", "scopes = []\nentity_id").starts_with("entity_id, sign_in_url and"));
}

#[test]
fn what_is_asked_for_is_a_persistent_name_and_a_fresh_sign_in() {
    let asked = SamlSignIn::new(true);
    assert_eq!(asked.request.issuer, asked.ours.entity_id);
    assert_eq!(asked.request.consumer, asked.ours.consumer);
    assert!(asked.request.force_authn && !SamlSignIn::new(false).request.force_authn);
    assert!(asked.request.name_format.ends_with(":persistent"));
    let metadata = saml::metadata(&asked.ours).unwrap();
    for part in [&asked.ours.entity_id, &asked.ours.consumer, "HTTP-POST", ":persistent"] {
        assert!(metadata.contains(part), "{part} is not in {metadata}");
    }
}

#[test]
fn a_right_answer_names_the_account_by_all_of_its_name() {
    let asked = SamlSignIn::new(true);
    let heard = asked.hears(&asked.right().posted()).unwrap();
    assert_eq!(heard.subject, format!("[\"{ENTITY_ID}\",\"{}\",\"{ACCOUNT}\"]", asked.ours.entity_id));
    assert_eq!(heard.auth_time, Some(asked.now));
    assert!(heard.acr.unwrap().ends_with(":PasswordProtectedTransport"));
    let all_signed = sign_response(&asked.right().response());
    assert_eq!(asked.hears(&posted(&all_signed)).unwrap().subject, heard.subject);
    // Qualifiers that say what is so without them are the same name; others are another's.
    let with = |more: String| {
        asked.hears(&asked.changed(|words| words.name_attributes += &more).posted()).unwrap().subject
    };
    assert_eq!(
        with(format!(" NameQualifier=\"{ENTITY_ID}\" SPNameQualifier=\"{}\"", asked.ours.entity_id)),
        heard.subject
    );
    assert_ne!(with(" NameQualifier=\"https://elsewhere.example\"".to_owned()), heard.subject);
    // What a comment cuts in two is read whole: CVE-2018-0489 and its kin.
    let cut = asked.changed(|words| words.name = "gus<!-- -->.evil".to_owned());
    assert!(asked.hears(&cut.posted()).unwrap().subject.ends_with("\"gus.evil\"]"));
    let commented = asked.right().posted();
    let xml = String::from_utf8(decoded(&commented)).unwrap().replace(ACCOUNT, "b4bd3c8f<!-- -->-gus");
    assert_eq!(asked.hears(&posted(&xml)).unwrap().subject, heard.subject);
}

/// What stands before the first of these, from there to the second, and the rest.
fn cut(text: &str, from: &str, to: &str) -> (String, String, String) {
    let (before, rest) = text.split_at(text.find(from).unwrap());
    let (inside, after) = rest.split_at(rest.find(to).unwrap());
    (before.to_owned(), inside.to_owned(), after.to_owned())
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64.decode(text.as_bytes()).unwrap()
}

#[test]
fn an_answer_that_is_not_for_this_sign_in_is_refused() {
    let asked = SamlSignIn::new(true);
    let wrong = |change: fn(&mut SamlWords), why: &str| asked.refuses(&asked.changed(change).posted(), why);
    wrong(|words| words.in_response_to = <[String; 2]>::default(), "nResponseTo");
    wrong(|words| words.in_response_to[1] = "_another".to_owned(), "nResponseTo");
    wrong(|words| words.in_response_to[1].clear(), "nResponseTo");
    wrong(|words| words.in_response_to[0] = "_another".to_owned(), "nResponseTo");
    wrong(|words| words.issuers[1] = "https://other.example.com".to_owned(), "issuer");
    wrong(|words| words.issuers[0] = "https://other.example.com".to_owned(), "another issuer");
    wrong(|words| words.destination = "https://other.example.com/acs".to_owned(), "estination");
    wrong(|words| words.recipient = "https://other.example.com/acs".to_owned(), "ecipient");
    wrong(|words| words.audience = "https://other.example.com".to_owned(), "udience");
    wrong(|words| words.status = "Responder".to_owned(), "Responder");
    wrong(|words| words.confirmation = " NotBefore=\"2026-12-02T11:00:00Z\"".to_owned(), "NotBefore");
    let (before, _, after) = cut(&asked.right().response(), "<saml:AudienceR", "</saml:Conditions>");
    asked.refuses(&posted(&sign_assertion(&(before + &after))), "udience");
    let sender_vouches = asked.right().response().replace("cm:bearer", "cm:sender-vouches");
    asked.refuses(&posted(&sign_assertion(&sender_vouches)), "onfirmation");
    // Signed as a whole, it has to say where it was going.
    let nowhere = asked.changed(|words| words.destination.clear());
    assert!(asked.hears(&nowhere.posted()).is_ok());
    asked.refuses(&posted(&sign_response(&nowhere.response())), "estination");
}

#[test]
fn an_answer_that_is_over_or_old_is_refused() {
    let asked = SamlSignIn::new(true);
    let later = |seconds| SignedDuration::from_secs(seconds);
    let now = asked.now;
    let heard = |change: &dyn Fn(&mut SamlWords)| {
        let mut words = asked.right();
        change(&mut words);
        asked.hears(&words.posted()).is_ok()
    };
    for (end, is_right) in [(now, false), (now + later(1), true)] {
        assert_eq!(heard(&|words| words.not_on_or_after = end), is_right, "{end}");
        assert_eq!(heard(&|words| words.confirmed_until = end), is_right, "{end}");
    }
    for (at, is_right) in [(now + later(60), true), (now + later(62), false)] {
        assert_eq!(heard(&|words| words.not_before = at), is_right, "{at}");
    }
    for (at, is_right) in [(-601, false), (-600, true), (60, true), (61, false)] {
        assert_eq!(heard(&|words| words.issued_at = now + later(at)), is_right, "{at}");
    }
    // Of what is to be linked the sign-in there is of now.
    for (at, is_right) in [(-61, false), (-60, true), (60, true), (61, false)] {
        assert_eq!(heard(&|words| words.signed_in_at = now + later(at)), is_right, "{at}");
    }
    let (before, _, after) = cut(&asked.right().response(), "<saml:AuthnS", "</saml:Assertion>");
    asked.refuses(&posted(&sign_assertion(&(before + &after))), "no sign-in there");
    let in_no_hurry = SamlSignIn::new(false);
    let older = in_no_hurry.changed(|words| words.signed_in_at = now - SignedDuration::from_hours(8));
    assert!(in_no_hurry.hears(&older.posted()).is_ok());
    // For signing in it may be twelve hours old, or as old as the settings say.
    let hour = saml_settings("quay") + "max_age = 3600\n";
    let an_hour =
        SamlSignIn { provider: saml_of(&parse_providers(&hour).unwrap()[0]), ..SamlSignIn::new(false) };
    for (asked, oldest) in [(&in_no_hurry, 12 * 3600), (&an_hour, 3600)] {
        let heard = |age| asked.hears(&asked.changed(|words| words.signed_in_at = now - later(age)).posted());
        assert!(heard(oldest + 60).is_ok());
        assert!(heard(oldest + 61).unwrap_err().contains("the sign-in there is too old"));
        assert!(heard(-61).unwrap_err().contains("to come"));
    }
}

#[test]
fn a_time_that_is_none_is_refused() {
    let asked = SamlSignIn::new(true);
    let right = asked.right().response();
    for name in ["IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant"] {
        for at in ["2026-12-V0T12:00:00Z", "2026-12-02T12:00:00", "2026-12-02", "soon", ""] {
            let (before, rest) = right.split_once(&format!(" {name}=\"")).unwrap();
            let (_, after) = rest.split_once('"').unwrap();
            let wrong = format!("{before} {name}=\"{at}\"{after}");
            asked.refuses(&posted(&sign_assertion(&wrong)), "a time in it is none");
            asked.refuses(&posted(&wrong), "a time in it is none");
        }
    }
}

#[test]
fn what_no_xml_is_is_refused() {
    let asked = SamlSignIn::new(true);
    let right = asked.right().response();
    // It is signed, and what verifies it takes it: the namespace is that of the answer.
    let signed =
        sign_response(&right.replacen("<saml:Assertion xmlns:saml", "<saml:Assertion :mlns:saml", 1));
    asked.refuses(&posted(&signed), "it is no XML");
}

#[test]
fn a_name_that_may_be_somebody_elses_one_day_is_refused() {
    let asked = SamlSignIn::new(true);
    for format in
        ["2.0:nameid-format:transient", "1.1:nameid-format:emailAddress", "1.1:nameid-format:unspecified"]
    {
        let format = format!("Format=\"urn:oasis:names:tc:SAML:{format}\"");
        asked.refuses(&asked.changed(|words| words.name_attributes = format).posted(), "not persistent");
    }
    asked.refuses(&asked.changed(|words| words.name_attributes.clear()).posted(), "not persistent");
    for name in [" ".to_owned(), "g".repeat(257)] {
        asked.refuses(&asked.changed(|words| words.name = name).posted(), "empty, or too long");
    }
    for name in ["gus\ra", "gus\n", "gus&#13;"] {
        asked.refuses(&asked.changed(|words| words.name = name.to_owned()).posted(), "control character");
    }
    assert!(asked.hears(&asked.changed(|words| words.name.clear()).posted()).is_err());
}

#[test]
fn what_the_providers_key_did_not_sign_is_refused() {
    let asked = SamlSignIn::new(true);
    let right = asked.right().response();
    asked.refuses(&posted(&right), "ignature");
    // With its own certificate in it, and with the provider's.
    for named in [OTHER_CERTIFICATE, CERTIFICATE] {
        assert!(asked.hears(&posted(&sign_by_another(&right, named))).is_err());
    }
    let changed = sign_assertion(&right).replace(ACCOUNT, "b4bd3c8f-ana");
    asked.refuses(&posted(&changed), "ignature");
    // The second certificate counts as the first one does.
    let two = saml_settings("quay").replace(CERTIFICATE, &format!("{OTHER_CERTIFICATE}{CERTIFICATE}"));
    let provider = saml_of(&parse_providers(&two).unwrap()[0]);
    let rolling = SamlSignIn { provider, ..SamlSignIn::new(true) };
    assert!(rolling.hears(&rolling.right().posted()).is_ok());
    asked.refuses(&posted(&sign_by_algorithm(&right, RSA_PSS)), "algorithm is not allowed");
    // Which is said of signatures alone that are right.
    let mut asked = SamlSignIn::new(true);
    asked.request.id = "_request-sha-1".to_owned();
    asked.refuses(&posted(SIGNED_WITH_SHA_1), "algorithm is not allowed");
}

/// XML signature wrapping: what is signed stands somewhere in it, and something else stands where it is read.
#[test]
fn what_is_signed_somewhere_else_in_the_answer_counts_for_nothing() {
    let asked = SamlSignIn::new(true);
    let words = asked.right();
    let honest = sign_assertion(&words.response());
    let (_, signed, _) = cut(&honest, "<saml:Assertion", "</samlp:Response>");
    let (before, signature, after) = cut(&signed, "<ds:Signature", "<saml:Subject>");
    let (signed, signature, bare) = (signed.as_str(), signature.as_str(), before + &after);
    let evil = |id: &str| {
        let evil = asked.changed(|words| {
            words.name = "b4bd3c8f-ana".to_owned();
            words.assertion_id = id.to_owned();
        });
        evil.assertion()
    };
    let (same, other) = (evil(&words.assertion_id), evil("_evil"));
    let with = |assertion: &str, inside: &str| {
        assertion.replace("</saml:Issuer>", &format!("</saml:Issuer>{inside}"))
    };
    let object = |inside: &str| {
        signature.replace("</ds:Signature>", &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"))
    };
    let extension = |inside: &str| format!("<samlp:Extensions>{inside}</samlp:Extensions>");
    let confirmation = |inside: &str| {
        other.replace(
            "/></saml:SubjectConfirmation>",
            &format!(">{inside}</saml:SubjectConfirmationData></saml:SubjectConfirmation>"),
        )
    };
    let variants = [
        format!("{other}{signed}"),
        format!("{signed}{other}"),
        format!("{same}{signed}"),
        with(&other, signed),
        with(&same, signed),
        with(&other, &object(&bare)),
        with(&same, &object(&bare)),
        with(&other, &with(&bare, signature)),
        with(&other, signature) + &bare,
        format!("{}{other}", extension(signed)),
        format!("{}{}", extension(signed), with(&other, signature)),
        format!("{}{}", extension(&bare), with(&same, signature)),
        confirmation(signed),
        format!("{other}{signature}"),
        format!("{signature}{other}{}", extension(&bare)),
        other.replace("</saml:Assertion>", &format!("<saml:Advice>{signed}</saml:Advice></saml:Assertion>")),
    ];
    for (at, inside) in variants.iter().enumerate() {
        let heard = asked.hears(&posted(&words.response_with(inside)));
        assert!(heard.is_err(), "{at}: {heard:?}");
    }
    // The whole of an answer that was signed, within another one.
    let all = sign_response(&words.response());
    let wrapped = words.response_with(&format!("{}{other}", extension(&all)));
    assert!(asked.hears(&posted(&wrapped)).is_err());
    let renamed = words.response_with(&other).replace("_response-for-", "_evil-response-for-");
    let within = renamed.replace("<samlp:Status>", &format!("{}<samlp:Status>", extension(&all)));
    assert!(asked.hears(&posted(&within)).is_err());
    // Nothing wrong but that there are two, each signed: the crate reads one of them.
    let second = asked.changed(|words| words.assertion_id = "_second".to_owned());
    let two = sign_response(&words.response_with(&format!("{}{}", words.assertion(), second.assertion())));
    asked.refuses(&posted(&two), "not one signed assertion");
    assert!(asked.hears(&posted(&honest)).is_ok());
}

/// Whatever it refers to is followed before the signature itself is looked at: nothing outside the answer may be.
#[test]
fn what_a_signature_refers_to_is_in_the_answer_itself() {
    let asked = SamlSignIn::new(true);
    let words = asked.right();
    let honest = sign_assertion(&words.response());
    let (_, signature, _) = cut(&honest, "<ds:Signature", "<saml:Subject>");
    let reference = format!("URI=\"#{}\"", words.assertion_id);
    assert!(signature.contains(&reference));
    // A file that is there, in the folder of the tests.
    let of_file = signature.replace(&reference, "URI=\"Cargo.toml\"");
    let (_, first, _) = cut(&signature, "<ds:Reference", "<ds:SignatureValue>");
    let (first, _) = first.split_once("</ds:SignedInfo>").unwrap();
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/></ds:Transforms>";
    let instead = |own: &str| honest.replace(&signature, own);
    let beside = |more: &str| {
        honest
            .replace("<samlp:Status>", &format!("<samlp:Extensions>{more}</samlp:Extensions><samlp:Status>"))
    };
    let variants = [
        instead(&of_file),
        instead(&signature.replace(&reference, "URI=\"\"")),
        instead(&signature.replace(&reference, "")),
        instead(&signature.replace(&reference, "URI=\"#\"")),
        instead(&signature.replace(first, &format!("{first}{first}"))),
        instead(&signature.replace("</ds:Transforms>", xslt)),
        instead(&signature.replace("</ds:Signature>", "<ds:Object/></ds:Signature>")),
        instead(&format!("{signature}{signature}")),
        beside(&of_file),
        beside(&signature),
        beside("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>"),
        honest.replace(
            "</saml:AuthnStatement>",
            &format!("</saml:AuthnStatement><saml:Advice>{of_file}</saml:Advice>"),
        ),
    ];
    for response in variants {
        assert_ne!(response, honest);
        asked.refuses(&posted(&response), "a signature in it is not plain");
    }
    assert!(asked.hears(&posted(&honest)).is_ok());
}

#[test]
fn a_document_type_entities_and_what_is_too_large_are_refused() {
    let asked = SamlSignIn::new(true);
    let honest = sign_assertion(&asked.right().response());
    for dtd in [
        "<!DOCTYPE r>",
        "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE r [<!ENTITY e \"x\">]>",
    ] {
        assert!(asked.hears(&posted(&format!("{dtd}{honest}"))).is_err(), "{dtd}");
    }
    assert!(asked.hears(&posted(&honest.replace(ACCOUNT, "&e;"))).is_err());
    let nested = "<a>".repeat(100) + &"</a>".repeat(100);
    asked.refuses(&posted(&honest.replace("<samlp:Status>", &format!("{nested}<samlp:Status>"))), "depth");
    asked.refuses(
        &posted(&honest.replace("<samlp:Status>", &format!("{}<samlp:Status>", "<a/>".repeat(5000)))),
        "nodes",
    );
    for nothing in ["", "AAAA", "not base64!", &posted("<samlp:Response/>")] {
        assert!(asked.hears(nothing).is_err(), "{nothing}");
    }
}
