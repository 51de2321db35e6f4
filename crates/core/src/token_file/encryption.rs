//! How the seeds of a PSKC file are encrypted: AES-CBC under a key that both sides have, or that is made of a passphrase (RFC 6030
//! §6.1, §6.2). A value is opened only after its MAC was found right.

use aes::cipher::block_padding::Iso10126;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyIvInit};
use aes::{Aes128, Aes256};
use cbc::Decryptor;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::xml::XmlElement;
use super::{FileKey, TokenFileError};

/// Bytes of an initialisation vector, and of a block.
const BLOCK: usize = 16;
/// A seed of 64 bytes needs 96.
const MOST_CIPHERTEXT: usize = 1_024;
/// Most rounds of PBKDF2: a second or two of one processor.
const MOST_ROUNDS: u32 = 2_000_000;
const MOST_SALT: usize = 256;
/// Both names that it goes by.
const PBKDF2: [&str; 2] = [
    "http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2",
    "http://www.w3.org/2009/xmlenc11#pbkdf2",
];

/// The keys of a file.
pub(super) struct FileCipher {
    key: Zeroizing<Vec<u8>>,
    mac: MacAlgorithm,
    mac_key: Zeroizing<Vec<u8>>,
}

/// The hash under the MACs, and under the passphrase.
#[derive(Clone, Copy)]
enum MacAlgorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// Why a value was not opened.
pub(super) enum Unopened {
    /// It is not of the form that RFC 6030 gives it.
    Form(&'static str),
    /// Its MAC, or what is inside, says that the key is another one or the value was changed.
    Wrong,
}

impl FileCipher {
    /// The keys of the file, if it has any encryption.
    pub(super) fn of(
        container: &XmlElement,
        typed: Option<&FileKey>,
    ) -> Result<Option<Self>, TokenFileError> {
        let Some(encryption) = container.only("EncryptionKey").map_err(TokenFileError::Encryption)? else {
            return Ok(None);
        };
        let key = encryption_key(encryption, typed)?;
        let method = container.only("MACMethod").map_err(TokenFileError::Encryption)?;
        let method =
            method.ok_or_else(|| unread("it has no MACMethod, so that a change would not be noticed"))?;
        let mac = method.attribute("Algorithm").and_then(MacAlgorithm::parse);
        let mac = mac.ok_or_else(|| unread("its MACs are not HMAC with SHA-1, SHA-256 or SHA-512"))?;
        let mac_key = match method.only("MACKey").map_err(TokenFileError::Encryption)? {
            // Nothing vouches for this one but the values: a wrong key gives MACs that are wrong.
            Some(sealed) => match ciphertext(sealed, &key).and_then(|text| decrypt(&key, &text)) {
                Ok(opened) => opened,
                Err(Unopened::Form(why)) => return Err(unread(why)),
                Err(Unopened::Wrong) => return Err(TokenFileError::WrongKey(method.line)),
            },
            None => key.clone(),
        };
        Ok(Some(Self { key, mac, mac_key }))
    }

    /// What an `EncryptedValue` holds; `mac` is the `ValueMAC` beside it.
    pub(super) fn open(
        &self,
        value: &XmlElement,
        mac: Option<&XmlElement>,
    ) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let text = ciphertext(value, &self.key)?;
        let mac = mac.ok_or(Unopened::Form("an encrypted value has no ValueMAC"))?;
        let mac = base64(mac.text()).ok_or(Unopened::Form("a ValueMAC is not Base64"))?;
        if !self.mac.is_of(&self.mac_key, &text, &mac) {
            return Err(Unopened::Wrong);
        }
        decrypt(&self.key, &text)
    }
}

