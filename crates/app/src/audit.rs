//! The trail, for the audit administrator: who did what to what, when and why, and the log that proves it. Nothing in it can be
//! changed.

mod export;
mod look;
mod object;
mod proof;
mod search;

pub use export::{begin_export, export_part};
pub(crate) use look::{Look, begin_look, end_look};
pub use object::{Object, Wanted, look_up, objects, permitted};
pub use proof::{Consistency, EntryProof, Fault, consistency, head, heads, proof, receipt_proof};
pub use search::search;
pub use store::audit_log::{Entry, Export, Place, Search, head::Stored as StoredHead, object::Key};
