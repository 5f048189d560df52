//! Where each entry of an export belongs: found by its hash among those that the log keeps, not by the number that it bears.

use std::collections::HashMap;

use super::super::runs::{Ranges, Runs};
use crate::merkle::{Hash, tile::WIDTH};

/// Most places of earlier tiles that are remembered as still empty.
const OPEN: usize = 1 << 18;
/// Most entries that are remembered one by one as fitting nowhere.
const STRANGE: usize = 100_000;

/// An entry as it comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// The number that it bears.
    pub(super) claimed: u64,
    /// The hash stored beside it.
    pub(super) stored: Hash,
    /// Line of the export.
    pub(super) line: u64,
    /// Its body fits its leaf.
    pub(super) body_fits: bool,
}

/// An entry that fits no place known when it came.
#[derive(Debug)]
pub(super) struct Strange {
    pub(super) arrival: Arrival,
    pub(super) hash: Hash,
}

#[derive(Debug, Default)]
pub(super) struct Places {
    tile: Option<(u64, Vec<Hash>)>,
    /// Empty places of earlier tiles, by their hash.
    open: HashMap<Hash, u64>,
    /// Places that a tile has told the hash of.
    pub(super) covered: Ranges,
    /// Places that have their entry.
    pub(super) filled: Ranges,
    pub(super) runs: Runs,
    pub(super) strange: Vec<Strange>,
    /// Numbers of strange entries beyond those remembered one by one.
    pub(super) crowd: Ranges,
    /// Places of entries that bear another number.
    pub(super) renumbered: Ranges,
    pub(super) leaf_changed: Ranges,
    pub(super) body_changed: Ranges,
}

impl Places {
    pub(super) fn tile(&mut self, index: u64, hashes: &[Hash]) {
        let first = index * WIDTH as u64;
        for (place, _) in (first..).zip(hashes) {
            self.covered.add(place);
        }
        let Some((index, hashes)) = self.tile.replace((index, hashes.to_vec())) else { return };
        for (place, hash) in (index * WIDTH as u64..).zip(hashes) {
            if self.open.len() < OPEN && !self.filled.holds(place) {
                self.open.entry(hash).or_insert(place);
            }
        }
    }

    /// No tile tells of this number: the hash stored beside the entry must do. True where it does.
    pub(super) fn uncovered(&mut self, claimed: u64, stored: Hash) -> bool {
        let fits = !self.covered.holds(claimed) && !self.filled.holds(claimed) && !self.open.contains_key(&stored);
        if fits && self.open.len() < OPEN {
            self.open.insert(stored, claimed);
        }
        fits
    }

    /// Takes an entry in: its place, none where there is none yet.
    pub(super) fn arrive(&mut self, arrival: &Arrival, hash: Hash) -> Option<u64> {
        let place = self.find(hash, arrival.claimed);
        if let Some(place) = place {
            self.settle(place, hash, arrival);
            self.runs.push(place, arrival.line);
        } else {
            self.stranger(arrival, hash);
        }
        place
    }

    /// Entries that came before their tile are at home there now; the rest stays strange.
    pub(super) fn settle_late(&mut self) {
        if let Some((index, hashes)) = self.tile.take() {
            for (place, hash) in (index * WIDTH as u64..).zip(hashes) {
                if !self.filled.holds(place) {
                    self.open.entry(hash).or_insert(place);
                }
            }
        }
        for stranger in std::mem::take(&mut self.strange) {
            if let Some(place) = self.open.remove(&stranger.hash) {
                self.settle(place, stranger.hash, &stranger.arrival);
                self.runs.insert(place, stranger.arrival.line);
            } else {
                self.strange.push(stranger);
            }
        }
    }

    fn settle(&mut self, place: u64, hash: Hash, arrival: &Arrival) {
        self.filled.add(place);
        if arrival.stored != hash {
            self.leaf_changed.add(place);
        }
        if !arrival.body_fits {
            self.body_changed.add(place);
        }
        if arrival.claimed != place {
            self.renumbered.add(place);
        }
    }

    fn find(&mut self, hash: Hash, claimed: u64) -> Option<u64> {
        if let Some((index, hashes)) = &self.tile {
            let first = index * WIDTH as u64;
            let empty = |place: u64| !self.filled.holds(place);
            let own = claimed.checked_sub(first).and_then(|offset| usize::try_from(offset).ok());
            if own.and_then(|offset| hashes.get(offset)) == Some(&hash) && empty(claimed) {
                return Some(claimed);
            }
            let known = (first..).zip(hashes).find(|&(place, other)| *other == hash && empty(place));
            if let Some((place, _)) = known {
                return Some(place);
            }
        }
        self.open.remove(&hash)
    }

    fn stranger(&mut self, arrival: &Arrival, hash: Hash) {
        if self.strange.len() < STRANGE {
            self.strange.push(Strange { arrival: *arrival, hash });
        } else {
            self.crowd.add(arrival.claimed);
        }
        self.runs.interrupt();
    }
}
