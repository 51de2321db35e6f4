//! Proofs that an entry is in the log, and that the log was only ever appended to.
//!
//! Hashes come from `read`, stored-hash index to hash. A store that is not synchronous asks
//! [`hashes_for_inclusion`] or [`hashes_for_consistency`] what to fetch first.

use std::cell::RefCell;

use tlog_tiles::{EMPTY_HASH, Error, HashReader, check_record, check_tree, prove_record, prove_tree};

use crate::checkpoint::Checkpoint;
use crate::tree::{Hash, MAX_SIZE, TreeError, leaf_hash};

/// Longest path in a tree of [`MAX_SIZE`], with room to spare; a longer proof is nonsense.
const MAX_PROOF: usize = 64;

/// A proof that does not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the checkpoint's root")]
    Invalid,
    /// The two checkpoints are not of one log, or stand in the wrong order.
    #[error("the checkpoints are not of one log, older first")]
    Unrelated,
}

/// Audit path of entry `seq` in the tree of `size`, RFC 6962 section 2.1.1.
pub fn prove_inclusion(
    size: u64,
    seq: u64,
    read: impl Fn(u64) -> Option<Hash>,
) -> Result<Vec<Hash>, TreeError> {
    if seq >= size || size > MAX_SIZE {
        return Err(TreeError::OutOfRange);
    }
    let reader = Reader::new(read);
    reader.outcome(prove_record(size, seq, &reader))
}

/// Proof that the tree of `older` entries is the beginning of the tree of `newer`, RFC 6962 section 2.1.2.
pub fn prove_consistency(
    older: u64,
    newer: u64,
    read: impl Fn(u64) -> Option<Hash>,
) -> Result<Vec<Hash>, TreeError> {
    if older > newer || newer > MAX_SIZE {
        return Err(TreeError::OutOfRange);
    }
    if older == 0 {
        // The empty tree begins every tree; there is nothing to show.
        return Ok(Vec::new());
    }
    let reader = Reader::new(read);
    reader.outcome(prove_tree(newer, older, &reader))
}

/// The stored-hash indexes that [`prove_inclusion`] will read.
pub fn hashes_for_inclusion(size: u64, seq: u64) -> Result<Vec<u64>, TreeError> {
    let asked = RefCell::new(Vec::new());
    prove_inclusion(size, seq, |index| note(&asked, index))?;
    Ok(asked.into_inner())
}

/// The stored-hash indexes that [`prove_consistency`] will read.
pub fn hashes_for_consistency(older: u64, newer: u64) -> Result<Vec<u64>, TreeError> {
    let asked = RefCell::new(Vec::new());
    prove_consistency(older, newer, |index| note(&asked, index))?;
    Ok(asked.into_inner())
}

/// Checks that the commitment `entry` is entry `seq` of the log at `checkpoint`.
pub fn verify_inclusion(
    checkpoint: &Checkpoint,
    seq: u64,
    entry: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let size = checkpoint.size;
    if seq >= size || size > MAX_SIZE {
        return Err(ProofError::Invalid);
    }
    let leaf = tlog_tiles::Hash(leaf_hash(entry));
    let root = tlog_tiles::Hash(checkpoint.root);
    check_record(&library(proof)?, size, root, seq, leaf).map_err(|_| ProofError::Invalid)
}

/// Checks that the log at `newer` begins with the log at `older`.
pub fn verify_consistency(older: &Checkpoint, newer: &Checkpoint, proof: &[Hash]) -> Result<(), ProofError> {
    if older.origin != newer.origin || older.size > newer.size || newer.size > MAX_SIZE {
        return Err(ProofError::Unrelated);
    }
    if older.size == 0 {
        let empty = older.root == EMPTY_HASH.0 && proof.is_empty();
        return if empty { Ok(()) } else { Err(ProofError::Invalid) };
    }
    let roots = (tlog_tiles::Hash(newer.root), tlog_tiles::Hash(older.root));
    check_tree(&library(proof)?, newer.size, roots.0, older.size, roots.1).map_err(|_| ProofError::Invalid)
}

fn library(proof: &[Hash]) -> Result<Vec<tlog_tiles::Hash>, ProofError> {
    if proof.len() > MAX_PROOF {
        return Err(ProofError::Invalid);
    }
    Ok(proof.iter().copied().map(tlog_tiles::Hash).collect())
}

