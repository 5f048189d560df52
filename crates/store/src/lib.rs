//! All SQL of Fonds. A transaction begins by entering ([`Store::read`], [`Store::write`]): the database reads session,
//! account, posts and policy version from rows and sets the context that row security asks for. The pool never leaves
//! this crate; reads of one object take a `Permit`, reads of many a `Scope`.

#![warn(missing_docs)]

pub mod audit;
pub mod entry;
pub mod error;
pub mod fold;
pub mod idempotency;
pub mod migrate;
pub mod policy;
pub mod pool;
pub mod record;
pub mod receipt;
pub mod figure;
pub mod record_type;
pub mod org;
pub mod tenant;
pub mod tx;
pub mod worker;

pub use entry::Entry;
pub use error::{Error, Result};
pub use pool::{Settings, Store};
pub use tx::Tx;
