//! Use cases, one function each: transaction, decision, effects
