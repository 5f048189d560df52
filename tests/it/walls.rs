//! The two walls: every field as every kind of actor, over the states of a record; each wall with the other one off.

mod case;
mod cells;
mod equal;
mod judge;
mod people;
mod rest;
mod revoked;
mod second;
mod table;
mod world;
