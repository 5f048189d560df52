//! Time, turned by hand.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// When every test begins: Monday, 2 March 2026, 9:00 in Shanghai.
    pub fn beginning() -> DateTime<Utc> {
        "2026-03-02T01:00:00Z".parse().expect("an instant")
    }

    /// At the beginning.
    pub fn new() -> Self {
        Self(Mutex::new(Self::beginning()))
    }

    /// Turns it on (or back).
    pub fn turn(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Sets it.
    pub fn set(&self, to: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
