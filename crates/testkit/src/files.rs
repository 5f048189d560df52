//! Staging area and places of a test, in a folder of its own, and its examination with the tests' own scanner.

use std::{path::PathBuf, sync::Arc, time::Duration};

use blob::{Bodies, PlaceSettings, Staging};
use gateway::Uploads;
use intake::{Scanner, scan::Address};
use store::worker::WorkerStore;
use tempfile::TempDir;
use tokio::sync::Notify;
use worker::Examine;

use crate::TestClock;

/// Files of one test; they go with it.
#[derive(Debug)]
pub struct TestFiles {
    /// The staging area.
    pub staging: Staging,
    /// Two places.
    pub bodies: Bodies,
    /// Where both are: `main`, `copy`, `staging`.
    pub folder: TempDir,
    received: Arc<Notify>,
    /// What readers found wrong.
    pub(crate) incidents: tokio::sync::Mutex<blob::Incidents>,
}

impl TestFiles {
    pub(crate) fn open() -> Self {
        let folder = TempDir::new().expect("a folder");
        let place = |name: &str| Some(PlaceSettings::Folder { path: folder.path().join(name) });
        let settings = blob::Settings {
            folder: folder.path().to_owned(),
            main: place("main"),
            copy: place("copy"),
            ..blob::Settings::default()
        };
        let staging = Staging::open(&settings).expect("a staging area");
        let (bodies, incidents) = Bodies::open(&settings).expect("the places");
        Self { staging, bodies, folder, received: Arc::new(Notify::new()), incidents: incidents.into() }
    }

    pub(crate) fn uploads(&self) -> Uploads {
        Uploads { staging: self.staging.clone(), received: self.received.clone() }
    }

    /// The examination, with the scanner of the tests, or with none that answers.
    pub(crate) fn examine(&self, store: WorkerStore, clock: Arc<TestClock>, scanner: bool) -> Examine {
        let socket = std::env::var_os("FONDS_TEST_CLAMD_SOCKET").map(PathBuf::from).filter(|_| scanner);
        let settings = intake::Settings::default();
        // The tests' own binary has no such command: `fonds` beside it, which whoever needs it builds first.
        let tests = std::env::current_exe().expect("a program");
        let target = tests.parent().and_then(std::path::Path::parent).expect("a folder of the build");
        let mut examiner = settings.examiner(target.join("fonds"), "look-into");
        examiner.scanner = Scanner {
            address: Address::Socket(socket.unwrap_or_else(|| self.folder.path().join("nobody.sock"))),
            largest: 16 << 20,
            patience: Duration::from_secs(30),
        };
        Examine {
            store,
            staging: self.staging.clone(),
            bodies: self.bodies.clone(),
            examiner,
            received: self.received.clone(),
            clock,
            unattached: chrono::TimeDelta::days(30),
        }
    }
}
