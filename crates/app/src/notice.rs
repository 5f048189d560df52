//! One's own inbox, what one wishes to be told of and how, and what could not be delivered.

pub(crate) mod address;
mod delivery;
mod inbox;
mod preference;
mod webhook;

pub use delivery::{Redriven, dead, redrive};
pub use inbox::{Marked, Notice, Picked, UNREAD, mark, newer, newest, page, unread};
pub use preference::{Asked, Settings, preferences, set_preferences};
pub use store::{delivery::DeadLetter, webhook::Webhook};
pub use webhook::{Made, NewWebhook, Reader as WebhookReader, Removed, Tried, create, list, remove, try_out};