#[expect(clippy::unnecessary_wraps, reason = "it has the shape of a reader")]
fn note(asked: &RefCell<Vec<u64>>, index: u64) -> Option<Hash> {
    asked.borrow_mut().push(index);
    Some(Hash::default())
}

/// The library's errors cannot say which hash was missing; this remembers.
struct Reader<F> {
    read: F,
    missing: RefCell<Option<u64>>,
}

impl<F: Fn(u64) -> Option<Hash>> Reader<F> {
    fn new(read: F) -> Self {
        Self { read, missing: RefCell::new(None) }
    }

    fn outcome(&self, proof: Result<Vec<tlog_tiles::Hash>, Error>) -> Result<Vec<Hash>, TreeError> {
        let missing = self.missing.take();
        let why = |_| missing.map_or(TreeError::OutOfRange, |index| TreeError::Missing { index });
        Ok(proof.map_err(why)?.into_iter().map(|hash| hash.0).collect())
    }
}

impl<F: Fn(u64) -> Option<Hash>> HashReader for Reader<F> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        let read = |index: &u64| {
            let hash = (self.read)(*index);
            if hash.is_none() {
                self.missing.replace(Some(*index));
            }
            hash.map(tlog_tiles::Hash).ok_or(Error::IndexesNotInTree)
        };
        indexes.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::{entries, grow, naive_root};

    fn at(size: u64) -> Checkpoint {
        let all = entries(size);
        Checkpoint { origin: "example.com/log".into(), size, root: naive_root(&all) }
    }

    #[test]
    fn every_entry_of_every_small_tree_is_proven_and_no_other() {
        let (table, _) = grow(&[40]);
        let all = entries(40);
        for size in 1..=40 {
            let checkpoint = at(size);
            for seq in 0..size {
                let proof = prove_inclusion(size, seq, |index| table.get(&index).copied()).unwrap();
                let entry = &all[usize::try_from(seq).unwrap()];
                assert_eq!(verify_inclusion(&checkpoint, seq, entry, &proof), Ok(()));
                assert!(verify_inclusion(&checkpoint, seq, &[7; 32], &proof).is_err());
                assert!(verify_inclusion(&checkpoint, (seq + 1) % size, entry, &proof).is_err() || size == 1);
                assert!(verify_inclusion(&checkpoint, size, entry, &proof).is_err());
                let asked = hashes_for_inclusion(size, seq).unwrap();
                let few = |index| asked.contains(&index).then(|| table[&index]);
                assert_eq!(prove_inclusion(size, seq, few).unwrap(), proof);
            }
        }
    }

    #[test]
    fn every_pair_of_sizes_is_consistent_and_a_rewritten_past_is_not() {
        let (table, _) = grow(&[33]);
        for newer in 0..=33 {
            for older in 0..=newer {
                let proof = prove_consistency(older, newer, |index| table.get(&index).copied()).unwrap();
                let (before, after) = (at(older), at(newer));
                assert_eq!(verify_consistency(&before, &after, &proof), Ok(()));
                let rewritten = Checkpoint { root: [9; 32], ..before };
                assert_eq!(verify_consistency(&rewritten, &after, &proof), Err(ProofError::Invalid));
                assert!(hashes_for_consistency(older, newer).unwrap().len() <= 64);
            }
        }
    }

    #[test]
    fn what_cannot_be_proven_says_so() {
        let none = |_| None;
        assert_eq!(prove_inclusion(3, 3, none), Err(TreeError::OutOfRange));
        assert_eq!(prove_consistency(4, 3, none), Err(TreeError::OutOfRange));
        assert!(matches!(prove_inclusion(3, 1, none), Err(TreeError::Missing { .. })));
        assert!(matches!(prove_consistency(2, 3, none), Err(TreeError::Missing { .. })));
        assert_eq!(verify_consistency(&at(4), &at(3), &[]), Err(ProofError::Unrelated));
        let other = Checkpoint { origin: "example.com/other".into(), ..at(3) };
        assert_eq!(verify_consistency(&other, &at(3), &[]), Err(ProofError::Unrelated));
        assert_eq!(verify_inclusion(&at(3), 0, &[0; 32], &[[0; 32]; 100]), Err(ProofError::Invalid));
        let huge = Checkpoint { size: u64::MAX, ..at(3) };
        assert!(verify_inclusion(&huge, 0, &[0; 32], &[]).is_err());
    }
}
