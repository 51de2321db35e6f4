//! The figures of RFC 6030, and what makers change in them.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use cbc::Encryptor;
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use sha1::Sha1;

use super::*;

const FIGURE_3: &str = include_str!("../rfc_6030/figure_3.xml");
const FIGURE_6: &str = include_str!("../rfc_6030/figure_6.xml");
const FIGURE_7: &str = include_str!("../rfc_6030/figure_7.xml");
const FIGURE_10: &str = include_str!("../rfc_6030/figure_10.xml");
/// The key of figure 6, and the passphrase of figure 7.
const KEY: &str = "12345678901234567890123456789012";
const PASSPHRASE: &str = "qwerty";
const SEED: &[u8] = b"12345678901234567890";

fn parse_with(text: &str, key: &str) -> Result<Vec<TokenRow>, TokenFileError> {
    parse_tokens(text.as_bytes(), FileKey::typed(Zeroizing::new(key.to_owned())).as_ref(), now())
}

/// Figure 3 with something else in it.
fn changed(was: &str, is: &str) -> String {
    assert!(FIGURE_3.contains(was), "{was}");
    FIGURE_3.replace(was, is)
}

fn message(text: &str) -> String {
    let mut problems = problems(parse(text));
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0).1
}

/// The token of figures 3, 6 and 7.
fn expect_the_token_of_the_rfc(read: Result<Vec<TokenRow>, TokenFileError>) {
    let tokens = read.unwrap();
    let [token] = tokens.as_slice() else { panic!("{} tokens", tokens.len()) };
    assert_eq!((token.serial.as_str(), token.seed.as_bytes(), token.counter), ("987654321", SEED, 0));
    let codes = OtpCodes { algorithm: OtpAlgorithm::Sha1, digits: 8 };
    assert_eq!(token.model, TokenModel { moved_by: MovingFactor::Count, codes });
}

#[test]
fn the_figures_in_the_clear() {
    expect_the_token_of_the_rfc(parse(FIGURE_3));
    // A byte order mark, an empty line before it, and the line ends of another system.
    expect_the_token_of_the_rfc(parse(&format!("\u{feff}{}", FIGURE_3.replace('\n', "\r\n"))));
    assert_eq!(parse(FIGURE_3).unwrap()[0].line, 5);
    // Figure 9 is signed: the signature is not looked at.
    assert_eq!(parse(include_str!("../rfc_6030/figure_9.xml")).unwrap()[0].serial, "0755225266");
}

#[test]
fn the_figures_that_no_token_is_made_of() {
    // Four bytes of a seed; a seed that is elsewhere; a PIN beside the key; dates that are over.
    let figure = |text| {
        problems(parse(text)).into_iter().map(|(line, said)| format!("{line} {said}")).collect::<Vec<_>>()
    };
    let two = figure(include_str!("../rfc_6030/figure_2.xml"));
    assert_eq!(two, ["5 ResponseFormat must say codes of 6 or 8 decimal digits."]);
    let four = figure(include_str!("../rfc_6030/figure_4.xml"));
    assert_eq!(four, ["5 There is no seed in this key."]);
    let five = figure(include_str!("../rfc_6030/figure_5.xml"));
    assert!(five.len() == 1 && five[0].starts_with("36 The algorithm must be HOTP or TOTP"), "{five:?}");
    let ten = figure(FIGURE_10);
    assert_eq!(
        ten,
        ["4", "31", "58", "85"].map(|line| format!("{line} It is no longer valid (ExpiryDate)."))
    );
    let Err(TokenFileError::Encryption(_)) = parse(include_str!("../rfc_6030/figure_8.xml")) else {
        panic!("read")
    };
}

#[test]
fn figure_10_while_it_was_valid() {
    let then = "2006-04-10T00:00:00Z".parse().unwrap();
    let said = problems(parse_tokens(FIGURE_10.as_bytes(), None, then));
    let said: Vec<String> = said.into_iter().map(|(line, said)| format!("{line} {said}")).collect();
    assert_eq!(
        said,
        [
            "4 It is not valid yet (StartDate).",
            "31 It is not valid yet (StartDate).",
            "58 It is no longer valid (ExpiryDate).",
        ]
    );
    let undated = FIGURE_10.replace("2006-0", "2036-0").replace("<StartDate>2036", "<StartDate>2006");
    let said = problems(parse(&undated));
    assert!(said[0].1.contains("this seed") && said[2].1.contains("serial number"), "{said:?}");
    assert_eq!(said.len(), 3);
}

