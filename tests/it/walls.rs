//! The two walls: every field as every kind of actor, over the states of a record; each wall with the other one off.

mod batch;
mod case;
mod ceiling;
mod cells;
mod cursors;
mod equal;
mod judge;
mod keys;
mod nulls;
mod people;
mod rest;
mod revoked;
mod second;
mod table;
pub(crate) mod world;
