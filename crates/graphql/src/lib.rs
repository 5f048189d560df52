//! The GraphQL schema of Fonds. A resolver parses ids and input, calls one use case and maps the answer; it knows no SQL
//! and no policy. Field resolvers that reach for another noun go through the request's loaders, one statement per kind.

pub mod account;
pub mod audit;
pub mod error;
pub mod explain;
pub mod figure;
pub mod file;
pub mod flow;
pub mod id;
pub mod live;
pub mod loader;
pub mod notice;
pub mod org;
pub mod page;
pub mod policy;
pub mod post;
pub mod problem;
pub mod receipt;
pub mod record;
pub mod record_type;
pub mod request;
mod schema;
pub mod session;
pub mod tenant;

pub use request::{Loaders, Request};
pub use schema::{FondsSchema, build, sdl};
