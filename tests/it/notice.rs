//! Who is told of what: in the inbox, by letter, by webhook; and what is not told any more.

mod address;
mod confirm;
mod digest;
mod fair;
mod head;
mod inbox;
mod infected;
mod invited;
mod killed;
mod letter;
mod overdue;
mod sealed;
mod undelivered;
mod webhook;
