//! Settings of what comes in, `[intake]`.

use std::{path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    child::Children,
    examine::Examiner,
    limits::Limits,
    scan::{Address, Scanner},
};

/// The scanner, and the limits of the guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where clamd listens. While it does not answer, files stay in quarantine.
    pub scanner: Address,
    /// Bytes of the largest file that is sent to it; at most clamd's own `StreamMaxLength` and `MaxFileSize`.
    pub scanner_largest: u64,
    /// Seconds that one answer of it may take.
    #[schemars(range(min = 1, max = 3600))]
    pub scanner_seconds: u64,
    /// Child processes at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub children: usize,
    /// Limits of the guard and of its child process.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scanner: Address::Socket(PathBuf::from("/run/clamav/clamd.ctl")),
            scanner_largest: 2_000_000_000,
            scanner_seconds: 300,
            children: 2,
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// The examiner; its children are this program with this command.
    pub fn examiner(&self, program: PathBuf, command: &str) -> Examiner {
        let children = Children::new(program, vec![command.into()], self.limits.clone(), self.children);
        Examiner { limits: self.limits.clone(), children, scanner: self.scanner() }
    }

    /// The scanner.
    pub fn scanner(&self) -> Scanner {
        Scanner {
            address: self.scanner.clone(),
            largest: self.scanner_largest,
            patience: Duration::from_secs(self.scanner_seconds),
        }
    }
}
