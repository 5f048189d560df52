//! The queue inside PostgreSQL: its schema, its connections, and the loop that keeps it running.

use std::time::Duration;

use graphile_worker::{WorkerBuildError, WorkerOptions, WorkerRecoveryConfig, WorkerShutdownConfig};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Executor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;

use crate::{Worker, job};

/// The queue's schema; it belongs to `fonds_worker`, and the application's role cannot reach it.
const SCHEMA: &str = "graphile_worker";
/// Jobs under way are given so long after a stop.
const GRACE: Duration = Duration::from_secs(15);
/// The longest pause after repeated failures.
const LONGEST: Duration = Duration::from_secs(30);

/// Made by whoever migrates. The table is the queue's own, as it would make it itself: to make its schema it would need the
/// right to make any, which the worker's role is not to have.
const INSTALL: &str = "
    CREATE SCHEMA IF NOT EXISTS graphile_worker AUTHORIZATION fonds_worker;
    SET ROLE fonds_worker;
    CREATE TABLE IF NOT EXISTS graphile_worker.migrations
      (id int PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL, breaking boolean NOT NULL DEFAULT false);
    RESET ROLE;";

/// The queue is dumped with the rest (`migrations/functions/90_backup.sql`).
const BACKUP: &str = "
    GRANT USAGE ON SCHEMA graphile_worker TO fonds_backup;
    GRANT SELECT ON ALL TABLES IN SCHEMA graphile_worker TO fonds_backup;
    GRANT SELECT ON ALL SEQUENCES IN SCHEMA graphile_worker TO fonds_backup;";

/// What can go wrong with the queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The database.
    #[error("the queue's database: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables could not be made, or it did not start.
    #[error("the queue did not start: {0}")]
    Start(#[from] WorkerBuildError),
    /// It stopped by itself.
    #[error("the queue stopped: {0}")]
    Stopped(#[from] graphile_worker::runner::WorkerRuntimeError),
    /// A schedule is none.
    #[error("a schedule is none: {0}")]
    Schedule(#[from] graphile_worker::CrontabTimerError),
}

/// Makes the queue's schema and brings its tables up to date, as `fonds_worker`. The address must be allowed to become that
/// role and to make schemas. Safe to repeat.
pub async fn install(admin_url: &SecretString) -> Result<(), QueueError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| {
            Box::pin(
                async move { connection.execute(sqlx::raw_sql("SET client_min_messages = warning")).await.map(|_| ()) },
            )
        })
        .connect_with(connect_options(admin_url)?)
        .await?;
    pool.execute(sqlx::raw_sql(INSTALL)).await?;
    pool.execute(sqlx::raw_sql("SET ROLE fonds_worker")).await?;
    graphile_worker::WorkerUtils::new(pool.clone(), SCHEMA).migrate().await.map_err(WorkerBuildError::from)?;
    pool.execute(sqlx::raw_sql(BACKUP)).await?;
    pool.close().await;
    Ok(())
}

/// Keeps the queue running until told to stop.
pub(crate) async fn run(worker: Worker, stop: CancellationToken) {
    let mut pause = Duration::from_secs(1);
    while !stop.is_cancelled() {
        let begun = tokio::time::Instant::now();
        let Err(error) = serve(&worker, &stop).await else { continue };
        pause = if begun.elapsed() > LONGEST { Duration::from_secs(1) } else { (pause * 2).min(LONGEST) };
        tracing::error!(%error, pause_seconds = pause.as_secs(), "the queue is started again after a pause");
        let _ = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

async fn serve(worker: &Worker, stop: &CancellationToken) -> Result<(), QueueError> {
    let pool = pool(worker)?;
    let bodies = worker.examine.as_ref().map(|examine| examine.bodies.clone());
    let desk = job::Desk { store: worker.store.clone(), clock: worker.clock.clone(), bodies };
    let settings = worker.settings;
    let options = WorkerOptions::default()
        .pg_pool(pool.clone())
        .schema(SCHEMA)
        .concurrency(usize::from(settings.concurrency.max(1)))
        .worker_recovery(
            WorkerRecoveryConfig::default()
                .enabled(true)
                .heartbeat_interval(settings.heartbeat())
                .sweep_interval(settings.rescue())
                .sweep_threshold(settings.rescue())
                .recovery_delay(Duration::from_secs(1)),
        )
        .worker_shutdown(
            WorkerShutdownConfig::default()
                .listen_os_shutdown_signals(false)
                .grace_period(GRACE)
                .shutdown_signal(stop.clone().cancelled_owned()),
        )
        .add_extension(desk);
    let ended = job::register(options)?.init().await?.run().await;
    pool.close().await;
    Ok(ended?)
}

/// The queue's own connections: it holds one for notifications all the time.
fn pool(worker: &Worker) -> Result<PgPool, QueueError> {
    Ok(PgPoolOptions::new()
        .max_connections(u32::from(worker.settings.concurrency) + 4)
        .acquire_timeout(Duration::from_secs(10))
        .after_release(|connection, _| {
            // As in store: nothing goes back inside a transaction (docs/decisions/004-pool-guard.md).
            Box::pin(
                async move { Ok(connection.execute(sqlx::raw_sql("ROLLBACK; RESET ROLE; RESET ALL")).await.is_ok()) },
            )
        })
        .connect_lazy_with(connect_options(&worker.url)?))
}

fn connect_options(url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(url.expose_secret().parse::<PgConnectOptions>()?.application_name("fonds queue"))
}
