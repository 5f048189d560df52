//! Posts: who holds which role at which organisation, from when to when.

use chrono::{DateTime, Utc};

/// When a post is held: from an instant on, to an instant (exclusive) where it has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// First instant.
    pub from: DateTime<Utc>,
    /// First instant at which it is held no more.
    pub to: Option<DateTime<Utc>>,
}

impl Term {
    /// Is the post held at this instant?
    pub fn covers(self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}
