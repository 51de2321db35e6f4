//! All that costs: passwords and one-time codes (Argon2id, 19 MiB, two passes, OWASP), and how guessable a new password
//! is. Off the request threads, a few at a time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Argon2's memory. Unit: KiB.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Something could not be hashed. Says nothing about what.
#[derive(Debug, thiserror::Error)]
#[error("hashing failed")]
pub struct HashingError;

type Digest = [u8; 32];

/// zxcvbn looks at so many characters of the password, and of each thing the person is called: its time grows faster
/// than its input (172 bytes took a second), and what is strong so far is strong.
const GUESSED_CHARS: usize = 64;

/// Who has not hashed for so long gives the memory back.
const IDLE: Duration = Duration::from_mins(1);
/// What is larger than 32 MiB glibc maps on its own and gives back to the system when it is freed; of less it holds on to
/// what was freed. Pages that nobody touches cost nothing. Unit: blocks of 1 KiB.
const MAPPED_BLOCKS: usize = 33 * 1024;

/// Hashes and checks, at most as many at once as there are cores. Each slot keeps its 19 MiB while there is work.
#[derive(Clone)]
pub struct Hashing {
    slots: Arc<Semaphore>,
    taken: Arc<AtomicU64>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// Whether a task waits for the moment at which the memory is given back.
    is_waiting: Arc<AtomicBool>,
    /// Checked when there is nobody to check, so that strangers take as long as friends.
    decoy: Arc<str>,
}

impl Hashing {
    /// Makes the decoy, which takes one hash.
    pub fn new() -> Result<Self, HashingError> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let (mut blocks, salt) = (new_blocks()?, [0_u8; 16]);
        let decoy = to_phc(&digest(b"no account has this password", &salt, &mut blocks)?, &salt);
        Ok(Self {
            slots: Arc::new(Semaphore::new(cores)),
            taken: Arc::default(),
            memory: Arc::default(),
            is_waiting: Arc::default(),
            decoy: decoy.into(),
        })
    }

    /// A PHC string for `secret`.
    pub async fn hash(&self, secret: Zeroizing<String>, salt: [u8; 16]) -> Result<String, HashingError> {
        Ok(to_phc(&self.run(secret, salt.to_vec()).await?, &salt))
    }

    /// Whether `secret` is the one behind `phc`. Without a `phc` the answer is no, and takes as long.
    pub async fn verify(&self, secret: Zeroizing<String>, phc: Option<String>) -> Result<bool, HashingError> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.to_string());
        let (salt, expected) = from_phc(&phc).ok_or(HashingError)?;
        let found = self.run(secret, salt).await?;
        let matches: bool = found.ct_eq(expected.as_bytes()).into();
        Ok(known && matches)
    }

    /// A raw hash under a salt shared by a set of codes, so that one computation finds the code among ten.
    pub async fn digest(&self, secret: Zeroizing<String>, salt: Vec<u8>) -> Result<Vec<u8>, HashingError> {
        Ok(self.run(secret, salt).await?.to_vec())
    }

    /// Whether a new password is easy to guess for whoever knows what the person is called (zxcvbn below 3 of 4).
    pub async fn is_easy_to_guess(
        &self,
        password: Zeroizing<String>,
        called: &[&str],
    ) -> Result<bool, HashingError> {
        let cut = |text: &str| text.chars().take(GUESSED_CHARS).collect::<String>();
        let called: Vec<String> = called.iter().map(|name| cut(name)).collect();
        let work = move || {
            let called: Vec<&str> = called.iter().map(String::as_str).collect();
            zxcvbn::zxcvbn(&Zeroizing::new(cut(&password)), &called).score() < zxcvbn::Score::Three
        };
        self.in_slot(work).await
    }

    /// Slots that were taken since the start: how often something costly was done.
    pub fn slots_taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    async fn run(&self, secret: Zeroizing<String>, salt: Vec<u8>) -> Result<Digest, HashingError> {
        let memory = Arc::clone(&self.memory);
        let work = move || {
            let kept = memory.lock().ok().and_then(|mut kept| kept.pop());
            let mut blocks = match kept {
                Some(blocks) => blocks,
                None => new_blocks()?,
            };
            let found = digest(secret.as_bytes(), &salt, &mut blocks);
            if let Ok(mut kept) = memory.lock() {
                kept.push(blocks);
            }
            found
        };
        // Before: whoever asked may hang up meanwhile, and the work goes on.
        self.give_back_when_idle();
        self.in_slot(work).await?
    }

    fn give_back_when_idle(&self) {
        if self.is_waiting.swap(true, Ordering::Relaxed) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            loop {
                let before = this.slots_taken();
                tokio::time::sleep(IDLE).await;
                if this.slots_taken() == before {
                    break;
                }
            }
            this.is_waiting.store(false, Ordering::Relaxed);
            if let Ok(mut kept) = this.memory.lock() {
                kept.clear();
            }
        });
    }

    async fn in_slot<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| HashingError)?;
        self.taken.fetch_add(1, Ordering::Relaxed);
        // The slot goes with the work, not with the request: hanging up frees no memory.
        let work = move || {
            let found = work();
            drop(slot);
            found
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| HashingError)
    }
}

fn params() -> Result<Params, HashingError> {
    Params::new(MEMORY, PASSES, LANES, Some(size_of::<Digest>())).map_err(|_| HashingError)
}

fn new_blocks() -> Result<Vec<Block>, HashingError> {
    let mut blocks = Vec::with_capacity(MAPPED_BLOCKS);
    blocks.resize(params()?.block_count(), Block::default());
    Ok(blocks)
}

fn digest(secret: &[u8], salt: &[u8], blocks: &mut [Block]) -> Result<Digest, HashingError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
    let mut out = [0_u8; 32];
    let hashed = argon2.hash_password_into_with_memory(secret, salt, &mut out, &mut *blocks);
    // What is left in the blocks could spare a guesser most of the work.
    blocks.fill(Block::default());
    hashed.map_err(|_| HashingError)?;
    Ok(out)
}

fn to_phc(digest: &Digest, salt: &[u8; 16]) -> String {
    let (salt, digest) = (BASE64_NOPAD.encode(salt), BASE64_NOPAD.encode(digest));
    format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${salt}${digest}")
}

fn from_phc(phc: &str) -> Option<(Vec<u8>, Output)> {
    let parsed = PasswordHash::new(phc).ok()?;
    Some((parsed.salt?.to_vec(), parsed.hash?))
}
