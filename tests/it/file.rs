//! Files go up with the record: uploads over a bad line, quarantine, attachments, downloads, and bodies that rot.

mod attached;
pub(crate) mod client;
mod fair;
mod limits;
mod link;
mod loose;
mod lost;
mod preview;
mod quarantine;
mod raced;
mod rot;
mod rules;
mod rush;
mod scrub;
mod strangers;
mod tus;
