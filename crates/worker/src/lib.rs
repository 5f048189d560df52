//! What goes on without a request: the reconciler that folds the figures, and the queue with its schedule.
//!
//! Two shapes (docs/ARCHITECTURE.md): a *reconciler* takes no input, is periodic, and recomputes; an *effect job* carries
//! ids, does one outside effect and is idempotent, because a rescued job may run twice.

pub mod audit_log;
pub mod deliver;
pub mod examine;
mod failing;
mod fold;
mod job;
mod overdue;
pub mod preview;
pub mod queue;
mod relay;
mod right;
pub mod scrub;
mod seal;
mod settings;
mod wake;

use std::sync::Arc;

use blob::Incidents;
use domain::{clock::Clock, notice::Channel};
use secrecy::SecretString;
use store::worker::WorkerStore;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use audit_log::{AuditLog, HeadLetters};
pub use deliver::{Deliver, Letters, Post};
pub use examine::Examine;
pub use fold::Fold;
pub use overdue::Overdue;
pub use preview::Previewer;
pub use queue::QueueError;
pub use relay::Relay;
pub use right::Policies;
pub use seal::Seals;
pub use settings::Settings;
pub use wake::Wake;

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
    /// Who may be told of what.
    pub policies: Policies,
    /// The ways out of notices.
    pub post: Post,
    /// A word over redis that an inbox has something new.
    pub wake: Wake,
    /// The audit log: its sequencer, its heads.
    pub audit_log: AuditLog,
    /// Addresses outside that get its heads by letter.
    pub heads_to: Arc<[String]>,
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
        parts.spawn(Overdue { store: self.store.clone(), clock: self.clock.clone() }.run(stop.clone()));
        parts.spawn(self.seals().run(stop.clone()));
        let written = Arc::new(Notify::new());
        parts.spawn(self.relay(&written).run(stop.clone()));
        let deliver = self.deliver(written);
        parts.spawn(deliver.clone().run(Channel::Webhook, stop.clone()));
        if let Some(letters) = self.post.letters.clone() {
            parts.spawn(deliver.run(Channel::Mail, stop.clone()));
            let (store, clock, public) = (self.store.clone(), self.clock.clone(), self.post.public.clone());
            let heads = HeadLetters { store, clock, letters, public, to: Arc::clone(&self.heads_to) };
            parts.spawn(heads.run(stop.clone()));
        }
        parts.spawn(self.audit_log.clone().run(stop.clone()));
        parts.spawn(scrub::keep(self.store.clone(), self.clock.clone(), incidents, stop.clone()));
        parts.spawn(queue::run(self.clone(), stop));
        parts.close();
        parts.wait().await;
        if let Some(letters) = &self.post.letters {
            letters.smtp.close().await;
        }
        self.store.close().await;
    }

    /// The relay, which tells `written` that something waits to be sent.
    pub fn relay(&self, written: &Arc<Notify>) -> Relay {
        Relay {
            store: self.store.clone(),
            clock: self.clock.clone(),
            policies: self.policies.clone(),
            letters: self.post.letters.is_some(),
            written: Arc::clone(written),
            wake: self.wake.clone(),
        }
    }

    /// What seals webhooks that are not sealed by the newest key.
    pub fn seals(&self) -> Seals {
        let Post { keyring, chance, .. } = &self.post;
        Seals { store: self.store.clone(), keyring: Arc::clone(keyring), chance: *chance }
    }

    /// What sends.
    pub fn deliver(&self, written: Arc<Notify>) -> Deliver {
        Deliver {
            store: self.store.clone(),
            clock: self.clock.clone(),
            policies: self.policies.clone(),
            post: self.post.clone(),
            written,
        }
    }
}
