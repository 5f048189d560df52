//! The way in: axum router and tower layers, sign-in and sessions, the hardened GraphQL handler, health, metrics, redis.
//!
//! A request passes the layers of [`server`], then one of the doors: `/graphql` ([`graphql_http`]), `/graphql/ws` ([`live`]), `/auth/…`
//! ([`sign_in`]), `/uploads` ([`upload`]), `/files`, or health and metrics. Who asks is read by [`session`], once for each request.

// The future of an operation holds those of all its resolvers.
#![recursion_limit = "256"]

mod audit;
mod download;
pub mod graphql_http;
pub mod health;
pub mod limit;
pub mod live;
pub mod metric;
pub mod origin;
mod pages;
pub mod request_id;
pub mod server;
pub mod session;
pub mod settings;
mod sign_in;
mod toll;
mod transfer;
pub mod upload;

pub use limit::Limits;
pub use live::Live;
pub use metric::Metrics;
pub use server::{Gateway, Parts};
pub use settings::Settings;
pub use upload::Uploads;
