//! Growing the tree. The mathematics are `tlog_tiles`'; this module keeps its panics and its types inside.
//!
//! A stored hash has an index: all hashes of the tree that will never change again, in the order in which
//! they became final (Crosby and Wallach, section 3.3). The caller keeps a table of index and hash.

use std::collections::HashMap;

use tlog_tiles::{
    EMPTY_HASH, Error, HashReader, record_hash, split_stored_hash_index, stored_hash_index,
    stored_hashes_for_record_hash, sub_tree_index, tree_hash,
};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hashes fetched from the caller's table, by stored-hash index.
pub type StoredHashes = HashMap<u64, Hash>;

/// The most entries a log can have. Far from being reached, and below every overflow in the library.
pub const MAX_SIZE: u64 = 1 << 48;

/// What an append made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Stored-hash index and hash, ascending and without a gap. They belong in the caller's table in the same
    /// transaction as the entries.
    pub new_hashes: Vec<(u64, Hash)>,
    /// Entries in the tree now.
    pub size: u64,
    /// Root of the tree now, RFC 6962 section 2.1.
    pub root: Hash,
}

/// Why a tree could not be grown or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The table of stored hashes lacks one that the tree needs.
    #[error("the stored hash {index} is missing")]
    Missing {
        /// Its stored-hash index.
        index: u64,
    },
    /// More than [`MAX_SIZE`] entries, or an entry past the end.
    #[error("there is no tree or entry of that size")]
    OutOfRange,
}

/// The RFC 6962 leaf hash of a log entry.
pub fn leaf_hash(entry: &Hash) -> Hash {
    record_hash(entry).0
}

/// The stored-hash indexes that must be at hand to append to, or to take the root of, a tree of `size`.
/// One per bit set in `size`; none for the empty tree, and none for a size that cannot exist.
pub fn needed_hashes(size: u64) -> Vec<u64> {
    if size > MAX_SIZE { Vec::new() } else { sub_tree_index(0, size, Vec::new()) }
}

/// The root of a tree of `size`. A sequencer compares it with its last signed checkpoint before it appends:
/// a damaged table must never lead to a signature over a rewritten log.
pub fn root(size: u64, known: &StoredHashes) -> Result<Hash, TreeError> {
    complete(size, known)?;
    root_of(size, &Overlay { known, new: HashMap::new() })
}

/// Appends `entries` (commitments) to a tree of `size`. `known` holds at least [`needed_hashes`]`(size)`.
pub fn append(size: u64, known: &StoredHashes, entries: &[Hash]) -> Result<Appended, TreeError> {
    let leaves: Vec<Hash> = entries.iter().map(leaf_hash).collect();
    append_leaves(size, known, &leaves)
}

/// The right edge of a growing tree, and nothing else of it: memory is logarithmic in its size.
#[derive(Clone, Debug)]
pub(crate) struct Frontier {
    known: StoredHashes,
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

impl Frontier {
    pub(crate) fn new() -> Self {
        Self { known: HashMap::new(), size: 0, root: EMPTY_HASH.0 }
    }

    /// Adds leaf hashes; returns the hashes that became final, as (level, offset in level, hash).
    pub(crate) fn push(&mut self, leaves: &[Hash]) -> Result<Vec<(u8, u64, Hash)>, TreeError> {
        let appended = append_leaves(self.size, &self.known, leaves)?;
        self.known.extend(appended.new_hashes.iter().copied());
        // Only the edge is ever read again.
        let edge = needed_hashes(appended.size);
        self.known.retain(|index, _| edge.contains(index));
        self.size = appended.size;
        self.root = appended.root;
        let placed = appended.new_hashes.into_iter().map(|(index, hash)| {
            let (level, offset) = split_stored_hash_index(index);
            (level, offset, hash)
        });
        Ok(placed.collect())
    }
}

fn append_leaves(size: u64, known: &StoredHashes, leaves: &[Hash]) -> Result<Appended, TreeError> {
    let count = u64::try_from(leaves.len()).map_err(|_| TreeError::OutOfRange)?;
    let grown = size.checked_add(count).filter(|grown| *grown <= MAX_SIZE).ok_or(TreeError::OutOfRange)?;
    complete(size, known)?;
    let mut overlay = Overlay { known, new: HashMap::with_capacity(leaves.len() * 2) };
    let mut new_hashes = Vec::with_capacity(leaves.len() * 2);
    for (seq, leaf) in (size..).zip(leaves) {
        let final_now = stored_hashes_for_record_hash(seq, tlog_tiles::Hash(*leaf), &overlay);
        let final_now = final_now.map_err(|_| TreeError::Missing { index: stored_hash_index(0, seq) })?;
        for (index, hash) in (stored_hash_index(0, seq)..).zip(final_now) {
            overlay.new.insert(index, hash.0);
            new_hashes.push((index, hash.0));
        }
    }
    let root = root_of(grown, &overlay)?;
    Ok(Appended { new_hashes, size: grown, root })
}

/// Everything a tree of `size` reads is in `known`; after this, a missing hash is a defect in here.
fn complete(size: u64, known: &StoredHashes) -> Result<(), TreeError> {
    if size > MAX_SIZE {
        return Err(TreeError::OutOfRange);
    }
    match needed_hashes(size).into_iter().find(|index| !known.contains_key(index)) {
        Some(index) => Err(TreeError::Missing { index }),
        None => Ok(()),
    }
}

fn root_of(size: u64, overlay: &Overlay<'_>) -> Result<Hash, TreeError> {
    let missing = |_| TreeError::Missing { index: stored_hash_index(0, size) };
    tree_hash(size, overlay).map(|hash| hash.0).map_err(missing)
}

/// The caller's hashes with the batch's own on top.
struct Overlay<'a> {
    known: &'a StoredHashes,
    new: StoredHashes,
}

