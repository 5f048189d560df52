//! All SQL: migrations, the one transaction entry, reads and writes that ask for a Permit or a Scope
