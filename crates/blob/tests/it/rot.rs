//! Bodies rot in either place, never one in both: nobody is served a wrong byte, and one scrub finds and heals all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use blob::{Bodies, Body, Incidents, Part, Remedy};
use rand::{Rng, RngExt, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

use crate::scratch::{Scratch, overwrite, read, soak, text};

const PLACES: [&str; 2] = ["main", "copy"];
/// Sizes of the bodies: around the borders of chunks, and several of the same size, to be swapped unseen.
const SIZES: [usize; 10] =
    [1, 700, 700, 1 << 20, (1 << 20) - 1, (1 << 20) + 1, 2_500_000, 2_500_000, 2_500_000, 3 << 20];

/// A damage of a place, as it happens to disks and to those who handle them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    Flip,
    FlipList,
    Truncate,
    TruncateList,
    Lengthen,
    Swap,
    SwapLists,
    Delete,
    DeleteList,
    DeleteBoth,
}

const HARMS: [Harm; 10] = [
    Harm::Flip,
    Harm::FlipList,
    Harm::Truncate,
    Harm::TruncateList,
    Harm::Lengthen,
    Harm::Swap,
    Harm::SwapLists,
    Harm::Delete,
    Harm::DeleteList,
    Harm::DeleteBoth,
];

/// A store, what was put to it, and what was done to it.
struct Store {
    scratch: Scratch,
    bodies: Bodies,
    incidents: Incidents,
    put: Vec<(Body, Vec<u8>)>,
    chance: SmallRng,
    /// (body, place) that is damaged now.
    harmed: BTreeSet<(usize, usize)>,
    done: BTreeMap<Harm, usize>,
}

impl Store {
    async fn new(seed: u64) -> Self {
        let scratch = Scratch::new();
        let (bodies, incidents) = scratch.bodies();
        let mut put = Vec::new();
        for (number, size) in SIZES.into_iter().enumerate() {
            let bytes = text(seed, (number as u64) << 32, size);
            put.push((scratch.put(&bodies, number as u128, 1, &bytes).await, bytes));
        }
        Self {
            scratch,
            bodies,
            incidents,
            put,
            chance: SmallRng::seed_from_u64(seed),
            harmed: BTreeSet::new(),
            done: BTreeMap::new(),
        }
    }

    /// Damages one body, or two that are swapped, in one place where the other place is sound. Answers whether it could.
    fn harm(&mut self) -> bool {
        let place = self.chance.random_range(0..2);
        let free: Vec<usize> = (0..self.put.len())
            .filter(|body| !self.harmed.contains(&(*body, 0)) && !self.harmed.contains(&(*body, 1)))
            .collect();
        let Some(&one) = free.choose(&mut self.chance) else { return false };
        let harm = *HARMS.choose(&mut self.chance).unwrap();
        let (file, list) = self.paths(place, one);
        match harm {
            Harm::Flip => self.flip(&file),
            Harm::FlipList => self.flip(&list),
            Harm::Truncate => self.truncate(&file),
            Harm::TruncateList => self.truncate(&list),
            Harm::Lengthen => overwrite(&file, &[&fs::read(&file).unwrap()[..], b"more"].concat()),
            Harm::Swap | Harm::SwapLists => {
                // With one of the same size where there is one: nothing but the bytes tells.
                let same = free.iter().copied().find(|other| *other != one && SIZES[*other] == SIZES[one]);
                let Some(other) = same.or_else(|| free.iter().copied().find(|other| *other != one)) else {
                    return false;
                };
                let (other_file, other_list) = self.paths(place, other);
                let (here, there) = if harm == Harm::Swap { (&file, &other_file) } else { (&list, &other_list) };
                swap(here, there);
                self.harmed.insert((other, place));
            }
            Harm::Delete => fs::remove_file(&file).unwrap(),
            Harm::DeleteList => fs::remove_file(&list).unwrap(),
            Harm::DeleteBoth => {
                fs::remove_file(&file).unwrap();
                fs::remove_file(&list).unwrap();
            }
        }
        self.harmed.insert((one, place));
        *self.done.entry(harm).or_default() += 1;
        true
    }

    fn paths(&self, place: usize, body: usize) -> (PathBuf, PathBuf) {
        let body = &self.put[body].0;
        (self.scratch.file(PLACES[place], body), self.scratch.list(PLACES[place], body))
    }

