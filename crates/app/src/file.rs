//! Files on their way in: announced, received, looked up. Their bytes never pass here: a use case says whether, the gateway
//! moves them.

mod announce;
mod link;
mod receive;
mod view;

pub use announce::{Announce, Announced, announce};
pub use link::{Link, link, read_linked};
pub use receive::{abandon, received, take};
pub use view::{Found, find, may_write, open, own, preview, previews};

pub use store::{
    Linked,
    file::{Attachment, BodyKey, File},
    preview::Preview,
};
