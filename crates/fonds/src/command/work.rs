//! `fonds work`.

use std::{process::ExitCode, sync::Arc, time::Duration};

use app::{
    SystemClock,
    chance::{Chance as _, SystemChance},
};
use blob::Incidents;
use gateway::{Metrics, health::Checks, server};
use store::{Store, worker::WorkerStore};
use worker::{AuditLog, Policies, Wake, Worker};

use crate::{files::Files, running::Running, settings::Settings, words::Failure};

/// Runs until told to stop.
pub(crate) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let running = Running::begin()?;
    let metrics = Metrics::install()?;
    let (worker, incidents) = worker(settings, Files::open(settings)?).await?;
    if let Some(address) = settings.http.metrics_listen {
        let store = worker.store.clone();
        let readiness = Checks::default().with("database", move || {
            let store = store.clone();
            async move { store.queue_depth().await.is_ok() }
        });
        let address = running.serve(address, server::side_router(metrics, readiness.into_readiness())).await?;
        tracing::info!(%address, "health and metrics");
    }
    running.spawn(worker.run(incidents, running.stop.clone()));
    tracing::info!("working");
    Ok(if running.wait().await { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The worker, on connections of its own; refuses a role that is not its.
pub(crate) async fn worker(settings: &Settings, files: Files) -> Result<(Worker, Incidents), Failure> {
    let database = settings.worker_store()?;
    let url = database.url.clone();
    let store = WorkerStore::new(Store::open(&database)?);
    store.check_role().await?.map_err(|fault| fault.0)?;
    let examine = Some(files.examine(settings, store.clone())?);
    let audit_log = AuditLog {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        chance: |bytes| SystemChance.fill(bytes),
        keys: settings.audit.keys()?.into(),
        away: settings.audit.heads_folder.clone(),
        pause: Duration::from_millis(settings.audit.pause_ms),
        every: Duration::from_secs(settings.audit.head_seconds),
    };
    let worker = Worker {
        store,
        url,
        settings: settings.worker,
        clock: Arc::new(SystemClock),
        examine,
        policies: Policies::new(Arc::new(authz::Policy::builtin()?)),
        post: settings.post()?,
        wake: Wake::new(settings.redis_url().as_ref())?,
        audit_log,
        heads_to: settings.audit.mail_to.clone().into(),
    };
    if worker.post.letters.is_none() {
        tracing::info!("mail.host is not set: there are no letters, the inbox and webhooks go on");
    }
    Ok((worker, files.incidents))
}
