//! What goes wrong by chance.

use std::sync::{Mutex, PoisonError};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// How often, of a thousand letters, what goes wrong. Their sum is at most 1000.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// The letter is read and refused with 451.
    pub refuse: u16,
    /// The connection breaks in the middle of the letter.
    pub cut: u16,
    /// The letter is kept, and refused with 451 all the same: it will come twice.
    pub keep_and_refuse: u16,
    /// The letter is kept, and the connection breaks before the answer: it will come twice.
    pub keep_and_cut: u16,
    /// What chance begins with.
    pub seed: u64,
}

/// What becomes of one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Keep,
    Refuse,
    Cut,
    KeepAndRefuse,
    KeepAndCut,
}

/// Chance with a seed: the same letters in the same order fare the same.
pub(super) struct Chance {
    faults: Faults,
    source: Mutex<StdRng>,
}

impl Chance {
    pub(super) fn of(faults: Faults) -> Self {
        Self { faults, source: Mutex::new(StdRng::seed_from_u64(faults.seed)) }
    }

    pub(super) fn next(&self) -> Fate {
        let drawn = self.source.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..1000_u16);
        let Faults { refuse, cut, keep_and_refuse, keep_and_cut, .. } = self.faults;
        match drawn {
            drawn if drawn < refuse => Fate::Refuse,
            drawn if drawn < refuse + cut => Fate::Cut,
            drawn if drawn < refuse + cut + keep_and_refuse => Fate::KeepAndRefuse,
            drawn if drawn < refuse + cut + keep_and_refuse + keep_and_cut => Fate::KeepAndCut,
            _ => Fate::Keep,
        }
    }
}
