//! What stands in the tree in place of a record.

use sha2::{Digest, Sha256};

use crate::tree::Hash;

/// Sixteen random bytes, made for one record and erased with it: without them a short or predictable record
/// could be guessed from its commitment.
pub type Nonce = [u8; 16];

/// Separates our commitments from every other use of SHA-256, and names their version.
const DOMAIN: &[u8] = b"postern-audit-entry-v1\n";

/// The 32 bytes that are the C2SP log entry of this record. `json` is taken as stored, byte for byte.
pub fn commitment(nonce: &Nonce, json: &str) -> Hash {
    // The nonce has a fixed length, so nonce and record cannot be shifted against each other.
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(nonce);
    hasher.update(json.as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_hash_of_domain_nonce_and_text() {
        let nonce = *b"0123456789abcdef";
        let expected: Hash = Sha256::digest(b"postern-audit-entry-v1\n0123456789abcdef{\"a\":1}").into();
        assert_eq!(commitment(&nonce, r#"{"a":1}"#), expected);
        assert_ne!(commitment(&nonce, r#"{"a": 1}"#), expected);
    }
}
