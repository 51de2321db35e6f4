//! All that costs: passwords and one-time codes (Argon2id; what one hash costs is a setting, with OWASP's least as its
//! floor), and how guessable a new password is. Off the request threads, a few at a time.

mod hash_cost;

pub use hash_cost::HashCost;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

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

/// Hashes and checks, at most as many at once as there are cores. Each slot keeps the memory of a hash while there is work.
#[derive(Clone)]
pub struct Hashing {
    slots: Arc<Semaphore>,
    taken: Arc<AtomicU64>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// Whether a task waits for the moment at which the memory is given back.
    is_waiting: Arc<AtomicBool>,
    /// Of what is hashed from now on.
    cost: HashCost,
    /// Checked when there is nobody to check, so that strangers take as long as friends.
    decoy: Arc<str>,
}

impl Hashing {
    pub fn new(cost: HashCost) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            slots: Arc::new(Semaphore::new(cores)),
            taken: Arc::default(),
            memory: Arc::default(),
            is_waiting: Arc::default(),
            cost,
            // The hash of nothing: whatever is compared with it, the answer is no.
            decoy: to_phc(&Digest::default(), &[0; 16], cost).into(),
        }
    }

    /// A PHC string for `secret`.
    pub async fn hash(&self, secret: Zeroizing<String>, salt: [u8; 16]) -> Result<String, HashingError> {
        Ok(to_phc(&self.run(secret, salt.to_vec(), (self.cost, None)).await?, &salt, self.cost))
    }

    /// Whether `secret` is the one behind `phc`, at the cost that stands there. Without a `phc` the answer is no, and takes as
    /// long; so does that about a hash that is weaker than those of today.
    pub async fn verify(&self, secret: Zeroizing<String>, phc: Option<String>) -> Result<bool, HashingError> {
        let known = phc.is_some();
        let stored = StoredHash::parse(phc.as_deref().unwrap_or(&self.decoy)).ok_or(HashingError)?;
        let costs = (stored.cost, stored.cost.rest_of(self.cost));
        let found = self.run(secret, stored.salt, costs).await?;
        let matches: bool = found.ct_eq(&stored.digest).into();
        Ok(known && matches)
    }

    /// Whether a secret with this hash has to be hashed anew once it is there: the settings want more by now.
    pub fn is_outdated(&self, phc: &str) -> bool {
        StoredHash::parse(phc).is_some_and(|stored| stored.cost.is_below(self.cost))
    }

    /// A raw hash under a salt shared by a set of codes, so that one computation finds the code among ten. Always of the least
    /// cost: what is stored beside the codes has no room for another, and they are random.
    pub async fn digest(&self, secret: Zeroizing<String>, salt: Vec<u8>) -> Result<Vec<u8>, HashingError> {
        Ok(self.run(secret, salt, (HashCost::FLOOR, None)).await?.to_vec())
    }

    /// Whether a new password is easy to guess for whoever knows what the person is called (zxcvbn below 3 of 4): each name as a
    /// whole, and the words that it is made of.
    pub async fn is_easy_to_guess(
        &self,
        password: Zeroizing<String>,
        called: &[&str],
    ) -> Result<bool, HashingError> {
        let cut = |text: &str| text.chars().take(GUESSED_CHARS).collect::<String>();
        let called: Vec<String> = called.iter().map(|name| cut(name)).collect();
        let words = called.iter().flat_map(|name| name.split_whitespace()).map(str::to_owned);
        let called: Vec<String> = called.iter().cloned().chain(words).collect();
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

    /// A hash of the first cost, and as much work as the second besides.
    async fn run(
        &self,
        secret: Zeroizing<String>,
        salt: Vec<u8>,
        (cost, rest): (HashCost, Option<HashCost>),
    ) -> Result<Digest, HashingError> {
        let memory = Arc::clone(&self.memory);
        let work = move || {
            let mut blocks = memory.lock().ok().and_then(|mut kept| kept.pop()).unwrap_or_default();
            let found = digest(secret.as_bytes(), &salt, cost, &mut blocks);
            if let Some(rest) = rest {
                digest(secret.as_bytes(), &salt, rest, &mut blocks)?;
            }
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

fn digest(
    secret: &[u8],
    salt: &[u8],
    cost: HashCost,
    blocks: &mut Vec<Block>,
) -> Result<Digest, HashingError> {
    let params = Params::new(cost.memory, cost.passes, LANES, Some(size_of::<Digest>()));
    let params = params.map_err(|_| HashingError)?;
    let count = params.block_count();
    if blocks.len() < count {
        *blocks = Vec::with_capacity(count.max(MAPPED_BLOCKS));
        blocks.resize(count, Block::default());
    }
    let used = blocks.get_mut(..count).ok_or(HashingError)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0_u8; 32];
    let hashed = argon2.hash_password_into_with_memory(secret, salt, &mut out, &mut *used);
    // What is left in the blocks could spare a guesser most of the work.
    used.fill(Block::default());
    hashed.map_err(|_| HashingError)?;
    Ok(out)
}

fn to_phc(digest: &Digest, salt: &[u8; 16], cost: HashCost) -> String {
    let (salt, digest) = (BASE64_NOPAD.encode(salt), BASE64_NOPAD.encode(digest));
    format!("$argon2id$v=19$m={},t={},p={LANES}${salt}${digest}", cost.memory, cost.passes)
}

/// What a PHC string says.
struct StoredHash {
    cost: HashCost,
    salt: Vec<u8>,
    digest: Digest,
}

impl StoredHash {
    /// `None` too for what this program has never made: another algorithm, or more memory than a slot may have.
    fn parse(phc: &str) -> Option<Self> {
        let parsed = PasswordHash::new(phc).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        let cost = HashCost { memory: params.m_cost(), passes: params.t_cost() };
        let is_ours = parsed.algorithm.as_str() == "argon2id"
            && parsed.version == Some(19)
            && params.p_cost() == LANES
            && !HashCost::CEILING.is_below(cost);
        let digest = parsed.hash?.as_bytes().try_into().ok()?;
        is_ours.then_some(Self { cost, salt: parsed.salt?.to_vec(), digest })
    }
}
