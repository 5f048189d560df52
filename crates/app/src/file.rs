//! Files on their way in: announced, received, looked up. Their bytes never pass here: a use case says whether, the gateway
//! moves them.

mod announce;
mod receive;
mod view;

pub use announce::{Announce, Announced, announce};
pub use receive::{abandon, received, take};
pub use view::{of_receipt, of_record, open, own};

pub use store::file::{Attachment, BodyKey, File};
