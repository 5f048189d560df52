//! Files go up with the record: uploads over a bad line, quarantine, attachments, downloads, and bodies that rot.

mod attached;
pub(crate) mod client;
mod quarantine;
mod rot;
mod strangers;
mod tus;
