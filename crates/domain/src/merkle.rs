//! The Merkle tree of RFC 9162 §2.1: an order of leaves that cannot be changed afterwards without its root changing.
//!
//! A leaf's hash is `SHA-256(0x00 ‖ leaf)`, a node's `SHA-256(0x01 ‖ left ‖ right)`. The tree over `n` leaves splits at the
//! largest power of two below `n`. Verification is in [`proof`], stored interior hashes are in [`tile`], and proofs are
//! made from those in [`prove`].

pub mod proof;
pub mod prove;
pub mod tile;

#[cfg(test)]
mod model;
#[cfg(test)]
mod vectors;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

pub use proof::{Refuted, verify_consistency, verify_inclusion};
pub use tile::{Tile, TileId};

/// A hash of the tree: a leaf, a node or a root. As text it is standard base64, the way heads are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of a leaf.
    pub fn leaf(leaf: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into())
    }

    /// The hash of a node.
    pub fn node(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root of the tree without leaves.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Reads stored bytes; none unless there are 32.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(&STANDARD.decode(text).ok()?)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not the base64 of 32 bytes"))
    }
}

/// The right edge of a growing tree: the roots of its whole subtrees, at most one a height. All that is needed to append and
/// to know the root, however many leaves there are.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    roots: Vec<(u8, Hash)>,
    size: u64,
}

impl Frontier {
    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_whole(0, leaf);
    }

    /// Appends the root of a whole subtree of 2^`height` leaves. The size so far must be a multiple of that.
    pub fn push_whole(&mut self, height: u8, root: Hash) {
        debug_assert!(self.size.is_multiple_of(1 << height), "a whole subtree begins at a multiple of its size");
        self.size += 1 << height;
        let (mut height, mut root) = (height, root);
        while let Some((_, left)) = self.roots.pop_if(|(other, _)| *other == height) {
            root = Hash::node(left, root);
            height += 1;
        }
        self.roots.push((height, root));
    }

    /// The root of all leaves so far.
    pub fn root(&self) -> Hash {
        let right_to_left = self.roots.iter().rev().map(|&(_, root)| root);
        right_to_left.reduce(|right, left| Hash::node(left, right)).unwrap_or_else(Hash::empty)
    }
}
