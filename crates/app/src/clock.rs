//! The system's clock.

use chrono::{DateTime, Utc};
use domain::clock::Clock;

/// What time it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time of the system comes in")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
