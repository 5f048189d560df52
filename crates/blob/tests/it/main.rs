//! Uploads that are cut, bodies that rot, places that go away: on real disks, and on a real S3 server.
#![expect(clippy::unwrap_used, reason = "what is not as expected is a failed test, in its helping functions too")]

mod bucket;
mod killed;
mod places;
mod rot;
mod scratch;
mod uploads;
mod writers;
