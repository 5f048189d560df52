//! Chance that comes out the same again.

use std::sync::{Mutex, PoisonError};

use app::Chance;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// Bytes of a generator with a seed.
#[derive(Debug)]
pub struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    /// With a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
