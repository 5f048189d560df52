//! A process that serves: told to stop, it takes nothing new, finishes what is under way, and closes its connections.

use std::{future::Future, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{listen, words::Failure};

/// Time for all of it.
const DEADLINE: Duration = Duration::from_secs(20);

/// What runs in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running {
    /// Cancelled at the stop.
    pub(crate) stop: CancellationToken,
    /// The parts: listeners, worker, and the operations of the gateway. A stop waits for them.
    pub(crate) tasks: TaskTracker,
}

impl Running {
    /// Begins to listen for SIGTERM and Ctrl-C; a second one ends the process at once.
    pub(crate) fn begin() -> Result<Self, Failure> {
        let running = Self::default();
        let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = running.stop.clone();
        // Not among the tasks: a stop does not wait for it.
        TaskTracker::new().spawn(async move {
            loop {
                tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
                if stop.is_cancelled() {
                    tracing::warn!("told to stop a second time: ending at once");
                    std::process::exit(1);
                }
                tracing::info!("told to stop: finishing what is under way");
                stop.cancel();
            }
        });
        Ok(running)
    }

    /// A part that ends by itself after the stop; where it ends before, everything stops.
    pub(crate) fn spawn(&self, part: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            part.await;
            stop.cancel();
        });
    }

    /// Serves a router at an address. Gives the address, which tells the port where 0 was asked for.
    pub(crate) async fn serve(&self, address: SocketAddr, router: Router) -> Result<SocketAddr, Failure> {
        let listener =
            TcpListener::bind(address).await.map_err(|error| format!("cannot listen at {address}: {error}"))?;
        let address = listener.local_addr()?;
        self.spawn(listen::serve(listener, router, self.stop.clone()));
        Ok(address)
    }

    /// Waits for the stop, then for the parts. Gives whether all came to their end in time.
    pub(crate) async fn wait(&self) -> bool {
        self.stop.cancelled().await;
        self.tasks.close();
        let finished = tokio::time::timeout(DEADLINE, self.tasks.wait()).await.is_ok();
        if finished {
            tracing::info!("stopped");
        } else {
            tracing::error!(left = self.tasks.len(), "not everything came to its end in time");
        }
        finished
    }
}