impl MacAlgorithm {
    fn parse(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1" => Some(Self::Sha1),
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" => Some(Self::Sha256),
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Whether it is the MAC of the text, found out in a time that does not tell where it differs.
    fn is_of(self, key: &[u8], text: &[u8], mac: &[u8]) -> bool {
        fn verify<M: Mac + KeyInit>(key: &[u8], text: &[u8], mac: &[u8]) -> bool {
            <M as KeyInit>::new_from_slice(key).is_ok_and(|mut known| {
                known.update(text);
                known.verify_slice(mac).is_ok()
            })
        }
        match self {
            Self::Sha1 => verify::<Hmac<Sha1>>(key, text, mac),
            Self::Sha256 => verify::<Hmac<Sha256>>(key, text, mac),
            Self::Sha512 => verify::<Hmac<Sha512>>(key, text, mac),
        }
    }

    fn derive(self, passphrase: &[u8], salt: &[u8], rounds: u32, key: &mut [u8]) {
        match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(passphrase, salt, rounds, key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(passphrase, salt, rounds, key),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(passphrase, salt, rounds, key),
        }
    }
}

/// The key that is typed, or that is made of the passphrase that is typed: the file says which it must be.
fn encryption_key(
    encryption: &XmlElement,
    typed: Option<&FileKey>,
) -> Result<Zeroizing<Vec<u8>>, TokenFileError> {
    let find = |name| encryption.other(name).map_err(TokenFileError::Encryption);
    if let Some(derived) = find("DerivedKey")? {
        let Some(passphrase) = typed else { return Err(TokenFileError::PassphraseWanted) };
        return derived_key(derived, passphrase);
    }
    if find("KeyName")?.is_none() {
        return Err(unread("its key is not one that both sides know, nor made of a passphrase"));
    }
    let Some(typed) = typed else { return Err(TokenFileError::KeyWanted) };
    let digits: Vec<u8> = typed.0.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let key = HEXLOWER_PERMISSIVE.decode(&Zeroizing::new(digits)).map(Zeroizing::new);
    key.ok().filter(|key| matches!(key.len(), 16 | 32)).ok_or(TokenFileError::KeyForm)
}

fn derived_key(derived: &XmlElement, passphrase: &FileKey) -> Result<Zeroizing<Vec<u8>>, TokenFileError> {
    fn child<'e>(parent: &'e XmlElement, name: &str) -> Result<&'e XmlElement, TokenFileError> {
        let found = parent.other(name).map_err(TokenFileError::Encryption)?;
        found.ok_or_else(|| TokenFileError::Encryption(format!("{name} is missing from how its key is made")))
    }
    let method = child(derived, "KeyDerivationMethod")?;
    if !method.attribute("Algorithm").is_some_and(|uri| PBKDF2.contains(&uri)) {
        return Err(unread("its key is not made by PBKDF2"));
    }
    let params = child(method, "PBKDF2-params")?;
    let salt = base64(child(child(params, "Salt")?, "Specified")?.text());
    let salt = salt.filter(|salt| (1..=MOST_SALT).contains(&salt.len()));
    let salt = salt.ok_or_else(|| unread("its salt is not 1 to 256 bytes of Base64"))?;
    let rounds = child(params, "IterationCount")?.text().trim().parse::<u32>().ok();
    let rounds = rounds.filter(|rounds| (1..=MOST_ROUNDS).contains(rounds));
    let rounds = rounds.ok_or_else(|| unread("the rounds of PBKDF2 are not 1 to 2,000,000"))?;
    let length = child(params, "KeyLength")?.text().trim().parse::<usize>().ok();
    let length = length.filter(|length| matches!(length, 16 | 32));
    let length = length.ok_or_else(|| unread("its key is not of 16 or 32 bytes"))?;
    let named = params.other("PRF").map_err(TokenFileError::Encryption)?;
    let named = named.and_then(|prf| prf.attribute("Algorithm")).unwrap_or_default();
    // RFC 8018 §A.2: SHA-1 where nothing is said.
    let prf = if named.is_empty() { Some(MacAlgorithm::Sha1) } else { MacAlgorithm::parse(named) };
    let prf = prf.ok_or_else(|| unread("its PBKDF2 is not with HMAC and SHA-1, SHA-256 or SHA-512"))?;
    let mut key = Zeroizing::new(vec![0; length]);
    prf.derive(passphrase.0.as_bytes(), &salt, rounds, &mut key);
    Ok(key)
}

/// The bytes of an encrypted value, of a form and a cipher that this key is for.
fn ciphertext(value: &XmlElement, key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    const FORM: Unopened = Unopened::Form("an encrypted value is not as XML Encryption has it");
    let method = value.other("EncryptionMethod").ok().flatten();
    let wanted = match method.and_then(|method| method.attribute("Algorithm")) {
        Some("http://www.w3.org/2001/04/xmlenc#aes128-cbc") => 16,
        Some("http://www.w3.org/2001/04/xmlenc#aes256-cbc") => 32,
        _ => return Err(Unopened::Form("its values are not encrypted by AES-128-CBC or AES-256-CBC")),
    };
    if wanted != key.len() {
        return Err(Unopened::Form(
            "its cipher wants a key of another length (AES-128: 16 bytes, AES-256: 32)",
        ));
    }
    let data = value.other("CipherData").ok().flatten().ok_or(FORM)?;
    let data = data.other("CipherValue").ok().flatten().and_then(|value| base64(value.text())).ok_or(FORM)?;
    let fits = (2 * BLOCK..=MOST_CIPHERTEXT).contains(&data.len()) && data.len() % BLOCK == 0;
    if fits { Ok(data) } else { Err(FORM) }
}

/// AES-CBC, with the vector before the text and the padding of XML Encryption §5.2: its last byte is its length.
fn decrypt(key: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    fn with<C>(key: &[u8], iv: &[u8], text: &mut [u8]) -> Option<usize>
    where
        C: BlockCipherDecrypt,
        Decryptor<C>: KeyIvInit + BlockModeDecrypt,
    {
        let cipher = Decryptor::<C>::new_from_slices(key, iv).ok()?;
        cipher.decrypt_padded::<Iso10126>(text).ok().map(<[u8]>::len)
    }
    let (iv, text) = data.split_at_checked(BLOCK).ok_or(Unopened::Wrong)?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = match key.len() {
        16 => with::<Aes128>(key, iv, &mut text),
        _ => with::<Aes256>(key, iv, &mut text),
    };
    // What is cut off is padding, and is wiped with the rest.
    text.truncate(length.ok_or(Unopened::Wrong)?);
    Ok(text)
}

/// Base64 with any space in it.
pub(super) fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    BASE64.decode(&text).ok().map(Zeroizing::new)
}

fn unread(why: &str) -> TokenFileError {
    TokenFileError::Encryption(why.to_owned())
}