    fn flip(&mut self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        let bit = self.chance.random_range(0..bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        overwrite(path, &bytes);
    }

    fn truncate(&mut self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(self.chance.random_range(0..bytes.len()));
        overwrite(path, &bytes);
    }

    /// Reads some of the bodies, whole or in part: every byte is the one that was put.
    async fn read_some(&mut self) {
        for number in 0..self.put.len() {
            if self.chance.random_bool(0.4) {
                continue;
            }
            let (body, bytes) = &self.put[number];
            let (one, other) = (self.chance.random_range(0..=body.len), self.chance.random_range(0..=body.len));
            let range =
                if self.chance.next_u32().is_multiple_of(3) { 0..body.len } else { one.min(other)..one.max(other) };
            let served = read(&self.bodies, body, range.clone()).await.unwrap();
            let span = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            assert!(served == bytes[span], "wrong bytes were served of {range:?} of body {number}");
        }
    }

    /// What was reported since the last time as damaged: all of it healed.
    fn reported(&mut self) -> BTreeSet<(usize, usize)> {
        let mut reported = BTreeSet::new();
        while let Ok(incident) = self.incidents.try_recv() {
            assert!(incident.remedy == Remedy::Healed && incident.fault.is_damage(), "{incident:?}");
            let body = self.put.iter().position(|(body, _)| body.sha256 == incident.digest).unwrap();
            let place = PLACES.iter().position(|place| *place == incident.place).unwrap();
            assert!(self.harmed.contains(&(body, place)), "a false alarm: {incident:?}");
            reported.insert((body, place));
        }
        reported
    }

    /// One scrub of all: it finds what reads have not found, and afterwards all is as it was put.
    async fn scrub(&mut self) {
        let mut found = self.reported();
        for (number, (body, _)) in self.put.iter().enumerate() {
            let health = self.bodies.scrub(body).await;
            assert!(health.is_sound(), "{health:?}");
            for (place, of) in health.places.iter().enumerate() {
                if !of.found.is_empty() {
                    found.insert((number, place));
                }
            }
        }
        self.reported();
        assert_eq!(found, self.harmed, "all is found, and nothing else");
        self.harmed.clear();
        for (number, (body, bytes)) in self.put.iter().enumerate() {
            assert!(self.bodies.scrub(body).await.was_sound());
            let lists = [0, 1].map(|place| fs::read(self.paths(place, number).1).unwrap());
            assert_eq!(lists[0], lists[1]);
            for place in 0..2 {
                assert!(fs::read(self.paths(place, number).0).unwrap() == *bytes);
            }
        }
    }
}

fn swap(one: &Path, other: &Path) {
    let between = one.with_extension("between");
    fs::rename(one, &between).unwrap();
    fs::rename(other, one).unwrap();
    fs::rename(&between, other).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wrong_byte_is_served_and_one_scrub_heals_all() {
    let wanted = if soak() { 1000 } else { 50 };
    let mut store = Store::new(3).await;
    let mut harms = 0;
    let mut round = 0;
    while harms < wanted {
        for _ in 0..6 {
            harms += usize::from(store.harm());
        }
        // Every other time nobody looks before the scrub.
        if round % 2 == 0 {
            store.read_some().await;
        }
        store.scrub().await;
        round += 1;
    }
    for harm in HARMS {
        assert!(store.done.contains_key(&harm), "{harm:?} never happened: {:?}", store.done);
    }
}

#[tokio::test]
async fn a_body_damaged_in_both_places_is_put_together_from_what_is_good() {
    let mut store = Store::new(4).await;
    let (body, bytes) = store.put[9].clone();
    for (place, at) in [("main", 100), ("copy", 2 << 20)] {
        let mut rotten = bytes.clone();
        rotten[at] ^= 1;
        overwrite(&store.scratch.file(place, &body), &rotten);
    }
    assert!(read(&store.bodies, &body, 0..body.len).await.unwrap() == bytes);
    let health = store.bodies.scrub(&body).await;
    assert!(health.is_sound());
    assert!(store.bodies.scrub(&body).await.was_sound());
    for place in PLACES {
        assert!(fs::read(store.scratch.file(place, &body)).unwrap() == bytes);
    }
    assert!(
        store
            .incidents
            .try_recv()
            .is_ok_and(|incident| incident.part == Part::Body && incident.remedy == Remedy::Healed)
    );
}

#[tokio::test]
async fn lists_lost_everywhere_are_made_again_from_a_sound_body() {
    let mut store = Store::new(5).await;
    let (body, bytes) = store.put[6].clone();
    for place in PLACES {
        fs::remove_file(store.scratch.list(place, &body)).unwrap();
    }
    overwrite(&store.scratch.file("main", &body), b"rotten");
    assert!(read(&store.bodies, &body, 5..2_000_000).await.unwrap() == bytes[5..2_000_000]);
    assert!(store.bodies.scrub(&body).await.is_sound());
    assert!(store.bodies.scrub(&body).await.was_sound());
    assert!(store.incidents.try_recv().is_ok());
}
