//! The jobs that the queue carries: a new one is a handler here and a line in [`register`].

mod clear_expired;
mod scrub;

use std::sync::Arc;

use blob::Bodies;
use domain::clock::Clock;
use graphile_worker::{Cron, CrontabTimerError, WorkerOptions};
use store::worker::WorkerStore;

use self::{clear_expired::ClearExpired, scrub::Scrub};

/// What a handler finds in its context.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) store: WorkerStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bodies: Option<Bodies>,
}

/// A handler was run without its desk: a defect of this crate.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the queue has lost what its handlers stand on")]
pub(crate) struct NoDesk;

/// All jobs, with their schedule. Times are UTC.
pub(crate) fn register(options: WorkerOptions) -> Result<WorkerOptions, CrontabTimerError> {
    Ok(options
        .define_job::<ClearExpired>()
        .with_cron(Cron::hourly_at::<ClearExpired>(7)?.job_key("clear_expired"))
        .define_job::<Scrub>()
        .with_cron(Cron::daily_at::<Scrub>(18, 10)?.job_key("scrub")))
}
