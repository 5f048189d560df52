//! What an auditor takes away: JSON Lines. First the header, last the signed head; between them, for every 256 entries, the tile with
//! the hashes that the log keeps of them, then the entries in order. A leaf and a body stand in canonical form and are hashed
//! as they stand, so that a check needs nothing but SHA-256.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Body, Entry, Origin, Salt};
use crate::{
    canonical::NotCanonical,
    merkle::{Hash, Tile, TileId, tile::WIDTH},
};

/// Version of this format.
pub const FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: u32,
    /// Which log, as in its heads.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// When it was made.
    pub at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line<'a> {
    Header(Header),
    Tile(TileLine),
    #[serde(borrow)]
    Entry(EntryLine<'a>),
    Head(String),
}

/// Hashes of entries `256 · index` and following, as the log keeps them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TileLine {
    pub(super) index: u64,
    /// Base64 of the stored bytes.
    pub(super) hashes: String,
    /// The root of a full tile, as the tile above keeps it.
    pub(super) root: Option<Hash>,
}

impl TileLine {
    pub(super) fn tile(&self) -> Option<Tile> {
        Tile::read(&STANDARD.decode(&self.hashes).ok()?)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryLine<'a> {
    pub(super) index: u64,
    /// The hash of the leaf as it is stored beside the entry.
    pub(super) leaf_hash: Hash,
    #[serde(borrow)]
    pub(super) leaf: &'a RawValue,
    /// None with a body that was destroyed.
    pub(super) salt: Option<Salt>,
    #[serde(borrow)]
    pub(super) body: Option<&'a RawValue>,
}

/// Writes an export line by line, from rows as they are stored, right or wrong; each line ends in a newline.
#[derive(Debug)]
pub struct Writer {
    size: u64,
    tiles: u64,
}

impl Writer {
    /// Begins an export of the first `size` entries: the header.
    pub fn begin(origin: &Origin, size: u64, at: DateTime<Utc>) -> Result<(Self, String), NotCanonical> {
        let header = Header { format: FORMAT, origin: origin.to_string(), size, at };
        Ok((Self { size, tiles: 0 }, line(&Line::Header(header))?))
    }

    /// The tile that is to be written before entry `index`, and where its root is kept if it is full. Before the end, those due at
    /// the size are written: a log that has lost its last entries still has their hashes.
    pub fn due(&self, index: u64) -> Option<(TileId, Option<(TileId, usize)>)> {
        let tile = TileId { level: 0, index: self.tiles };
        let first = self.tiles * WIDTH as u64;
        let due = first < self.size && index >= first;
        due.then(|| {
            let full = tile.width(self.size) == WIDTH;
            let above = TileId { level: 1, index: self.tiles / WIDTH as u64 };
            let place = usize::try_from(self.tiles % WIDTH as u64).unwrap_or(0);
            (tile, full.then_some((above, place)))
        })
    }

    /// The line of the tile that is due; none where the log has lost it. A tile that has grown beyond the export is cut.
    pub fn tile(&mut self, tile: Option<&Tile>, root: Option<Hash>) -> Result<Option<String>, NotCanonical> {
        let index = self.tiles;
        self.tiles += 1;
        let width = TileId { level: 0, index }.width(self.size);
        let written = tile.map(|tile| {
            let bytes: Vec<u8> = tile.hashes().iter().take(width).flat_map(|hash| hash.0).collect();
            line(&Line::Tile(TileLine { index, hashes: STANDARD.encode(bytes), root }))
        });
        written.transpose()
    }

    /// The line of an entry, with the hash that is stored for it; without salt and body where they were destroyed.
    pub fn entry(
        &self,
        index: u64,
        leaf_hash: Hash,
        entry: &Entry,
        body: Option<(&Salt, &Body)>,
    ) -> Result<String, NotCanonical> {
        let leaf = raw(&entry.leaf()?)?;
        let text = body.map(|(_, body)| body.bytes().and_then(|bytes| raw(&bytes))).transpose()?;
        let salt = body.map(|(&salt, _)| salt);
        line(&Line::Entry(EntryLine { index, leaf_hash, leaf: &leaf, salt, body: text.as_deref() }))
    }

    /// The last line: the signed head of this size.
    pub fn end(self, head: &str) -> Result<String, NotCanonical> {
        line(&Line::Head(head.to_owned()))
    }
}

fn line(line: &Line<'_>) -> Result<String, NotCanonical> {
    Ok(serde_json::to_string(line)? + "\n")
}

/// Canonical bytes as they stand.
pub(super) fn raw(canonical: &[u8]) -> Result<Box<RawValue>, NotCanonical> {
    Ok(serde_json::from_slice(canonical)?)
}
