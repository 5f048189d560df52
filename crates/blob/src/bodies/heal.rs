//! Healing: what is damaged in one place is written anew from what is good elsewhere, verified chunk by chunk and as a
//! whole before it takes its place.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Bodies, put::write_list};
use crate::{
    blocking,
    chunks::ChunkList,
    digest::Body,
    hashing::Tally,
    incident::{Fault, Part, Remedy},
};

/// What failed, to be tried again before it is healed: somebody else may have done it meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Probe {
    List,
    Chunk(u64),
    /// It was looked at whole a moment ago.
    None,
}

/// What became of a healing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Healing {
    Done,
    /// Somebody else has done it, and reported it.
    Before,
    /// Nothing is good, anywhere.
    Failed,
    /// A place does not answer.
    Away,
}

impl Healing {
    /// As it is told.
    pub(super) const fn remedy(self) -> Remedy {
        match self {
            Self::Done | Self::Before => Remedy::Healed,
            Self::Failed => Remedy::Lost,
            Self::Away => Remedy::Open,
        }
    }
}

impl Bodies {
    /// Heals what a read found, and reports it.
    pub(super) async fn mend(
        &self,
        body: &Body,
        list: &Arc<ChunkList>,
        part: Part,
        faults: Vec<(usize, Fault)>,
        probe: Probe,
    ) {
        for (number, fault) in faults {
            if fault.is_damage() {
                let healing = self.heal(number, body, list, part, probe).await;
                if healing != Healing::Before {
                    self.report(body, self.place(number), part, fault, healing.remedy());
                }
            } else if self.place(number).rest() {
                self.report(body, self.place(number), part, fault, Remedy::Open);
            }
        }
    }

    /// Writes one thing anew in one place. It is a task of its own: a reader that goes away does not end it.
    pub(super) async fn heal(
        &self,
        number: usize,
        body: &Body,
        list: &Arc<ChunkList>,
        part: Part,
        probe: Probe,
    ) -> Healing {
        let (bodies, body, list) = (self.clone(), *body, Arc::clone(list));
        let work = async move {
            let _turn = bodies.0.healing[usize::from(body.sha256.0[0]) % bodies.0.healing.len()].lock().await;
            let healthy = match probe {
                Probe::List => bodies.list_at(number, &body).await.is_ok(),
                Probe::Chunk(chunk) => bodies.chunk_at(number, &body, &list, chunk).await.is_ok(),
                Probe::None => false,
            };
            if healthy {
                return Healing::Before;
            }
            let done = match part {
                Part::Body => bodies.rewrite(number, &body, &list).await,
                Part::List => write_list(bodies.place(number), &body, &list).await,
            };
            match done {
                Ok(()) => Healing::Done,
                Err(fault) => {
                    let place = bodies.place(number).name;
                    tracing::error!(tenant.id = body.tenant.0, file.digest = %body.sha256, place, ?part, ?fault, "not healed");
                    if fault.is_damage() { Healing::Failed } else { Healing::Away }
                }
            }
        };
        self.0.tasks.spawn(work).await.unwrap_or(Healing::Failed)
    }

    /// Puts a body together from the good chunks of all places.
    async fn rewrite(&self, number: usize, body: &Body, list: &Arc<ChunkList>) -> Result<(), Fault> {
        let mut writer = self.place(number).write(&body.key(), body.len).await?;
        let mut whole = Sha256::new();
        for chunk in 0..body.chunk_count() {
            let bytes = match self.good_chunk(number, body, list, chunk).await {
                Ok(bytes) => bytes,
                Err(fault) => {
                    writer.abort().await;
                    return Err(fault);
                }
            };
            let passing = bytes.clone();
            whole = blocking(move || whole.chain_update(passing)).await;
            if let Err(fault) = writer.write(bytes).await {
                writer.abort().await;
                return Err(fault);
            }
        }
        if whole.finalize().as_slice() != body.sha256.0 {
            writer.abort().await;
            return Err(Fault::Wrong);
        }
        writer.finish().await
    }

    /// A chunk from another place, or from the damaged one itself, which may be damaged elsewhere. Where none is good, whether a
    /// place is away that may have it.
    async fn good_chunk(&self, damaged: usize, body: &Body, list: &Arc<ChunkList>, chunk: u64) -> Result<Bytes, Fault> {
        let mut order = self.order();
        order.sort_by_key(|number| *number == damaged);
        let mut against = Fault::Wrong;
        for number in order {
            match self.chunk_at(number, body, list, chunk).await {
                Ok(bytes) => return Ok(bytes),
                Err(fault) if !fault.is_damage() => against = fault,
                Err(_) => {}
            }
        }
        Err(against)
    }

    /// Reads a body whole and makes its list. With `paced` it comes from the disk, no faster than a scrub may.
    pub(super) async fn tally_at(&self, number: usize, body: &Body, paced: bool) -> Result<ChunkList, Fault> {
        let (place, key) = (self.place(number), body.key());
        if paced {
            place.forget(&key).await;
        }
        let (window, mut at, mut tally) = (place.window() << 20, 0, Tally::default());
        loop {
            let end = (at + window).min(body.len);
            if paced {
                self.pace(end - at).await;
            }
            let bytes = place.read(&key, at..end, body.len).await?;
            tally = blocking(move || {
                bytes.chunks(1 << 20).for_each(|chunk| tally.take(chunk));
                tally
            })
            .await;
            at = end;
            if at == body.len {
                break;
            }
        }
        let (sha256, list) = tally.done();
        if sha256 == body.sha256 && list.digest() == body.chunks { Ok(list) } else { Err(Fault::Wrong) }
    }
}
