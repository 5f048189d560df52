//! What Fonds knows without a database: ids, organisations, calendars, record types and forms, and the state
//! machines of record, submission and receipt. Pure functions, no IO, no async; time and chance are parameters.

pub mod account;
pub mod audit;
pub mod calendar;
pub mod canonical;
pub mod clock;
pub mod file;
pub mod form;
pub mod id;
pub mod live;
pub mod locale;
pub mod measure;
pub mod merkle;
pub mod notice;
pub mod org;
pub mod post;
pub mod problem;
pub mod record;
pub mod record_type;
pub mod seal;
pub mod submission;
pub mod tenant;

pub use id::Id;
pub use locale::Locale;
pub use problem::{Code, Outcome, Problem};
