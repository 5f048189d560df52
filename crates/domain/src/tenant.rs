//! One customer's whole tree, walled off from every other.

use serde::{Deserialize, Serialize};

/// The small integer that leads every key; never leaves the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(pub i32);

/// The tenant's name outside: lower-case letters, digits and hyphens. Tokens begin with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantKey(String);

impl TenantKey {
    /// Reads a key: 2 to 31 of `a-z 0-9 -`, beginning with a letter or digit.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (2..=31).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Position in the tree, 1 at the top. Its name is the tenant's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(pub i16);

/// What a tenant calls one level of its tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelName {
    /// Chinese name, e.g. 省.
    pub zh: String,
    /// English name, e.g. province.
    pub en: String,
}

/// What a tenant may set for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantSettings {
    /// Days after which a pending review is overdue.
    pub review_days: u16,
    /// Days after the activity from which an entry counts as late (补录).
    pub late_days: u16,
    /// IANA name of the time zone in which days begin.
    pub time_zone: chrono_tz::Tz,
    /// What files may be, and how much of them.
    pub files: FileRules,
}

/// What files a tenant takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileRules {
    /// Largest single file, bytes.
    pub largest: i64,
    /// What one person may have uploaded altogether, bytes.
    pub per_person: i64,
    /// What one organisation may have, bytes.
    pub per_org: i64,
    /// Hours after which an unfinished upload goes.
    pub unfinished_hours: u16,
    /// Media types that are taken; what the guards know to be harmless where this is empty.
    pub types: Vec<String>,
    /// Are files kept that are too large for the scanner? They are marked as not scanned.
    pub keep_unscanned: bool,
}

const GIB: i64 = 1024 * 1024 * 1024;

impl Default for FileRules {
    fn default() -> Self {
        Self {
            largest: 4 * GIB,
            per_person: 50 * GIB,
            per_org: 200 * GIB,
            unfinished_hours: 48,
            types: Vec::new(),
            keep_unscanned: true,
        }
    }
}

impl Default for TenantSettings {
    fn default() -> Self {
        Self { review_days: 7, late_days: 30, time_zone: chrono_tz::Asia::Shanghai, files: FileRules::default() }
    }
}
