//! What is found wrong with bodies, by readers and by the scrub, and the scrub itself: every copy of every body is read
//! whole, the one that was not for the longest time first.

use std::sync::Arc;

use blob::{Bodies, Body, Fault, Incident, Incidents, Remedy, Sha256Digest};
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use store::{
    Result, Store,
    examine::{BodyIncident, Due},
    worker::WorkerStore,
};
use tokio_util::sync::CancellationToken;

/// Bodies of one look.
const BATCH: i32 = 64;

/// What a scrub came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrubbed {
    /// Bodies that were read.
    pub bodies: u64,
    /// Of these, those of which a copy was wrong and was healed.
    pub healed: u64,
    /// Those of which no good copy was found.
    pub damaged: u64,
    /// The place that did not answer: the run ended there, and what was not read is due as before.
    pub away: Option<&'static str>,
}

/// Where what is found wrong is written down.
pub trait Book: Sync {
    /// Writes it down.
    fn write(&self, incident: &BodyIncident<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// By the worker, whose word on a body counts.
impl Book for WorkerStore {
    async fn write(&self, incident: &BodyIncident<'_>) -> Result<()> {
        self.incident(incident).await
    }
}

/// By a process that only serves: it tells, and the scrub looks for itself.
impl Book for Store {
    async fn write(&self, incident: &BodyIncident<'_>) -> Result<()> {
        self.tell_incident(incident).await
    }
}

/// Writes down what is found wrong, until told to stop.
pub async fn keep(store: impl Book, clock: Arc<dyn Clock>, mut incidents: Incidents, stop: CancellationToken) {
    while let Some(Some(incident)) = stop.run_until_cancelled(incidents.recv()).await {
        write(&store, &incident, clock.now()).await;
    }
    drain(&store, &mut incidents, clock.now()).await;
}

/// Writes down what has come in so far.
pub async fn drain(store: &impl Book, incidents: &mut Incidents, at: DateTime<Utc>) {
    while let Ok(incident) = incidents.try_recv() {
        write(store, &incident, at).await;
    }
}

async fn write(store: &impl Book, incident: &Incident, at: DateTime<Utc>) {
    metrics::counter!("fonds_body_incidents_total", "place" => incident.place).increment(1);
    if !incident.fault.is_damage() {
        return; // A place that is away says nothing of a body.
    }
    let Sha256Digest(sha256) = incident.digest;
    let (place, found) = (incident.place, word(&incident.fault));
    let (healed, open) = (incident.remedy == Remedy::Healed, incident.remedy == Remedy::Open);
    let found = BodyIncident { tenant: incident.tenant, sha256, place, found, healed, open, at };
    if let Err(error) = store.write(&found).await {
        tracing::error!(%error, "an incident could not be written down");
    }
}

const fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::Missing => "missing",
        Fault::Length(_) => "length",
        Fault::Wrong => "altered",
        Fault::Unreadable(_) => "unreadable",
        Fault::Away(_) => "away",
    }
}

/// Reads every body that was not read since, and heals what it can. Where a place is away, nothing can be said of a body: its verdict
/// stays what it was, it is not taken for read, and the run ends, because the next one would be as unknown.
///
/// # Errors
/// The database does not answer.
pub async fn scrub(
    store: &WorkerStore,
    bodies: &Bodies,
    before: DateTime<Utc>,
    now: impl Fn() -> DateTime<Utc>,
    stop: &CancellationToken,
) -> Result<Scrubbed> {
    let mut done = Scrubbed::default();
    while !stop.is_cancelled() {
        let due = store.to_check(before, BATCH).await?;
        if due.is_empty() {
            break;
        }
        for Due { body, .. } in due {
            if stop.is_cancelled() {
                break;
            }
            let health = bodies
                .scrub(&Body {
                    tenant: body.tenant,
                    sha256: Sha256Digest(body.sha256),
                    chunks: Sha256Digest(body.chunks),
                    len: u64::try_from(body.length).unwrap_or_default(),
                })
                .await;
            if let Some(place) = health.away() {
                tracing::warn!(place, bodies = done.bodies, "a place of bodies is away: the scrub ends for now");
                done.away = Some(place);
                return Ok(done);
            }
            let (was, is) = (health.was_sound(), health.is_sound());
            done.bodies += 1;
            done.healed += u64::from(!was && is);
            done.damaged += u64::from(!is);
            store.checked(&body, !is, now()).await?;
        }
    }
    Ok(done)
}
