//! Notices as messages: rendering, SMTP, webhooks. No database and no content of records.

mod cause;
pub mod line;
pub mod outcome;
pub mod render;
#[cfg(feature = "sink")]
pub mod sink;
pub mod smtp;
pub mod webhook;

pub use outcome::{Outcome, Reason};
