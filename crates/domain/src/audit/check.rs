//! The check of an export without us: one pass, flat memory.
//!
//! Three orders of hashes are followed at once and held against the trusted heads: those computed from the entries as they stand,
//! those that the log keeps of the entries (tiles of level 0), and those that it keeps of 256 at a time (level 1). Where the first
//! leads to a head's root, the entries are proved. Where only the second does, the tiles are proved and every entry that
//! is not theirs can be named. Where only the third does, the blocks are named. Where none does, everything that was
//! stored was rewritten, and the older heads say since when.

mod lane;
mod place;
mod verdict;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read},
};

use serde::Deserialize;

use self::{lane::Lanes, place::Places};
use super::{
    BodyDigest, Head, PublicKey, Report,
    export::{EntryLine, FORMAT, Header, Line, TileLine},
    runs::Ranges,
};
use crate::merkle::{Hash, tile::HEIGHT};

/// The entry of a body that was destroyed by rule.
const DESTRUCTION: &str = "audit.destroy";

/// Longest line that is read, in bytes.
const LONGEST: u64 = 64 << 20;
/// Entries without their body, and destructions, that are kept apart.
const BODILESS: usize = 200_000;
/// Numbers beyond this are none of a log.
const FARTHEST: u64 = 1 << 48;

/// Checks an export against heads that came on another way, and against its own head where one of the keys has signed it. An error
/// is one of reading; whatever is wrong with the export is a finding.
pub fn verify(mut export: impl BufRead, heads: &[Head], keys: &[PublicKey]) -> io::Result<Report> {
    let mut check: Option<Check> = None;
    let (mut bytes, mut number, mut own) = (Vec::new(), 0_u64, None);
    loop {
        bytes.clear();
        if export.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        number += 1;
        if bytes.trim_ascii().is_empty() {
            continue; // an editor's
        }
        let line = serde_json::from_slice::<Line<'_>>(&bytes);
        match (&mut check, line) {
            (None, Ok(Line::Header(header))) if header.format == FORMAT => check = Some(Check::begin(header, heads)),
            (None, _) => return Ok(verdict::no_header()),
            (Some(check), Ok(Line::Entry(entry))) => check.entry(number, &entry),
            (Some(check), Ok(Line::Tile(tile))) => check.tile(number, &tile),
            (Some(_), Ok(Line::Head(head))) if own.is_none() => own = Some(head),
            (Some(check), _) => check.unreadable(number),
        }
    }
    Ok(check.map_or_else(verdict::no_header, |check| check.end(own.as_deref(), heads, keys)))
}

struct Check {
    header: Header,
    lanes: Lanes,
    places: Places,
    /// The next tile.
    tiles: u64,
    entries: u64,
    destroyed: u64,
    /// Entries without their body: number of the row, then its place in the log.
    bodiless: BTreeMap<u64, u64>,
    /// Rows whose body was destroyed by rule: an entry says so.
    by_rule: BTreeSet<u64>,
    blocks: Ranges,
    unreadable: Vec<u64>,
    more: bool,
}

impl Check {
    fn begin(header: Header, heads: &[Head]) -> Self {
        let lanes = Lanes::new(heads.iter().map(|head| head.size).chain([header.size]));
        Self {
            lanes,
            places: Places::default(),
            tiles: 0,
            entries: 0,
            destroyed: 0,
            bodiless: BTreeMap::new(),
            by_rule: BTreeSet::new(),
            blocks: Ranges::default(),
            unreadable: Vec::new(),
            more: false,
            header,
        }
    }

    fn unreadable(&mut self, line: u64) {
        if self.unreadable.len() < verdict::MOST {
            self.unreadable.push(line);
        } else {
            self.more = true;
        }
    }

    fn tile(&mut self, line: u64, read: &TileLine) {
        let Some(tile) = read.tile().filter(|_| read.index >= self.tiles && read.index < FARTHEST) else {
            return self.unreadable(line);
        };
        self.tiles = read.index + 1;
        let computed = tile.root(0, HEIGHT);
        if computed.is_some() && read.root.is_some() && computed != read.root {
            self.blocks.add(read.index);
        }
        self.lanes.tile(read.index, tile.hashes(), read.root);
        self.places.tile(read.index, tile.hashes());
    }

    fn entry(&mut self, line: u64, read: &EntryLine<'_>) {
        if read.index >= FARTHEST {
            return self.unreadable(line);
        }
        self.entries += 1;
        let hash = Hash::leaf(read.leaf.get().as_bytes());
        let body_fits = self.body_fits(read);
        if read.index < self.header.size && self.places.uncovered(read.index, read.leaf_hash) {
            self.lanes.stored(read.index, read.leaf_hash);
        }
        let arrival = place::Arrival { claimed: read.index, stored: read.leaf_hash, line, body_fits };
        let place = self.places.arrive(&arrival, hash);
        self.lanes.computed(place.unwrap_or(read.index), hash);
    }

    /// Does the body fit the leaf? That of one without a body is a question for the end, when all destructions are known.
    fn body_fits(&mut self, read: &EntryLine<'_>) -> bool {
        let Ok(leaf) = serde_json::from_str::<Leaf<'_>>(read.leaf.get()) else { return false };
        if leaf.action == DESTRUCTION
            && let Some(row) = leaf.object_id.and_then(|id| id.parse().ok())
        {
            self.more |= self.by_rule.len() >= BODILESS;
            if self.by_rule.len() < BODILESS {
                self.by_rule.insert(row);
            }
        }
        match (read.body, &read.salt) {
            (None, None) => {
                self.destroyed += 1;
                self.more |= self.bodiless.len() >= BODILESS;
                if self.bodiless.len() < BODILESS {
                    self.bodiless.insert(leaf.id, read.index);
                }
                true
            }
            (Some(body), Some(salt)) => BodyDigest::of(salt, body.get().as_bytes()) == leaf.body_digest,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn end(self, own: Option<&str>, heads: &[Head], keys: &[PublicKey]) -> Report {
        verdict::report(self, own, heads, keys)
    }
}

/// What a leaf says that the check goes by.
#[derive(Deserialize)]
struct Leaf<'a> {
    id: u64,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    object_id: Option<Cow<'a, str>>,
    body_digest: BodyDigest,
}
