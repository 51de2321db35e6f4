//! Hardware tokens by a file in PSKC (RFC 6030): a package for each token, its seed in the clear or encrypted.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::encryption::{FileCipher, Unopened, base64};
use super::xml::{self, XmlElement};
use super::{FileKey, TokenFileError, TokenRow, TokenRows, TokenSeed, movement, serial};
use crate::factor::hardware_token::TokenModel;
use crate::factor::otp_codes::{OtpAlgorithm, OtpCodes};

const ALGORITHMS: [(&str, &str); 2] = [
    ("urn:ietf:params:xml:ns:keyprov:pskc:hotp", "hotp"),
    ("urn:ietf:params:xml:ns:keyprov:pskc:totp", "totp"),
];

/// Why a package is not read: what is wrong with it, or with the whole file.
enum PackageError {
    Row(String),
    File(TokenFileError),
}

impl From<String> for PackageError {
    fn from(message: String) -> Self {
        Self::Row(message)
    }
}

impl From<&str> for PackageError {
    fn from(message: &str) -> Self {
        Self::Row(message.to_owned())
    }
}

/// A value of a key's data.
enum DataValue<'file> {
    Plain(&'file str),
    Opened(Zeroizing<Vec<u8>>),
}

/// Reads a file: every token of it, or what is wrong.
pub(super) fn read(
    text: &str,
    key: Option<&FileKey>,
    now: Timestamp,
) -> Result<Vec<TokenRow>, TokenFileError> {
    let container = xml::parse(text)?;
    if !container.is("KeyContainer") || container.attribute("Version") != Some("1.0") {
        return Err(TokenFileError::NotPskc);
    }
    let cipher = FileCipher::of(&container, key)?;
    if cipher.is_none() && key.is_some() {
        return Err(TokenFileError::KeyUnused);
    }
    let mut rows = TokenRows::default();
    for package in container.children.iter().filter(|child| child.is("KeyPackage")) {
        let read = match token(package, cipher.as_ref(), now) {
            Ok(token) => Ok(token),
            Err(PackageError::Row(message)) => Err(message),
            Err(PackageError::File(error)) => return Err(error),
        };
        if !rows.add(package.line, read)? {
            break;
        }
    }
    rows.finish()
}

/// The token of a package. No message repeats what could be a seed.
fn token(
    package: &XmlElement,
    cipher: Option<&FileCipher>,
    now: Timestamp,
) -> Result<TokenRow, PackageError> {
    let key = package.only("Key")?.ok_or("There is no key in this package.")?;
    let device = package.only("DeviceInfo")?;
    if let Some(device) = device {
        expect_valid(device, now)?;
    }
    if let Some(policy) = key.only("Policy")? {
        expect_kept(policy, now)?;
    }
    let named = device.map(|device| device.only("SerialNo")).transpose()?.flatten();
    let named = named.map_or_else(|| key.attribute("Id").unwrap_or_default(), XmlElement::text);
    let serial = serial(named).ok_or(
        "The serial number (SerialNo, or else the key's Id) must be 1 to 40 letters, digits, points, hyphens or underscores.",
    )?;
    let uri = key.attribute("Algorithm").unwrap_or_default();
    let kind = ALGORITHMS.into_iter().find(|(known, _)| *known == uri).map(|(_, kind)| kind);
    let kind = kind.ok_or(
        "The algorithm must be HOTP or TOTP, as urn:ietf:params:xml:ns:keyprov:pskc:hotp or …:totp.",
    )?;
    let codes = codes(key)?;
    let data = key.only("Data")?.ok_or("There is no data in this key.")?;
    let seed = match value(data, "Secret", cipher)?.ok_or("There is no seed in this key.")? {
        // Whoever changed the file could have put a seed of theirs in the place of one that is encrypted.
        DataValue::Plain(_) if cipher.is_some() => {
            return Err("The seed is not encrypted, in a file that is.".into());
        }
        DataValue::Plain(text) => base64(text).ok_or("The seed is not Base64.")?,
        DataValue::Opened(bytes) => bytes,
    };
    let seed = TokenSeed::new(seed)?;
    let number = |name| number(data, name, cipher);
    let (period, counter) = (number("TimeInterval")?, number("Counter")?);
    if kind == "totp" && period.is_none() {
        return Err("TimeInterval must say how long a code is shown: 30 or 60 seconds.".into());
    }
    if kind == "totp" && number("Time")?.is_some_and(|time| time != 0) {
        return Err("The time must begin at 0, which is 1970.".into());
    }
    let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let (moved_by, counter) = movement(kind, &text(period), &text(counter))?;
    Ok(TokenRow { line: package.line, serial, seed, model: TokenModel { moved_by, codes }, counter })
}

