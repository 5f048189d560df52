//! Nightly: bodies that no one has read whole for a month are read in every place, and healed. Repeating it does no harm.

use chrono::TimeDelta;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use tokio_util::sync::CancellationToken;

use super::{Desk, NoDesk};
use crate::scrub::scrub;

/// A body is read whole at least so often.
const EVERY: TimeDelta = TimeDelta::days(30);

/// Takes no input: the schedule adds null, somebody by hand what he likes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub(super) struct Scrub {}

impl From<IgnoredAny> for Scrub {
    fn from(_: IgnoredAny) -> Self {
        Self {}
    }
}

impl TaskHandler for Scrub {
    const IDENTIFIER: &'static str = "scrub";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let desk = context.get_ext::<Desk>().ok_or_else(|| NoDesk.to_string())?;
        let Some(bodies) = &desk.bodies else { return Ok::<(), String>(()) };
        let before = desk.clock.now() - EVERY;
        let stop = CancellationToken::new();
        let done =
            scrub(&desk.store, bodies, before, || desk.clock.now(), &stop).await.map_err(|error| error.to_string())?;
        tracing::info!(bodies = done.bodies, healed = done.healed, damaged = done.damaged, "bodies were checked");
        // The queue tries again, later and later.
        done.away
            .map_or(Ok(()), |place| Err(format!("the place `{place}` of bodies is away: the rest was not checked")))
    }
}
