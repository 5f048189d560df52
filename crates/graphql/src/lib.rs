//! The GraphQL schema of Fonds. A resolver parses ids and input, calls one use case and maps the answer; it knows no SQL
//! and no policy. Field resolvers that reach for another noun go through the request's loaders, one statement per kind.

pub mod error;
pub mod id;
pub mod loader;
pub mod page;
pub mod problem;
pub mod request;
mod schema;

pub use request::{Loaders, Request};
pub use schema::{FondsSchema, build, sdl};
