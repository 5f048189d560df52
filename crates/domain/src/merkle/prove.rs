//! Proofs made from stored tiles: first which tiles one needs, so that they are fetched at once, then the proof.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    Hash, Tile, TileId,
    tile::{HEIGHT, Unfit},
};

/// The root of a whole subtree: leaves `number · 2^height` and the `2^height - 1` that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Whole {
    height: u8,
    number: u64,
}

impl Whole {
    /// The tile in which it can be computed, the first of its hashes there, and the height above them.
    fn place(self) -> (TileId, usize, u8) {
        let (level, above) = (self.height / HEIGHT, self.height % HEIGHT);
        let tile = TileId { level, index: self.number >> (HEIGHT - above) };
        let from = (self.number << above) & 0xff;
        (tile, usize::try_from(from).unwrap_or(0), above)
    }
}

/// The whole subtrees that a range of leaves consists of, from the left; the range begins at a multiple of the first.
fn wholes(range: Range<u64>) -> Vec<Whole> {
    let (mut from, mut left) = (range.start, range.end - range.start);
    let mut parts = Vec::new();
    while left > 0 {
        let height = left.ilog2();
        parts.push(Whole { height: u8::try_from(height).unwrap_or(63), number: from >> height });
        from += 1 << height;
        left -= 1 << height;
    }
    parts
}

/// The ranges whose roots are the path of a leaf, from its sibling upwards (RFC 9162 §2.1.3.1).
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            from = middle;
        }
    }
    path.reverse();
    path
}

/// The ranges whose roots prove that the first `old` leaves were kept (RFC 9162 §2.1.4.1).
fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    if old == 0 || old >= new {
        return Vec::new();
    }
    let (mut from, mut to, mut path) = (0, new, Vec::new());
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            from = middle;
        }
    }
    // Of a whole old tree the verifier has the root.
    if from != 0 {
        path.push(from..to);
    }
    path.reverse();
    path
}

/// The largest power of two below `n`, for `n` ≥ 2.
const fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

fn tiles_of(ranges: impl IntoIterator<Item = Range<u64>>) -> BTreeSet<TileId> {
    ranges.into_iter().flat_map(wholes).map(|whole| whole.place().0).collect()
}

fn root_of(range: Range<u64>, tiles: &BTreeMap<TileId, Tile>) -> Result<Hash, Unfit> {
    let mut root = None;
    for whole in wholes(range).into_iter().rev() {
        let (id, from, height) = whole.place();
        let left = tiles.get(&id).and_then(|tile| tile.root(from, height)).ok_or(Unfit(id))?;
        root = Some(root.map_or(left, |right| Hash::node(left, right)));
    }
    Ok(root.unwrap_or_else(Hash::empty))
}

fn roots_of(ranges: Vec<Range<u64>>, tiles: &BTreeMap<TileId, Tile>) -> Result<Vec<Hash>, Unfit> {
    ranges.into_iter().map(|range| root_of(range, tiles)).collect()
}

/// Tiles that the root of the first `size` leaves needs.
pub fn tiles_for_root(size: u64) -> BTreeSet<TileId> {
    tiles_of(std::iter::once(0..size))
}

/// The root of the first `size` leaves; the tree may have grown since.
pub fn root(size: u64, tiles: &BTreeMap<TileId, Tile>) -> Result<Hash, Unfit> {
    root_of(0..size, tiles)
}

/// Tiles that the path of leaf `index` in the tree of `size` needs: two a level at most.
pub fn tiles_for_inclusion(index: u64, size: u64) -> BTreeSet<TileId> {
    tiles_of(inclusion_ranges(index, size))
}

/// The path of leaf `index` < `size` in the tree of `size` leaves, for [`super::verify_inclusion`].
pub fn inclusion(index: u64, size: u64, tiles: &BTreeMap<TileId, Tile>) -> Result<Vec<Hash>, Unfit> {
    roots_of(inclusion_ranges(index, size), tiles)
}

/// Tiles that the proof between two sizes needs.
pub fn tiles_for_consistency(old: u64, new: u64) -> BTreeSet<TileId> {
    tiles_of(consistency_ranges(old, new))
}

/// The proof that the tree of `old` leaves, 0 < `old` ≤ `new`, is the beginning of that of `new`, for
/// [`super::verify_consistency`].
pub fn consistency(old: u64, new: u64, tiles: &BTreeMap<TileId, Tile>) -> Result<Vec<Hash>, Unfit> {
    roots_of(consistency_ranges(old, new), tiles)
}
