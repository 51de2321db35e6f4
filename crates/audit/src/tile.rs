//! Where the pieces of the tree lie in a folder, C2SP tlog-tiles.

use tlog_tiles::Tile;

use crate::tree::{Hash, leaf_hash};

/// Tiles are eight levels of the tree high.
pub(crate) const HEIGHT: u8 = 8;
/// Hashes in a full tile, and entries in a full bundle.
pub(crate) const WIDTH: u64 = 1 << HEIGHT;
/// Bytes of an entry in a bundle: a big-endian u16 length, always 32, and the commitment.
pub(crate) const ENTRY_BYTES: usize = 34;
/// The length that stands before every commitment.
pub(crate) const ENTRY_LENGTH: [u8; 2] = [0, 32];

/// One tile of hashes, or one bundle of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TilePlace {
    pub(crate) level: u8,
    pub(crate) n: u64,
    pub(crate) width: u64,
}

impl TilePlace {
    /// Tile `n` of `level` in a tree of `size`; `None` if it would be empty. Sizes are at most `MAX_SIZE`, so
    /// there are levels 0 to 6.
    pub(crate) fn in_tree(size: u64, level: u8, n: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(HEIGHT))?;
        let width = hashes.checked_sub(n.checked_mul(WIDTH)?)?.min(WIDTH);
        (width > 0).then_some(Self { level, n, width })
    }

    /// Path of the tile of hashes.
    pub(crate) fn hashes(self) -> String {
        self.path(false)
    }

    /// Path of the bundle of entries.
    pub(crate) fn entries(self) -> String {
        self.path(true)
    }

    /// The first entry under the tile's `k`th hash, and how many are under it.
    pub(crate) fn covers(self, k: u64) -> (u64, u64) {
        let each = 1_u64 << (u32::from(self.level) * u32::from(HEIGHT));
        ((self.n * WIDTH + k) * each, each)
    }

    fn path(self, entries: bool) -> String {
        let width = u32::try_from(self.width).unwrap_or(1 << HEIGHT);
        let path = Tile::new(HEIGHT, if entries { 0 } else { self.level }, self.n, width, entries).path();
        // The library writes Go's paths, tile/8/data/…; C2SP drops the height and says "entries".
        let path = path.strip_prefix("tile/8/").unwrap_or(&path);
        path.strip_prefix("data/")
            .map_or_else(|| format!("tile/{path}"), |rest| format!("tile/entries/{rest}"))
    }
}

/// Appends an entry as it stands in a bundle.
pub(crate) fn write_entry(bundle: &mut Vec<u8>, commitment: &Hash) {
    bundle.extend_from_slice(&ENTRY_LENGTH);
    bundle.extend_from_slice(commitment);
}

/// The hashes of a tile.
pub(crate) fn read_hashes(tile: &[u8]) -> Vec<Hash> {
    tile.as_chunks::<32>().0.to_vec()
}

/// Leaf hash of each entry of a bundle, and whether its length is right.
pub(crate) fn read_bundle(bundle: &[u8]) -> Vec<(Hash, bool)> {
    let entry = |bytes: &[u8; ENTRY_BYTES]| {
        let (length, commitment) = bytes.split_first_chunk::<2>()?;
        Some((leaf_hash(commitment.try_into().ok()?), *length == ENTRY_LENGTH))
    };
    bundle.as_chunks::<ENTRY_BYTES>().0.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes and paths of the specification.
    #[test]
    fn paths_are_those_of_the_specification() {
        let place = TilePlace { level: 0, n: 1_234_067, width: 256 };
        assert_eq!(place.hashes(), "tile/0/x001/x234/067");
        assert_eq!(place.entries(), "tile/entries/x001/x234/067");
        assert_eq!(TilePlace::in_tree(70_000, 0, 273).unwrap().hashes(), "tile/0/273.p/112");
        assert_eq!(TilePlace::in_tree(70_000, 0, 273).unwrap().entries(), "tile/entries/273.p/112");
        assert_eq!(TilePlace::in_tree(70_000, 1, 0).unwrap().hashes(), "tile/1/000");
        assert_eq!(TilePlace::in_tree(70_000, 1, 1).unwrap().hashes(), "tile/1/001.p/17");
        assert_eq!(TilePlace::in_tree(70_000, 2, 0).unwrap().hashes(), "tile/2/000.p/1");
        assert_eq!(TilePlace::in_tree(70_000, 3, 0), None);
        assert_eq!(TilePlace::in_tree(256, 0, 1), None);
        assert_eq!(TilePlace::in_tree(256, 0, u64::MAX), None);
        assert_eq!(TilePlace::in_tree(70_000, 1, 1).unwrap().covers(2), (66_048, 256));
    }

    #[test]
    fn a_bundle_reads_back() {
        let mut bundle = Vec::new();
        write_entry(&mut bundle, &[5; 32]);
        write_entry(&mut bundle, &[6; 32]);
        bundle[34] = 1;
        assert_eq!(read_bundle(&bundle), [(leaf_hash(&[5; 32]), true), (leaf_hash(&[6; 32]), false)]);
    }
}
