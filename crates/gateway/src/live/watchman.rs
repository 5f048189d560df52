//! What goes on beside the sockets: one check of everything they hold, again and again, and the wake-ups that come by
//! redis and go by it. With redis something is told in milliseconds, without it at the next check.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::App;
use app::live::{Changes, Wake};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{
    hub::Hub,
    relay::{Heard, Relay},
};

/// While redis carries wake-ups, numbers are looked at without one after so long, if any step was taken: a process can end
/// between its commit and its wake-up.
const SAFETY: Duration = Duration::from_secs(10);
/// Wake-ups taken together at the most.
const BATCH: usize = 512;

/// Runs until told to stop.
pub(super) async fn keep(app: App, hub: Arc<Hub>, relay: Relay, every: Duration, stop: CancellationToken) {
    let telling = tell(&app, &hub, &relay);
    let hearing = relay.hear(|heard| match heard {
        Heard::Wake(wake) => hub.wake(&wake),
        // What was said while nobody heard it is not known.
        Heard::Anew => hub.wake_all(),
    });
    let checking = check(&app, &hub, &relay, every);
    tokio::select! {
        () = stop.cancelled() => {}
        () = telling => {}
        () = hearing => {}
        () = checking => {}
    }
}

/// What this process has committed: to its own sockets at once, to the others by redis.
async fn tell(app: &App, hub: &Hub, relay: &Relay) {
    let mut wakes = app.wakes.listen();
    let mut batch: Vec<Wake> = Vec::new();
    loop {
        match wakes.recv().await {
            Ok(wake) => batch.push(wake),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "wake-ups came faster than they were told");
                hub.wake_all();
            }
            Err(RecvError::Closed) => return std::future::pending().await,
        }
        while batch.len() < BATCH
            && let Ok(wake) = wakes.try_recv()
        {
            // A batch names each object once: the top of a tree is in every step.
            if !batch.contains(&wake) {
                batch.push(wake);
            }
        }
        for wake in &batch {
            hub.wake(wake);
        }
        relay.tell(&batch).await;
        batch.clear();
    }
}

async fn check(app: &App, hub: &Hub, relay: &Relay, every: Duration) {
    let mut steps = Steps::default();
    let mut failing = false;
    loop {
        tokio::time::sleep(every).await;
        let (holders, objects) = hub.known();
        if holders.is_empty() {
            continue;
        }
        let begun = Instant::now();
        match app::live::changes(app, &holders, &objects, steps.taken).await {
            Ok(changes) => {
                let ended = hub.learn(&holders, &objects, &changes);
                if ended > 0 {
                    tracing::info!(ended, "sessions with open sockets have ended");
                }
                if steps.moved(&changes, relay.carries()) {
                    hub.wake_rollups();
                }
                failing = false;
            }
            // Nothing is told while the database is away: telling reads.
            Err(error) if !failing => {
                tracing::warn!(?error, "open sockets could not be checked");
                failing = true;
            }
            Err(_) => {}
        }
        metrics::histogram!("fonds_live_check_seconds").record(begun.elapsed().as_secs_f64());
        relay.beat().await;
    }
}

/// Whether any step was taken that nobody has looked at.
#[derive(Debug, Default)]
struct Steps {
    taken: i64,
    /// Before this transaction steps were taken that are perhaps not yet committed.
    unsettled: Option<i64>,
    woken: Option<Instant>,
}

impl Steps {
    /// Has every number to be looked at? A number of steps rises before its transaction commits. So after a rise it has to
    /// be looked at until all transactions have ended that may have risen it.
    fn moved(&mut self, changes: &Changes, carried: bool) -> bool {
        if changes.steps != self.taken {
            self.taken = changes.steps;
            self.unsettled = changes.risen;
        }
        let Some(before) = self.unsettled else { return false };
        if carried && self.woken.is_some_and(|at| at.elapsed() < SAFETY) {
            return false;
        }
        if changes.oldest > before {
            self.unsettled = None;
        }
        self.woken = Some(Instant::now());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(steps: i64, risen: i64, oldest: i64) -> Changes {
        Changes { steps, risen: Some(risen).filter(|risen| *risen > 0), oldest, ..Changes::default() }
    }

    #[test]
    fn numbers_are_looked_at_until_every_step_has_settled() {
        let mut steps = Steps::default();
        assert!(!steps.moved(&at(0, 0, 10), false), "nothing was ever done");
        assert!(steps.moved(&at(1, 11, 10), false), "a step is under way");
        assert!(steps.moved(&at(1, 0, 10), false), "… still");
        assert!(steps.moved(&at(1, 0, 12), false), "it has ended: once more");
        assert!(!steps.moved(&at(1, 0, 12), false));
        assert!(steps.moved(&at(3, 20, 20), false), "steps that ended in between");
        assert!(steps.moved(&at(3, 0, 21), false));
        assert!(!steps.moved(&at(3, 0, 21), false));
    }

    #[test]
    fn while_wake_ups_are_carried_it_is_done_now_and_then() {
        let mut steps = Steps::default();
        assert!(steps.moved(&at(1, 10, 10), true));
        assert!(!steps.moved(&at(2, 11, 11), true), "a wake-up has told of it");
        assert!(steps.moved(&at(2, 0, 11), false), "redis went: it may have been lost");
    }
}
