//! Passwords and one-time codes: Argon2id, 19 MiB, two passes (OWASP), off the request threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Something could not be hashed. Says nothing about what.
#[derive(Debug, thiserror::Error)]
#[error("hashing failed")]
pub struct HashingError;

/// Hashes and checks, at most as many at once as there are cores: each takes 19 MiB.
#[derive(Clone)]
pub struct Hashing {
    slots: Arc<Semaphore>,
    /// Checked when there is nobody to check, so that strangers take as long as friends.
    decoy: Arc<str>,
}

impl Hashing {
    /// Makes the decoy, which takes one hash.
    pub fn new() -> Result<Self, HashingError> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let decoy = hash_now("no account has this password", &[0_u8; 16])?;
        Ok(Self { slots: Arc::new(Semaphore::new(cores)), decoy: decoy.into() })
    }

    /// A PHC string for `secret`.
    pub async fn hash(&self, secret: Zeroizing<String>, salt: [u8; 16]) -> Result<String, HashingError> {
        self.run(move || hash_now(&secret, &salt)).await?
    }

    /// Whether `secret` is the one behind `phc`. Without a `phc` the answer is no, and takes as long.
    pub async fn verify(&self, secret: Zeroizing<String>, phc: Option<String>) -> Result<bool, HashingError> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.to_string());
        let matches = self.run(move || verify_now(&secret, &phc)).await?;
        Ok(known && matches)
    }

    /// A raw hash under a salt shared by a set of codes, so that one computation finds the code among ten.
    pub async fn digest(&self, secret: Zeroizing<String>, salt: Vec<u8>) -> Result<Vec<u8>, HashingError> {
        self.run(move || {
            let mut out = vec![0_u8; 32];
            hasher()?.hash_password_into(secret.as_bytes(), &salt, &mut out).map_err(|_| HashingError)?;
            Ok(out)
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| HashingError)?;
        // The slot goes with the work, not with the request: hanging up frees no memory.
        let work = move || {
            let done = work();
            drop(slot);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| HashingError)
    }
}

fn hasher() -> Result<Argon2<'static>, HashingError> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|_| HashingError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(secret: &str, salt: &[u8; 16]) -> Result<String, HashingError> {
    let hash = hasher()?.hash_password_with_salt(secret.as_bytes(), salt).map_err(|_| HashingError)?;
    Ok(hash.to_string())
}

fn verify_now(secret: &str, phc: &str) -> bool {
    let (Ok(argon2), Ok(hash)) = (hasher(), PasswordHash::new(phc)) else {
        return false;
    };
    argon2.verify_password(secret.as_bytes(), &hash).is_ok()
}
