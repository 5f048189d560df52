//! What goes on without a request: the reconciler that folds the figures, and the queue with its schedule.
//!
//! Two shapes (docs/ARCHITECTURE.md): a *reconciler* takes no input, is periodic, and recomputes; an *effect job* carries
//! ids, does one outside effect and is idempotent, because a rescued job may run twice.

pub mod examine;
mod fold;
mod job;
pub mod preview;
pub mod queue;
pub mod scrub;
mod settings;

use std::sync::Arc;

use blob::Incidents;
use domain::clock::Clock;
use secrecy::SecretString;
use store::worker::WorkerStore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use examine::Examine;
pub use fold::Fold;
pub use preview::Previewer;
pub use queue::QueueError;
pub use settings::Settings;

/// The worker of one process.
#[derive(Debug, Clone)]
pub struct Worker {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// The same database, for the queue's own connections.
    pub url: SecretString,
    /// How often, how much.
    pub settings: Settings,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Quarantine; none where this process has no way to the staging area.
    pub examine: Option<Examine>,
}

impl Worker {
    /// Runs until told to stop, then finishes the batch and the jobs under way. What readers of bodies find wrong comes by
    /// `incidents`.
    pub async fn run(self, incidents: Incidents, stop: CancellationToken) {
        let parts = TaskTracker::new();
        parts.spawn(Fold::new(self.store.clone(), self.settings).run(stop.clone()));
        if let Some(examine) = self.examine.clone() {
            parts.spawn(Previewer::of(&examine).run(stop.clone()));
            parts.spawn(examine.run(stop.clone()));
        }
        parts.spawn(scrub::keep(self.store.clone(), self.clock.clone(), incidents, stop.clone()));
        parts.spawn(queue::run(self.clone(), stop));
        parts.close();
        parts.wait().await;
        self.store.close().await;
    }
}
