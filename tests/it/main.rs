//! One binary of integration tests: the real router in process, real PostgreSQL and redis.
#![expect(clippy::unwrap_used, reason = "what is not as expected is a failed test, in its helping functions too")]

mod audit;
mod fault;
mod fault_flow;
mod file;
mod flow;
mod live;
mod notice;
mod org;
mod people;
mod plan;
mod rollup;
mod smoke;
mod walls;