impl HashReader for Overlay<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        let read = |index| self.new.get(index).or_else(|| self.known.get(index)).copied();
        indexes.iter().map(|index| read(index).map(tlog_tiles::Hash).ok_or(Error::IndexesNotInTree)).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// RFC 6962 section 2.1, as written there.
    pub(crate) fn naive_root(entries: &[Hash]) -> Hash {
        match entries {
            [] => Sha256::digest(b"").into(),
            [entry] => Sha256::new().chain_update([0]).chain_update(entry).finalize().into(),
            _ => {
                let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
                let node = Sha256::new().chain_update([1]).chain_update(naive_root(left));
                node.chain_update(naive_root(right)).finalize().into()
            }
        }
    }

    pub(crate) fn entries(count: u64) -> Vec<Hash> {
        (0..count).map(|n| Sha256::digest(n.to_be_bytes()).into()).collect()
    }

    /// A table of hashes that only ever hands out what was asked for, as the store does.
    pub(crate) fn grow(batches: &[usize]) -> (HashMap<u64, Hash>, Appended) {
        let all = entries(batches.iter().sum::<usize>() as u64);
        let mut table = HashMap::new();
        let mut last = append(0, &table, &[]).unwrap();
        for batch in batches {
            let known = needed_hashes(last.size).into_iter().map(|index| (index, table[&index])).collect();
            let from = usize::try_from(last.size).unwrap();
            last = append(last.size, &known, &all[from..from + batch]).unwrap();
            table.extend(last.new_hashes.iter().copied());
        }
        (table, last)
    }

    #[test]
    fn every_small_size_has_the_root_of_the_rfc() {
        for size in 0..70 {
            let all = entries(size);
            let appended = append(0, &HashMap::new(), &all).unwrap();
            assert_eq!(appended.root, naive_root(&all), "size {size}");
            assert_eq!(root(size, &appended.new_hashes.into_iter().collect()).unwrap(), naive_root(&all));
        }
    }

    #[test]
    fn a_missing_hash_is_named_and_a_tree_too_large_is_refused() {
        let (mut table, _) = grow(&[11]);
        let index = needed_hashes(11)[1];
        table.remove(&index);
        assert_eq!(append(11, &table, &entries(1)), Err(TreeError::Missing { index }));
        assert_eq!(append(u64::MAX, &table, &entries(1)), Err(TreeError::OutOfRange));
        assert_eq!(append(MAX_SIZE, &table, &entries(1)), Err(TreeError::OutOfRange));
        assert_eq!(needed_hashes(u64::MAX), Vec::<u64>::new());
    }

    proptest! {
        #[test]
        fn batches_of_any_size_give_the_same_tree(batches in prop::collection::vec(0_usize..90, 0..14)) {
            let (table, last) = grow(&batches);
            let all = entries(last.size);
            prop_assert_eq!(last.root, naive_root(&all));
            let at_once = append(0, &HashMap::new(), &all).unwrap();
            prop_assert_eq!(at_once.new_hashes.iter().copied().collect::<HashMap<_, _>>(), table);
            let mut edge = Frontier::new();
            for entry in &all {
                edge.push(&[leaf_hash(entry)]).unwrap();
            }
            prop_assert_eq!(edge.root, last.root);
            prop_assert!(edge.known.len() <= 64);
        }
    }
}
