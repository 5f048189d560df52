//! The audit log: what an entry is, how it becomes a leaf of the tenant's Merkle tree ([`crate::merkle`]), how heads are signed,
//! what an auditor takes away and how that is checked without us. `docs/decisions/021-audit-log.md` says why.

pub mod body;
pub mod check;
pub mod deed;
pub mod entry;
pub mod export;
pub mod finding;
pub mod head;
pub mod key;
pub mod note;
pub mod proof;
mod runs;

#[cfg(test)]
mod forgery;
#[cfg(test)]
mod specimen;

pub use body::{Body, BodyDigest, Salt};
pub use check::verify;
pub use deed::{DEEDS, Deed};
pub use entry::Entry;
pub use finding::{Finding, Report};
pub use head::{Head, Origin};
pub use key::{PublicKey, SigningKey};
pub use proof::{Proof, verify_proof};
