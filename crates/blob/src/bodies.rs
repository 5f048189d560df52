//! Promoted bodies in one or two places.

mod heal;
mod put;
mod read;
mod scrub;

use std::{num::NonZeroU32, sync::Arc, time::SystemTime};

use governor::{DefaultDirectRateLimiter, Quota};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio_util::task::TaskTracker;

pub use self::{
    put::{Held, PutError, Stored},
    read::{BodyStream, ReadError},
    scrub::{Health, PlaceHealth},
};
pub use crate::place::OpenError;
use crate::{
    digest::Body,
    incident::{Fault, Incident, Part, Remedy},
    place::Place,
    settings::Settings,
};

/// What was found wrong, as it is found: to be kept and shown to whoever runs the system.
pub type Incidents = mpsc::UnboundedReceiver<Incident>;

/// All bodies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bodies(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The main place first.
    places: Vec<Place>,
    incidents: mpsc::UnboundedSender<Incident>,
    /// Of one body, one healing at a time; bodies share these by their first byte.
    healing: [Mutex<()>; 64],
    tasks: TaskTracker,
    promotions: Semaphore,
    /// KiB that a scrub may read.
    pace: DefaultDirectRateLimiter,
}

impl Bodies {
    /// Opens the places. A bucket is not asked before it is needed.
    pub fn open(settings: &Settings) -> Result<(Self, Incidents), OpenError> {
        let mut places = vec![Place::open("main", &settings.main_place())?];
        if let Some(copy) = &settings.copy {
            let copy = Place::open("copy", copy)?;
            if copy.is(&places[0]) {
                return Err(OpenError::Same);
            }
            places.push(copy);
        }
        let (incidents, found) = mpsc::unbounded_channel();
        let kib = NonZeroU32::new(settings.scrub_mib_per_second.saturating_mul(1024)).unwrap_or(NonZeroU32::MIN);
        // No window of a read is larger than this.
        let burst = kib.max(NonZeroU32::MIN.saturating_add(4095));
        let inner = Inner {
            places,
            incidents,
            healing: std::array::from_fn(|_| Mutex::new(())),
            tasks: TaskTracker::new(),
            promotions: Semaphore::new(settings.promotions.max(1)),
            pace: DefaultDirectRateLimiter::direct(Quota::per_second(kib).allow_burst(burst)),
        };
        Ok((Self(Arc::new(inner)), found))
    }

    /// Names of the places, the main one first.
    pub fn places(&self) -> impl Iterator<Item = &'static str> {
        self.0.places.iter().map(|place| place.name)
    }

    /// Clears what interrupted writes left in the places before that time.
    pub async fn clear(&self, before: SystemTime) -> std::io::Result<u64> {
        let mut cleared = 0;
        for place in &self.0.places {
            cleared += place.clear(before).await?;
        }
        Ok(cleared)
    }

    /// Waits until all healing is done.
    pub async fn close(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn report(&self, body: &Body, place: &Place, part: Part, fault: Fault, remedy: Remedy) {
        let (tenant, digest, place) = (body.tenant, body.sha256, place.name);
        if fault.is_damage() {
            tracing::error!(tenant.id = tenant.0, file.digest = %digest, place, ?part, ?fault, ?remedy, "a body is damaged");
        } else {
            tracing::warn!(tenant.id = tenant.0, file.digest = %digest, place, ?fault, "a place of bodies does not answer");
        }
        // Who has dropped the receiver has the log.
        let _ = self.0.incidents.send(Incident { tenant, digest, place, part, fault, remedy });
    }
}
