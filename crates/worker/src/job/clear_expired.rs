//! Hourly: kept answers go after a day, sessions and settled deliveries a month after their end, notices after two years. Repeating it does no harm.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{Desk, NoDesk};

/// Takes no input: the schedule adds null, somebody by hand what he likes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub(super) struct ClearExpired {}

impl From<IgnoredAny> for ClearExpired {
    fn from(_: IgnoredAny) -> Self {
        Self {}
    }
}

impl TaskHandler for ClearExpired {
    const IDENTIFIER: &'static str = "clear_expired";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let desk = context.get_ext::<Desk>().ok_or_else(|| NoDesk.to_string())?;
        let rows = desk.store.clear_expired(desk.clock.now()).await.map_err(|error| error.to_string())?;
        let notices = desk.store.clear_notices(desk.clock.now()).await.map_err(|error| error.to_string())?;
        tracing::info!(rows = notices, "old notices were cleared");
        tracing::info!(rows, "expired rows were cleared");
        Ok::<(), String>(())
    }
}
