//! The key file: one secret of 32 bytes, from which every other key is derived by purpose.
//!
//! It lives outside the database, so that a stolen database opens no factor.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
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

/// The keys. Never printed.
pub struct Keys {
    root: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
}

impl Keys {
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
        Ok(Self::from_root(Zeroizing::new(bytes)))
    }

    /// Keys from a root secret.
    pub fn from_root(root: Zeroizing<[u8; 32]>) -> Self {
        let seal = derive(&root, "seal/v1");
        Self { cipher: XChaCha20Poly1305::new((&*seal).into()), root }
    }

    /// Encrypts a value for one place (table/row/column): in another place it does not open.
    pub fn seal(&self, rng: &Rng, place: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce = rng.bytes::<NONCE_BYTES>()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(*nonce), payload).map_err(|_| KeyError::Unsealed)?;
        Ok([&[KEY_ID], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Keys::seal`] made for this place.
    pub fn unseal(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let Some((&KEY_ID, rest)) = sealed.split_first() else {
            return Err(KeyError::Unsealed);
        };
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(KeyError::Unsealed)?;
        let payload = Payload { msg: text, aad: place.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| KeyError::Unsealed)?;
        Ok(Zeroizing::new(plain))
    }

    /// The seed of a tenant's log-signing key.
    pub fn audit_seed(&self, tenant: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.root, &format!("audit/v1/{tenant}"))
    }

    /// The mark of a record that this installation wrote: HMAC-SHA-256 over nonce and text, with a key of the tenant's own.
    pub fn record_mac(&self, tenant: &str, nonce: &[u8], body: &str) -> [u8; 32] {
        let key = derive(&self.root, &format!("record/v1/{tenant}"));
        let mut mac = keyed(&key);
        // The nonce has a fixed length, so nonce and text cannot be shifted against each other.
        mac.update(nonce);
        mac.update(body.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// A name's hash, in hex: the same for the same name in a tenant, and of no use to whoever has the database alone.
    pub fn hash_of_name(&self, tenant: &str, name: &str) -> String {
        let key = derive(&self.root, &format!("names/v1/{tenant}"));
        data_encoding::HEXLOWER.encode(derive(&key, name).as_slice())
    }
}

fn derive(root: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut mac = keyed(root);
    mac.update(purpose.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    <Hmac<Sha256> as hmac::Mac>::new_from_slice(key).expect("any key length")
}

fn create(path: &Path, rng: &Rng) -> Result<Zeroizing<String>, KeyError> {
    let text = Zeroizing::new(data_encoding::HEXLOWER.encode(rng.bytes::<32>()?.as_slice()) + "\n");
    private_files::create(path, &text).map_err(|why| KeyError::File { path: path.to_owned(), why })?;
    Ok(text)
}