fn codes(key: &XmlElement) -> Result<OtpCodes, PackageError> {
    const LENGTH: &str = "ResponseFormat must say codes of 6 or 8 decimal digits.";
    let parameters = key.only("AlgorithmParameters")?.ok_or(LENGTH)?;
    let format = parameters.only("ResponseFormat")?.ok_or(LENGTH)?;
    let digits = match (format.attribute("Encoding"), format.attribute("Length")) {
        (Some("DECIMAL"), Some("6")) => 6,
        (Some("DECIMAL"), Some("8")) => 8,
        _ => return Err(LENGTH.into()),
    };
    if format.attribute("CheckDigits").is_some_and(|check| !matches!(check, "false" | "0")) {
        return Err("Codes with a check digit are not read.".into());
    }
    let suite = parameters.only("Suite")?.map_or("", |suite| suite.text().trim());
    let algorithm = if suite.is_empty() { Some(OtpAlgorithm::Sha1) } else { OtpAlgorithm::parse(suite) };
    let algorithm = algorithm.ok_or("The suite must be HMAC-SHA1, HMAC-SHA256 or HMAC-SHA512.")?;
    Ok(OtpCodes { algorithm, digits })
}

/// What the data of a key say under this name, opened where it is encrypted.
fn value<'file>(
    data: &'file XmlElement,
    name: &str,
    cipher: Option<&FileCipher>,
) -> Result<Option<DataValue<'file>>, PackageError> {
    let Some(element) = data.only(name)? else { return Ok(None) };
    match (element.only("PlainValue")?, element.only("EncryptedValue")?) {
        (Some(plain), None) => Ok(Some(DataValue::Plain(plain.text()))),
        (None, Some(sealed)) => {
            let cipher = cipher.ok_or("It is encrypted, and the file does not say by which key.")?;
            match cipher.open(sealed, element.only("ValueMAC")?) {
                Ok(bytes) => Ok(Some(DataValue::Opened(bytes))),
                Err(Unopened::Form(why)) => Err(format!("It is not read: {why}.").into()),
                Err(Unopened::Wrong) => Err(PackageError::File(TokenFileError::WrongKey(element.line))),
            }
        }
        _ => Err(format!("{name} must have one value, plain or encrypted.").into()),
    }
}

/// A number. Encrypted, it is written in digits, or as 4 or 8 bytes of which the first is the highest.
fn number(data: &XmlElement, name: &str, cipher: Option<&FileCipher>) -> Result<Option<i64>, PackageError> {
    let number = match value(data, name, cipher)? {
        None => return Ok(None),
        Some(DataValue::Plain(text)) => text.trim().parse().ok(),
        Some(DataValue::Opened(bytes)) if bytes.iter().all(u8::is_ascii_digit) => {
            str::from_utf8(&bytes).ok().and_then(|digits| digits.parse().ok())
        }
        Some(DataValue::Opened(bytes)) if matches!(bytes.len(), 4 | 8) => {
            i64::from_str_radix(&HEXLOWER.encode(&bytes), 16).ok()
        }
        Some(DataValue::Opened(_)) => None,
    };
    number.map(Some).ok_or_else(|| format!("{name} is not a number.").into())
}

/// A key that may be used now, and of which nothing is asked that is not kept (RFC 6030 §5: what is not known forbids its use).
fn expect_kept(policy: &XmlElement, now: Timestamp) -> Result<(), PackageError> {
    expect_valid(policy, now)?;
    let mut uses = policy.children.iter().filter(|child| child.is("KeyUsage")).peekable();
    if uses.peek().is_some() && !uses.any(|usage| usage.text().trim() == "OTP") {
        return Err("Its policy (KeyUsage) does not allow one-time codes.".into());
    }
    for rule in &policy.children {
        let is_known = ["StartDate", "ExpiryDate", "KeyUsage"].iter().any(|name| rule.is(name));
        // The token itself asks for the PIN.
        let is_local = rule.is("PINPolicy") && rule.attribute("PINUsageMode") == Some("Local");
        if !is_known && !is_local {
            return Err("Its policy asks for what Postern does not keep: a PIN, a number of uses, or a rule of its maker's.".into());
        }
    }
    Ok(())
}

/// Whether the dates of a device or of a policy allow its use now.
fn expect_valid(element: &XmlElement, now: Timestamp) -> Result<(), PackageError> {
    let date = |name| -> Result<Option<Timestamp>, PackageError> {
        let Some(date) = element.only(name)? else { return Ok(None) };
        let read = date.text().trim().parse().map(Some);
        read.map_err(|_| format!("{name} is not a date with a time and a zone.").into())
    };
    if date("StartDate")?.is_some_and(|start| start > now) {
        return Err("It is not valid yet (StartDate).".into());
    }
    if date("ExpiryDate")?.is_some_and(|end| end <= now) {
        return Err("It is no longer valid (ExpiryDate).".into());
    }
    Ok(())
}
