//! Looking at every byte of a body in every place, unasked.

use std::{num::NonZeroU32, sync::Arc};

use super::{Bodies, heal::Probe};
use crate::{
    digest::Body,
    incident::{Fault, Part, Remedy},
};

/// How a body is, in every place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The main place first.
    pub places: Vec<PlaceHealth>,
}

/// How a body is in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceHealth {
    /// Name of the place.
    pub place: &'static str,
    /// What was found, and whether it is healed.
    pub found: Vec<(Part, Fault, bool)>,
}

impl Health {
    /// Nothing was found.
    pub fn was_sound(&self) -> bool {
        self.places.iter().all(|place| place.found.is_empty())
    }

    /// The first place that did not answer: nothing can be said of what it holds.
    pub fn away(&self) -> Option<&'static str> {
        let away = |place: &&PlaceHealth| place.found.iter().any(|(_, fault, _)| !fault.is_damage());
        self.places.iter().find(away).map(|place| place.place)
    }

    /// Every place holds it now, as it was put.
    pub fn is_sound(&self) -> bool {
        self.places.iter().flat_map(|place| &place.found).all(|(_, _, healed)| *healed)
    }
}

impl Bodies {
    /// Reads a body whole in every place, from the disk and no faster than the settings say, heals what is damaged and
    /// reports it.
    pub async fn scrub(&self, body: &Body) -> Health {
        let mut faults = Vec::new();
        let mut list = None;
        for number in 0..self.0.places.len() {
            match self.tally_at(number, body, true).await {
                Ok(made) => list = Some(made),
                Err(fault) => faults.push((number, Part::Body, fault)),
            }
            match self.list_at(number, body).await {
                Ok(kept) => list = Some(kept),
                Err(fault) => faults.push((number, Part::List, fault)),
            }
        }
        let list = list.map(Arc::new);
        let away = faults.iter().any(|(.., fault)| !fault.is_damage());
        let mut health =
            Health { places: self.places().map(|place| PlaceHealth { place, found: Vec::new() }).collect() };
        for (number, part, fault) in faults {
            let remedy = match &list {
                Some(list) if fault.is_damage() => self.heal(number, body, list, part, Probe::None).await.remedy(),
                _ if away => Remedy::Open,
                _ => Remedy::Lost,
            };
            self.report(body, self.place(number), part, fault.clone(), remedy);
            health.places[number].found.push((part, fault, remedy == Remedy::Healed));
        }
        health
    }

    /// Waits until so many bytes may be read.
    pub(super) async fn pace(&self, bytes: u64) {
        let kib = u32::try_from(bytes.div_ceil(1024)).ok().and_then(NonZeroU32::new);
        if let Some(kib) = kib {
            // More than ever fits at once is not asked for; if it were, it would not wait.
            let _ = self.0.pace.until_n_ready(kib).await;
        }
    }
}
