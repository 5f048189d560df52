//! Roles: the built-in ones, what they are called, which duty they carry and who may give them.

use std::{borrow::Borrow, fmt};

use domain::Locale;
use serde::{Deserialize, Serialize};

/// Name of a role: a lower-case letter, then 1 to 40 of `a-z 0-9 _`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

/// What stood where the name of a role was expected is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a role")]
pub struct NotARole;

impl RoleName {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (2..=41).contains(&text.len())
            && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoleName {
    type Error = NotARole;

    fn try_from(text: String) -> Result<Self, NotARole> {
        Self::parse(&text).ok_or(NotARole)
    }
}
impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}
impl Borrow<str> for RoleName {
    fn borrow(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Held by whoever is signed in, with or without a post: it sees and ends its own sessions. No role of the `role`
/// table, never granted, never touched by a tenant's lines.
pub const EVERYONE: &str = "everyone";

/// Held by whoever holds any post: it reads names. No role of the `role` table either.
pub const MEMBER: &str = "member";

/// Duties that second-wall functions ask for; system, security and audit are never one person (三员分立).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Runs the tenant: settings, tree, accounts.
    System,
    /// Gives posts and writes the policy.
    Security,
    /// Reads the trail of the others.
    Audit,
    /// Administers an own subtree.
    Organisation,
}

impl Duty {
    /// The word kept in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Security => "security",
            Self::Audit => "audit",
            Self::Organisation => "organisation",
        }
    }

    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::Security, Self::Audit, Self::Organisation].into_iter().find(|duty| duty.as_str() == text)
    }
}

/// A role: a row of `schema/policy/roles.csv`, or of a tenant's `role` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// The built-in role that bounds it; itself where built in.
    pub base: RoleName,
    /// The duty; always that of the base.
    pub duty: Option<Duty>,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

impl Role {
    /// Is it one of Fonds's own?
    pub fn is_builtin(&self) -> bool {
        self.name == self.base
    }

    /// What it is called.
    pub fn label(&self, locale: Locale) -> &str {
        locale.pick(&self.zh, &self.en)
    }
}
