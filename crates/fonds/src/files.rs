//! What gateway and worker of one process share of files: the staging area, the places of bodies, the guard.

use std::sync::Arc;

use app::SystemClock;
use blob::{Bodies, Incidents, Staging};
use gateway::Uploads;
use store::worker::WorkerStore;
use tokio::sync::Notify;
use worker::Examine;

use crate::{settings::Settings, words::Failure};

/// The hidden command under which this program looks into a file.
const CHILD: &str = "look-into";

/// Opened once in a process.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) uploads: Uploads,
    pub(crate) bodies: Bodies,
    /// What was found wrong with a body by whoever read it.
    pub(crate) incidents: Incidents,
}

impl Files {
    /// Makes the folders that are not there.
    pub(crate) fn open(settings: &Settings) -> Result<Self, Failure> {
        let staging = Staging::open(&settings.blobs)?;
        let (bodies, incidents) = Bodies::open(&settings.blobs)?;
        Ok(Self { uploads: Uploads { staging, received: Arc::new(Notify::new()) }, bodies, incidents })
    }

    /// The examination of what is received here.
    pub(crate) fn examine(&self, settings: &Settings, store: WorkerStore) -> Result<Examine, Failure> {
        Ok(Examine {
            store,
            staging: self.uploads.staging.clone(),
            bodies: self.bodies.clone(),
            examiner: settings.intake.examiner(std::env::current_exe()?, CHILD),
            received: self.uploads.received.clone(),
            clock: Arc::new(SystemClock),
            unattached: settings.worker.unattached(),
        })
    }
}