#[test]
fn the_encrypted_figures_open_with_their_key_alone() {
    expect_the_token_of_the_rfc(parse_with(FIGURE_6, KEY));
    expect_the_token_of_the_rfc(parse_with(FIGURE_6, " 1234 5678 9012 3456 7890 1234 5678 9012 "));
    expect_the_token_of_the_rfc(parse_with(FIGURE_7, PASSPHRASE));
    assert_eq!(parse(FIGURE_6), Err(TokenFileError::KeyWanted));
    assert_eq!(parse(FIGURE_7), Err(TokenFileError::PassphraseWanted));
    assert_eq!(parse_with(FIGURE_6, PASSPHRASE), Err(TokenFileError::KeyForm));
    let wrong = KEY.replace("12", "13");
    assert!(matches!(parse_with(FIGURE_6, &wrong), Err(TokenFileError::WrongKey(_))));
    for wrong in ["Qwerty", "qwerty ", "querty"] {
        assert!(matches!(parse_with(FIGURE_7, wrong), Err(TokenFileError::WrongKey(_))), "{wrong}");
    }
}

#[test]
fn a_value_without_its_mac_is_not_opened() {
    let changed = |was: &str, is: &str| {
        assert!(FIGURE_6.contains(was), "{was}");
        parse_with(&FIGURE_6.replace(was, is), KEY)
    };
    let mac = "<ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=\n                    </ValueMAC>";
    assert!(problems(changed(mac, ""))[0].1.contains("no ValueMAC"));
    let wrong = mac.replace("Su+", "Sv+");
    assert!(matches!(changed(mac, &wrong), Err(TokenFileError::WrongKey(_))));
    let sha256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let wrong = changed("http://www.w3.org/2000/09/xmldsig#hmac-sha1", sha256);
    assert!(matches!(wrong, Err(TokenFileError::WrongKey(_))));
    for cipher in
        ["http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"]
    {
        let other = changed("http://www.w3.org/2001/04/xmlenc#aes128-cbc", cipher);
        assert!(matches!(other, Err(TokenFileError::Encryption(_))), "{cipher}");
    }
}

#[test]
fn a_passphrase_is_not_worked_on_without_end() {
    for rounds in ["2000001", "4294967296", "0", "-1", "", "ten"] {
        let text = FIGURE_7.replace(">1000<", &format!(">{rounds}<"));
        assert!(matches!(parse_with(&text, PASSPHRASE), Err(TokenFileError::Encryption(_))), "{rounds}");
    }
}

#[test]
fn what_a_maker_writes_otherwise_is_refused_with_its_reason() {
    let totp = "urn:ietf:params:xml:ns:keyprov:pskc:totp";
    for (was, is, said) in [
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "MTIzNA==", "16 to 64 bytes"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "All bytes"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "31323334353637383930", "16 to 64 bytes"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "MTIz-", "not Base64"),
        ("Length=\"8\"", "Length=\"10\"", "6 or 8"),
        ("Encoding=\"DECIMAL\"", "Encoding=\"ALPHANUMERIC\"", "6 or 8"),
        ("Encoding=\"DECIMAL\"", "Encoding=\"DECIMAL\" CheckDigits=\"true\"", "check digit"),
        ("<ResponseFormat", "<Suite>OCRA-1:HOTP-SHA1-6:QN08</Suite><ResponseFormat", "suite"),
        ("987654321", "98 76/5", "serial number"),
        (">0<", ">zero<", "Counter is not a number"),
        (">0<", ">-1<", "counter must be a number"),
        ("</Data>", "<TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data>", "no period"),
        ("urn:ietf:params:xml:ns:keyprov:pskc:hotp", totp, "TimeInterval must say"),
        ("urn:ietf:params:xml:ns:keyprov:pskc:hotp", "http://www.yubico.com/#yubikey-aes", "HOTP or TOTP"),
        ("</Secret>", "</Secret><Secret><PlainValue/></Secret>", "Secret stands there twice"),
        ("</Data>", "</Data><Policy><PINPolicy PINUsageMode=\"Append\"/></Policy>", "does not keep"),
        ("</Data>", "</Data><Policy><KeyUsage>CR</KeyUsage></Policy>", "one-time codes"),
        (
            "</Data>",
            "</Data><Policy><NumberOfTransactions>9</NumberOfTransactions></Policy>",
            "does not keep",
        ),
        ("</Data>", "</Data><Policy><ExpiryDate>soon</ExpiryDate></Policy>", "not a date"),
        ("<UserId>DC", "<ExpiryDate>2020-01-01T00:00:00Z</ExpiryDate><UserId>DC", "no longer valid"),
    ] {
        let found = message(&changed(was, is));
        assert!(found.contains(said), "{is}: {found}");
        assert!(!found.contains("MTIzND"), "{found}");
    }
}

