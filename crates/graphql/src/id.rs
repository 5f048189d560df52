//! Ids of the public contract: `record:0190…`, `receipt:<org>.<no>`. What is no id of the asked kind is treated as absent.

use std::str::FromStr;

use async_graphql::ID;

/// Reads an id; anything else is answered exactly like an absent object.
pub fn parse<T: FromStr>(id: &ID) -> app::Result<T> {
    id.as_str().parse().map_err(|_| app::Error::NotFound)
}

/// Writes one.
pub fn show(id: impl std::fmt::Display) -> ID {
    ID(id.to_string())
}
