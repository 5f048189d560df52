//! All SQL of Fonds. A transaction begins by entering ([`Store::read`], [`Store::write`]): the database reads session,
//! account, posts and policy version from rows and sets the context that row security asks for. The pool never leaves
//! this crate; reads of one object take a `Permit`, reads of many a `Scope`.

#![warn(missing_docs)]

pub mod account;
pub mod audit;
pub mod audit_log;
pub mod delivery;
pub mod entry;
pub mod error;
pub mod examine;
pub mod explain;
pub mod figure;
pub mod file;
pub mod fold;
pub mod idempotency;
pub mod import;
pub mod invitation;
pub mod live;
pub mod migrate;
pub mod notice;
pub mod org;
pub mod overdue;
pub mod owner;
pub mod owner_admin;
pub mod owner_people;
pub mod owner_tree;
pub mod policy;
pub mod pool;
pub mod post;
pub mod preview;
pub mod receipt;
pub mod record;
pub mod record_type;
pub mod relay;
pub mod session;
pub mod sign_in;
pub mod tenant;
pub mod tx;
pub mod webhook;
pub mod worker;

pub use entry::{Entry, Linked, Way};
pub use error::{Error, Result};
pub use owner::Owner;
pub use pool::{Settings, Store};
pub use tx::{Anew, Tx};
