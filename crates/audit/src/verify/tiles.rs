//! The tree: are tiles, bundles and the signed root one?

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use super::last_of;
use crate::checkpoint::Checkpoint;
use crate::finding::{Findings, Problem};
use crate::tile::{ENTRY_BYTES, HEIGHT, TilePlace, WIDTH, read_bundle, read_hashes};
use crate::tree::{Frontier, Hash};

/// What the tree should be.
pub(super) struct Expected<'a> {
    pub(super) size: u64,
    pub(super) head: Option<&'a Checkpoint>,
    pub(super) earlier: Option<&'a Checkpoint>,
}

/// Reads every tile and bundle once, in order. Stops early only where both copies of an entry are gone, so the
/// work is bounded by what is in the folder and not by what a checkpoint claims.
pub(super) fn check(dir: &Path, expected: &Expected<'_>, findings: &mut Findings) {
    let mut disagreements = Findings::default();
    let mut tiles = Copy::new(dir, expected);
    let mut bundles = Copy::new(dir, expected);
    for n in 0.. {
        let Some(place) = TilePlace::in_tree(expected.size, 0, n) else {
            break;
        };
        let from_tile = leaves_of_tile(dir, place, findings);
        let from_bundle = leaves_of_bundle(dir, place, findings);
        if let (Some(tile), Some(bundle)) = (&from_tile, &from_bundle) {
            compare(place, tile, bundle, &mut disagreements);
        }
        if from_tile.is_none() && from_bundle.is_none() {
            tiles.broken = true;
            bundles.broken = true;
            break;
        }
        tiles.feed(from_tile.as_deref());
        bundles.feed(from_bundle.as_deref());
    }
    let signed = tiles.is_signed() || bundles.is_signed();
    attribute(expected, [tiles, bundles], disagreements, findings);
    // Whatever went wrong above, a tree that nobody signed never passes in silence.
    if !signed && findings.is_empty() {
        findings.whole(Problem::RootDiffers { sound_before: None });
    }
}

/// Leaf hashes by the tile of level 0; `None`, and a finding, if it can't be used.
pub(super) fn leaves_of_tile(dir: &Path, place: TilePlace, findings: &mut Findings) -> Option<Vec<Hash>> {
    let bytes = read(dir, place, &place.hashes(), 32, findings)?;
    Some(read_hashes(&bytes))
}

/// Leaf hashes by the bundle of commitments; `None`, and a finding, if it can't be used.
pub(super) fn leaves_of_bundle(dir: &Path, place: TilePlace, findings: &mut Findings) -> Option<Vec<Hash>> {
    let bytes = read(dir, place, &place.entries(), ENTRY_BYTES, findings)?;
    let entries = read_bundle(&bytes);
    for (k, (_, length_is_right)) in (0..).zip(&entries) {
        if !length_is_right {
            let (seq, _) = place.covers(k);
            findings.entries(seq, seq, Problem::Damaged { path: place.entries() });
        }
    }
    Some(entries.into_iter().map(|(leaf, _)| leaf).collect())
}

/// One copy of the leaves, and the tree that it makes.
struct Copy<'a> {
    dir: &'a Path,
    expected: &'a Expected<'a>,
    frontier: Frontier,
    /// Root when the tree was as large as in the earlier checkpoint.
    then: Option<Hash>,
    /// A piece was unusable: there is no root.
    broken: bool,
    /// What is wrong with the tiles above level 0, if this copy is right.
    above: Findings,
    /// Per level, the tile read last.
    read: HashMap<u8, (u64, Option<Vec<Hash>>)>,
}

impl<'a> Copy<'a> {
    fn new(dir: &'a Path, expected: &'a Expected<'a>) -> Self {
        let mut copy = Self {
            dir,
            expected,
            frontier: Frontier::new(),
            then: None,
            broken: false,
            above: Findings::default(),
            read: HashMap::new(),
        };
        copy.remember();
        copy
    }

    fn feed(&mut self, leaves: Option<&[Hash]>) {
        let Some(leaves) = leaves.filter(|_| !self.broken) else {
            self.broken = true;
            return;
        };
        // Pause where the earlier checkpoint was taken.
        let older = self.expected.earlier.map_or(0, |earlier| earlier.size);
        let before = older.saturating_sub(self.frontier.size);
        let pause = usize::try_from(before).unwrap_or(usize::MAX).min(leaves.len());
        let (first, rest) = leaves.split_at(pause);
        self.grow(first);
        self.grow(rest);
    }

    fn grow(&mut self, leaves: &[Hash]) {
        match self.frontier.push(leaves) {
            Ok(hashes) => {
                for (level, offset, hash) in hashes {
                    if level > 0 && level % HEIGHT == 0 {
                        self.check_above(level / HEIGHT, offset, &hash);
                    }
                }
                self.remember();
            }
            Err(_) => self.broken = true,
        }
    }

    fn remember(&mut self) {
        if self.expected.earlier.is_some_and(|earlier| earlier.size == self.frontier.size) {
            self.then = Some(self.frontier.root);
        }
    }

