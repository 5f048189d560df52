//! Database, application, actors and clock for tests.
//!
//! `TestApp::new().await` is a whole Fonds on a database of its own: the real router in process, a clock turned by hand,
//! seeded chance, and two tenants (see [`seed`]) in which somebody holds every role.
//! `app.actor("zj/village/recorder")` speaks as one of them. With the app, the database goes, and a test that leaves an
//! operation, a transaction or a job behind has failed.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up can only fail, and says so here"
)]

pub mod actor;
pub mod answer;
pub mod app;
pub mod behind;
pub mod chance;
pub mod clock;
pub mod cluster;
pub mod files;
mod left;
mod owner;
pub mod post;
pub mod redis;
pub mod seed;
pub mod socket;
pub mod tap;

pub use actor::Actor;
pub use answer::Answer;
pub use app::{Setup, TestApp};
pub use chance::SeededChance;
pub use clock::TestClock;
pub use files::TestFiles;
pub use gateway::live::Settings as LiveSettings;
pub use owner::{Held, attempt, held, read, scalar, sql, tamper, write_audit};
pub use post::{Letter, TestPost};
pub use socket::{Beside, Heard, Served, Socket};
pub use store::worker::WorkerStore;
pub use tap::Tap;
