//! Database, application, actors and clock for tests

pub mod cluster;
