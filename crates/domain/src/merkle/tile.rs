//! Stored interior hashes, laid out as C2SP tlog-tiles: tile `index` of `level` holds up to 256 hashes of height `8 · level`;
//! hash `i` of it is the root of leaves `(256 · index + i) · 256^level` and the `256^level - 1` that follow.
//!
//! Only roots of whole subtrees are stored, so a hash once written never changes: a tile grows at its end until it has 256,
//! and the tile of today answers for every smaller tree of the past too.

use std::collections::BTreeMap;

use super::Hash;

/// Heights that one tile spans.
pub const HEIGHT: u8 = 8;
/// Hashes of a full tile.
pub const WIDTH: usize = 1 << HEIGHT;
/// Levels that a tree of 2^64 leaves can have.
pub const LEVELS: u8 = 64 / HEIGHT;

/// Where a tile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0: hashes of leaves; each level above stands for 256 times as many leaves.
    pub level: u8,
    /// From the left, from 0.
    pub index: u64,
}

impl TileId {
    /// Hashes that the tile has in a tree of `size` leaves: 0 where it does not exist yet, 256 where it is full.
    pub fn width(self, size: u64) -> usize {
        let hashes = whole(self.level, size).saturating_sub(self.index.saturating_mul(WIDTH as u64));
        usize::try_from(hashes).map_or(WIDTH, |hashes| hashes.min(WIDTH))
    }
}

/// Hashes of one tile, from the left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tile(Vec<Hash>);

impl Tile {
    /// Reads stored bytes: 1 to 256 hashes, one after the other.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && (1..=WIDTH).contains(&hashes.len());
        fits.then(|| Self(hashes.iter().copied().map(Hash).collect()))
    }

    /// The bytes to store: 32 a hash.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| hash.0).collect()
    }

    /// The hashes.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// The root of `2^height` hashes from `from` on, `height` ≤ 8; none where the tile does not have them all.
    pub fn root(&self, from: usize, height: u8) -> Option<Hash> {
        let mut hashes = self.0.get(from..from + (1 << height))?.to_vec();
        while hashes.len() > 1 {
            let (pairs, _) = hashes.as_chunks::<2>();
            hashes = pairs.iter().map(|&[left, right]| Hash::node(left, right)).collect();
        }
        hashes.pop()
    }
}

/// Roots of height `8 · level` that a tree of `size` leaves has.
fn whole(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0)
}

/// Tiles that must be read before a tree of `size` leaves grows: the unfinished one of each level.
pub fn unfinished(size: u64) -> Vec<TileId> {
    let levels = (0..LEVELS).map(|level| (level, whole(level, size)));
    levels
        .filter(|(_, hashes)| !hashes.is_multiple_of(WIDTH as u64))
        .map(|(level, hashes)| TileId { level, index: hashes / WIDTH as u64 })
        .collect()
}

/// Tiles that are new or grow when a tree of `from` leaves becomes one of `to`: those that must be written.
pub fn written(from: u64, to: u64) -> Vec<TileId> {
    let mut tiles = Vec::new();
    for level in 0..LEVELS {
        let (before, after) = (whole(level, from), whole(level, to));
        if after > before {
            let (first, last) = (before / WIDTH as u64, (after - 1) / WIDTH as u64);
            tiles.extend((first..=last).map(|index| TileId { level, index }));
        }
    }
    tiles
}

/// What stands in the way of growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tile {} of level {} is missing or has the wrong width", .0.index, .0.level)]
pub struct Unfit(pub TileId);

/// Appends leaves to a tree of `size`: takes its [`unfinished`] tiles, gives the [`written`] ones, whole.
pub fn append(
    size: u64,
    unfinished_tiles: &BTreeMap<TileId, Tile>,
    leaves: &[Hash],
) -> Result<BTreeMap<TileId, Tile>, Unfit> {
    let mut right: BTreeMap<u8, (TileId, Tile)> = BTreeMap::new();
    for id in unfinished(size) {
        let tile = unfinished_tiles.get(&id).filter(|tile| tile.0.len() == id.width(size)).ok_or(Unfit(id))?;
        right.insert(id.level, (id, tile.clone()));
    }
    let mut grown = BTreeMap::new();
    for (size, &leaf) in (size..).zip(leaves) {
        let (mut hash, mut level) = (leaf, 0);
        loop {
            let index = whole(level, size) / WIDTH as u64;
            let (id, tile) = right.entry(level).or_insert_with(|| (TileId { level, index }, Tile::default()));
            tile.0.push(hash);
            if tile.0.len() < WIDTH {
                break;
            }
            let full = tile.root(0, HEIGHT).ok_or(Unfit(*id))?;
            grown.extend(right.remove(&level));
            hash = full;
            level += 1;
        }
    }
    let touched = written(size, size + leaves.len() as u64);
    grown.extend(right.into_values().filter(|(id, _)| touched.contains(id)));
    Ok(grown)
}