#[test]
fn what_makers_write_besides_is_read() {
    let feitian = changed(
        "</Data>",
        "</Data><Policy><StartDate>2012-08-01T00:00:00Z</StartDate><ExpiryDate>2037-12-31T00:00:00Z</ExpiryDate>\
         <KeyUsage>CR</KeyUsage><KeyUsage>OTP</KeyUsage><PINPolicy PINUsageMode=\"Local\"/></Policy>",
    );
    expect_the_token_of_the_rfc(parse(&feitian));
    expect_the_token_of_the_rfc(parse(&changed("<Issuer>Issuer<", "<Issuer>A &amp; B<![CDATA[ & C]]><")));
    let foreign = "<Secret xmlns=\"urn:other\"><PlainValue>AAAA</PlainValue></Secret></Data>";
    expect_the_token_of_the_rfc(parse(&changed("</Data>", foreign)));
    let unnamed = parse(&changed("<SerialNo>987654321</SerialNo>", "")).unwrap();
    assert_eq!(unnamed[0].serial, "12345678");
}

#[test]
fn xml_that_is_no_pskc_is_refused_whole() {
    let refused = |text: &str| parse(text).unwrap_err();
    assert_eq!(refused("<a/>"), TokenFileError::NotPskc);
    assert_eq!(refused(&changed("Version=\"1.0\"\n", "Version=\"2.0\"\n")), TokenFileError::NotPskc);
    assert_eq!(refused(&changed("keyprov:pskc\">", "keyprov:pskc:1.0\">")), TokenFileError::NotPskc);
    assert_eq!(
        refused("<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"/>"),
        TokenFileError::Empty
    );
    for broken in ["<", "<a>", "<a></b>", "<a/><a/>", "<a/>x", "<x:a/>", "<a b=1/>", "<a b='1' b='2'/>"] {
        assert!(matches!(refused(broken), TokenFileError::NotXml(1)), "{broken}");
    }
    let cut: String = FIGURE_3.chars().take(FIGURE_3.len() / 2).collect();
    assert!(matches!(refused(&cut), TokenFileError::NotXml(line) if line > 10));
    let doctype = "<!DOCTYPE a [<!ENTITY b \"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=\">]><a>&b;</a>";
    assert_eq!(refused(doctype), TokenFileError::Doctype);
    assert_eq!(refused(&"<a>".repeat(100_000)), TokenFileError::XmlTooLarge(1));
    let attributes = (0..100).map(|n| format!(" a{n}=''")).collect::<Vec<_>>().concat();
    assert_eq!(refused(&format!("<a{attributes}/>")), TokenFileError::XmlTooLarge(1));
    assert_eq!(refused(&format!("<a>{}</a>", "<b/>".repeat(500_000))), TokenFileError::XmlTooLarge(1));
    assert_eq!(refused(&format!("<a>{}</a>", " ".repeat(MAX_PSKC_BYTES))), TokenFileError::TooLarge);
    // An entity is not expanded: what it stood for is no Base64.
    assert!(message(&changed("MTIzNDU2", "&#77;TIzNDU2")).contains("not Base64"));
}

/// A file of these tokens; encrypted where there is a key, with the numbers.
fn written(tokens: &[TokenRow], key: Option<&[u8; 16]>) -> String {
    let value = |name: &str, plain: &str, bytes: &[u8]| match key {
        None => format!("<{name}><PlainValue>{plain}</PlainValue></{name}>"),
        Some(key) => {
            let iv = [7; 16];
            let sealed = Encryptor::<Aes128>::new(key.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(bytes);
            let sealed = [iv.as_slice(), &sealed].concat();
            let mut mac = Hmac::<Sha1>::new_from_slice(key).unwrap();
            mac.update(&sealed);
            let mac = BASE64.encode(&mac.finalize().into_bytes());
            format!(
                "<{name}><EncryptedValue><x:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/><x:CipherData>\
                 <x:CipherValue>{}</x:CipherValue></x:CipherData></EncryptedValue><ValueMAC>{mac}</ValueMAC></{name}>",
                BASE64.encode(&sealed)
            )
        }
    };
    let mut text =
        "<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\" xmlns:x=\"urn:x\">"
            .to_owned();
    if key.is_some() {
        text += "<EncryptionKey><x:KeyName>ours</x:KeyName></EncryptionKey>\
                 <MACMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"/>";
    }
    for token in tokens {
        let (kind, moved) = match token.model.moved_by {
            MovingFactor::Count => {
                ("hotp", value("Counter", &token.counter.to_string(), &token.counter.to_be_bytes()))
            }
            MovingFactor::Time { period } => {
                let period = period.to_string();
                ("totp", value("TimeInterval", &period, period.as_bytes()))
            }
        };
        let (codes, seed) = (token.model.codes, token.seed.as_bytes());
        let package = format!(
            "\n<KeyPackage><DeviceInfo><SerialNo>{}</SerialNo></DeviceInfo><Key Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:{kind}\">\
             <AlgorithmParameters><Suite>HMAC-{}</Suite><ResponseFormat Encoding=\"DECIMAL\" Length=\"{}\"/></AlgorithmParameters>\
             <Data>{}{moved}</Data></Key></KeyPackage>",
            token.serial,
            codes.algorithm.as_str(),
            codes.digits,
            value("Secret", &BASE64.encode(seed), seed)
        );
        text.push_str(&package);
    }
    text + "\n</KeyContainer>"
}

/// A figure, and what opens it.
fn figure() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just((FIGURE_3, KEY)),
        Just((FIGURE_6, KEY)),
        Just((FIGURE_7, PASSPHRASE)),
        Just((FIGURE_10, KEY))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is written in PSKC is read as it was, in the clear and encrypted; and with another key, not at all.
    #[test]
    fn a_file_reads_back(tokens in tokens(), key: [u8; 16], other: [u8; 16]) {
        prop_assert_eq!(parse(&written(&tokens, None)).map(without_lines), Ok(tokens.clone()));
        let sealed = written(&tokens, Some(&key));
        prop_assert_eq!(parse_with(&sealed, &HEXLOWER.encode(&key)).map(without_lines), Ok(tokens));
        prop_assume!(key != other);
        let refused = parse_with(&sealed, &HEXLOWER.encode(&other));
        prop_assert!(matches!(refused, Err(TokenFileError::WrongKey(_))));
    }

    /// One character that is another one, anywhere: it is refused, or no seed but the right one comes out of what is encrypted.
    #[test]
    fn nothing_that_is_changed_breaks_it((text, key) in figure(), at: proptest::sample::Index, with in "[ -~]") {
        let mut bytes = text.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = with.as_bytes()[0];
        let key = FileKey::typed(Zeroizing::new(key.to_owned()));
        if let Ok(tokens) = parse_tokens(&bytes, key.as_ref(), now()) {
            let is_sealed = text.contains("EncryptedValue");
            prop_assert!(tokens.iter().all(|token| !is_sealed || token.seed.as_bytes() == SEED));
        }
    }

    /// Any XML of the words of RFC 6030.
    #[test]
    fn any_xml_of_its_words(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "<KeyContainer Version='1.0' xmlns='urn:ietf:params:xml:ns:keyprov:pskc'>", "</KeyContainer>", "<KeyPackage>",
            "</KeyPackage>", "<Key Algorithm='urn:ietf:params:xml:ns:keyprov:pskc:totp'>", "</Key>", "<Data>", "</Data>", "<Secret>",
            "</Secret>", "<PlainValue>", "</PlainValue>", "<EncryptedValue>", "<Policy/>", "<EncryptionKey>", "&amp;", "<!--", "-->",
            "<![CDATA[", "]]>", "MTIz", "<?x ?>", "<MACMethod/>",
        ]), 0..40)) {
        drop(parse_with(&parts.concat(), KEY));
    }
}
