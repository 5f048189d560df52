//! The clock of the generator: turned from day to day through the past year.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::clock::Clock;

/// Nine in the morning of the day it is turned to; every look moves it a second.
#[derive(Debug)]
pub(super) struct TurnedClock(AtomicI64);

impl TurnedClock {
    /// At an instant.
    pub(super) const fn at(at: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(at.timestamp_millis()))
    }

    /// To the morning of a day (nine o'clock in China is one o'clock UTC); never back.
    pub(super) fn turn(&self, day: NaiveDate) {
        let morning = day.and_time(NaiveTime::from_hms_opt(1, 0, 0).unwrap_or_default()).and_utc();
        self.0.fetch_max(morning.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.fetch_add(1_000, Ordering::SeqCst)).unwrap_or_default()
    }
}
