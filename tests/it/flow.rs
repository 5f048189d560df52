//! A record goes up: from draft to final, and every way that is not allowed.

mod asked;
mod batch;
mod confirm;
pub(crate) mod desk;
mod discard;
mod holder;
mod lists;
mod moved;
mod recall;
mod repeat;
mod rules;
mod rush;
mod strangers;
mod upward;
