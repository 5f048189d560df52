//! Database, application, actors and clock for tests
