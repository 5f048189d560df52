//! Records: states and the values that every record has.
