//! Randomness and ids, from the operating system's generator.

use jiff::Timestamp;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

/// The operating system would not give randomness. Nothing secret can be made without it.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct RngError(#[from] rand::rand_core::OsError);

/// Where ids, codes, tokens and nonces come from.
#[derive(Debug, Default)]
pub struct Rng;

impl Rng {
    /// `N` random bytes, wiped when dropped.
    pub fn bytes<const N: usize>(&self) -> Result<Zeroizing<[u8; N]>, RngError> {
        let mut bytes = Zeroizing::new([0_u8; N]);
        OsRng.try_fill_bytes(bytes.as_mut_slice())?;
        Ok(bytes)
    }

    /// A new id: UUID version 7, so that ids sort by time.
    pub fn id(&self, now: Timestamp) -> Result<String, RngError> {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let random = self.bytes::<10>()?;
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string())
    }

    /// The `serial`-th id of one moment: the ids of one change sort in the order in which they were made.
    pub fn id_in_order(&self, now: Timestamp, serial: u16) -> Result<String, RngError> {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut random = self.bytes::<10>()?;
        if let Some(counter) = random.first_chunk_mut::<2>() {
            *counter = serial.to_be_bytes();
        }
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string())
    }

    /// A bearer token: 256 random bits, base64url.
    pub fn token(&self) -> Result<Zeroizing<String>, RngError> {
        let random = self.bytes::<32>()?;
        Ok(Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(random.as_slice())))
    }
}

/// What is stored of a token: SHA-256, hex. 256 random bits need no slow hash.
pub fn token_hash(token: &str) -> String {
    use sha2::Digest as _;
    data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(token.as_bytes()))
}
