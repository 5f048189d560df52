//! Who is told of what: in the inbox, by letter, by webhook; and what is not told any more.

mod address;
mod digest;
mod inbox;
mod killed;
mod letter;
mod undelivered;
mod webhook;
