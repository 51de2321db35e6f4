//! The key file: one secret of 32 bytes, from which each organisation's keys are derived by purpose (HKDF, RFC 5869).
//!
//! It lives outside the database, so that a stolen database opens no factor.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use postern_core::id::TenantId;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::private_files;
use crate::rng::{Rng, RngError};

/// First byte of a sealed value: says which key and which format.
const KEY_ID: u8 = 1;
const NONCE_BYTES: usize = 24;

/// Why a key was not to be had, or a value not to be opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file can't be read or made.
    #[error("the key file {path}: {why}")]
    File {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Whoever can read it opens every sealed secret.
    #[error(
        "the key file {0} is open to other users of this machine. If nobody else has read it: chmod 600 {0}"
    )]
    OpenToOthers(PathBuf),
    /// The key file is not one of ours.
    #[error("the key file {0} must hold 64 hexadecimal digits; restore it from your backup")]
    Malformed(PathBuf),
    /// A sealed value does not open with this key, or was moved to another row.
    #[error("a sealed value does not open: wrong key file, or the row was tampered with")]
    Unsealed,
    /// No randomness.
    #[error(transparent)]
    Rng(#[from] RngError),
}

/// What the key file holds. Never printed; good for nothing but [`RootKey::for_tenant`].
pub struct RootKey(Zeroizing<[u8; 32]>);

impl RootKey {
    /// Reads the key file; makes it, for the owner's eyes only, if there is none.
    pub fn open(path: &Path, rng: &Rng) -> Result<Self, KeyError> {
        let file = |why| KeyError::File { path: path.to_owned(), why };
        let text = match fs::read_to_string(path) {
            Ok(_) if private_files::is_open_to_others(path).map_err(file)? => {
                return Err(KeyError::OpenToOthers(path.to_owned()));
            }
            Ok(text) => Zeroizing::new(text),
            Err(why) if why.kind() == io::ErrorKind::NotFound => create(path, rng)?,
            Err(why) => return Err(file(why)),
        };
        let bytes = data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| KeyError::Malformed(path.to_owned()))?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// From the secret itself.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The keys of one organisation. None of them tells anything about another's.
    pub fn for_tenant(&self, tenant: &TenantId) -> TenantKeys {
        let seal = self.derive("seal", tenant);
        TenantKeys {
            cipher: XChaCha20Poly1305::new((&*seal).into()),
            audit_seed: self.derive("audit", tenant),
            record: self.derive("record", tenant),
            names: self.derive("names", tenant),
            push_seed: self.derive("push", tenant),
            codes: self.derive("codes", tenant),
            seeds: self.derive("seeds", tenant),
        }
    }

    #[expect(clippy::expect_used, reason = "HKDF gives up to 8,160 bytes, and 32 are asked for")]
    fn derive(&self, purpose: &str, tenant: &TenantId) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0_u8; 32]);
        // No purpose holds a slash: purpose and tenant cannot be shifted against each other.
        let info = format!("postern/v1/{purpose}/{tenant}");
        Hkdf::<Sha256>::new(None, self.0.as_slice())
            .expand(info.as_bytes(), key.as_mut_slice())
            .expect("a short key");
        key
    }
}

/// One organisation's keys. Never printed.
pub struct TenantKeys {
    cipher: XChaCha20Poly1305,
    audit_seed: Zeroizing<[u8; 32]>,
    record: Zeroizing<[u8; 32]>,
    names: Zeroizing<[u8; 32]>,
    push_seed: Zeroizing<[u8; 32]>,
    codes: Zeroizing<[u8; 32]>,
    seeds: Zeroizing<[u8; 32]>,
}

impl TenantKeys {
    /// Encrypts a value for one place (table/row/column): in another place it does not open.
    pub fn seal(&self, rng: &Rng, place: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce = rng.bytes::<NONCE_BYTES>()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(*nonce), payload).map_err(|_| KeyError::Unsealed)?;
        Ok([&[KEY_ID], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`TenantKeys::seal`] made for this place.
    pub fn unseal(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let Some((&KEY_ID, rest)) = sealed.split_first() else {
            return Err(KeyError::Unsealed);
        };
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(KeyError::Unsealed)?;
        let payload = Payload { msg: text, aad: place.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| KeyError::Unsealed)?;
        Ok(Zeroizing::new(plain))
    }

    /// The seed of the key that signs the audit log.
    pub fn audit_seed(&self) -> &[u8; 32] {
        &self.audit_seed
    }

    /// The seed of the key that push services know.
    pub fn push_seed(&self) -> &[u8; 32] {
        &self.push_seed
    }

    /// The mark of a record that this installation wrote: HMAC-SHA-256 over nonce and text.
    pub fn record_mac(&self, nonce: &[u8], body: &str) -> [u8; 32] {
        // The nonce has a fixed length, so nonce and text cannot be shifted against each other.
        mac(&self.record, &[nonce, body.as_bytes()])
    }

    /// A name's hash, in hex: the same for the same name, and of no use to whoever has the database alone.
    pub fn hash_of_name(&self, name: &str) -> String {
        data_encoding::HEXLOWER.encode(&mac(&self.names, &[name.as_bytes()]))
    }

    /// The hash, in hex, of a code that was sent, or of where codes go, for one place (no place holds a line feed): six digits are found
    /// at once by whoever can try them all, so that it takes the key.
    pub fn hash_of_code(&self, place: &str, code: &str) -> String {
        data_encoding::HEXLOWER.encode(&mac(&self.codes, &[place.as_bytes(), b"\n", code.as_bytes()]))
    }

    /// The hash, in hex, of a token's seed: tells that two tokens have one, and nothing else.
    pub fn hash_of_seed(&self, seed: &[u8]) -> String {
        data_encoding::HEXLOWER.encode(&mac(&self.seeds, &[seed]))
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any key length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn create(path: &Path, rng: &Rng) -> Result<Zeroizing<String>, KeyError> {
    let text = Zeroizing::new(data_encoding::HEXLOWER.encode(rng.bytes::<32>()?.as_slice()) + "\n");
    private_files::create(path, &text).map_err(|why| KeyError::File { path: path.to_owned(), why })?;
    Ok(text)
}
