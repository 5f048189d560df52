//! The orders of hashes that are held against heads.

use std::collections::{BTreeMap, BTreeSet};

use crate::merkle::{
    Frontier, Hash,
    tile::{HEIGHT, WIDTH},
};

/// One order of hashes, and its root at every size that is asked about.
#[derive(Debug, Default)]
struct Lane {
    frontier: Frontier,
    roots: BTreeMap<u64, Hash>,
    /// Something is missing or stands twice: it leads to no root beyond.
    broken: bool,
}

impl Lane {
    fn push(&mut self, index: u64, height: u8, hash: Hash, asked: &BTreeSet<u64>) {
        self.broken |= self.frontier.size() != index;
        if !self.broken {
            self.frontier.push_whole(height, hash);
            self.note(asked);
        }
    }

    fn note(&mut self, asked: &BTreeSet<u64>) {
        if asked.contains(&self.frontier.size()) {
            self.roots.insert(self.frontier.size(), self.frontier.root());
        }
    }
}

/// The three orders.
#[derive(Debug)]
pub(super) struct Lanes {
    asked: BTreeSet<u64>,
    computed: Lane,
    log: Lane,
    blocks: Lane,
}

impl Lanes {
    pub(super) fn new(asked: impl Iterator<Item = u64>) -> Self {
        let asked = asked.collect();
        let mut lanes = [Lane::default(), Lane::default(), Lane::default()];
        for lane in &mut lanes {
            lane.note(&asked);
        }
        let [computed, log, blocks] = lanes;
        Self { asked, computed, log, blocks }
    }

    /// An entry's own hash.
    pub(super) fn computed(&mut self, index: u64, hash: Hash) {
        self.computed.push(index, 0, hash, &self.asked);
    }

    /// The hash stored beside an entry, where there is no tile.
    pub(super) fn stored(&mut self, index: u64, hash: Hash) {
        self.log.push(index, 0, hash, &self.asked);
        self.blocks.broken = true;
    }

    /// Hashes of a tile, and its root as the tile above has it.
    pub(super) fn tile(&mut self, index: u64, hashes: &[Hash], root: Option<Hash>) {
        let first = index * WIDTH as u64;
        for (index, &hash) in (first..).zip(hashes) {
            self.log.push(index, 0, hash, &self.asked);
        }
        // Sizes inside the block are led to by its own hashes.
        if self.asked.range(first + 1..first + WIDTH as u64).next().is_some() && !self.blocks.broken {
            let mut inside = Lane { frontier: self.blocks.frontier.clone(), ..Lane::default() };
            for (index, &hash) in (first..).zip(hashes) {
                inside.push(index, 0, hash, &self.asked);
            }
            inside.roots.remove(&(first + WIDTH as u64));
            self.blocks.roots.append(&mut inside.roots);
        }
        match root {
            Some(root) if hashes.len() == WIDTH => self.blocks.push(first, HEIGHT, root, &self.asked),
            _ => self.blocks.broken = true,
        }
    }

    /// Do the entries lead to this root?
    pub(super) fn proves(&self, size: u64, root: Hash) -> bool {
        self.computed.roots.get(&size) == Some(&root)
    }

    /// Do the hashes kept of the entries?
    pub(super) fn log_proves(&self, size: u64, root: Hash) -> bool {
        self.log.roots.get(&size) == Some(&root)
    }

    /// Do the hashes kept of blocks?
    pub(super) fn blocks_prove(&self, size: u64, root: Hash) -> bool {
        self.blocks.roots.get(&size) == Some(&root)
    }

    /// The hashes kept of the entries lead to some root at that size.
    pub(super) fn reaches(&self, size: u64) -> bool {
        self.log.roots.contains_key(&size)
    }
}
