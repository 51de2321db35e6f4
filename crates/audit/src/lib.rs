//! A tamper-evident log over opaque bytes, in the C2SP formats (signed note, checkpoint, tiles), so that
//! witnesses and tools that are not ours can read it.
//!
//! The leaves of the tree are commitments, not records: `SHA-256("postern-audit-entry-v1\n" || nonce || record)`.
//! Personal data stays in the records, so erasing a record leaves every proof valid, and the nonce keeps the
//! commitment from being guessed back into the data.
//!
//! Everything here is synchronous and touches nothing but its arguments; only [`FolderWriter`] and
//! [`verify_folder`] use the file system. Who stores the hashes, and in which transaction, is the caller's affair.
//!
//! | to | use |
//! | --- | --- |
//! | commit to a record | [`commitment`] |
//! | give records their place | [`needed_hashes`], [`append`], [`Signer::sign`] |
//! | prove one record, or that nothing was rewritten | [`prove_inclusion`], [`prove_consistency`] |
//! | hand the log to an auditor | [`FolderWriter`] |
//! | find out what was done to it | [`verify_folder`], or the binary `postern-verify` |
#![warn(missing_docs)]

mod checkpoint;
mod commitment;
mod finding;
mod folder;
mod line;
mod proof;
mod tile;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, Signer, SignerError, is_verifier_key, verify_checkpoint};
pub use commitment::{Nonce, commitment};
pub use finding::{Finding, Problem, WhichCheckpoint};
pub use folder::{ExportEntry, FolderWriter, StoreFinding, WriteError, write_folder};
pub use line::LineContent;
pub use proof::{
    ProofError, hashes_for_consistency, hashes_for_inclusion, prove_consistency, prove_inclusion,
    verify_consistency, verify_inclusion,
};
pub use tree::{Appended, Hash, MAX_SIZE, StoredHashes, TreeError, append, leaf_hash, needed_hashes, root};
pub use verify::{Verified, verify_folder};

/// The file of the signed tree head. It is written last: a folder that has one is complete.
pub const CHECKPOINT_FILE: &str = "checkpoint";
/// The file of the verifier key, for convenience. A key that came with the log proves nothing about the log.
pub const KEY_FILE: &str = "key";
/// What the exporter, who has the log's key file, found wrong with the store; not there when nothing was.
pub const STORE_FINDINGS_FILE: &str = "store-findings.jsonl";
/// The event of a record that names erased entries, by their places, in `detail.seqs`.
pub const ERASURE_EVENT: &str = "audit.entries_erased";
/// The file of the records themselves, one line each.
pub const ENTRIES_FILE: &str = "entries.jsonl";
