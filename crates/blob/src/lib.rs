//! The bodies of files, by digest: uploads that can be resumed, promotion to one or two places, reads that are
//! verified, healing and scrubbing.
//!
//! A body's way: [`Staging::create`] → [`Staging::append`] … → [`Staging::whole`] → [`Staging::hash`] → scanned by
//! others → [`Bodies::put`] → [`Staging::remove`]. What the database keeps of it is a [`Body`].

mod bodies;
mod checksum;
mod chunks;
mod digest;
mod hashing;
mod incident;
mod place;
mod settings;
mod staging;

pub use self::{
    bodies::{Bodies, BodyStream, Health, Held, Incidents, OpenError, PlaceHealth, PutError, ReadError, Stored},
    checksum::Checksum,
    chunks::{CHUNK, ChunkList},
    digest::{Body, Digests, NotADigest, Sha256Digest, Sm3Digest},
    incident::{Fault, Incident, Part, Remedy},
    settings::{PlaceSettings, S3Settings, Settings, SettingsError},
    staging::{AppendError, Fence, Progress, Scratch, ScratchError, Staged, Staging, StagingError, Upload},
};

/// Runs what blocks where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is going away: nobody waits for an answer any more.
            Err(_) => std::future::pending().await,
        },
    }
}

/// A name for what is not finished that nobody else takes, on whatever machine.
fn nonce() -> String {
    format!("{:016x}", rand::random::<u64>())
}