    /// Compares one hash of a tile above level 0. A tile that can't be used is found once, when it is read.
    fn check_above(&mut self, level: u8, offset: u64, hash: &Hash) {
        let (n, k) = (offset / WIDTH, offset % WIDTH);
        let Some(place) = TilePlace::in_tree(self.expected.size, level, n) else {
            return;
        };
        if self.read.get(&level).is_none_or(|(read, _)| *read != n) {
            let bytes = read(self.dir, place, &place.hashes(), 32, &mut self.above);
            self.read.insert(level, (n, bytes.map(|bytes| read_hashes(&bytes))));
        }
        let tile = self.read.get(&level).and_then(|(_, tile)| tile.as_ref());
        let found = tile.and_then(|tile| tile.get(usize::try_from(k).unwrap_or(usize::MAX)));
        if found.is_some_and(|found| found != hash) {
            let (first, each) = place.covers(k);
            self.above.entries(first, last_of(first, each), Problem::HashReplaced { path: place.hashes() });
        }
    }

    /// The root, if the copy is whole.
    fn root(&self) -> Option<Hash> {
        (!self.broken && self.frontier.size == self.expected.size).then_some(self.frontier.root)
    }

    fn is_signed(&self) -> bool {
        self.root().is_some() && self.root() == self.expected.head.map(|head| head.root)
    }
}

fn compare(place: TilePlace, tile: &[Hash], bundle: &[Hash], disagreements: &mut Findings) {
    for (k, (tile, bundle)) in (0..).zip(tile.iter().zip(bundle)) {
        if tile != bundle {
            let (seq, _) = place.covers(k);
            disagreements.entries(seq, seq, Problem::Disagree { path: place.entries() });
        }
    }
}

/// Whichever copy makes the signed root is right, and the other is to blame for what they disagree on.
fn attribute(
    expected: &Expected<'_>,
    copies: [Copy<'_>; 2],
    disagreements: Findings,
    findings: &mut Findings,
) {
    check_earlier(expected, &copies, findings);
    let agree = disagreements.is_empty();
    let [tiles, bundles] = copies;
    if tiles.is_signed() {
        findings.absorb(disagreements, |problem| match problem {
            Problem::Disagree { path } => Problem::CommitmentReplaced { path },
            other => other,
        });
        findings.absorb(tiles.above, |problem| problem);
    } else if bundles.is_signed() {
        findings.absorb(disagreements, |problem| match problem {
            Problem::Disagree { path } => Problem::HashReplaced { path: path.replacen("entries", "0", 1) },
            other => other,
        });
        findings.absorb(bundles.above, |problem| problem);
    } else {
        if expected.head.is_some() && (tiles.root().is_some() || bundles.root().is_some()) {
            let sound =
                expected.earlier.filter(|older| is_prefix(older, &tiles) || is_prefix(older, &bundles));
            findings.whole(Problem::RootDiffers { sound_before: sound.map(|older| older.size) });
        }
        if agree {
            findings.absorb(tiles.above, |problem| problem);
        }
        findings.absorb(disagreements, |problem| problem);
    }
}

/// The log must begin with what the earlier checkpoint saw.
fn check_earlier(expected: &Expected<'_>, copies: &[Copy<'_>; 2], findings: &mut Findings) {
    let Some(older) = expected.earlier else { return };
    let others = expected.head.is_some_and(|head| head.origin != older.origin);
    let known = copies.iter().any(|copy| copy.then.is_some());
    if others || (known && !copies.iter().any(|copy| is_prefix(older, copy))) {
        findings.whole(Problem::Forked { older: older.size });
    }
}

fn is_prefix(older: &Checkpoint, copy: &Copy<'_>) -> bool {
    copy.then == Some(older.root)
}

/// A file of exactly as many items as its place has. A file of another length is named by the entry where it
/// ends.
fn read(dir: &Path, place: TilePlace, path: &str, item: usize, findings: &mut Findings) -> Option<Vec<u8>> {
    let (first, each) = place.covers(0);
    let last = last_of(first, each.saturating_mul(place.width));
    match read_file(&dir.join(path), place.width.saturating_mul(u64::try_from(item).unwrap_or(u64::MAX))) {
        Ok(Ok(bytes)) => Some(bytes),
        Ok(Err(length)) => {
            let whole = length / u64::try_from(item).unwrap_or(1).max(1);
            let (seq, _) = place.covers(whole.min(place.width - 1));
            findings.entries(seq, last, Problem::Damaged { path: path.into() });
            None
        }
        Err(error) => {
            findings.entries(first, last, Problem::Unreadable { path: path.into(), why: error.to_string() });
            None
        }
    }
}

/// The file, or its length if that is not `length`. A file of the wrong length is not read at all.
fn read_file(path: &Path, length: u64) -> io::Result<Result<Vec<u8>, u64>> {
    let found = fs::metadata(path)?.len();
    if found != length {
        return Ok(Err(found));
    }
    let bytes = fs::read(path)?;
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(if read == length { Ok(bytes) } else { Err(read) })
}
