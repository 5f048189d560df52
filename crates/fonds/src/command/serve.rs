//! `fonds serve [--with-worker]`.

use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use app::{App, SystemClock, chance::SystemChance};
use gateway::{Gateway, Limits, Live, Metrics, Parts};
use store::Store;

use super::work;
use crate::{files::Files, running::Running, settings::Settings, words::Failure};

/// Time that closing the pool may take.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs until told to stop.
pub(crate) async fn run(settings: &Settings, with_worker: bool) -> Result<ExitCode, Failure> {
    let running = Running::begin()?;
    let served = start(settings, with_worker, &running).await?;
    tracing::info!(address = %served.address, "serving");
    Ok(finish(served, &running).await)
}

/// What serves.
#[derive(Debug)]
pub(crate) struct Served {
    /// The use cases.
    pub(crate) app: App,
    /// Where.
    pub(crate) address: SocketAddr,
}

/// Starts gateway and, where asked for, worker; refuses a role that row security does not bind.
pub(crate) async fn start(settings: &Settings, with_worker: bool, running: &Running) -> Result<Served, Failure> {
    let store = Store::open(&settings.store()?)?;
    store.check_role().await?.map_err(|fault| fault.0)?;
    if !store.ready().await.unwrap_or(false) {
        tracing::warn!("the database is not migrated to this version: not ready before `fonds migrate` has run");
    }
    let mut app = App::new(store, Arc::new(SystemClock), Arc::new(SystemChance))?;
    app.keyring = Arc::new(settings.mail.keyring()?);
    let metrics = Metrics::install()?;
    let files = Files::open(settings)?;
    let gateway = Gateway::new(Parts {
        app: app.clone(),
        settings: settings.http.clone(),
        limits: Limits::new(settings.redis_url().as_ref())?,
        metrics,
        tasks: running.tasks.clone(),
        live: Live::new(settings.http.live, settings.redis_url().as_ref())?,
        uploads: files.uploads.clone(),
        bodies: files.bodies.clone(),
    })?;
    if with_worker {
        let (worker, incidents) = work::worker(settings, files).await?;
        running.spawn(worker.run(incidents, running.stop.clone()));
    } else {
        // What readers of this process find wrong is found by nobody else before the next scrub.
        let keep = worker::scrub::keep(app.store.clone(), Arc::new(SystemClock), files.incidents, running.stop.clone());
        running.spawn(keep);
    }
    if let Some(address) = settings.http.metrics_listen {
        running.serve(address, gateway.side_router()).await?;
    }
    running.spawn(gateway.clone().look_after_sockets(running.stop.clone()));
    let address = running.serve(settings.http.listen, gateway.router()).await?;
    Ok(Served { app, address })
}

/// Waits for the stop and closes.
pub(crate) async fn finish(served: Served, running: &Running) -> ExitCode {
    let finished = running.wait().await;
    let closed = tokio::time::timeout(CLOSING, served.app.store.close()).await.is_ok();
    if finished && closed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
